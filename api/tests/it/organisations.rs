//! Organisations by kind (A2, A4).

use koplopers_shared::on_both_databases;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::TestApp;

on_both_databases! {
    async fn organisations_are_kept_by_kind(db: TestDb) {
        // mission: A2, A4
        let app = TestApp::start(db).await;
        let coordinator = app.as_coordinator();
        for kind in ["bewonersinitiatief", "aanbieder", "clientenorganisatie", "adviesraad", "ministry"] {
            let body = json!({ "name": format!("Een {kind}"), "kind": kind });
            coordinator.post("/v1/organisations", &body).await.expect(201);
        }
        let list = coordinator.get("/v1/organisations?kind=aanbieder&kind=adviesraad").await.expect(200);
        let kinds: Vec<Value> =
            list.json()["items"].as_array().unwrap().iter().map(|it| it["kind"].clone()).collect();
        assert_eq!(kinds, ["aanbieder", "adviesraad"]);
        let partners = coordinator.get("/v1/organisations?kind=municipal_association").await.expect(200);
        assert_eq!(partners.json()["items"][0]["partner"], true);
        coordinator.get("/v1/organisations?kind=club").await.problem(400, "validation-failed");
    }

    async fn an_organisation_is_changed_and_removed_when_nothing_refers_to_it(db: TestDb) {
        // mission: A2
        let app = TestApp::start(db).await;
        let coordinator = app.as_coordinator();
        let body = json!({ "name": "De Linde", "kind": "bewonersinitiatief", "website": "https://linde.example.nl/" });
        let made = coordinator.post("/v1/organisations", &body).await.expect(201);
        let path = made.header("location").to_owned();
        let changed = coordinator.patch(&path, made.header("etag"), &json!({ "website": null })).await.expect(200);
        assert_eq!(changed.json()["website"], Value::Null);
        let role = json!({ "role": "director", "organisation": made.text_at("/id") });
        coordinator.post("/v1/people", &json!({ "name": "Jet", "roles": [role] })).await.expect(201);
        let delete = |path: &str, etag: &str| coordinator.call(Method::DELETE, path).header("if-match", etag).send();
        delete(&path, made.header("etag")).await.problem(412, "stale");
        delete(&path, changed.header("etag")).await.problem(409, "conflict");
        let unused = coordinator.post("/v1/organisations", &body).await.expect(201);
        delete(unused.header("location"), unused.header("etag")).await.expect(204);
        coordinator.get(unused.header("location")).await.problem(404, "not-found");
    }

    async fn only_the_institute_writes_organisations(db: TestDb) {
        let app = TestApp::start(db).await;
        let body = json!({ "name": "De Linde", "kind": "aanbieder" });
        let amsterdam = app.as_municipality("GM0363");
        amsterdam.post("/v1/organisations", &body).await.problem(403, "forbidden");
        let made = app.as_coordinator().post("/v1/organisations", &body).await.expect(201);
        let seen = amsterdam.get(made.header("location")).await.expect(200);
        assert_eq!(seen.json()["allowedActions"][0]["allowed"], false);
        amsterdam.patch(made.header("location"), made.header("etag"), &json!({ "name": "X" })).await
            .problem(403, "forbidden");
        let body = json!({ "name": "", "kind": "municipality", "website": "http://x", "id": 1 });
        let fields = app.as_coordinator().post("/v1/organisations", &body).await.invalid();
        let names: Vec<String> = fields.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["/id", "/name", "/website"]);
        let body = json!({ "name": "Utrecht", "kind": "municipality" });
        let fields = app.as_coordinator().post("/v1/organisations", &body).await.invalid();
        assert_eq!(fields, [("/kind".into(), "not-allowed".into())]);
    }
}
