//! Production: two servers and two workers on one PostgreSQL, and a mail server. Whatever one
//! of them began, the other one knows.

use std::net::SocketAddr;
use std::sync::Arc;

use diesel::prelude::*;
use koplopers_api::auth::subject_of_role;
use koplopers_api::state::AppState;
use koplopers_shared::access::Role;
use koplopers_shared::clock::Clock;
use koplopers_shared::db::schema::deliveries;
use koplopers_shared::flows::Letterhead;
use koplopers_shared::metrics::DeliveryMetrics;
use koplopers_shared::testing::smtp::{ReceivedMail, Script, SmtpServer};
use koplopers_shared::testing::{TestDb, run};
use koplopers_worker::transport::{MailUrl, Transport};
use koplopers_worker::{WorkerOptions, WorkerParts, build_worker};
use mail_parser::MessageParser;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::watch;

use crate::process::{Server, state_of, token};

/// Two servers, two workers and the mail server that they hand over to.
struct Installation {
    db: TestDb,
    servers: [Server; 2],
    relay: SmtpServer,
    coordinator: String,
    http: reqwest::Client,
    _data: TempDir,
    _running: watch::Sender<()>,
}

impl Installation {
    async fn start(db: TestDb) -> Self {
        let data = tempfile::tempdir().unwrap();
        let state = state_of(&db, data.path()).await;
        let (running, stop) = watch::channel(());
        let relay = SmtpServer::start(Script::new()).await.unwrap();
        for _ in 0..2 {
            start_worker(&state, &relay, stop.clone());
        }
        let coordinator = subject_of_role(Role::Coordinator, None).unwrap();
        Self {
            servers: [
                Server::start(&db, data.path()),
                Server::start(&db, data.path()),
            ],
            coordinator: token(&state, &coordinator),
            db,
            relay,
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            _data: data,
            _running: running,
        }
    }

    fn first(&self) -> SocketAddr {
        self.servers[0].address
    }

    fn second(&self) -> SocketAddr {
        self.servers[1].address
    }

    async fn post(&self, server: SocketAddr, token: &str, path: &str, body: Value) -> Answer {
        let url = format!("http://{server}/v1{path}");
        let answer = self
            .http
            .request(Method::POST, url)
            .bearer_auth(token)
            .header("Idempotency-Key", format!("once-{path}"))
            .header("Content-Type", "application/json")
            .body(body.to_string())
            .send()
            .await
            .unwrap();
        Answer {
            status: answer.status(),
            replayed: answer.headers().contains_key("idempotent-replayed"),
            body: serde_json::from_str(&answer.text().await.unwrap()).unwrap(),
        }
    }

    /// The credentials of a new client, and with them a token.
    async fn municipal_token(&self) -> String {
        let client =
            json!({"name": "Zaaksysteem", "role": "municipality", "municipality": "GM0599"});
        let made = self
            .post(self.first(), &self.coordinator, "/clients", client)
            .await;
        let answer = self
            .http
            .post(format!("http://{}/v1/oauth/token", self.first()))
            .basic_auth(
                made.text("/client/clientId"),
                Some(made.text("/clientSecret")),
            )
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body("grant_type=client_credentials")
            .send()
            .await
            .unwrap();
        let body: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        body["access_token"].as_str().unwrap().to_owned()
    }
}

struct Answer {
    status: StatusCode,
    replayed: bool,
    body: Value,
}

impl Answer {
    #[track_caller]
    fn text(&self, pointer: &str) -> &str {
        let text = self.body.pointer(pointer).and_then(Value::as_str);
        text.unwrap_or_else(|| panic!("{}", self.body))
    }
}

fn start_worker(state: &AppState, relay: &SmtpServer, mut stop: watch::Receiver<()>) {
    let url = format!("smtp://{}?tls=none", relay.address());
    let worker = build_worker(WorkerParts {
        db: state.db.clone(),
        clock: Clock::System,
        keys: state.auth.keys().clone(),
        transport: Arc::new(Transport::open(&MailUrl::parse(&url).unwrap()).unwrap()),
        letterhead: Letterhead::from(&*state.settings),
        metrics: DeliveryMetrics::new(),
        options: WorkerOptions::default(),
    });
    tokio::spawn(async move {
        // Ends when the sender is gone.
        let ended = async move { while stop.changed().await.is_ok() {} };
        worker.run(ended).await.unwrap();
    });
}

/// An intake of a municipality, complete for submission.
fn intake(contact: &str, sponsor: &str) -> Value {
    json!({
        "programme": "uitvoering",
        "contactPerson": contact,
        "sponsor": { "person": sponsor, "role": "gemeentesecretaris" },
        "issues": [{ "title": "Ouderen", "description": "Hoe bereiken we hen?" }],
        "answers": {
            "local_situation": "Veel ouderen wonen alleen.",
            "support_needed": "Een aanpak met de buurt.",
            "lasting_change": "Ouderen weten bij wie zij terechtkunnen."
        }
    })
}

/// The answer page of a mail's link, as the second server shows it.
fn page_of(mail: &ReceivedMail, server: SocketAddr) -> String {
    let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
    let text = parsed.body_text(0).unwrap();
    let start = text.find("https://koplopers.example.nl/r/").unwrap();
    let link = text[start..].split_whitespace().next().unwrap();
    link.replace("https://koplopers.example.nl", &format!("http://{server}"))
}

fn nonce_of(page: &str) -> &str {
    let (_, rest) = page.split_once("name=\"nonce\" value=\"").unwrap();
    rest.split('"').next().unwrap()
}

async fn whatever_one_process_began_the_other_one_knows(db: TestDb) {
    // mission: I1, S1; security: 50, 61, 83
    let installation = Installation::start(db).await;
    let (first, second) = (installation.first(), installation.second());
    let token = installation.municipal_token().await;
    let person = async |body: Value| {
        // Each is another request: no key.
        let url = format!("http://{second}/v1/people");
        let request = installation.http.post(url).bearer_auth(&token);
        let request = request.header("Content-Type", "application/json");
        let answer = request.body(body.to_string()).send().await.unwrap();
        let body: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        body["id"].as_str().unwrap().to_owned()
    };
    let contact = person(json!({"name": "Mila de Boer", "email": "m.deboer@example.nl", "roles": [{"role": "ambtenaar"}]})).await;
    let sponsor = person(json!({"name": "Daan Smit", "email": "d.smit@example.nl", "roles": [{"role": "gemeentesecretaris"}]})).await;

    let body = intake(&contact, &sponsor);
    let made = installation
        .post(first, &token, "/intakes", body.clone())
        .await;
    let again = installation.post(second, &token, "/intakes", body).await;
    assert_eq!((made.status, made.replayed), (StatusCode::CREATED, false));
    assert_eq!((again.status, again.replayed), (StatusCode::CREATED, true));
    assert_eq!(made.body, again.body);

    let id = made.text("/id");
    let submission = format!("/intakes/{id}/submission");
    let post = async |server: SocketAddr| {
        let url = format!("http://{server}/v1{submission}");
        let request = installation.http.post(url).bearer_auth(&token);
        request.send().await.unwrap()
    };
    assert_eq!(post(second).await.status(), StatusCode::OK);
    let twice = post(first).await;
    assert_eq!(twice.status(), StatusCode::CONFLICT);
    let problem: Value = serde_json::from_str(&twice.text().await.unwrap()).unwrap();
    assert_eq!(problem["currentStatus"], "submitted");

    let talk = json!({"localStart": "2127-03-04T14:00", "localEnd": "2127-03-04T15:30", "place": "Stadhuis"});
    let path = format!("/intakes/{id}/talk");
    let talk = installation
        .post(second, &installation.coordinator, &path, talk)
        .await;
    assert_eq!(talk.status, StatusCode::CREATED);

    // To the contact person: that it came in, and the invitation.
    let mails = installation.relay.received(2).await;
    let invitation = mails
        .iter()
        .find(|mail| String::from_utf8_lossy(&mail.bytes).contains("METHOD:REQUEST"))
        .expect("an invitation");
    assert_eq!(invitation.to, ["m.deboer@example.nl"]);
    let parsed = MessageParser::default().parse(&invitation.bytes).unwrap();
    let start = "DTSTART;TZID=Europe/Amsterdam:21270304T140000";
    let mut parts = parsed.parts.iter().filter_map(|part| part.text_contents());
    assert!(parts.any(|text| text.contains(start)));
    let page = page_of(invitation, second);
    let shown = installation
        .http
        .get(&page)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let answer = format!("nonce={}&answer=accepted", nonce_of(&shown));
    let answered = installation.http.post(&page).body(answer);
    let answered = answered.header("Content-Type", "application/x-www-form-urlencoded");
    assert!(answered.send().await.unwrap().status().as_u16() < 400);

    let url = format!(
        "http://{first}/v1/meetings/{}/invitations",
        talk.text("/meeting/id")
    );
    let seen = installation
        .http
        .get(url)
        .bearer_auth(&token)
        .send()
        .await
        .unwrap();
    let seen: Value = serde_json::from_str(&seen.text().await.unwrap()).unwrap();
    assert_eq!(seen["items"][0]["answer"], "accepted");

    // Each mail arrived once: there are as many as there are deliveries.
    let rows: i64 = deliveries::table
        .count()
        .get_result(&mut installation.db.connect())
        .unwrap();
    assert_eq!(
        i64::try_from(installation.relay.record().mails.len()).unwrap(),
        rows
    );
}

mod two_servers_and_two_workers {
    use super::*;

    /// SQLite has one process; this is about PostgreSQL only.
    #[test]
    fn postgres() {
        if let Some(db) = TestDb::postgres() {
            run(whatever_one_process_began_the_other_one_knows, db);
        }
    }
}
