//! What coordinators do with candidacies: merge, split, and see to it that candidates are told.

use jiff::SignedDuration;
use koplopers_shared::access::Role;
use koplopers_shared::flows;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use reqwest::Method;
use serde_json::{Value, json};

use super::{CANDIDACIES, NOMINATIONS, body, candidacy_of, field, nominate, person, with};
use crate::app::{Answer, TestApp};
use crate::mail_room::{MailRoom, page_in, subject_of, text_of};

async fn candidacy(app: &TestApp, body: &Value) -> (String, String) {
    let made = nominate(&app.as_coordinator(), body).await.expect(201);
    let id = made.text_at("/id");
    (candidacy_of(app, &id).await, id)
}

async fn seen(app: &TestApp, candidacy: &str) -> Answer {
    app.as_coordinator()
        .get(&format!("{CANDIDACIES}/{candidacy}"))
        .await
        .expect(200)
}

/// What the worker does from time to time.
async fn tell_due(app: &TestApp) -> usize {
    let now = app.state.local_now();
    app.db
        .write(move |conn| flows::tell_due_candidates(conn, now))
        .await
        .unwrap()
}

on_both_databases! {
    async fn two_candidacies_of_one_person_are_merged(db: TestDb) {
        // mission: N2
        let app = TestApp::start(db).await;
        let (kept, first) = candidacy(&app, &body("Kim Kandidaat", "kim@example.nl")).await;
        app.clock.turn_by(SignedDuration::from_hours(24));
        let (other, second) = candidacy(&app, &body("K. Kandidaat-Voorbeeld", "kk@example.org")).await;
        assert_ne!(kept, other);
        let coordinator = app.as_coordinator();
        coordinator.post(&format!("{CANDIDACIES}/{other}/notice"), &json!({ "how": "Gebeld." })).await.expect(200);
        let path = format!("{CANDIDACIES}/{kept}/merger");
        assert_eq!(
            coordinator.post(&path, &json!({ "candidacy": kept })).await.invalid(),
            field("/candidacy", "unknown")
        );
        let call = coordinator.call(Method::POST, &path).header("if-match", "\"9-00\"");
        call.json(&json!({ "candidacy": other })).send().await.problem(412, "stale");
        app.as_role(Role::Adviser).post(&path, &json!({ "candidacy": other })).await.problem(403, "forbidden");
        let merged = coordinator.post(&path, &json!({ "candidacy": other })).await.expect(200).json();
        assert_eq!(merged["nominationCount"], 2);
        assert_eq!(merged["tellBy"], "2026-03-30T09:00:00Z");
        assert!(merged["toldAt"].is_string());
        let gone = seen(&app, &other).await;
        assert_eq!(gone.text_at("/status"), "withdrawn");
        assert_eq!(gone.text_at("/mergedInto"), kept);
        assert_eq!(candidacy_of(&app, &second).await, kept);
        assert_eq!(candidacy_of(&app, &first).await, kept);
        let history = coordinator.get(&format!("{CANDIDACIES}/{kept}/history")).await.expect(200).text;
        assert!(history.contains("candidacy.merged"), "{history}");
        coordinator.post(&path, &json!({ "candidacy": other })).await.problem(409, "invalid-transition");
        assert!(given::count(&app.db, "audit_events WHERE action = 'candidacy.merge'").await == 1);
        // The nominator of the other one sees no end: their text goes on.
        let outcome = coordinator.get(&format!("{NOMINATIONS}/{second}")).await.text_at("/outcome");
        assert_eq!(outcome, "under_consideration");
    }

    async fn a_notice_that_had_not_left_told_nobody_of_the_merged_candidacy(db: TestDb) {
        // mission: N2, N3
        let app = TestApp::start(db).await;
        let room = MailRoom::open().await;
        let (kept, _) = candidacy(&app, &body("Kim Kandidaat", "kim@example.nl")).await;
        let (other, _) = candidacy(&app, &body("K. Kandidaat-Voorbeeld", "kk@example.org")).await;
        let coordinator = app.as_coordinator();
        coordinator.post(&format!("{CANDIDACIES}/{other}/notice"), &json!({})).await.expect(200);
        let merged = coordinator
            .post(&format!("{CANDIDACIES}/{kept}/merger"), &json!({ "candidacy": other }))
            .await
            .expect(200)
            .json();
        assert_eq!(merged["toldAt"], Value::Null);
        room.send(&app).await;
        assert_eq!(room.mails().len(), 0);
        // The one who is left is told in time.
        app.clock.turn_by(SignedDuration::from_hours(14 * 24) + SignedDuration::from_secs(1));
        room.send(&app).await;
        assert_eq!(room.mails()[0].to, ["kim@example.nl"]);
    }

    async fn an_objection_by_the_link_of_a_double_ends_what_it_was_merged_into(db: TestDb) {
        // mission: N2; security: 78
        let app = TestApp::start(db).await;
        for by_double in [true, false] {
            let room = MailRoom::open().await;
            let (kept, _) = candidacy(&app, &body("Kim Zwaluwstaart", "kim@zwaluwstaart.example.nl")).await;
            let (other, _) = candidacy(&app, &body("K. Zwaluwstaart", "kz@zwaluwstaart.example.org")).await;
            assert_ne!(kept, other);
            let coordinator = app.as_coordinator();
            for id in [&kept, &other] {
                coordinator.post(&format!("{CANDIDACIES}/{id}/notice"), &json!({})).await.expect(200);
            }
            room.send(&app).await;
            let path = format!("{CANDIDACIES}/{kept}/merger");
            coordinator.post(&path, &json!({ "candidacy": other })).await.expect(200);
            let to = if by_double { "kz@" } else { "kim@" };
            let mails = room.mails();
            let mail = mails.iter().find(|mail| mail.to[0].starts_with(to)).unwrap();
            let page = page_in(mail, &app, "/a/").unwrap();
            super::open::submit(&app, &page, &[("act", "object"), ("sure", "yes")]).await.expect(200);
            for id in [&kept, &other] {
                assert_eq!(seen(&app, id).await.text_at("/status"), "withdrawn");
            }
            assert_eq!(crate::erasure::places(&app, "zwaluwstaart"), Vec::<String>::new(), "{by_double}");
        }
    }

    async fn an_erased_double_takes_nobody_along(db: TestDb) {
        // security: 78
        let app = TestApp::start(db).await;
        let (kept, _) = candidacy(&app, &body("Kim Kandidaat", "kim@example.nl")).await;
        let (other, _) = candidacy(&app, &body("K. Kandidaat-Voorbeeld", "kk@example.org")).await;
        let coordinator = app.as_coordinator();
        coordinator.post(&format!("{CANDIDACIES}/{kept}/merger"), &json!({ "candidacy": other })).await.expect(200);
        let double = seen(&app, &other).await.text_at("/person");
        coordinator.call(Method::POST, &format!("/v1/people/{double}/erasure")).send().await.expect(200);
        let left = seen(&app, &kept).await;
        assert_eq!(left.text_at("/status"), "open");
        let person = coordinator.get(&format!("/v1/people/{}", left.text_at("/person"))).await.expect(200);
        assert_eq!(person.text_at("/name"), "Kim Kandidaat");
    }

    async fn two_people_in_one_candidacy_are_split(db: TestDb) {
        // mission: N2
        let app = TestApp::start(db).await;
        let coordinator = app.as_coordinator();
        let (mixed, first) = candidacy(&app, &body("Jan Jansen", "jan@example.nl")).await;
        let (same, second) = candidacy(&app, &body("Jan Jansen", "jan.anders@example.nl")).await;
        assert_eq!(mixed, same);
        let path = format!("{CANDIDACIES}/{mixed}/split");
        for (wrong, expected) in [
            (json!({ "nominations": [] }), field("/nominations", "too-few")),
            (json!({ "nominations": [first, second] }), field("/nominations", "too-many")),
            (json!({ "nominations": [first, mixed] }), field("/nominations/1", "unknown")),
            (json!({ "nominations": [second], "person": mixed }), field("/person", "unknown")),
        ] {
            assert_eq!(coordinator.post(&path, &wrong).await.invalid(), expected, "{wrong}");
        }
        let own = coordinator.post(&path, &json!({ "nominations": [second] })).await.expect(201);
        let id = own.text_at("/id");
        assert_eq!(own.header("location"), format!("{CANDIDACIES}/{id}"));
        assert_eq!(own.text_at("/nominations/0/id"), second);
        let people = seen(&app, &mixed).await.text_at("/person");
        assert_ne!(own.text_at("/person"), people);
        assert_eq!(seen(&app, &mixed).await.json()["nominationCount"], 1);
        assert_eq!(given::count(&app.db, "audit_events WHERE action = 'candidacy.split'").await, 1);
        // A person who has a candidacy is merged with, not split to.
        let (third, third_nomination) = candidacy(&app, &body("Jan Jansen", "jan@example.nl")).await;
        let to = json!({ "nominations": [third_nomination], "person": own.text_at("/person") });
        coordinator.post(&format!("{CANDIDACIES}/{third}/split"), &to).await.problem(409, "already-exists");
        let known = person(&app, "Jan Jansen", "jan.bekend@example.nl").await;
        let to = json!({ "nominations": [third_nomination], "person": known });
        let own = coordinator.post(&format!("{CANDIDACIES}/{third}/split"), &to).await.expect(201);
        assert_eq!(own.text_at("/person"), known.to_string());
    }

    async fn candidates_are_told_two_weeks_before_the_last_moment_and_once(db: TestDb) {
        // mission: N2, N3
        let app = TestApp::start(db).await;
        let room = MailRoom::open().await;
        let (id, _) = candidacy(&app, &body("Kim Kandidaat", "kim@example.nl")).await;
        candidacy(&app, &with(body("Kim Kandidaat", "kim@example.nl"), &[("/nominator/name", json!("Ali Ander"))])).await;
        let silent = with(body("Sam Stil", ""), &[("/candidate/email", Value::Null)]);
        let (silent, _) = candidacy(&app, &silent).await;
        assert_eq!(tell_due(&app).await, 0);
        app.clock.turn_by(SignedDuration::from_hours(14 * 24) + SignedDuration::from_secs(1));
        assert_eq!(tell_due(&app).await, 1);
        assert_eq!(tell_due(&app).await, 0);
        room.send(&app).await;
        let mails = room.mails();
        assert_eq!(mails.len(), 1);
        assert_eq!(subject_of(&mails[0]), "U bent voorgedragen als koploper");
        let text = text_of(&mails[0]);
        assert!(text.contains("- Noor Nominator") && text.contains("- Ali Ander"), "{text}");
        assert!(page_in(&mails[0], &app, "/a/").is_some());
        assert_eq!(seen(&app, &id).await.text_at("/toldAt"), "2026-03-16T09:00:01Z");
        // Who has no address shows as untold, and as overdue once the month is over.
        let coordinator = app.as_coordinator();
        let untold = coordinator.get(&format!("{CANDIDACIES}?untold=true")).await.expect(200).json();
        assert_eq!(untold["items"].as_array().unwrap().len(), 1);
        assert_eq!(untold["items"][0]["id"], json!(silent));
        assert_eq!(untold["items"][0]["noticeOverdue"], false);
        app.clock.turn_by(SignedDuration::from_hours(14 * 24));
        assert_eq!(seen(&app, &silent).await.json()["noticeOverdue"], true);
        let coordinator = app.as_coordinator();
        let notice = format!("{CANDIDACIES}/{silent}/notice");
        coordinator.post(&notice, &json!({})).await.problem(409, "candidate-without-address");
        let told = coordinator.post(&notice, &json!({ "how": "Gebeld op 30 maart." })).await.expect(200);
        assert_eq!(told.json()["noticeOverdue"], false);
        let untold = coordinator.get(&format!("{CANDIDACIES}?untold=true")).await.expect(200).json();
        assert_eq!(untold["items"], json!([]));
    }

    async fn nobody_is_asked_for_consent_before_the_candidate_knows(db: TestDb) {
        // mission: N2, N3
        let app = TestApp::start(db).await;
        let coordinator = app.as_coordinator();
        let giver = json!({
            "newPerson": { "name": "Joris Vermeulen", "email": "joris@example.nl" },
            "role": "gemeentesecretaris"
        });
        let silent = with(body("Sam Stil", ""), &[("/candidate/email", Value::Null)]);
        let (silent, _) = candidacy(&app, &silent).await;
        let consent = format!("{CANDIDACIES}/{silent}/consent");
        coordinator.post(&consent, &giver).await.problem(409, "candidate-without-address");
        assert_eq!(given::count(&app.db, "consents").await, 0);
        let how = json!({ "how": "Gebeld." });
        coordinator.post(&format!("{CANDIDACIES}/{silent}/notice"), &how).await.expect(200);
        coordinator.post(&consent, &giver).await.expect(201);
        let (id, nomination) = candidacy(&app, &body("Kim Kandidaat", "kim@example.nl")).await;
        coordinator.post(&format!("{CANDIDACIES}/{id}/consent"), &giver).await.expect(201);
        assert!(seen(&app, &id).await.json()["toldAt"].is_string());
        let room = MailRoom::open().await;
        room.send(&app).await;
        let subjects: Vec<String> = room.mails().iter().map(subject_of).collect();
        assert!(subjects.contains(&"U bent voorgedragen als koploper".to_owned()), "{subjects:?}");
        // With the last nomination goes what was asked for it.
        let path = format!("{NOMINATIONS}/{nomination}/withdrawal");
        coordinator.post(&path, &json!({})).await.expect(200);
        assert_eq!(given::count(&app.db, "consents WHERE status = 'withdrawn'").await, 1);
    }

    async fn a_coordinator_tells_a_candidate_at_once(db: TestDb) {
        // mission: N2
        let app = TestApp::start(db).await;
        let room = MailRoom::open().await;
        let (id, nomination) = candidacy(&app, &body("Kim Kandidaat", "kim@example.nl")).await;
        let notice = format!("{CANDIDACIES}/{id}/notice");
        for _ in 0..2 {
            app.as_coordinator().post(&notice, &json!({})).await.expect(200);
        }
        room.send(&app).await;
        assert_eq!(room.mails().len(), 1);
        // What is over is not told: the mail is dropped even after it was asked for.
        let (other, other_nomination) = candidacy(&app, &body("Sam Sociaal", "sam@example.nl")).await;
        app.as_coordinator().post(&format!("{CANDIDACIES}/{other}/notice"), &json!({})).await.expect(200);
        let path = format!("{NOMINATIONS}/{other_nomination}/withdrawal");
        app.as_coordinator().post(&path, &json!({})).await.expect(200);
        room.send(&app).await;
        assert_eq!(room.mails().len(), 1);
        assert_ne!(nomination, other_nomination);
    }
}
