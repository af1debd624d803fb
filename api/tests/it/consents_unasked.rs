//! Consent that is asked without a coordinator, where the settings say so (N3); and candidates
//! whose notice came back.

use jiff::SignedDuration;
use koplopers_shared::access::Role;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::{TestDb, given};
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::inbound_mail::report;
use crate::mail_room::{MailRoom, subject_of};
use crate::nominations::{CANDIDACIES, NOMINATIONS, body, candidacy_of, with};

const fn days(count: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * count)
}

async fn asking_after(db: TestDb, count: Option<i64>) -> (TestApp, MailRoom) {
    let app = TestApp::start_with(db, |settings| {
        settings.consent_after = count.map(days);
        settings.mail.inbound = Some("koplopers@example.org".parse().unwrap());
    })
    .await;
    (app, MailRoom::open().await)
}

async fn nominated(app: &TestApp, body: &Value) -> String {
    let made = app.as_coordinator().post(NOMINATIONS, body).await;
    let id = made.expect(201).text_at("/id");
    candidacy_of(app, &id).await
}

async fn seen(app: &TestApp, candidacy: &str) -> Value {
    let path = format!("{CANDIDACIES}/{candidacy}");
    app.as_coordinator().get(&path).await.expect(200).json()
}

/// To whom mails went, and their subjects, in order.
fn told(room: &MailRoom) -> Vec<String> {
    let mails = room.mails();
    let lines = mails
        .iter()
        .map(|mail| format!("{}: {}", mail.to.join(", "), subject_of(mail)));
    lines.collect()
}

on_both_databases! {
    async fn consent_is_asked_of_the_proposed_executive_when_the_time_comes(db: TestDb) {
        // mission: N3
        let (app, room) = asking_after(db, Some(7)).await;
        let candidacy = nominated(&app, &body("Kim Kandidaat", "kim@example.nl")).await;
        app.clock.turn_by(days(7) - SignedDuration::from_secs(1));
        room.send(&app).await;
        assert_eq!(seen(&app, &candidacy).await["status"], "open");
        app.clock.turn_by(SignedDuration::from_secs(1));
        room.send(&app).await;
        let now = seen(&app, &candidacy).await;
        assert_eq!(now["status"], "consent_requested");
        assert!(now["toldAt"].is_string());
        let mut mails = told(&room);
        mails.sort();
        assert_eq!(mails, [
            "gerda@example.nl: Actie nodig: instemming voor Kim Kandidaat",
            "kim@example.nl: U bent voorgedragen als koploper",
        ]);
        let consent = app.as_coordinator().get(&format!("{CANDIDACIES}/{candidacy}/consent")).await.expect(200);
        assert_eq!(consent.text_at("/giverRole"), "gemeentesecretaris");
        // What comes of it goes to ops: nobody in particular asked. No second request follows.
        app.clock.turn_by(days(29));
        room.send(&app).await;
        assert_eq!(seen(&app, &candidacy).await["status"], "consent_expired");
        app.clock.turn_by(days(2));
        room.send(&app).await;
        assert_eq!(seen(&app, &candidacy).await["status"], "consent_expired");
        assert_eq!(given::count(&app.db, "consents").await, 1);
        assert_eq!(given::count(&app.db, "audit_events WHERE action = 'consent.request' AND actor_kind = 'system'").await, 1);
    }

    async fn without_the_setting_only_coordinators_ask(db: TestDb) {
        // mission: N3
        let (app, room) = asking_after(db, None).await;
        let candidacy = nominated(&app, &body("Kim Kandidaat", "kim@example.nl")).await;
        app.clock.turn_by(days(27));
        room.send(&app).await;
        assert_eq!(seen(&app, &candidacy).await["status"], "open");
        assert_eq!(given::count(&app.db, "consents").await, 0);
    }

    async fn nobody_is_asked_against_the_rules_and_the_next_day_it_is_tried_again(db: TestDb) {
        // mission: N3
        let (app, room) = asking_after(db, Some(0)).await;
        let own = with(body("Kim Kandidaat", "kim@example.nl"), &[
            ("/giver/email", json!("Bram+baas@example.org")),
        ]);
        let candidacy = nominated(&app, &own).await;
        // Who was to be asked nominates, too.
        let by_giver = with(body("Kim Kandidaat", "kim@example.nl"), &[
            ("/nominator/email", json!("bram@example.org")), ("/giver", Value::Null),
        ]);
        assert_eq!(nominated(&app, &by_giver).await, candidacy);
        let silent = with(body("Sam Stil", ""), &[("/candidate/email", Value::Null)]);
        let silent = nominated(&app, &silent).await;
        let nobody_named = with(body("Ali Alleen", "ali@example.nl"), &[("/giver", Value::Null)]);
        let nobody_named = nominated(&app, &nobody_named).await;
        room.send(&app).await;
        for id in [&candidacy, &silent, &nobody_named] {
            let now = seen(&app, id).await;
            assert_eq!(now["status"], "open");
            // What was done on the way to the refusal is undone.
            assert_eq!(now["toldAt"], Value::Null);
        }
        assert_eq!(told(&room), Vec::<String>::new());
        assert_eq!(given::count(&app.db, "candidacies WHERE consent_tried_at IS NOT NULL").await, 2);
        // Another nominator names somebody who can be asked.
        let better = with(body("Kim Kandidaat", "kim@example.nl"), &[
            ("/nominator/email", json!("ali@example.org")),
        ]);
        assert_eq!(nominated(&app, &better).await, candidacy);
        app.clock.turn_by(SignedDuration::from_hours(23));
        room.send(&app).await;
        assert_eq!(seen(&app, &candidacy).await["status"], "open");
        app.clock.turn_by(SignedDuration::from_hours(2));
        room.send(&app).await;
        assert_eq!(seen(&app, &candidacy).await["status"], "consent_requested");
        assert_eq!(seen(&app, &silent).await["status"], "open");
    }

    async fn a_candidate_whose_notice_came_back_is_untold_again(db: TestDb) {
        // mission: N2, N3
        let (app, room) = asking_after(db, None).await;
        let candidacy = nominated(&app, &body("Kim Kandidaat", "kim@example.nl")).await;
        let path = format!("{CANDIDACIES}/{candidacy}");
        let coordinator = app.as_coordinator();
        coordinator.post(&format!("{path}/notice"), &json!({})).await.expect(200);
        room.send(&app).await;
        assert!(seen(&app, &candidacy).await["toldAt"].is_string());
        let bounce = report(&room.mails()[0].from, "5.1.1");
        for _ in 0..2 {
            app.as_role(Role::MailGateway)
                .call(Method::POST, "/v1/inbound-mail")
                .header("content-type", "message/rfc822")
                .body(bounce.clone())
                .send()
                .await
                .expect(200);
        }
        assert_eq!(seen(&app, &candidacy).await["toldAt"], Value::Null);
        let untold = coordinator.get(&format!("{CANDIDACIES}?untold=true")).await.expect(200);
        assert_eq!(untold.text_at("/items/0/id"), candidacy);
        let history = coordinator.get(&format!("{path}/history")).await.expect(200);
        assert_eq!(history.text.matches("candidacy.notice_came_back").count(), 1);
        // Nobody is asked before the candidate knows, and mail does not reach them.
        let giver = json!({
            "newPerson": { "name": "Gerda Gever", "email": "gerda@example.nl" }, "role": "gemeentesecretaris"
        });
        coordinator.post(&format!("{path}/consent"), &giver).await.problem(409, "candidate-without-address");
        app.clock.turn_by(days(29));
        room.send(&app).await;
        let overdue = seen(&app, &candidacy).await;
        assert_eq!((&overdue["toldAt"], &overdue["noticeOverdue"]), (&Value::Null, &json!(true)));
        let coordinator = app.as_coordinator();
        coordinator.post(&format!("{path}/notice"), &json!({ "how": "Gebeld." })).await.expect(200);
        coordinator.post(&format!("{path}/consent"), &giver).await.expect(201);
    }
}
