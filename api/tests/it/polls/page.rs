//! The page on which an invitee votes.

use koplopers_shared::ids::PersonId;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use reqwest::Method;
use serde_json::{Value, json};

use super::{END, Polled, official, options, polled, with_tag};
use crate::app::{Answer, TestApp};
use crate::mail_room::{MailRoom, page_in};
use crate::nominations::open::{nonce, submit};

/// The page of whoever was asked last.
async fn page_of(app: &TestApp, room: &MailRoom) -> String {
    room.send(app).await;
    let mails = room.mails();
    let mut links = mails
        .iter()
        .rev()
        .filter_map(|mail| page_in(mail, app, "/d/"));
    links.next().expect("a link")
}

/// Anna and a poll of two options, with her page.
async fn stage(app: &TestApp) -> (PersonId, Polled, String) {
    let anna = official(app, "GM0363", "anna@example.nl").await;
    let polled = polled(app, &[anna], 2).await;
    let room = MailRoom::open().await;
    let page = page_of(app, &room).await;
    (anna, polled, page)
}

/// Sends the form of a page with these votes and remarks.
async fn send(app: &TestApp, page: &str, polled: &Polled, votes: &[(&str, &str)]) -> Answer {
    let nonce = nonce(&app.anonymous().get(page).await.expect(200));
    send_with(app, page, polled, &nonce, votes).await
}

async fn send_with(
    app: &TestApp,
    page: &str,
    polled: &Polled,
    nonce: &str,
    votes: &[(&str, &str)],
) -> Answer {
    let mut fields = vec![("nonce".to_owned(), nonce.to_owned())];
    for (option, (vote, remark)) in polled.options.iter().zip(votes) {
        fields.push((format!("vote-{option}"), (*vote).to_owned()));
        fields.push((format!("remark-{option}"), (*remark).to_owned()));
    }
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    submit(app, page, &fields).await
}

async fn votes(app: &TestApp, polled: &Polled) -> Vec<(Value, Value, Value)> {
    let poll = app.as_coordinator().get(&polled.poll).await;
    let poll = poll.expect(200).json();
    let all = poll["votes"].as_array().unwrap().iter();
    all.map(|it| (it["vote"].clone(), it["remark"].clone(), it["via"].clone()))
        .collect()
}

on_both_databases! {
    async fn an_invitee_votes_and_votes_again_until_the_end(db: TestDb) {
        // mission: L9; security: 62
        let app = TestApp::start(db).await;
        let (_, polled, page) = stage(&app).await;
        let shown = app.anonymous().get(&page).await.expect(200);
        for told in [
            "<html lang=\"nl\"", "Uitwisseling", "donderdag 9 april 2026 van 13.00 tot 17.00 uur",
            "vrijdag 10 april 2026", "donderdag 2 april 2026 om 17.00 uur", "Anna Voorbeeld",
            "De Observant, Amersfoort", "Ja, dan kan ik", "Als het moet",
        ] {
            assert!(shown.text.contains(told), "{told} in {}", shown.text);
        }
        assert!(votes(&app, &polled).await.is_empty(), "looking changes nothing");
        let saved = send(&app, &page, &polled, &[("yes", ""), ("if_need_be", " Liever niet ")]).await;
        assert_eq!((saved.status, saved.header("location")), (303, "?saved"));
        let link = || json!("link");
        assert_eq!(votes(&app, &polled).await, [
            (json!("yes"), Value::Null, link()),
            (json!("if_need_be"), json!("Liever niet"), link()),
        ]);
        let shown = app.anonymous().get(&format!("{page}?saved")).await.expect(200);
        assert!(shown.text.contains("Uw keuzes zijn bewaard"));
        assert_eq!(shown.text.matches(" checked").count(), 2);
        send(&app, &page, &polled, &[("no", ""), ("yes", "")]).await.expect(303);
        assert_eq!(votes(&app, &polled).await[0].0, "no");
        let old = nonce(&app.anonymous().get(&page).await.expect(200));
        app.clock.turn_to(END.parse().unwrap());
        let shown = app.anonymous().get(&page).await.expect(200);
        assert!(!shown.text.contains("<form") && shown.text.contains("De datumprikker is gesloten"));
        assert!(shown.text.contains("Nee, dan kan ik niet"), "what one chose stays to be seen");
        send_with(&app, &page, &polled, &old, &[("yes", ""), ("no", "")]).await.expect(409);
        assert_eq!(votes(&app, &polled).await[0].0, "no");
    }

    async fn the_page_says_what_is_wrong_and_loses_nothing(db: TestDb) {
        // security: 32, 34, 37
        let app = TestApp::start(db).await;
        let (_, polled, page) = stage(&app).await;
        let long = "é".repeat(501);
        let wrong = send(&app, &page, &polled, &[("maybe", "<b>x</b>"), ("no", &long)]).await;
        assert_eq!(wrong.status, 400);
        let [first, second] = &polled.options[..] else { panic!("two options") };
        for told in [
            "<title>Nog niet goed: ".to_owned(),
            format!("id=\"vote-{first}-error\">Kies of u op deze datum kunt"),
            format!("href=\"#vote-{first}-yes\""),
            format!("id=\"remark-{second}-error\">Uw opmerking is te lang"),
            "&#60;b&#62;x&#60;/b&#62;".to_owned(),
            long.clone(),
        ] {
            assert!(wrong.text.contains(&told), "{told} in {}", wrong.text);
        }
        let lost = send_with(&app, &page, &polled, "x", &[("yes", ""), ("yes", "")]).await;
        assert_eq!(lost.status, 400);
        assert!(lost.text.contains("kwam niet compleet aan"));
        submit(&app, &page, &[]).await.expect(400);
        assert!(votes(&app, &polled).await.is_empty());
        // A page opened before another option came asks for that one too.
        let more = json!({ "options": options(3) });
        let old = nonce(&app.anonymous().get(&page).await.expect(200));
        app.as_coordinator().patch(&polled.poll, "*", &more).await.expect(200);
        let asked = send_with(&app, &page, &polled, &old, &[("yes", ""), ("no", "")]).await;
        assert_eq!(asked.status, 400);
        assert_eq!(asked.text.matches("class=\"error\"").count(), 1);
    }

    async fn a_form_sent_twice_counts_once(db: TestDb) {
        // security: 62
        let app = TestApp::start(db).await;
        let (_, polled, page) = stage(&app).await;
        let nonce = nonce(&app.anonymous().get(&page).await.expect(200));
        let cast = [("yes", ""), ("no", "")];
        send_with(&app, &page, &polled, &nonce, &cast).await.expect(303);
        send_with(&app, &page, &polled, &nonce, &cast).await.expect(303);
        assert_eq!(given::count(&app.db, "audit_events WHERE action = 'poll.vote'").await, 1);
        let other = send_with(&app, &page, &polled, &nonce, &[("no", ""), ("no", "")]).await;
        assert_eq!(other.status, 409);
        assert!(other.text.contains("eerder"), "{}", other.text);
    }

    async fn every_link_that_does_not_work_gets_one_page_and_a_fresh_one_by_mail(db: TestDb) {
        // security: 61, 63, 64
        let app = TestApp::start(db).await;
        let (_, _, page) = stage(&app).await;
        let cut = page[..page.len() - 20].to_owned();
        let other = page.replace("/d/", "/r/");
        let bad = app.anonymous().get("/d/x").await.expect(404);
        for path in [&cut, &other] {
            assert_eq!(app.anonymous().get(path).await.expect(404).text, bad.text);
        }
        submit(&app, &cut, &[("email", "anna@example.nl")]).await.expect(200);
        let room = MailRoom::open().await;
        let fresh = page_of(&app, &room).await;
        assert_ne!(fresh, page);
        app.anonymous().get(&fresh).await.expect(200);
        app.anonymous().get(&page).await.expect(200);
    }

    async fn a_poll_that_ended_explains_itself(db: TestDb) {
        // mission: L9
        let app = TestApp::start(db).await;
        let (anna, polled, page) = stage(&app).await;
        super::vote(&app, anna, &polled, &["yes", "no"]).await.expect(200);
        super::choose(&app, &polled, &polled.options[0]).await.expect(200);
        let decided = app.anonymous().get(&page).await.expect(200);
        assert!(decided.text.contains("De gekozen datum:") && !decided.text.contains("<form"));
        let (_, polled, page) = {
            let bert = official(&app, "GM0344", "bert@example.nl").await;
            let polled = super::polled(&app, &[bert], 2).await;
            let room = MailRoom::open().await;
            let page = page_of(&app, &room).await;
            (bert, polled, page)
        };
        let off = format!("{}/cancellation", polled.path);
        let reason = json!({ "reason": "De zaal is dicht." });
        with_tag(&app.as_coordinator(), Method::POST, &off, "*", &reason).await.expect(200);
        let cancelled = app.anonymous().get(&page).await.expect(200);
        assert!(cancelled.text.contains("gaat niet door") && cancelled.text.contains("De zaal is dicht."));
    }

    async fn the_page_speaks_the_language_of_its_reader(db: TestDb) {
        let app = TestApp::start(db).await;
        let anna = official(&app, "GM0363", "anna@example.nl").await;
        let path = format!("/v1/people/{anna}");
        app.as_coordinator().patch(&path, "*", &json!({ "language": "en" })).await.expect(200);
        polled(&app, &[anna], 2).await;
        let room = MailRoom::open().await;
        let page = page_of(&app, &room).await;
        let shown = app.anonymous().get(&page).await.expect(200);
        for told in ["<html lang=\"en\"", "Which dates suit you?", "Thursday 9 April 2026 from 13:00 to 17:00"] {
            assert!(shown.text.contains(told), "{told}");
        }
        let wrong = submit(&app, &page, &[("nonce", "x")]).await.expect(400);
        assert!(wrong.text.contains("Choose whether this date suits you"));
    }
}
