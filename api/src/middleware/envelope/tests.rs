#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::io;
use std::sync::{Arc, Mutex};

use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, init_service, read_body};
use actix_web::{App, HttpResponse, rt};
use koplopers_shared::clock::Clock;
use koplopers_shared::settings::Settings;
use koplopers_shared::testing::TestDb;
use serde_json::Value;

use super::*;

/// What was logged, as lines.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Calls `paths` one after another on an app with a route that panics, one that never answers
/// and one with a token in its path, and gives the statuses, bodies and log lines.
fn call(paths: &[&str]) -> (Vec<(u16, String)>, Vec<Value>) {
    let written = Written::default();
    let for_writer = written.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_writer(move || for_writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let answers = rt::System::new().block_on(async {
        let db = TestDb::sqlite();
        let folder = tempfile::tempdir().unwrap();
        let mut settings = Settings::for_tests(folder.path());
        settings.http.request_timeout = std::time::Duration::from_millis(50);
        let state = AppState::start(db.db().clone(), Clock::System, Arc::new(settings));
        let state = state.await.unwrap();
        let app = App::new()
            .app_data(web::Data::new(state))
            .route("/v1/panic", web::get().to(panicking))
            .route("/v1/never", web::get().to(never))
            .route("/r/{token}", web::get().to(HttpResponse::Ok))
            .wrap(from_fn(wrap));
        let app = init_service(app).await;
        let mut answers = Vec::new();
        for path in paths {
            let req = TestRequest::get()
                .uri(path)
                .insert_header(("authorization", "Bearer geheim"))
                .insert_header(("user-agent", "geheim\u{1f600}"))
                .to_request();
            answers.push(match actix_web::dev::Service::call(&app, req).await {
                Ok(response) => (response.status().as_u16(), text(&read_body(response).await)),
                Err(error) => {
                    let response = error.error_response();
                    let status = response.status().as_u16();
                    let bytes = actix_web::body::to_bytes(response.into_body()).await;
                    (status, text(&bytes.unwrap()))
                }
            });
        }
        answers
    });
    let log = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
    let lines = log
        .lines()
        .map(|line| serde_json::from_str(line).expect(line))
        .collect();
    (answers, lines)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

async fn panicking() -> HttpResponse {
    panic!("geheim")
}

async fn never() -> HttpResponse {
    std::future::pending().await
}

// security: 69
#[test]
fn a_panic_in_a_handler_is_a_500_problem_and_the_next_request_is_answered() {
    let (answers, lines) = call(&["/v1/panic", "/r/x"]);
    assert_eq!(answers[0].0, 500);
    let body: Value = serde_json::from_str(&answers[0].1).unwrap();
    assert_eq!(body["code"], "internal");
    assert_eq!(answers[1].0, 200);
    let id = body["instance"].as_str().unwrap().replace("urn:uuid:", "");
    let told = |line: &Value| line["message"] == "a handler panicked" && line["request_id"] == id;
    assert!(lines.iter().any(told), "{lines:?}");
}

// security: 47
#[test]
fn a_request_that_takes_too_long_is_503() {
    let (answers, _) = call(&["/v1/never"]);
    assert_eq!(answers[0].0, 503);
    assert!(answers[0].1.contains("deadline-exceeded"));
}

// security: 65, 66, 70
#[test]
fn logs_are_lines_of_json_without_tokens_queries_or_headers() {
    let (_, lines) = call(&["/r/geheim", "/r/geheim?x=geheim%0a%22", "/v1/panic"]);
    let all = format!("{lines:?}");
    assert!(!all.contains("geheim"), "{all}");
    let answered: Vec<&Value> = lines
        .iter()
        .filter(|line| line["message"] == "answered")
        .collect();
    assert_eq!(answered.len(), 3, "{all}");
    assert_eq!(answered[0]["path"], "/r/{token}");
    assert_eq!(answered[2]["path"], "/v1/panic");
    assert!(answered.iter().all(|line| line["request_id"].is_string()));
}
