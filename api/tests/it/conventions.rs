//! What holds for every operation.

use jiff::SignedDuration;
use koplopers_shared::access::Role;
use koplopers_shared::deliveries::{WorkerId, workers};
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use reqwest::Method;

use crate::app::TestApp;

async fn metrics(app: &TestApp) -> String {
    let url = format!("http://{}/metrics", app.metrics_address);
    reqwest::get(url).await.unwrap().text().await.unwrap()
}

on_both_databases! {
    async fn every_answer_carries_the_version_and_the_security_headers(db: TestDb) {
        // security: 71
        let app = TestApp::start(db).await;
        for (path, status) in [
            ("/v1/glossary", 200),
            ("/v1/nothing", 404),
            ("/health/ready", 200),
            ("/problems/not-found", 200),
        ] {
            let answer = app.anonymous().get(path).await.expect(status);
            assert_eq!(answer.header("api-version"), env!("CARGO_PKG_VERSION"), "{path}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
            assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
            assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
            let policy = answer.header("content-security-policy");
            assert!(policy.starts_with("default-src 'none'"), "{path}: {policy}");
            assert!(answer.header("strict-transport-security").starts_with("max-age="));
            assert!(!answer.headers.contains_key("server"), "{path}");
        }
    }

    async fn hsts_is_left_out_without_tls(db: TestDb) {
        let app = TestApp::start_with(db, |settings| {
            settings.http.public_url = "http://127.0.0.1:8080".parse().unwrap();
        })
        .await;
        let answer = app.anonymous().get("/v1/glossary").await.expect(200);
        assert!(!answer.headers.contains_key("strict-transport-security"));
    }

    async fn an_unknown_path_and_a_slash_at_the_end_are_404_problems(db: TestDb) {
        let app = TestApp::start(db).await;
        for path in ["/v1/nothing", "/v1/glossary/", "/v1", "/", "/v2/glossary", "/v1/glossary.json"] {
            app.anonymous().get(path).await.problem(404, "not-found");
        }
    }

    async fn an_unknown_method_is_405_with_the_known_ones(db: TestDb) {
        let app = TestApp::start(db).await;
        let answer = app.anonymous().call(Method::DELETE, "/v1/glossary").send().await;
        answer.problem(405, "method-not-allowed");
        assert_eq!(answer.header("allow"), "GET, HEAD, OPTIONS");
        let answer = app.anonymous().call(Method::OPTIONS, "/v1/glossary").send().await.expect(204);
        assert_eq!(answer.header("allow"), "GET, HEAD, OPTIONS");
    }

    async fn head_answers_like_get_without_the_body(db: TestDb) {
        let app = TestApp::start(db).await;
        let get = app.anonymous().get("/v1/glossary").await.expect(200);
        let head = app.anonymous().call(Method::HEAD, "/v1/glossary").send().await.expect(200);
        assert!(head.text.is_empty());
        assert_eq!(head.header("content-length"), get.text.len().to_string());
        assert_eq!(head.header("content-type"), get.header("content-type"));
        let raw = app.raw(b"HEAD /v1/nothing HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
        assert!(raw.starts_with("HTTP/1.1 404"), "{raw}");
        assert!(raw.ends_with("\r\n\r\n"), "{raw}");
    }

    async fn what_is_not_acceptable_is_406(db: TestDb) {
        let app = TestApp::start(db).await;
        let call = || app.anonymous().call(Method::GET, "/v1/glossary");
        call().header("accept", "application/xml").send().await.problem(406, "not-acceptable");
        call().header("accept", "text/html, */*;q=0.1").send().await.expect(200);
    }

    async fn only_listed_origins_are_allowed_and_echoed(db: TestDb) {
        // security: 72
        let app = TestApp::start(db).await;
        let call = |origin: &str| app.anonymous().call(Method::GET, "/v1/glossary").header("origin", origin);
        let listed = call("https://app.example.nl").send().await.expect(200);
        assert_eq!(listed.header("access-control-allow-origin"), "https://app.example.nl");
        assert!(listed.header("vary").to_lowercase().contains("origin"));
        let other = call("https://app.example.nl.evil.example.org").send().await;
        assert!(!other.headers.contains_key("access-control-allow-origin"));
        let preflight = app
            .anonymous()
            .call(Method::OPTIONS, "/v1/glossary")
            .header("origin", "https://app.example.nl")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization, idempotency-key")
            .send()
            .await;
        assert!(preflight.status < 300, "{preflight:?}");
        assert_eq!(preflight.header("access-control-allow-origin"), "https://app.example.nl");
    }

    async fn a_trace_is_taken_over_and_passed_on(db: TestDb) {
        let app = TestApp::start(db).await;
        let given = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let answer = app.anonymous().call(Method::GET, "/v1/glossary").header("traceparent", given).send().await;
        let passed = answer.header("traceparent");
        assert!(passed.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-"), "{passed}");
        assert_ne!(passed, given);
    }

    async fn a_caller_without_a_token_is_limited_per_address(db: TestDb) {
        // security: 42, 43
        let app = TestApp::start_with(db, |settings| {
            settings.http.rate_anonymous_per_minute = 3;
            settings.http.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
        })
        .await;
        let from = |address: &str| app.anonymous().call(Method::GET, "/v1/glossary").header("x-forwarded-for", address);
        for _ in 0..3 {
            from("203.0.113.9").send().await.expect(200);
        }
        let answer = from("203.0.113.9").send().await;
        answer.problem(429, "too-many-requests");
        assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0);
        from("203.0.113.10").send().await.expect(200);
        app.anonymous().get("/health/live").await.expect(200);
    }

    async fn a_page_explains_every_problem(db: TestDb) {
        let app = TestApp::start(db).await;
        for kind in koplopers_api::problem::kinds::ALL {
            let page = app.anonymous().get(&format!("/problems/{}", kind.code)).await.expect(200);
            assert!(page.text.contains(kind.title), "{}", kind.code);
        }
        app.anonymous().get("/problems/made-up").await.problem(404, "not-found");
    }

    async fn the_docs_page_asks_nothing_of_outside_hosts(db: TestDb) {
        let app = TestApp::start(db).await;
        let page = app.anonymous().get("/docs").await.expect(200);
        assert!(page.header("content-security-policy").contains("script-src 'self'"));
        let mut files = 0;
        for part in page.text.split(['"', '\'']) {
            assert!(!part.starts_with("http") && !part.starts_with("//"), "{part}");
            if part.starts_with("/docs/") {
                app.anonymous().get(part).await.expect(200);
                files += 1;
            }
        }
        assert!(files >= 4, "{}", page.text);
        let initializer = app.anonymous().get("/docs/swagger-initializer.js").await.expect(200);
        assert!(initializer.text.contains("/v1/openapi.json"));
    }

    async fn a_process_that_stops_is_not_ready_but_alive(db: TestDb) {
        // security: 91
        let app = TestApp::start(db).await;
        app.anonymous().get("/health/ready").await.expect(200);
        app.state.process.stop();
        let answer = app.anonymous().get("/health/ready").await;
        assert_eq!(answer.status, 503);
        app.anonymous().get("/health/live").await.expect(200);
    }

    async fn readiness_names_a_missing_worker_and_serves_without_it(db: TestDb) {
        // security: 91
        let app = TestApp::start(db).await;
        let health = &app.state.process.health;
        let ready = async || app.anonymous().get("/health/ready").await.expect(200);
        health.look_at_outbox(&app.state).await;
        assert_eq!(ready().await.text_at("/worker"), "not heard of");
        let now = app.now();
        app.db
            .write(move |conn| workers::beat(conn, WorkerId::generate(), now, now))
            .await
            .unwrap();
        health.look_at_outbox(&app.state).await;
        assert_eq!(ready().await.text_at("/worker"), "ok");
        app.clock.turn_by(SignedDuration::from_secs(31));
        health.look_at_outbox(&app.state).await;
        let silent = ready().await;
        assert_eq!(silent.text_at("/worker"), "not heard of");
        assert_eq!(silent.text_at("/status"), "ok");
        let text = metrics(&app).await;
        let seen = format!("koplopers_worker_last_seen_timestamp_seconds {}", now.as_second());
        assert!(text.contains("koplopers_workers 0\n") && text.contains(&seen), "{text}");
    }

    async fn a_worker_that_said_no_goodbye_is_missed_until_another_takes_its_place(db: TestDb) {
        // issue: lost worker
        let app = TestApp::start(db).await;
        let health = &app.state.process.health;
        let looked = async || {
            health.look_at_outbox(&app.state).await;
            let ready = app.anonymous().get("/health/ready").await.expect(200).json();
            let text = metrics(&app).await;
            let queue = app.as_role(Role::Ops).get("/v1/delivery-queue").await.expect(200).json();
            let listed = queue["lostWorkers"].as_array().unwrap().len();
            assert!(text.contains(&format!("koplopers_workers_lost {listed}\n")), "{text}");
            assert_eq!(ready["lostWorkers"], listed);
            (queue["workers"].as_array().unwrap().len(), listed)
        };
        let (killed, stopped) = (WorkerId::generate(), WorkerId::generate());
        let beat = async |id: WorkerId| {
            let now = app.now();
            let told = app.db.write(move |conn| workers::beat(conn, id, now, now));
            told.await.unwrap();
        };
        beat(killed).await;
        beat(stopped).await;
        assert_eq!(looked().await, (2, 0));
        let now = app.now();
        app.db.write(move |conn| workers::stop(conn, stopped, now)).await.unwrap();
        app.clock.turn_by(SignedDuration::from_secs(31));
        assert_eq!(looked().await, (0, 1));
        beat(WorkerId::generate()).await;
        assert_eq!(looked().await, (1, 0));
    }

    async fn the_outbox_shows_in_the_metrics(db: TestDb) {
        let app = TestApp::start(db).await;
        given::submitted(&app.db, given::amsterdam(), "versnelling").await;
        app.clock.turn_to(given::now().at + SignedDuration::from_mins(7));
        app.state.process.health.look_at_outbox(&app.state).await;
        let text = metrics(&app).await;
        for line in [
            r#"koplopers_deliveries{state="queued"} 1"#,
            r#"koplopers_deliveries{state="unknown"} 0"#,
            "koplopers_deliveries_oldest_due_seconds 420",
            r#"koplopers_deliveries_reached_total{state="buried"} 0"#,
            "koplopers_audit_waiting 0",
            r#"koplopers_db_threads{queue="write",state="busy"}"#,
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
    }

    async fn metrics_are_on_a_listener_of_their_own(db: TestDb) {
        // security: 73
        let app = TestApp::start(db).await;
        app.anonymous().get("/v1/glossary").await.expect(200);
        app.anonymous().get("/metrics").await.problem(404, "not-found");
        let text = metrics(&app).await;
        assert!(
            text.contains(r#"koplopers_http_requests_total{method="GET",route="/v1/glossary",status="200"} 1"#),
            "{text}"
        );
        assert!(text.contains("koplopers_db_waiting") && text.contains("koplopers_build_info"), "{text}");
    }
}
