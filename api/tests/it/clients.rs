//! Machine clients: making them, their secrets, their tokens and their end.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::SignedDuration;
use koplopers_shared::access::Role;
use koplopers_shared::on_both_databases;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answer, Caller, TestApp};
use crate::tokens::token;

fn coordinator(app: &TestApp) -> Caller<'_> {
    app.with_token(Some(token(app, Role::Coordinator, None)))
}

async fn make(app: &TestApp, body: Value) -> Answer {
    coordinator(app).post("/v1/clients", &body).await
}

async fn municipal_client(app: &TestApp) -> Value {
    let body = json!({
        "name": "Zaaksysteem",
        "role": "municipality",
        "municipality": "GM0363",
        "clientId": "zaaksysteem",
    });
    make(app, body).await.expect(201).json()
}

async fn ask(app: &TestApp, basic: &str, form: &str) -> Answer {
    let header = format!("Basic {}", STANDARD.encode(basic));
    app.anonymous()
        .call(Method::POST, "/v1/oauth/token")
        .header("authorization", &header)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form.to_owned())
        .send()
        .await
}

const GRANT: &str = "grant_type=client_credentials";

on_both_databases! {
    async fn a_client_gets_a_token_with_its_secret_and_uses_it(db: TestDb) {
        let app = TestApp::start(db).await;
        let made = municipal_client(&app).await;
        let secret = made["clientSecret"].as_str().unwrap();
        let answer = ask(&app, &format!("zaaksysteem:{secret}"), GRANT).await.expect(200);
        assert_eq!(answer.header("cache-control"), "no-store");
        let body = answer.json();
        assert_eq!(body["token_type"], "Bearer");
        assert_eq!(body["expires_in"], 900);
        let access = body["access_token"].as_str().unwrap().to_owned();
        let me = app.with_token(Some(access)).get("/v1/me").await.expect(200).json();
        assert_eq!(me["kind"], "client");
        assert_eq!(me["clientId"], "zaaksysteem");
        assert_eq!(me["municipality"], "GM0363");
        assert_eq!(me["scopes"], made["client"]["scopes"]);

        let narrow = ask(&app, &format!("zaaksysteem:{secret}"), &format!("{GRANT}&scope=intakes%3Aread")).await;
        assert_eq!(narrow.expect(200).json()["scope"], "intakes:read");
        let location = format!("/v1/clients/{}", made["client"]["id"].as_str().unwrap());
        let read = coordinator(&app).get(&location).await.expect(200);
        assert!(!read.text.contains(secret));
    }

    // security: 50
    async fn a_repeated_request_makes_no_second_client_and_shows_no_secret(db: TestDb) {
        let app = TestApp::start(db).await;
        let body = json!({ "name": "Planning", "role": "adviser" });
        let send = || {
            coordinator(&app)
                .call(Method::POST, "/v1/clients")
                .header("idempotency-key", "one")
                .json(&body)
                .send()
        };
        let first = send().await.expect(201).json();
        assert!(first["clientSecret"].is_string());
        let again = send().await.expect(201).json();
        assert_eq!(again["clientSecret"], Value::Null);
        assert_eq!(again["client"], first["client"]);
        let list = coordinator(&app).get("/v1/clients").await.expect(200).json();
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
    }

    // security: 80
    async fn an_unknown_client_and_a_wrong_secret_get_one_answer(db: TestDb) {
        let app = TestApp::start(db).await;
        let made = municipal_client(&app).await;
        let secret = made["clientSecret"].as_str().unwrap().to_owned();
        let mut bodies = Vec::new();
        for basic in ["nobody:x", &format!("nobody:{secret}"), "zaaksysteem:", "zaaksysteem:kps_wrong", "", "x", "zaak%00:x"] {
            let answer = ask(&app, basic, GRANT).await;
            let mut body = answer.problem(401, "unauthorized");
            assert_eq!(body["error"], "invalid_client");
            assert!(answer.header("www-authenticate").starts_with("Basic"));
            body.as_object_mut().unwrap().remove("instance");
            bodies.push(body);
        }
        bodies.dedup();
        assert_eq!(bodies.len(), 1);
    }

    async fn a_wrong_token_request_says_what_oauth_clients_expect(db: TestDb) {
        let app = TestApp::start(db).await;
        let made = municipal_client(&app).await;
        let basic = format!("zaaksysteem:{}", made["clientSecret"].as_str().unwrap());
        for (form, error) in [
            ("", "invalid_request"),
            ("grant_type=password", "unsupported_grant_type"),
            ("grant_type=client_credentials&grant_type=client_credentials", "invalid_request"),
            ("grant_type=client_credentials&scope=everything", "invalid_scope"),
            ("grant_type=client_credentials&scope=clients%3Amanage", "invalid_scope"),
        ] {
            let body = ask(&app, &basic, form).await.problem(400, "bad-request");
            assert_eq!(body["error"], error, "{form}");
        }
        let json = app.anonymous().call(Method::POST, "/v1/oauth/token").json(&json!({})).send().await;
        json.problem(415, "unsupported-media-type");
    }

    // security: 17
    async fn a_disabled_client_loses_its_live_tokens_within_a_minute(db: TestDb) {
        let app = TestApp::start(db).await;
        let made = municipal_client(&app).await;
        let basic = format!("zaaksysteem:{}", made["clientSecret"].as_str().unwrap());
        let access = ask(&app, &basic, GRANT).await.expect(200).text_at("/access_token");
        let caller = app.with_token(Some(access));
        caller.get("/v1/me").await.expect(200);
        let path = format!("/v1/clients/{}/disablement", made["client"]["id"].as_str().unwrap());
        let disabled = coordinator(&app).call(Method::POST, &path).send().await.expect(200).json();
        assert_eq!(disabled["status"], "disabled");
        ask(&app, &basic, GRANT).await.problem(401, "unauthorized");
        app.clock.turn_by(SignedDuration::from_secs(60));
        caller.get("/v1/me").await.problem(401, "unauthorized");
        let again = coordinator(&app).call(Method::POST, &path).send().await;
        let problem = again.problem(409, "invalid-transition");
        assert_eq!(problem["currentStatus"], "disabled");
        assert_eq!(problem["allowedActions"], json!([]));
    }

    async fn a_secret_is_changed_over_without_a_gap(db: TestDb) {
        let app = TestApp::start(db).await;
        let made = municipal_client(&app).await;
        let id = made["client"]["id"].as_str().unwrap();
        let old = made["clientSecret"].as_str().unwrap();
        let path = format!("/v1/clients/{id}/secrets");
        let second = coordinator(&app).call(Method::POST, &path).send().await.expect(201).json();
        let new = second["clientSecret"].as_str().unwrap();
        for secret in [old, new] {
            ask(&app, &format!("zaaksysteem:{secret}"), GRANT).await.expect(200);
        }
        let first_id = made["client"]["secrets"][0]["id"].as_str().unwrap();
        coordinator(&app).delete(&format!("{path}/{first_id}")).await.expect(200);
        ask(&app, &format!("zaaksysteem:{old}"), GRANT).await.expect(401);
        ask(&app, &format!("zaaksysteem:{new}"), GRANT).await.expect(200);
        let last = second["client"]["secrets"][1]["id"].as_str().unwrap();
        coordinator(&app).delete(&format!("{path}/{last}")).await.problem(409, "conflict");
    }

    async fn every_wrong_field_of_a_client_is_named(db: TestDb) {
        let app = TestApp::start(db).await;
        let answer = make(&app, json!({ "name": "", "role": "admin", "municipality": "x", "extra": 1 })).await;
        let names: Vec<String> = answer.invalid().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["/extra", "/municipality", "/name", "/role"]);
        for (body, code) in [
            (json!({ "name": "A", "role": "municipality" }), "required"),
            (json!({ "name": "A", "role": "adviser", "municipality": "GM0363" }), "invalid"),
            (json!({ "name": "A", "role": "municipality", "municipality": "GM9999" }), "unknown"),
        ] {
            let expected = ("/municipality".to_owned(), code.to_owned());
            assert_eq!(make(&app, body).await.invalid(), [expected]);
        }
        municipal_client(&app).await;
        let taken = make(&app, json!({ "name": "B", "role": "adviser", "clientId": "zaaksysteem" })).await;
        taken.problem(409, "already-exists");
    }

    // security: 55
    async fn a_client_is_changed_at_the_version_that_was_read(db: TestDb) {
        let app = TestApp::start(db).await;
        let made = municipal_client(&app).await;
        let path = format!("/v1/clients/{}", made["client"]["id"].as_str().unwrap());
        let read = coordinator(&app).get(&path).await.expect(200);
        let tag = read.header("etag").to_owned();
        let body = json!({ "name": "Nieuw zaaksysteem" });
        coordinator(&app).call(Method::PATCH, &path).json(&body).send().await
            .problem(428, "precondition-required");
        let changed = coordinator(&app).patch(&path, &tag, &body).await.expect(200).json();
        assert_eq!(changed["name"], "Nieuw zaaksysteem");
        coordinator(&app).patch(&path, &tag, &body).await.problem(412, "stale");
        coordinator(&app).patch(&path, &tag, &json!({})).await.problem(412, "stale");
        coordinator(&app).get("/v1/clients/0190f3c0-0000-7000-8000-000000000000").await
            .problem(404, "not-found");
        let list = coordinator(&app).get("/v1/clients").await.expect(200).json();
        assert_eq!(list["items"][0]["name"], "Nieuw zaaksysteem");
    }

    async fn the_issuer_says_where_its_keys_and_tokens_are(db: TestDb) {
        let app = TestApp::start(db).await;
        let about = app.anonymous().get("/.well-known/oauth-authorization-server").await.expect(200).json();
        assert_eq!(about["issuer"], app.state.auth.issuer());
        assert_eq!(about["token_endpoint"], "https://koplopers.example.nl/v1/oauth/token");
        let keys = app.anonymous().get("/.well-known/jwks.json").await.expect(200).json();
        let key = &keys["keys"][0];
        assert_eq!((&key["kty"], &key["crv"], &key["alg"]), (&json!("OKP"), &json!("Ed25519"), &json!("EdDSA")));
        assert!(key.get("d").is_none());
    }
}
