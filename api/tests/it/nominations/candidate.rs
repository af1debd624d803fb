//! The candidate's page: what is stored, and the objection.

use koplopers_shared::ids::CandidacyId;
use koplopers_shared::links::{self, LinkPurpose};
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use serde_json::{Value, json};

use super::open::submit;
use super::{CANDIDACIES, MOTIVATION, NOMINATIONS, body, candidacy_of, nominate, with};
use crate::app::{Answer, TestApp};
use crate::mail_room::{MailRoom, page_in};

/// The page of a candidate, as the mail to them has it.
async fn page_of(app: &TestApp, candidacy: &str) -> String {
    let room = MailRoom::open().await;
    let notice = format!("{CANDIDACIES}/{candidacy}/notice");
    app.as_coordinator()
        .post(&notice, &json!({}))
        .await
        .expect(200);
    room.send(app).await;
    let mails = room.mails();
    let page = mails.iter().find_map(|mail| page_in(mail, app, "/a/"));
    page.expect("a link")
}

async fn nominated(app: &TestApp, body: &Value) -> (String, String) {
    let made = nominate(&app.as_municipality("GM0363"), body)
        .await
        .expect(201);
    let id = made.text_at("/id");
    (candidacy_of(app, &id).await, id)
}

async fn object(app: &TestApp, page: &str) -> Answer {
    submit(app, page, &[("act", "object"), ("sure", "yes")]).await
}

on_both_databases! {
    async fn a_candidate_sees_what_is_stored_and_by_whom(db: TestDb) {
        // mission: N2; security: 25, 62
        let app = TestApp::start(db).await;
        let (candidacy, _) = nominated(&app, &body("Kim Kandidaat", "kim@example.nl")).await;
        let page = page_of(&app, &candidacy).await;
        let shown = app.anonymous().get(&page).await.expect(200);
        for text in [
            "Kim Kandidaat", "kim@example.nl", "Amsterdam", "Noor Nominator", "2 maart 2026", MOTIVATION,
            "Bewoners leiden de gesprekken zelf.", "Veertig gezinnen minder met schulden.",
            "Wij werken samen in de wijk.", "Gerda Gever",
        ] {
            assert!(shown.text.contains(text), "{text} in {}", shown.text);
        }
        // Addresses of others are theirs.
        for text in ["noor@example.org", "gerda@example.nl", "<script"] {
            assert!(!shown.text.contains(text), "{text}");
        }
        assert_eq!(shown.header("cache-control"), "no-store");
    }

    async fn an_objection_withdraws_and_erases(db: TestDb) {
        // mission: N2; security: 62, 64, 78
        let app = TestApp::start(db).await;
        let (candidacy, nomination) = nominated(&app, &body("Kim Kandidaat", "kim@example.nl")).await;
        let page = page_of(&app, &candidacy).await;
        app.anonymous().get(&page).await.expect(200);
        // A mail scanner that sends the form ticks no box.
        submit(&app, &page, &[("act", "object")]).await.expect(400);
        submit(&app, &page, &[]).await.expect(400);
        let path = format!("{CANDIDACIES}/{candidacy}");
        assert_eq!(app.as_coordinator().get(&path).await.text_at("/status"), "open");
        let done = object(&app, &page).await.expect(200);
        assert!(done.text.contains("gewist"), "{}", done.text);
        let seen = app.as_coordinator().get(&path).await.expect(200);
        assert_eq!(seen.text_at("/status"), "withdrawn");
        assert!(!seen.text.contains(MOTIVATION) && !seen.text.contains("kim@example.nl"), "{}", seen.text);
        let theirs = app.as_municipality("GM0363").get(&format!("{NOMINATIONS}/{nomination}")).await.expect(200);
        assert_eq!(theirs.text_at("/outcome"), "closed");
        assert!(!theirs.text.contains("Kim") && !theirs.text.contains(MOTIVATION), "{}", theirs.text);
        assert_eq!(given::count(&app.db, "people WHERE email_key = 'kim@example.nl'").await, 0);
        // The link died with what it led to.
        let gone = app.anonymous().get(&page).await.expect(404);
        assert_eq!(gone.text, app.anonymous().get("/a/made-up").await.expect(404).text);
        object(&app, &page).await.expect(404);
        // They can be nominated anew, and nothing of the past comes back.
        let (again, _) = nominated(&app, &body("Kim Kandidaat", "kim@example.nl")).await;
        assert_ne!(again, candidacy);
    }

    async fn who_an_intake_needs_stays_without_what_was_written(db: TestDb) {
        // mission: N2; security: 78
        let app = TestApp::start(db).await;
        given::submitted(&app.db, given::amsterdam(), "versnelling").await;
        let contact = with(body("Anna Voorbeeld", "contact@example.nl"), &[]);
        let (candidacy, _) = nominated(&app, &contact).await;
        let page = page_of(&app, &candidacy).await;
        let done = object(&app, &page).await.expect(200);
        assert!(done.text.contains("rol in een aanvraag"), "{}", done.text);
        let seen = app.as_coordinator().get(&format!("{CANDIDACIES}/{candidacy}")).await.expect(200);
        assert_eq!(seen.text_at("/status"), "withdrawn");
        assert!(!seen.text.contains(MOTIVATION), "{}", seen.text);
        let people = app.as_coordinator().get(&format!("/v1/people/{}", seen.text_at("/person"))).await.expect(200);
        assert_eq!(people.text_at("/email"), "contact@example.nl");
    }

    async fn an_objection_answers_alike_for_every_link_that_does_not_work(db: TestDb) {
        // security: 63, 80
        let app = TestApp::start(db).await;
        let (candidacy, _) = nominated(&app, &body("Kim Kandidaat", "kim@example.nl")).await;
        let page = page_of(&app, &candidacy).await;
        let (keys, now) = (app.state.auth.keys().clone(), app.now());
        let object_id = candidacy.parse::<CandidacyId>().unwrap().0;
        let seen = app.as_coordinator().get(&format!("{CANDIDACIES}/{candidacy}")).await;
        let person = seen.text_at("/person").parse().unwrap();
        let expired = app
            .db
            .write(move |conn| links::make(conn, &keys, LinkPurpose::Candidate, object_id, person, now, now))
            .await
            .unwrap();
        let other_page = page.replacen("/a/", "/n/", 1);
        let mut answers = Vec::new();
        for path in [
            LinkPurpose::Candidate.path(&expired),
            page[..page.len() - 2].to_owned(),
            "/a/made-up".to_owned(),
            other_page,
        ] {
            let shown = app.anonymous().get(&path).await;
            let sent = object(&app, &path).await;
            answers.push((shown.status, shown.text.clone(), sent.status, sent.text.clone()));
        }
        for answer in &answers {
            assert_eq!(answer, &answers[0]);
        }
        // The request for a fresh link answers alike for a known address and another.
        let room = MailRoom::open().await;
        let cut = &page[..page.len() - 2];
        let known = submit(&app, cut, &[("email", "kim@example.nl")]).await.expect(200);
        let other = submit(&app, cut, &[("email", "somebody@example.nl")]).await.expect(200);
        assert_eq!(known.text, other.text);
        room.send(&app).await;
        assert_eq!(room.mails().len(), 1);
    }
}
