//! The program `koplopers-api` as an operator runs it: a process of its own.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use jiff::SignedDuration;
use koplopers_api::auth::{TokenSubject, issue};
use koplopers_api::state::AppState;
use koplopers_shared::clock::Clock;
use koplopers_shared::settings::Settings;
use koplopers_shared::testing::TestDb;
use serde_json::Value;
use tokio::sync::oneshot;

/// A server on a port of its own, without a worker.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
}

impl Server {
    /// Starts it on a database, with the master key in `data`, and waits until it serves.
    pub async fn start(db: &TestDb, data: &Path) -> Self {
        let url = db.url();
        let url = url.file().map_or_else(
            || url.server().unwrap().to_owned(),
            |path| format!("sqlite://{}", path.display()),
        );
        let mut child = Command::new(env!("CARGO_BIN_EXE_koplopers-api"))
            .args(["serve", "--no-worker"])
            .current_dir(data)
            .env("DATABASE_URL", url)
            .env("KOPLOPERS_DATA_DIR", data)
            .env("KOPLOPERS_MASTER_KEY_FILE", data.join("master.key"))
            .env("KOPLOPERS_LISTEN", "127.0.0.1:0")
            .env("KOPLOPERS_METRICS_LISTEN", "127.0.0.1:0")
            .env("KOPLOPERS_PUBLIC_URL", "https://koplopers.example.nl")
            .env("KOPLOPERS_RATE_PER_MINUTE", "0")
            .env("KOPLOPERS_LOG", "info")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        let (tell, told) = oneshot::channel();
        // Reads to the end, so that the server never waits for someone to read its log.
        std::thread::spawn(move || {
            let mut tell = Some(tell);
            for line in log.lines().map_while(Result::ok) {
                let line: Value = serde_json::from_str(&line).unwrap_or_default();
                if line["message"] == "serving"
                    && let Some(tell) = tell.take()
                {
                    tell.send(line["address"].as_str().unwrap().parse().unwrap())
                        .unwrap();
                }
            }
        });
        let address = told.await.expect("a server that serves");
        Self { child, address }
    }

    /// Kills it at once.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the servers on `data` share: their keys, and settings as theirs.
pub async fn state_of(db: &TestDb, data: &Path) -> AppState {
    let mut settings = Settings::for_tests(data);
    settings.database_url = db.url().clone();
    AppState::start(db.db().clone(), Clock::System, Arc::new(settings))
        .await
        .unwrap()
}

/// A token that the servers on the same keys accept.
pub fn token(state: &AppState, subject: &TokenSubject) -> String {
    let (keys, issuer) = (state.auth.keys(), state.auth.issuer());
    let lifetime = SignedDuration::from_hours(12);
    issue(keys, issuer, subject, Clock::System.now(), lifetime).unwrap()
}
