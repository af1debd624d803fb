//! The app under test, its callers and their answers.

use std::net::SocketAddr;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use koplopers_api::auth::{TokenSubject, issue, subject_of_person, subject_of_role};
use koplopers_api::server;
use koplopers_api::state::AppState;
use koplopers_shared::access::Role;
use koplopers_shared::clock::Clock;
use koplopers_shared::ids::PersonId;
use koplopers_shared::settings::Settings;
use koplopers_shared::testing::TestDb;
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

/// The instant at which every test starts: a Monday morning.
pub const START: &str = "2026-03-02T09:00:00Z";

/// A running app with a database of its own and a clock that the test turns.
pub struct TestApp {
    pub db: TestDb,
    pub clock: Clock,
    pub state: AppState,
    pub address: SocketAddr,
    pub metrics_address: SocketAddr,
    http: reqwest::Client,
    _data: TempDir,
    _stop: oneshot::Sender<()>,
}

impl TestApp {
    /// The app with the settings of [`Settings::for_tests`].
    pub async fn start(db: TestDb) -> Self {
        Self::start_with(db, |_| {}).await
    }

    /// The app with other settings.
    pub async fn start_with(db: TestDb, change: impl FnOnce(&mut Settings)) -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut settings = Settings::for_tests(data.path());
        settings.http.drain_wait = std::time::Duration::ZERO;
        settings.database_url = db.url().clone();
        change(&mut settings);
        let clock = Clock::manual(START.parse().unwrap());
        let state = AppState::start(db.db().clone(), clock.clone(), Arc::new(settings))
            .await
            .unwrap();
        state.process.health.look(&state).await;
        let (address, metrics_address, stop) = serve(state.clone());
        Self {
            db,
            clock,
            state,
            address,
            metrics_address,
            http: client(),
            _data: data,
            _stop: stop,
        }
    }

    /// A caller without credentials.
    pub fn anonymous(&self) -> Caller<'_> {
        self.with_token(None)
    }

    /// A coordinator of the institute who is nobody in particular.
    pub fn as_coordinator(&self) -> Caller<'_> {
        self.as_role(Role::Coordinator)
    }

    /// Somebody of the institute in a role.
    pub fn as_role(&self, role: Role) -> Caller<'_> {
        self.with_subject(&subject_of_role(role, None).unwrap())
    }

    /// Somebody in any role; a municipality's is that of `GM0363`.
    pub fn as_any(&self, role: Role) -> Caller<'_> {
        if role.needs_municipality() {
            self.as_municipality("GM0363")
        } else {
            self.as_role(role)
        }
    }

    /// A municipality, such as `GM0363`.
    pub fn as_municipality(&self, code: &str) -> Caller<'_> {
        let code = code.parse().unwrap();
        self.with_subject(&subject_of_role(Role::Municipality, Some(code)).unwrap())
    }

    /// A person of the institute, in a role.
    pub fn as_person(&self, person: PersonId, role: Role) -> Caller<'_> {
        self.with_subject(&subject_of_person(person, role, None).unwrap())
    }

    /// The bearer of a token of ours that lives for twelve hours.
    pub fn with_subject(&self, subject: &TokenSubject) -> Caller<'_> {
        let auth = &self.state.auth;
        let lifetime = SignedDuration::from_hours(12);
        let token = issue(auth.keys(), auth.issuer(), subject, self.now(), lifetime);
        self.with_token(Some(token.unwrap()))
    }

    /// A caller with this token.
    pub fn with_token(&self, token: Option<String>) -> Caller<'_> {
        Caller { app: self, token }
    }

    /// The current instant of the app.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Sends bytes as they are and reads until the other side closes.
    pub async fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8(answer).unwrap()
    }
}

/// Runs a server in a thread of its own until the sender is dropped.
fn serve(state: AppState) -> (SocketAddr, SocketAddr, oneshot::Sender<()>) {
    let (stop, stopped) = oneshot::channel::<()>();
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async {
            let bound = server::bind(state).unwrap();
            tell.send((bound.address, bound.metrics_address)).unwrap();
            bound
                .run(async {
                    let _ = stopped.await;
                })
                .await
                .unwrap();
        });
    });
    let (address, metrics_address) = told.recv().unwrap();
    (address, metrics_address, stop)
}

fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap()
}

/// Somebody who calls.
#[derive(Clone)]
pub struct Caller<'a> {
    app: &'a TestApp,
    pub token: Option<String>,
}

impl Caller<'_> {
    /// Starts a request; `path` is complete, such as `/v1/intakes`.
    pub fn call(&self, method: Method, path: &str) -> Call {
        let url = format!("http://{}{path}", self.app.address);
        let mut request = self.app.http.request(method, url);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        Call(request)
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path).send().await
    }

    /// POST of a JSON body.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::POST, path).json(body).send().await
    }

    /// PATCH (merge patch) with the tag of what was read.
    pub async fn patch(&self, path: &str, etag: &str, body: &Value) -> Answer {
        self.call(Method::PATCH, path)
            .header("if-match", etag)
            .json(body)
            .send()
            .await
    }

    /// PUT with the tag of what was read.
    pub async fn put(&self, path: &str, etag: &str, body: &Value) -> Answer {
        self.call(Method::PUT, path)
            .header("if-match", etag)
            .json(body)
            .send()
            .await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, path).send().await
    }
}

/// A request in the making.
pub struct Call(reqwest::RequestBuilder);

impl Call {
    /// Adds a header.
    pub fn header(self, name: &str, value: &str) -> Self {
        Self(self.0.header(name, value))
    }

    /// Sets a JSON body.
    pub fn json(self, body: &Value) -> Self {
        Self(
            self.0
                .header("content-type", "application/json")
                .body(body.to_string()),
        )
    }

    /// Sets a body as it is.
    pub fn body(self, body: impl Into<reqwest::Body>) -> Self {
        Self(self.0.body(body))
    }

    /// Sends it.
    pub async fn send(self) -> Answer {
        let response = self.0.send().await.unwrap();
        Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.text().await.unwrap(),
        }
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    /// Insists on a status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// A header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect(&self.text)
    }

    /// A member of the body that is text.
    #[track_caller]
    pub fn text_at(&self, pointer: &str) -> String {
        let body = self.json();
        let value = body.pointer(pointer).and_then(Value::as_str);
        value.expect(&self.text).to_owned()
    }

    /// Insists on a problem of this status and code.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json");
        let body = self.json();
        assert_eq!(body["code"], code, "{}", self.text);
        assert_eq!(body["status"], status, "{}", self.text);
        assert_eq!(body["type"], format!("/problems/{code}"));
        let instance = body["instance"].as_str().expect("an instance");
        assert_eq!(
            instance,
            format!("urn:uuid:{}", self.header("x-request-id"))
        );
        body
    }

    /// The fields that are not valid, as `(name, code)` in order of name.
    #[track_caller]
    pub fn invalid(&self) -> Vec<(String, String)> {
        let body = self.problem(400, "validation-failed");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let mut fields: Vec<(String, String)> = body["invalidParams"]
            .as_array()
            .unwrap()
            .iter()
            .map(|field| (text(&field["name"]), text(&field["code"])))
            .collect();
        fields.sort();
        fields
    }
}
