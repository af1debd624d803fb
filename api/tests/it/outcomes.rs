//! What came of a talk, over HTTP.

use koplopers_shared::access::Role;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use serde_json::{Value, json};

use crate::app::{Answer, TestApp};

fn talk(day: &str) -> Value {
    json!({
        "localStart": format!("{day}T14:00"),
        "localEnd": format!("{day}T15:30"),
        "place": "Stadhuis"
    })
}

/// Plans a talk of the intake and lets its time come.
async fn talk_begun(app: &TestApp, intake: &str, day: &str) -> (String, String) {
    let adviser = app.as_role(Role::Adviser);
    let path = format!("/v1/intakes/{intake}/talk");
    let planned = adviser.post(&path, &talk(day)).await.expect(201);
    app.clock
        .turn_to(format!("{day}T13:00:00Z").parse().unwrap());
    let outcome = format!("/v1/meetings/{}/outcome", planned.text_at("/meeting/id"));
    (outcome, planned.header("etag").to_owned())
}

async fn status_of(app: &TestApp, intake: &str) -> String {
    let read = app
        .as_role(Role::Adviser)
        .get(&format!("/v1/intakes/{intake}"))
        .await;
    read.expect(200).text_at("/status")
}

async fn history(app: &TestApp, intake: &str) -> Vec<(String, Value)> {
    let path = format!("/v1/intakes/{intake}/history");
    let read: Answer = app.as_municipality("GM0363").get(&path).await.expect(200);
    let body = read.json();
    let items = body["items"].as_array().unwrap();
    items
        .iter()
        .map(|event| {
            (
                event["type"].as_str().unwrap().to_owned(),
                event["reason"].clone(),
            )
        })
        .collect()
}

on_both_databases! {
    async fn only_a_meeting_that_has_started_gets_an_outcome(db: TestDb) {
        // mission: T1
        // security: 55
        let app = TestApp::start(db).await;
        let intake = given::submitted(&app.db, given::amsterdam(), "uitvoering").await.id.to_string();
        let adviser = app.as_role(Role::Adviser);
        let planned = adviser
            .post(&format!("/v1/intakes/{intake}/talk"), &talk("2026-03-02"))
            .await
            .expect(201);
        let id = planned.text_at("/meeting/id");
        let path = format!("/v1/meetings/{id}/outcome");
        let held = json!({ "outcome": "held", "note": "De wethouder was er ook bij." });
        let without = adviser.call(reqwest::Method::PUT, &path).json(&held).send().await;
        without.problem(428, "precondition-required");
        adviser.put(&path, "\"9-00\"", &held).await.problem(412, "stale");
        let early = adviser.put(&path, planned.header("etag"), &held).await;
        assert_eq!(
            early.problem(409, "meeting-not-started")["startsAt"],
            "2026-03-02T13:00:00Z"
        );
        app.clock.turn_to("2026-03-02T13:00:00Z".parse().unwrap());
        let shown = adviser.get(&format!("/v1/meetings/{id}")).await.expect(200).json();
        assert_eq!(shown["allowedActions"][2], json!({"action": "record_outcome", "allowed": true, "reason": null}));
        let recorded = adviser.put(&path, planned.header("etag"), &held).await.expect(200);
        assert_eq!(recorded.text_at("/status"), "held");
        assert_eq!(recorded.text_at("/outcomeNote"), "De wethouder was er ook bij.");
        assert_eq!(recorded.text_at("/outcomeAt"), "2026-03-02T13:00:00Z");
        assert_eq!(status_of(&app, &intake).await, "talk_planned");
        app.as_municipality("GM0363").put(&path, "*", &held).await.problem(403, "forbidden");
        adviser.put(&path, "*", &json!({ "outcome": "maybe" })).await.invalid();
    }

    async fn a_talk_that_was_not_held_is_planned_anew(db: TestDb) {
        // mission: I1
        let app = TestApp::start(db).await;
        let intake = given::submitted(&app.db, given::amsterdam(), "versnelling").await.id.to_string();
        let (outcome, etag) = talk_begun(&app, &intake, "2026-03-03").await;
        let not_held = json!({ "outcome": "not_held", "note": "Er kwam niemand." });
        app.as_role(Role::Adviser).put(&outcome, &etag, &not_held).await.expect(200);
        assert_eq!(status_of(&app, &intake).await, "submitted");
        let told = history(&app, &intake).await.pop().unwrap();
        assert_eq!(told, ("intake.talk_cancelled".to_owned(), json!("Er kwam niemand.")));
        talk_begun(&app, &intake, "2026-03-05").await;
        assert_eq!(status_of(&app, &intake).await, "talk_planned");
    }

    async fn an_outcome_is_corrected_and_the_intake_follows(db: TestDb) {
        let app = TestApp::start(db).await;
        let intake = given::submitted(&app.db, given::amsterdam(), "versnelling").await.id.to_string();
        let (outcome, etag) = talk_begun(&app, &intake, "2026-03-03").await;
        let adviser = app.as_role(Role::Adviser);
        for (word, status) in [
            ("held", "talk_planned"),
            ("not_held", "submitted"),
            ("held", "talk_planned"),
        ] {
            adviser.put(&outcome, "*", &json!({ "outcome": word })).await.expect(200);
            assert_eq!(status_of(&app, &intake).await, status, "{word}");
        }
        adviser.put(&outcome, &etag, &json!({ "outcome": "held" })).await.problem(412, "stale");
    }

    async fn a_meeting_that_was_called_off_has_no_outcome(db: TestDb) {
        let app = TestApp::start(db).await;
        let intake = given::submitted(&app.db, given::amsterdam(), "versnelling").await.id.to_string();
        let (outcome, etag) = talk_begun(&app, &intake, "2026-03-03").await;
        let adviser = app.as_role(Role::Adviser);
        adviser
            .call(reqwest::Method::POST, &outcome.replace("outcome", "cancellation"))
            .header("if-match", &etag)
            .json(&json!({}))
            .send()
            .await
            .expect(200);
        let refused = adviser.put(&outcome, "*", &json!({ "outcome": "held" })).await;
        assert_eq!(refused.problem(409, "invalid-transition")["currentStatus"], "cancelled");
    }
}
