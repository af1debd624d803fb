//! What holds when too much comes in, or too slowly.

use std::time::{Duration, Instant};

use koplopers_shared::access::Role;
use koplopers_shared::db::{DbError, DbOptions};
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::TestDb;
use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::app::TestApp;

/// A request in chunks of 10 kB each, as bytes.
fn chunked(token: &str, body: &str) -> Vec<u8> {
    let mut bytes = format!(
        "POST /v1/intakes HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n"
    )
    .into_bytes();
    for chunk in body.as_bytes().chunks(10_000) {
        bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        bytes.extend_from_slice(chunk);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"0\r\n\r\n");
    bytes
}

/// Reads until the other side closes, or fails after ten seconds.
async fn until_closed(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    // A reset counts as closed.
    let _ = tokio::time::timeout(Duration::from_secs(10), read)
        .await
        .expect("the connection is closed in time");
    String::from_utf8_lossy(&answer).into_owned()
}

async fn send(app: &TestApp, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    // A server that has answered early may have closed already.
    let _ = stream.write_all(bytes).await;
    stream
}

on_both_databases! {
    async fn a_body_over_256_kb_is_413_also_in_chunks(db: TestDb) {
        // security: 29
        let app = TestApp::start(db).await;
        let coordinator = app.as_coordinator();
        let body = format!(r#"{{"programme": "{}"}}"#, "a".repeat(300_000));
        coordinator
            .call(Method::POST, "/v1/intakes")
            .header("content-type", "application/json")
            .body(body.clone())
            .send()
            .await
            .problem(413, "body-too-large");
        let request = chunked(coordinator.token.as_deref().unwrap(), &body);
        let answer = until_closed(&mut send(&app, &request).await).await;
        assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
        assert!(answer.contains("body-too-large"), "{answer}");
    }

    async fn slow_and_idle_connections_are_closed_and_health_answers_meanwhile(db: TestDb) {
        // security: 45
        let app = TestApp::start_with(db, |settings| {
            settings.http.header_timeout = Duration::from_secs(1);
            settings.http.body_timeout = Duration::from_millis(300);
            settings.http.keep_alive = Duration::from_secs(1);
        })
        .await;
        let token = app.as_coordinator().token.unwrap();
        let body = format!(
            "POST /v1/intakes HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: 100\r\n\r\n{{"
        );
        let mut slow = Vec::new();
        for _ in 0..20 {
            slow.push((send(&app, b"GET /v1/gloss").await, "408"));
            slow.push((send(&app, body.as_bytes()).await, "408"));
            slow.push((send(&app, b"").await, ""));
            slow.push((send(&app, b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n").await, "200"));
        }
        let started = Instant::now();
        app.anonymous().get("/health/live").await.expect(200);
        assert!(started.elapsed() < Duration::from_secs(1));
        for (mut stream, status) in slow {
            let answer = until_closed(&mut stream).await;
            assert!(answer.contains(status), "{status}: {answer}");
        }
    }

    async fn a_chunked_body_that_stalls_does_not_hold_its_connection(db: TestDb) {
        // security: 45
        let app = TestApp::start_with(db, |settings| {
            // Also how long actix waits before it closes.
            settings.http.header_timeout = Duration::from_secs(3);
            settings.http.body_timeout = Duration::from_millis(300);
            // Not what closes it.
            settings.http.keep_alive = Duration::from_mins(1);
        })
        .await;
        let token = app.as_coordinator().token.unwrap();
        for (token, status) in [(token.as_str(), "408"), ("guess", "401")] {
            let stalled = format!(
                "POST /v1/intakes HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\
                 content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{{\r\n"
            );
            let answer = until_closed(&mut send(&app, stalled.as_bytes()).await).await;
            assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{status}: {answer}");
            assert!(answer.ends_with('}'), "{status}: {answer}");
        }
    }

    async fn a_chunked_body_that_arrives_leaves_its_connection_open(db: TestDb) {
        let app = TestApp::start(db).await;
        let token = app.as_coordinator().token.unwrap();
        let last = chunked(&token, "{}");
        let first = String::from_utf8_lossy(&last).replace("connection: close\r\n", "");
        let both = [first.as_bytes(), &last].concat();
        let answers = until_closed(&mut send(&app, &both).await).await;
        assert_eq!(answers.matches("HTTP/1.1 400").count(), 2, "{answers}");
    }

    async fn a_client_over_its_limit_gets_429_and_another_does_not(db: TestDb) {
        // security: 42
        let app = TestApp::start_with(db, |settings| settings.http.rate_per_minute = 3).await;
        let coordinator = app.as_coordinator();
        for _ in 0..3 {
            coordinator.get("/v1/me").await.expect(200);
        }
        let answer = coordinator.get("/v1/me").await;
        answer.problem(429, "too-many-requests");
        assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0);
        app.as_role(Role::Adviser).get("/v1/me").await.expect(200);
    }

    async fn bad_tokens_count_for_their_address(db: TestDb) {
        // security: 43
        let app = TestApp::start_with(db, |settings| {
            settings.http.rate_anonymous_per_minute = 3;
        })
        .await;
        let guesser = app.with_token(Some("guess".to_owned()));
        for _ in 0..3 {
            guesser.get("/v1/me").await.problem(401, "unauthorized");
        }
        guesser.get("/v1/me").await.problem(429, "too-many-requests");
        app.as_coordinator().get("/v1/me").await.expect(200);
    }
}

/// One thread, and hardly any patience.
fn one_thread() -> DbOptions {
    DbOptions {
        pool: 1,
        queue_wait: Duration::from_millis(200),
        ..DbOptions::default()
    }
}

/// Holds the only database thread that writes until the sender is dropped.
async fn occupy(app: &TestApp) -> std::sync::mpsc::Sender<()> {
    let (release, wait) = std::sync::mpsc::channel::<()>();
    let (tell, told) = tokio::sync::oneshot::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let tell = std::sync::Mutex::new(Some(tell));
    let db = app.state.db.clone();
    tokio::spawn(async move {
        let _ = db
            .write(move |_| {
                if let Some(tell) = tell.lock().unwrap().take() {
                    let _ = tell.send(());
                }
                let _ = wait.lock().unwrap().recv();
                Ok::<_, DbError>(())
            })
            .await;
    });
    told.await.unwrap();
    release
}

async fn busy_is_503(db: TestDb) {
    let app = TestApp::start(db).await;
    let coordinator = app.as_coordinator();
    let new = json!({ "municipality": "GM0363", "programme": "versnelling" });
    coordinator.post("/v1/intakes", &new).await.expect(201);
    let release = occupy(&app).await;
    let started = Instant::now();
    let answer = coordinator.post("/v1/intakes", &new).await;
    answer.problem(503, "busy");
    assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0);
    // security: 48
    app.anonymous().get("/health/live").await.expect(200);
    app.anonymous().get("/health/ready").await.expect(200);
    assert!(started.elapsed() < Duration::from_secs(2));
    drop(release);
    coordinator.get("/v1/intakes").await.expect(200);
}

// security: 46, 48
#[tokio::test(flavor = "multi_thread")]
async fn with_every_database_thread_busy_requests_get_503_and_health_answers_sqlite() {
    busy_is_503(TestDb::sqlite_with(one_thread())).await;
}

// security: 46, 48
#[tokio::test(flavor = "multi_thread")]
async fn with_every_database_thread_busy_requests_get_503_and_health_answers_postgres() {
    if let Some(db) = TestDb::postgres_with(one_thread()) {
        busy_is_503(db).await;
    }
}

on_both_databases! {
    async fn a_stranger_learns_nothing_about_bodies(db: TestDb) {
        // security: 21
        let app = TestApp::start(db).await;
        let broken = |caller: crate::app::Caller<'_>| {
            caller.call(Method::POST, "/v1/intakes").body("{broken")
        };
        broken(app.anonymous()).send().await.problem(401, "unauthorized");
        broken(app.with_token(Some("guess".into()))).send().await.problem(401, "unauthorized");
        // A token that is seen for the first time, so that the caller must be looked up.
        broken(app.as_role(Role::Auditor)).send().await.problem(403, "forbidden");
        broken(app.as_coordinator()).send().await.problem(415, "unsupported-media-type");
    }

    async fn only_plain_json_in_utf_8_is_read(db: TestDb) {
        // security: 31
        let app = TestApp::start(db).await;
        let coordinator = app.as_coordinator();
        let post = |kind: &str| {
            coordinator
                .call(Method::POST, "/v1/intakes")
                .header("content-type", kind)
                .body("{}")
        };
        for kind in ["text/plain", "application/xml", "application/json; charset=latin1", ""] {
            post(kind).send().await.problem(415, "unsupported-media-type");
        }
        let packed = post("application/json").header("content-encoding", "gzip");
        packed.send().await.problem(415, "unsupported-media-type");
        for kind in ["application/json", "Application/JSON; charset=UTF-8"] {
            let fields = post(kind).send().await.invalid();
            assert_eq!(fields, [("/programme".to_owned(), "required".to_owned())]);
        }
    }

    async fn broken_json_is_400_and_all_wrong_fields_are_named(db: TestDb) {
        // security: 30
        let app = TestApp::start(db).await;
        let coordinator = app.as_coordinator();
        let post = |body: String| {
            let call = coordinator.call(Method::POST, "/v1/intakes");
            call.header("content-type", "application/json").body(body)
        };
        for broken in ["", "{", "[1,]", r#"{"programme": NaN}"#, "{} {}", &"[".repeat(50_000)] {
            let answer = post(broken.to_owned()).send().await;
            answer.problem(400, "invalid-json");
        }
        let wrong = json!({
            "municipality": "Amsterdam",
            "programme": " ",
            "externalReference": "x".repeat(10_001),
            "issues": [{ "title": " ", "description": "a\u{7}b" }],
            "extra": 1,
        });
        let fields = post(wrong.to_string()).send().await.invalid();
        assert_eq!(fields, [("/issues/0/description".to_owned(), "control-character".to_owned())]);
        let wrong = wrong.to_string().replace("\\u0007", "");
        let answer = post(wrong).send().await;
        let names: Vec<String> = answer.invalid().into_iter().map(|(name, _)| name).collect();
        for name in ["/externalReference", "/extra", "/issues/0/title", "/municipality", "/programme"] {
            assert!(names.iter().any(|found| found == name), "{name}: {}", answer.text);
        }
        assert!(!answer.text.contains("Amsterdam"));
    }

    async fn no_body_about_a_case_takes_what_may_be_a_bsn(db: TestDb) {
        // mission: B2
        let app = TestApp::start(db).await;
        let coordinator = app.as_coordinator();
        let (id, number) = (uuid::Uuid::nil(), "111222333");
        let judged = json!({ "judgement": "satisfied", "remark": number });
        let talk = json!({
            "localStart": "2027-03-04T14:00", "localEnd": "2027-03-04T15:30", "agenda": number,
        });
        for (method, path, mut body, field) in [
            (Method::POST, format!("intakes/{id}/talk"), talk, "/agenda"),
            (Method::PATCH, format!("intakes/{id}/assessment"), json!({ "localSituation": number }), "/localSituation"),
            (
                Method::PUT,
                format!("intakes/{id}/assessment/settlement"),
                json!({ "settlements": [{ "criterion": "urgency", "value": "met", "reason": number }] }),
                "/settlements/0/reason",
            ),
            (Method::POST, format!("intakes/{id}/decision"), json!({ "outcome": "decline", "reason": number }), "/reason"),
            (Method::POST, format!("intakes/{id}/referral"), json!({ "items": [id], "note": number }), "/note"),
            (Method::POST, format!("meetings/{id}/cancellation"), json!({ "reason": number }), "/reason"),
            (Method::PUT, format!("meetings/{id}/outcome"), json!({ "outcome": "held", "note": number }), "/note"),
            (
                Method::PUT,
                format!("trajectories/{id}/outcome"),
                json!({ "outcome": "ja", "anchoring": "ja", "municipality": judged, "residents": judged, "containsNoBsn": false }),
                "/municipality/remark",
            ),
            (Method::POST, format!("trajectories/{id}/stoppage"), json!({ "reason": number }), "/reason"),
        ] {
            let send = |body: &serde_json::Value| {
                let call = coordinator.call(method.clone(), &format!("/v1/{path}"));
                let call = call.header("content-type", "application/json").header("if-match", "*");
                call.body(body.to_string()).send()
            };
            let answer = send(&body).await;
            let problem = answer.problem(400, "possible-bsn");
            assert_eq!(problem["invalidParams"][0]["name"], field, "{path}");
            assert!(!answer.text.contains(number), "{path}");
            body["containsNoBsn"] = json!(true);
            assert!(!send(&body).await.text.contains("possible-bsn"), "{path}");
        }
    }

    async fn unknown_query_keys_and_foreign_cursors_are_400(db: TestDb) {
        // security: 35, 44
        let app = TestApp::start(db).await;
        let coordinator = app.as_coordinator();
        for query in ["statuz=draft", "limit=0", "limit=101", "limit=1&limit=2", "status=made-up"] {
            coordinator.get(&format!("/v1/intakes?{query}")).await.invalid();
        }
        for path in ["/v1/intakes?cursor=AAAA", "/v1/clients?cursor=AAAA"] {
            coordinator.get(path).await.problem(400, "invalid-cursor");
        }
    }
}
