//! Municipalities, and what becomes of their rows when they merge or split (A1).

use koplopers_shared::access::Role;
use koplopers_shared::on_both_databases;
use serde_json::{Value, json};

use crate::app::{Answer, TestApp};

async fn succeed(app: &TestApp, old: &str, since_on: &str, successors: Value) -> Answer {
    let body = json!({ "sinceOn": since_on, "successors": successors });
    let path = format!("/v1/municipalities/{old}/succession");
    app.as_coordinator().post(&path, &body).await
}

on_both_databases! {
    async fn a_successor_reads_the_old_intakes_and_the_old_code_makes_no_new_ones(db: TestDb) {
        // mission: A1
        let app = TestApp::start(db).await;
        let old = app.as_municipality("GM0037");
        let draft = json!({ "programme": "versnelling" });
        let intake = old.post("/v1/intakes", &draft).await.expect(201).header("location").to_owned();
        let body = json!({ "name": "Oud", "email": "oud@example.nl", "roles": [{ "role": "ambtenaar" }] });
        let person = old.post("/v1/people", &body).await.expect(201).header("location").to_owned();
        let bystander = app.as_municipality("GM0363");
        bystander.get(&intake).await.problem(404, "not-found");

        let made = json!([{ "code": "GM9001", "new": { "name": "Nieuwstad", "province": "Groningen" } }]);
        let ended = succeed(&app, "GM0037", "2026-03-02", made).await.expect(201);
        assert_eq!(ended.json()["validUntilOn"], "2026-03-01");
        assert_eq!(ended.json()["successors"], json!([{ "code": "GM9001", "sinceOn": "2026-03-02" }]));
        let link = app.as_coordinator().get(ended.header("location")).await.expect(200);
        assert_eq!(link.json()["successors"], json!(["GM9001"]));

        let heir = app.as_municipality("GM9001");
        heir.get(&intake).await.expect(200);
        heir.get(&person).await.expect(200);
        let listed = heir.get("/v1/intakes").await.expect(200).json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        bystander.get(&intake).await.problem(404, "not-found");

        let refused = old.post("/v1/intakes", &json!({ "programme": "uitvoering" })).await;
        assert!((400..500).contains(&refused.status), "{}", refused.text);
        assert!(refused.text.contains("GM9001"), "the successor is named: {}", refused.text);
        let body = json!({ "municipality": "GM0037", "programme": "uitvoering" });
        let refused = app.as_coordinator().post("/v1/intakes", &body).await;
        assert!((400..500).contains(&refused.status), "{}", refused.text);
        assert!(refused.text.contains("GM9001"), "{}", refused.text);
        let role = json!({ "name": "Nieuw", "roles": [{ "role": "ambtenaar" }] });
        let refused = old.post("/v1/people", &role).await;
        assert_eq!(refused.invalid(), [("/roles/0/municipality".into(), "ended".into())]);
        assert!(refused.text.contains("GM9001"), "{}", refused.text);
    }

    async fn a_merger_to_come_changes_nothing_yet(db: TestDb) {
        // mission: A1
        let app = TestApp::start(db).await;
        let old = app.as_municipality("GM0037");
        let draft = json!({ "programme": "versnelling" });
        let intake = old.post("/v1/intakes", &draft).await.expect(201).header("location").to_owned();
        succeed(&app, "GM0037", "2026-03-04", json!([{ "code": "GM0047" }])).await.expect(201);
        app.as_municipality("GM0047").get(&intake).await.problem(404, "not-found");
        old.post("/v1/intakes", &json!({ "programme": "uitvoering" })).await.expect(201);
        app.clock.turn_by(jiff::SignedDuration::from_hours(48));
        app.as_municipality("GM0047").get(&intake).await.expect(200);
    }

    async fn after_a_split_the_rows_stay_with_the_institute(db: TestDb) {
        // mission: A1
        let app = TestApp::start(db).await;
        let draft = json!({ "programme": "versnelling" });
        let intake = app.as_municipality("GM0037").post("/v1/intakes", &draft).await.expect(201);
        let intake = intake.header("location").to_owned();
        let parts = json!([{ "code": "GM0047" }, { "code": "GM0014" }]);
        succeed(&app, "GM0037", "2026-03-02", parts).await.expect(201);
        for part in ["GM0047", "GM0014"] {
            app.as_municipality(part).get(&intake).await.problem(404, "not-found");
        }
        app.as_coordinator().get(&intake).await.expect(200);
    }

    async fn a_succession_that_cannot_be_is_refused(db: TestDb) {
        let app = TestApp::start(db).await;
        let one = |code: &str| json!([{ "code": code }]);
        let new = json!({ "name": "X", "province": "Y" });
        for (old, since, successors, field) in [
            ("GM0037", "2026-03-02", json!([]), "/successors"),
            ("GM0037", "2026-03-02", one("GM0037"), "/successors/0"),
            ("GM0037", "2026-03-02", one("GM9999"), "/successors/0/new"),
            ("GM0037", "2026-03-02", json!([{ "code": "GM0047", "new": new }]), "/successors/0/new"),
            ("GM0037", "2026-03-02", json!([{ "code": "GM0047" }, { "code": "GM0047" }]), "/successors/1"),
            ("GM0037", "2020-01-01", one("GM0047"), "/sinceOn"),
        ] {
            let answer = succeed(&app, old, since, successors).await;
            assert_eq!(answer.invalid()[0].0, field, "{}", answer.text);
        }
        succeed(&app, "GM9999", "2026-03-02", one("GM0047")).await.problem(404, "not-found");
        succeed(&app, "GM0037", "2026-03-02", one("GM0047")).await.expect(201);
        let again = succeed(&app, "GM0037", "2026-03-02", one("GM0014")).await;
        let body = again.problem(409, "invalid-transition");
        assert_eq!(body["successors"], json!(["GM0047"]));
        let path = "/v1/municipalities/GM0014/succession";
        let body = json!({ "sinceOn": "2026-03-02", "successors": one("GM0047") });
        app.as_role(Role::Adviser).post(path, &body).await.problem(403, "forbidden");
        app.as_coordinator().get(path).await.problem(404, "not-found");
    }

    async fn municipalities_are_listed_and_read_with_their_source(db: TestDb) {
        // mission: A1
        let app = TestApp::start(db).await;
        let caller = app.as_municipality("GM0363");
        let amsterdam = caller.get("/v1/municipalities/GM0363").await.expect(200);
        let body = amsterdam.json();
        assert_eq!((&body["name"], &body["province"]), (&json!("Amsterdam"), &json!("Noord-Holland")));
        assert_eq!(body["source"]["year"], 2025);
        assert_eq!(body["allowedActions"][0], json!({ "action": "succeed", "allowed": false, "reason": "scope" }));
        let found = caller.get("/v1/municipalities?province=Noord-Holland&name=amster").await.expect(200);
        assert_eq!(found.json()["items"][0]["code"], "GM0363");
        succeed(&app, "GM0363", "2026-06-01", json!([{ "code": "GM0344" }])).await.expect(201);
        for (day, count) in [("2026-05-31", 1), ("2026-06-01", 0)] {
            let path = format!("/v1/municipalities?name=Amsterdam&validOn={day}");
            let found = caller.get(&path).await.expect(200).json();
            assert_eq!(found["items"].as_array().unwrap().len(), count, "{day}");
        }
        for path in ["/v1/municipalities/GM9999", "/v1/municipalities/amsterdam"] {
            caller.get(path).await.problem(404, "not-found");
        }
    }
}
