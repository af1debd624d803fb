//! People, their roles and who sees them (A1-A3).

use koplopers_shared::access::Role;
use koplopers_shared::on_both_databases;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answer, Caller, TestApp};

/// A person with one role, as the institute adds them.
pub async fn given_person(app: &TestApp, name: &str, email: &str, role: Value) -> Answer {
    let body = json!({ "name": name, "email": email, "roles": [role] });
    app.as_coordinator()
        .post("/v1/people", &body)
        .await
        .expect(201)
}

fn at(municipality: &str, role: &str) -> Value {
    json!({ "role": role, "municipality": municipality, "validFromOn": "2026-01-01" })
}

fn names(answer: &Answer) -> Vec<String> {
    let body = answer.json();
    let items = body["items"].as_array().unwrap();
    items
        .iter()
        .map(|it| it["name"].as_str().unwrap().to_owned())
        .collect()
}

fn allowed(body: &Value, action: &str) -> bool {
    let actions = body["allowedActions"].as_array().unwrap();
    actions.iter().find(|it| it["action"] == action).unwrap()["allowed"]
        .as_bool()
        .unwrap()
}

async fn search(caller: &Caller<'_>, body: Value) -> Vec<String> {
    names(&caller.post("/v1/people/_search", &body).await.expect(200))
}

on_both_databases! {
    async fn a_person_is_added_read_and_changed(db: TestDb) {
        // mission: A1
        let app = TestApp::start(db).await;
        let coordinator = app.as_coordinator();
        let made = given_person(&app, "Zoë Jansen", "zoe@example.nl", at("GM0363", "wethouder")).await;
        let path = made.header("location").to_owned();
        let read = coordinator.get(&path).await.expect(200);
        assert_eq!(read.json(), made.json());
        assert_eq!(read.header("etag"), made.header("etag"));
        let body = read.json();
        assert_eq!(body["language"], "nl");
        assert_eq!(body["roles"][0]["held"], true);
        assert_eq!(body["roles"][0]["municipality"], "GM0363");
        assert!(allowed(&body, "change"));

        let known = coordinator.call(Method::GET, &path)
            .header("if-none-match", read.header("etag")).send().await.expect(304);
        assert!(known.text.is_empty());
        let change = json!({ "email": null, "language": "en" });
        coordinator.call(Method::PATCH, &path).json(&change).send().await
            .problem(428, "precondition-required");
        let changed = coordinator.patch(&path, read.header("etag"), &change).await.expect(200);
        assert_eq!(changed.json()["email"], Value::Null);
        assert_eq!(changed.json()["name"], "Zoë Jansen");
        assert_eq!(changed.json()["language"], "en");
        coordinator.patch(&path, read.header("etag"), &change).await.problem(412, "stale");
    }

    async fn a_municipality_sees_its_own_people_and_no_others(db: TestDb) {
        // mission: A1
        // security: 20, 22
        let app = TestApp::start(db).await;
        let own = given_person(&app, "Anna", "anna@example.nl", at("GM0363", "ambtenaar")).await;
        let other = given_person(&app, "Bram", "bram@example.nl", at("GM0344", "ambtenaar")).await;
        let amsterdam = app.as_municipality("GM0363");
        amsterdam.get(own.header("location")).await.expect(200);
        assert_eq!(names(&amsterdam.get("/v1/people").await.expect(200)), ["Anna"]);
        assert_eq!(search(&amsterdam, json!({ "name": "a" .repeat(2) })).await, Vec::<String>::new());
        assert_eq!(search(&amsterdam, json!({ "email": "bram@example.nl" })).await, Vec::<String>::new());

        let missing = "/v1/people/0190a000-0000-7000-8000-000000000000";
        let path = other.header("location");
        let role = json!({ "role": "ambtenaar" });
        for path in [path, missing] {
            amsterdam.get(path).await.problem(404, "not-found");
            amsterdam.patch(path, "\"9-x\"", &json!({ "name": "X" })).await.problem(404, "not-found");
            amsterdam.post(&format!("{path}/roles"), &role).await.problem(404, "not-found");
            let ending = format!("{path}/roles/0190a000-0000-7000-8000-000000000000/ending");
            amsterdam.post(&ending, &json!({ "validUntilOn": "2026-06-30" })).await
                .problem(404, "not-found");
        }
    }

    async fn a_municipality_adds_people_with_a_role_at_itself(db: TestDb) {
        // mission: A1
        // security: 24
        let app = TestApp::start(db).await;
        let amsterdam = app.as_municipality("GM0363");
        let person = |roles: Value| json!({ "name": "Cas", "email": "cas@example.nl", "roles": roles });
        let post = |body: Value| {
            let amsterdam = amsterdam.clone();
            async move { amsterdam.post("/v1/people", &body).await }
        };
        assert_eq!(post(person(json!([]))).await.invalid(), [("/roles".into(), "required".into())]);
        let named = json!([at("GM0363", "ambtenaar"), { "role": "adviseur" }, { "role": "director" }]);
        assert_eq!(post(person(named)).await.invalid(), [
            ("/roles/0/municipality".into(), "not-allowed".into()),
            ("/roles/1/role".into(), "not-allowed".into()),
            ("/roles/2/role".into(), "not-allowed".into()),
        ]);
        let made = post(person(json!([{ "role": "ambtenaar" }]))).await.expect(201);
        let body = made.json();
        assert_eq!(body["roles"][0]["municipality"], "GM0363");
        assert_eq!(body["roles"][0]["validFromOn"], "2026-03-02", "today unless given");
    }

    async fn a_municipality_does_not_change_who_also_works_elsewhere(db: TestDb) {
        // mission: A1, A3
        let app = TestApp::start(db).await;
        let body = json!({ "name": "Dana", "roles": [at("GM0363", "ambtenaar"), { "role": "adviseur" }] });
        let made = app.as_coordinator().post("/v1/people", &body).await.expect(201);
        let path = made.header("location").to_owned();
        let amsterdam = app.as_municipality("GM0363");
        let seen = amsterdam.get(&path).await.expect(200);
        assert_eq!(seen.json()["roles"].as_array().unwrap().len(), 1);
        assert!(!allowed(&seen.json(), "change"));
        amsterdam.patch(&path, seen.header("etag"), &json!({ "email": "x@example.nl" })).await
            .problem(403, "forbidden");
        let role = seen.text_at("/roles/0/id");
        let ending = format!("{path}/roles/{role}/ending");
        let ended = amsterdam.post(&ending, &json!({ "validUntilOn": "2026-03-31" })).await.expect(200);
        assert_eq!(ended.json()["roles"][0]["validUntilOn"], "2026-03-31");
    }

    async fn a_role_has_a_first_and_a_last_day(db: TestDb) {
        // mission: A1
        let app = TestApp::start(db).await;
        let coordinator = app.as_coordinator();
        let made = given_person(&app, "Eva", "eva@example.nl", at("GM0363", "burgemeester")).await;
        let path = made.header("location").to_owned();
        let ending = format!("{path}/roles/{}/ending", made.text_at("/roles/0/id"));
        let end = |on: &str| {
            let body = json!({ "validUntilOn": on });
            let (coordinator, ending) = (coordinator.clone(), ending.clone());
            async move { coordinator.post(&ending, &body).await }
        };
        assert_eq!(end("2025-12-31").await.invalid(), [("/validUntilOn".into(), "out-of-range".into())]);
        end("2026-06-30").await.expect(200);
        end("2026-07-31").await.problem(409, "invalid-transition");
        let held_on = |day: &str| {
            let path = format!("/v1/people?role=burgemeester&municipality=GM0363&heldOn={day}");
            let coordinator = coordinator.clone();
            async move { names(&coordinator.get(&path).await.expect(200)).len() }
        };
        for (day, count) in [("2025-12-31", 0), ("2026-01-01", 1), ("2026-06-30", 1), ("2026-07-01", 0)] {
            assert_eq!(held_on(day).await, count, "{day}");
        }
        let again = json!({ "role": "burgemeester", "municipality": "GM0363", "validFromOn": "2026-06-30" });
        let roles = format!("{path}/roles");
        coordinator.post(&roles, &again).await.problem(409, "already-exists");
        let next = json!({ "role": "burgemeester", "municipality": "GM0363", "validFromOn": "2026-07-01" });
        let stale = coordinator.call(Method::POST, &roles).header("if-match", made.header("etag"))
            .json(&next).send().await;
        stale.problem(412, "stale");
        let given = coordinator.post(&roles, &next).await.expect(201);
        assert_eq!(given.json()["roles"].as_array().unwrap().len(), 2);
    }

    async fn every_role_is_held_where_it_can_be(db: TestDb) {
        // mission: A1, A2, A3, A4
        let app = TestApp::start(db).await;
        let coordinator = app.as_coordinator();
        let organisation = json!({ "name": "Cliëntenraad", "kind": "clientenorganisatie" });
        let organisation = coordinator.post("/v1/organisations", &organisation).await.expect(201).text_at("/id");
        let unknown = "0190a000-0000-7000-8000-000000000000";
        let roles = json!([
            { "role": "wethouder" },
            { "role": "vertegenwoordiger" },
            { "role": "adviseur", "municipality": "GM0363" },
            { "role": "raadslid", "organisation": organisation },
            { "role": "inwoner", "municipality": "GM0363", "organisation": organisation },
            { "role": "director", "organisation": unknown },
            { "role": "ambtenaar", "municipality": "GM9999" },
            { "role": "onderzoeker", "validFromOn": "2026-02-01", "validUntilOn": "2026-01-31" },
        ]);
        let body = json!({ "name": "Fatima", "roles": roles });
        let fields = coordinator.post("/v1/people", &body).await.invalid();
        let expected = [
            ("/roles/0/municipality", "required"),
            ("/roles/1/organisation", "required"),
            ("/roles/2/municipality", "not-allowed"),
            ("/roles/3/organisation", "not-allowed"),
            ("/roles/4/organisation", "not-allowed"),
            ("/roles/5/organisation", "unknown"),
            ("/roles/6/municipality", "unknown"),
            ("/roles/7/validUntilOn", "out-of-range"),
        ];
        assert_eq!(fields, expected.map(|(name, code)| (name.to_owned(), code.to_owned())));
        let roles = json!([
            at("GM0363", "raadslid"),
            { "role": "vertegenwoordiger", "organisation": organisation },
            { "role": "kritische_vragensteller" },
            { "role": "ervaringsdeskundige" },
        ]);
        coordinator.post("/v1/people", &json!({ "name": "Fatima", "roles": roles })).await.expect(201);
        assert_eq!(names(&coordinator.get("/v1/people").await), ["Fatima"], "the refused one was not stored");
    }

    async fn everything_that_is_wrong_with_a_person_is_named_at_once(db: TestDb) {
        // security: 30, 32, 34, 36
        let app = TestApp::start(db).await;
        let body = json!({
            "name": " ",
            "email": "anna@example.nl\r\nBcc: x@example.nl",
            "phone": "call me",
            "language": "fr",
            "surprise": 1,
            "roles": [{ "role": "koning", "municipality": "Amsterdam", "validFromOn": "yesterday" }],
        });
        let answer = app.as_coordinator().post("/v1/people", &body).await;
        let names: Vec<String> = answer.invalid().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, [
            "/email", "/language", "/name", "/phone", "/roles/0/municipality", "/roles/0/role",
            "/roles/0/validFromOn", "/surprise",
        ]);
        assert!(!answer.text.contains("koning"), "a bad value is not echoed");
        let long = json!({ "name": "x".repeat(10_001) });
        let answer = app.as_coordinator().post("/v1/people", &long).await;
        assert_eq!(answer.invalid()[0].0, "/name");
        assert!(app.as_coordinator().get("/v1/people").await.json()["items"].as_array().unwrap().is_empty());
    }

    async fn an_address_with_a_line_break_and_bcc_is_400(db: TestDb) {
        // security: 36; delivery: address `x\r\nBcc:`
        let app = TestApp::start(db).await;
        for address in [
            "x\r\nBcc: spion@example.org",
            "x\nBcc:spion@example.org",
            "x@example.nl\r\nBcc: spion@example.org",
            "x@example.nl\0",
            "x@example.nl, spion@example.org",
        ] {
            let body = json!({ "name": "Anna", "email": address });
            let answer = app.as_coordinator().post("/v1/people", &body).await;
            assert_eq!(answer.invalid()[0].0, "/email", "{address:?}");
            assert!(!answer.text.contains("spion"), "a bad value is not echoed");
        }
        assert!(app.as_coordinator().get("/v1/people").await.json()["items"].as_array().unwrap().is_empty());
    }

    async fn people_are_searched_in_a_body_by_address_or_name(db: TestDb) {
        let app = TestApp::start(db).await;
        let coordinator = app.as_coordinator();
        given_person(&app, "Zoë Çelik", "Zoe+werk@example.nl", at("GM0363", "ambtenaar")).await;
        given_person(&app, "Gijs de Wit", "gijs@example.nl", at("GM0363", "ambtenaar")).await;
        for body in [json!({ "email": "zoe@example.nl" }), json!({ "name": "zoe cel" })] {
            assert_eq!(search(&coordinator, body).await, ["Zoë Çelik"]);
        }
        assert!(search(&coordinator, json!({ "email": "zoe@example.nl", "name": "gijs" })).await.is_empty());
        coordinator.post("/v1/people/_search", &json!({})).await.problem(400, "validation-failed");
        coordinator.get("/v1/people?email=zoe@example.nl").await.problem(400, "validation-failed");
    }

    async fn the_list_is_walked_by_cursor(db: TestDb) {
        let app = TestApp::start(db).await;
        let coordinator = app.as_coordinator();
        for name in ["Aad", "Ben", "Cor"] {
            given_person(&app, name, "x@example.nl", at("GM0363", "ambtenaar")).await;
        }
        let first = coordinator.get("/v1/people?limit=2").await.expect(200);
        assert_eq!(names(&first), ["Aad", "Ben"]);
        assert!(first.header("link").contains("rel=\"next\""));
        let next = format!("/v1/people?limit=2&cursor={}", first.text_at("/page/next"));
        let second = coordinator.get(&next).await.expect(200);
        assert_eq!(names(&second), ["Cor"]);
        let back = format!("/v1/people?limit=2&cursor={}", second.text_at("/page/prev"));
        assert_eq!(names(&coordinator.get(&back).await.expect(200)), ["Aad", "Ben"]);
        let elsewhere = format!("/v1/organisations?cursor={}", first.text_at("/page/next"));
        coordinator.get(&elsewhere).await.problem(400, "invalid-cursor");
    }

    async fn a_repeated_request_adds_one_person(db: TestDb) {
        // security: 50, 51
        let app = TestApp::start(db).await;
        let coordinator = app.as_coordinator();
        let post = |name: &str| {
            let call = coordinator.call(Method::POST, "/v1/people").header("idempotency-key", "een");
            call.json(&json!({ "name": name })).send()
        };
        let first = post("Hein").await.expect(201);
        let again = post("Hein").await.expect(201);
        assert_eq!((first.text.as_str(), first.header("location")), (again.text.as_str(), again.header("location")));
        post("Ida").await.problem(422, "idempotency-key-reused");
        assert_eq!(names(&coordinator.get("/v1/people").await), ["Hein"]);
    }

    async fn who_read_about_a_person_is_in_the_audit_trail(db: TestDb) {
        // security: 74, 76
        let app = TestApp::start(db).await;
        let made = given_person(&app, "Anna", "anna@example.nl", at("GM0363", "ambtenaar")).await;
        let amsterdam = app.as_municipality("GM0363");
        amsterdam.get(made.header("location")).await.expect(200);
        search(&amsterdam, json!({ "email": "anna@example.nl" })).await;
        app.as_municipality("GM0344").get(made.header("location")).await.problem(404, "not-found");
        app.state.auth.audit().flush().await;
        let trail = app.as_role(Role::Auditor).get("/v1/audit-events").await.expect(200);
        let body = trail.json();
        let told: Vec<(&str, &Value)> = body["items"].as_array().unwrap().iter()
            .map(|it| (it["action"].as_str().unwrap(), &it["objectId"]))
            .filter(|(action, _)| action.starts_with("person."))
            .collect();
        let id = json!(made.text_at("/id"));
        for line in [("person.create", &id), ("person.read", &id), ("person.search", &Value::Null)] {
            assert_eq!(told.iter().filter(|it| **it == line).count(), 1, "{line:?} in {told:?}");
        }
        assert!(!trail.text.contains("anna"), "ids only");
    }

    async fn people_take_a_caller_with_the_scope(db: TestDb) {
        // security: 19, 21
        let app = TestApp::start(db).await;
        app.anonymous().post("/v1/people", &json!("broken")).await.problem(401, "unauthorized");
        let auditor = app.as_role(Role::Auditor);
        auditor.get("/v1/people").await.problem(403, "forbidden");
        auditor.post("/v1/people", &json!("broken")).await.problem(403, "forbidden");
    }
}
