//! Several advisers each find apart; the coordinator sees all and settles.

use koplopers_shared::access::Role;
use koplopers_shared::ids::PersonId;
use koplopers_shared::on_both_databases;
use serde_json::{Value, json};

use super::{adviser, assessing, criterion, hinders};
use crate::app::TestApp;

async fn find(app: &TestApp, path: &str, person: PersonId, found: &[(&str, &str)]) -> Value {
    let findings: Vec<Value> = found
        .iter()
        .map(|(criterion, value)| json!({ "criterion": criterion, "value": value, "reason": "Zo bleek." }))
        .collect();
    let caller = app.as_person(person, Role::Adviser);
    let path = format!("{path}/findings");
    caller
        .put(&path, "*", &json!({ "findings": findings }))
        .await
        .expect(200)
        .json()
}

on_both_databases! {
    async fn advisers_assess_apart_and_what_they_agree_on_counts(db: TestDb) {
        // mission: C1, C2, C3, C4
        let app = TestApp::start(db).await;
        let path = assessing(&app, "versnelling").await;
        let one = adviser(&app, "een@example.nl").await;
        let two = adviser(&app, "twee@example.nl").await;
        let keys = ["desired_effect", "urgency", "learning_together", "lasting_change"];
        let met: Vec<(&str, &str)> = keys.iter().map(|key| (*key, "met")).collect();
        find(&app, &path, one, &met).await;
        let mut differing = met.clone();
        differing[0].1 = "not_met";
        differing[3].1 = "waived";
        let seen = find(&app, &path, two, &differing).await;
        let assessors: Vec<&Value> = seen["findings"].as_array().unwrap().iter().map(|it| &it["assessor"]).collect();
        assert!(assessors.iter().all(|it| **it == json!(two)), "an adviser sees their own");
        let all = app.as_coordinator().get(&path).await.expect(200).json();
        assert_eq!(all["findings"].as_array().unwrap().len(), 8);
        for (index, (value, basis)) in [
            ("unknown", "disputed"),
            ("met", "agreed"),
            ("met", "agreed"),
            ("unknown", "disputed"),
        ].into_iter().enumerate() {
            let shown = criterion(&all, keys[index]);
            assert_eq!((&shown["value"], &shown["basis"]), (&json!(value), &json!(basis)), "{shown}");
        }
        assert!(hinders(&all).contains(&format!("{} unknown", keys[0])));
        // What is put again takes the place of all there was.
        find(&app, &path, two, &[]).await;
        let all = app.as_coordinator().get(&path).await.expect(200).json();
        assert_eq!(criterion(&all, keys[0])["basis"], "agreed");
    }

    async fn the_coordinator_settles_what_differs(db: TestDb) {
        // mission: C2
        let app = TestApp::start(db).await;
        let path = assessing(&app, "versnelling").await;
        let one = adviser(&app, "een@example.nl").await;
        find(&app, &path, one, &[("urgency", "not_met")]).await;
        let settlement = format!("{path}/settlement");
        let waived = json!({ "settlements": [
            { "criterion": "urgency", "value": "waived", "reason": "Het rijk vraagt erom." }
        ]});
        app.as_role(Role::Adviser).put(&settlement, "*", &waived).await.problem(403, "forbidden");
        let settled = app.as_coordinator().put(&settlement, "*", &waived).await.expect(200).json();
        let shown = criterion(&settled, "urgency");
        assert_eq!((&shown["value"], &shown["basis"]), (&json!("waived"), &json!("settled")));
        assert_eq!(shown["settledReason"], "Het rijk vraagt erom.");
        assert!(!hinders(&settled).iter().any(|it| it.starts_with("urgency")));
        let seen = app.as_role(Role::Adviser).get(&path).await.expect(200).json();
        assert_eq!(criterion(&seen, "urgency")["basis"], "settled", "everybody sees what is settled");
        assert_eq!(seen["findings"], json!([]));
        let empty = json!({ "settlements": [] });
        let unsettled = app.as_coordinator().put(&settlement, "*", &empty).await.expect(200).json();
        assert_eq!(criterion(&unsettled, "urgency")["value"], "not_met");
        assert!(hinders(&unsettled).contains(&"urgency not_met".to_owned()));
    }

    async fn findings_that_cannot_be_are_refused_with_every_fault(db: TestDb) {
        let app = TestApp::start(db).await;
        let path = format!("{}/findings", assessing(&app, "versnelling").await);
        let person = adviser(&app, "een@example.nl").await;
        let caller = app.as_person(person, Role::Adviser);
        let body = json!({ "findings": [
            { "criterion": "urgency", "value": "waived" },
            { "criterion": "bestaat_niet", "value": "met" },
            { "criterion": "urgency", "value": "met" }
        ]});
        let fields = caller.put(&path, "*", &body).await.invalid();
        assert_eq!(fields, [
            ("/findings/0/reason".to_owned(), "required".to_owned()),
            ("/findings/1/criterion".to_owned(), "unknown".to_owned()),
            ("/findings/2/criterion".to_owned(), "duplicate".to_owned()),
        ]);
        let wrong = json!({ "findings": [{ "criterion": "urgency", "value": "perhaps" }] });
        assert_eq!(caller.put(&path, "*", &wrong).await.invalid().len(), 1);
        let without = caller.call(reqwest::Method::PUT, &path).json(&body).send().await;
        without.problem(428, "precondition-required");
    }

    async fn a_machine_finds_nothing(db: TestDb) {
        let app = TestApp::start(db).await;
        let path = format!("{}/findings", assessing(&app, "versnelling").await);
        let body = json!({ "findings": [{ "criterion": "urgency", "value": "met" }] });
        app.as_role(Role::Adviser).put(&path, "*", &body).await.problem(403, "person-required");
    }
}
