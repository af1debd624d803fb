//! Cohorts and how their members are spread.

use koplopers_shared::access::Role;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::TestApp;

const COHORTS: &str = "/v1/cohorts";

fn count(list: &Value, key: &str, name: &str) -> i64 {
    let counted = list.as_array().unwrap().iter().find(|it| it[key] == name);
    counted.unwrap()["count"].as_i64().unwrap()
}

on_both_databases! {
    async fn a_cohort_has_a_target_of_forty_that_is_no_cap_and_shows_its_spread(db: TestDb) {
        // mission: N1
        let app = TestApp::start(db).await;
        let coordinator = app.as_coordinator();
        let body = json!({ "name": "Lichting 2026", "startsOn": "2026-09-01" });
        let made = coordinator.post(COHORTS, &body).await.expect(201);
        assert_eq!(made.json()["target"], 40);
        assert_eq!(made.json()["memberCount"], 0);
        let path = made.header("location").to_owned();
        coordinator.patch(&path, made.header("etag"), &json!({ "target": 1 })).await.expect(200);
        let id = made.text_at("/id").parse().unwrap();
        let cohort = app.db.read(move |conn| koplopers_shared::cohorts::find(conn, id)).await.unwrap().unwrap();
        given::associate(&app.db, &cohort, given::amsterdam(), "a@example.nl").await;
        given::associate(&app.db, &cohort, given::utrecht(), "b@example.nl").await;
        let left = given::associate(&app.db, &cohort, given::utrecht(), "c@example.nl").await;
        let departure = format!("/v1/members/{}/departure", left.id);
        coordinator.post(&departure, &json!({})).await.expect(200);
        for role in [Role::Municipality, Role::Adviser, Role::Coordinator, Role::Member] {
            let seen = app.as_any(role).get(&path).await.expect(200).json();
            assert_eq!(seen["memberCount"], 2, "over its target of 1");
            let spread = &seen["spread"];
            assert_eq!(spread["provinces"].as_array().unwrap().len(), 12);
            assert_eq!(count(&spread["provinces"], "province", "Noord-Holland"), 1);
            assert_eq!(count(&spread["provinces"], "province", "Utrecht"), 1);
            assert_eq!(count(&spread["provinces"], "province", "Zeeland"), 0);
            assert_eq!(spread["withoutProvince"], 0);
            assert_eq!(count(&spread["kinds"], "kind", "municipal_professional"), 2);
            assert_eq!(count(&spread["kinds"], "kind", "ervaringsdeskundige"), 0);
        }
        let listed = coordinator.get(COHORTS).await.expect(200).json();
        assert_eq!(listed["items"][0]["memberCount"], 2);
    }

    async fn cohorts_are_named_apart_and_kept_by_the_institute(db: TestDb) {
        // security: 19, 55
        let app = TestApp::start(db).await;
        let coordinator = app.as_coordinator();
        let body = json!({ "name": "Lichting 2026", "target": 40, "startsOn": "2026-09-01" });
        let made = coordinator.post(COHORTS, &body).await.expect(201);
        coordinator.post(COHORTS, &body).await.problem(409, "already-exists");
        let other = json!({ "name": "Lichting 2027", "startsOn": "2027-09-01" });
        let other = coordinator.post(COHORTS, &other).await.expect(201);
        let path = other.header("location");
        coordinator
            .patch(path, "*", &json!({ "name": "Lichting 2026" }))
            .await
            .problem(409, "already-exists");
        let call = coordinator.call(Method::PATCH, path).json(&json!({}));
        call.send().await.problem(428, "precondition-required");
        coordinator.patch(path, "\"9-00\"", &json!({})).await.problem(412, "stale");
        let bad = json!({ "name": " ", "target": 0, "startsOn": "morgen", "cap": 40 });
        let fields = coordinator.post(COHORTS, &bad).await.invalid();
        let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["/cap", "/name", "/startsOn", "/target"]);
        for role in Role::ALL.iter().filter(|role| **role != Role::Coordinator) {
            let caller = app.as_any(*role);
            assert_eq!(caller.post(COHORTS, &body).await.status, 403, "{role}");
            let read = caller.get(made.header("location")).await;
            if read.status == 200 {
                assert_eq!(read.json()["allowedActions"][0]["reason"], "scope", "{role}");
            }
        }
        let allowed = coordinator.get(path).await.expect(200).json();
        assert_eq!(allowed["allowedActions"], json!([{ "action": "change", "allowed": true, "reason": null }]));
    }
}
