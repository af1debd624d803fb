//! kill -9 of the server while eight clients create intakes: what was acknowledged is there
//! after the restart, whole, and a request sent again makes no second one.

use std::net::SocketAddr;
use std::path::Path;

use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Text};
use koplopers_api::auth::subject_of_role;
use koplopers_shared::access::Role;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::{TestDb, rounds};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::process::{Server, state_of, token};

/// A client: one municipality, which has at most one open intake and so withdraws each before
/// it makes the next.
#[derive(Clone)]
struct Client {
    token: String,
    http: reqwest::Client,
    open: Option<String>,
    made: usize,
}

/// Eight clients with tokens that the server accepts, whose keys are in `data`.
async fn clients(db: &TestDb, data: &Path) -> Vec<Client> {
    let state = state_of(db, data).await;
    let codes: Vec<String> = diesel::dsl::sql::<Text>(
        "SELECT code FROM municipalities WHERE valid_until IS NULL ORDER BY code LIMIT 8",
    )
    .load(&mut db.connect())
    .unwrap();
    let client = |code: &String| {
        let subject = subject_of_role(Role::Municipality, Some(code.parse().unwrap())).unwrap();
        Client {
            token: token(&state, &subject),
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            open: None,
            made: 0,
        }
    };
    codes.iter().map(client).collect()
}

impl Client {
    /// Makes an intake, or withdraws the one that is open; `None` when there was no answer, and
    /// it may have happened. The same call again is the same request, with the same key.
    async fn write(&mut self, address: SocketAddr) -> Option<Acknowledged> {
        let number = self.made;
        let (path, key, body, expected) = match &self.open {
            None => {
                let body =
                    json!({"programme": "versnelling", "externalReference": number.to_string()});
                let path = "/v1/intakes".to_owned();
                (path, format!("make-{number}"), body, StatusCode::CREATED)
            }
            Some(id) => {
                let path = format!("/v1/intakes/{id}/withdrawal");
                (
                    path,
                    format!("withdraw-{number}"),
                    json!({}),
                    StatusCode::OK,
                )
            }
        };
        let answer = self
            .http
            .post(format!("http://{address}{path}"))
            .bearer_auth(&self.token)
            .header("Content-Type", "application/json")
            .header("If-Match", "*")
            .header("Idempotency-Key", key)
            .body(body.to_string())
            .send()
            .await
            .ok()?;
        let status = answer.status();
        let text = answer.text().await.ok()?;
        if text.contains("request-in-progress") {
            // PostgreSQL has not yet noticed that whoever sent it the first time is dead.
            return Box::pin(self.write(address)).await;
        }
        assert_eq!(status, expected, "{text}");
        let intake: Value = serde_json::from_str(&text).unwrap();
        let id = intake["id"].as_str().unwrap().to_owned();
        let status = intake["status"].as_str().unwrap().to_owned();
        if self.open.take().is_none() {
            self.open = Some(id.clone());
            self.made += 1;
        }
        Some(Acknowledged { id, status })
    }

    /// The status of an intake; `None` when there is no such intake.
    async fn status_of(&self, address: SocketAddr, id: &str) -> Option<String> {
        let answer = self
            .http
            .get(format!("http://{address}/v1/intakes/{id}"))
            .bearer_auth(&self.token)
            .send()
            .await
            .unwrap();
        let body: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        body["status"].as_str().map(str::to_owned)
    }
}

/// What the server said of an intake.
struct Acknowledged {
    id: String,
    status: String,
}

/// Has all clients write until the server is killed after `answers` answers; what each of them
/// heard last.
async fn kill_in_the_middle(
    server: &mut Server,
    clients: &mut [Client],
    answers: usize,
) -> Vec<Option<Acknowledged>> {
    let (tell, mut told) = mpsc::unbounded_channel();
    let address = server.address;
    let writing: Vec<_> = clients
        .iter()
        .cloned()
        .map(|mut client| {
            let tell = tell.clone();
            tokio::spawn(async move {
                let mut last = None;
                while let Some(heard) = client.write(address).await {
                    last = Some(heard);
                    // Nobody counts any more once the server is to be killed.
                    let _ = tell.send(());
                }
                (client, last)
            })
        })
        .collect();
    for _ in 0..answers {
        told.recv().await.expect("an answer");
    }
    server.kill();
    let mut heard = Vec::new();
    for (client, writing) in clients.iter_mut().zip(writing) {
        let (written, last) = writing.await.unwrap();
        *client = written;
        heard.push(last);
    }
    heard
}

on_both_databases! {
    // security: 54, 81
    async fn soak_a_killed_server_has_kept_what_it_acknowledged(db: TestDb) {
        let data = tempfile::tempdir().unwrap();
        let mut clients = clients(&db, data.path()).await;
        assert_eq!(clients.len(), 8);
        let mut server = Server::start(&db, data.path());
        for round in 0..rounds(5) {
            let answers = 1 + (round * 29) % 83;
            let heard = kill_in_the_middle(&mut server, &mut clients, answers).await;
            server = Server::start(&db, data.path());
            for (client, heard) in clients.iter_mut().zip(heard) {
                // The last request had no answer. Sent again with its key it happens once,
                // whether or not it was stored.
                let found = match &heard {
                    Some(heard) => client.status_of(server.address, &heard.id).await,
                    None => None,
                };
                if let Some(heard) = heard {
                    let found = found.expect("an acknowledged intake");
                    let may_have_moved_on = heard.status == "draft" && found == "withdrawn";
                    assert!(found == heard.status || may_have_moved_on, "{found}");
                }
                client.write(server.address).await.expect("an answer");
            }
        }
        server.kill();

        let mut conn = db.connect();
        let made: usize = clients.iter().map(|client| client.made).sum();
        let made = i64::try_from(made).unwrap();
        let open = clients.iter().filter(|client| client.open.is_some()).count();
        let withdrawn = made - i64::try_from(open).unwrap();
        // Each was made once and, but for the last, withdrawn once: by its row, its event, its
        // line in the audit trail and its kept answer.
        let mut number = |sql: &str| -> i64 {
            diesel::dsl::sql::<BigInt>(sql).get_result(&mut conn).unwrap()
        };
        assert_eq!(number("SELECT count(*) FROM intakes"), made);
        assert_eq!(number("SELECT count(*) FROM intakes WHERE status = 'withdrawn'"), withdrawn);
        for (what, times) in [("created", made), ("withdrawn", withdrawn)] {
            let all = format!("SELECT count(*) FROM events WHERE type = 'intake.{what}'");
            assert_eq!(number(&all), times);
            let each = format!(
                "SELECT count(DISTINCT intakes.id) FROM intakes \
                 JOIN events ON subject_id = intakes.id WHERE type = 'intake.{what}'"
            );
            assert_eq!(number(&each), times);
        }
        let lines = "SELECT count(*) FROM audit_events WHERE action = 'intake.create'";
        assert_eq!(number(lines), made);
        assert_eq!(number("SELECT count(*) FROM idempotency_keys"), made + withdrawn);
    }
}
