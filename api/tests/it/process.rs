//! The program `koplopers-api` as an operator runs it: a process of its own.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use jiff::SignedDuration;
use koplopers_api::auth::{TokenSubject, issue};
use koplopers_api::state::AppState;
use koplopers_shared::clock::Clock;
use koplopers_shared::db::DatabaseUrl;
use koplopers_shared::settings::Settings;
use koplopers_shared::testing::{Running, TestDb, program_at};

/// The path of the program.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_koplopers-api");

/// A server on a port of its own, without a worker.
pub struct Server {
    pub running: Running,
    pub address: SocketAddr,
}

impl Server {
    /// Starts it on a database, with the master key in `data`, and waits until it serves.
    pub fn start(db: &TestDb, data: &Path) -> Self {
        Self::start_with(db, data, |_| {})
    }

    /// The same with other settings.
    pub fn start_with(db: &TestDb, data: &Path, change: impl FnOnce(&mut Command)) -> Self {
        Self::start_at(db.url(), data, change)
    }

    /// The same on the database at `url`, which nothing in this process has open.
    pub fn start_at(url: &DatabaseUrl, data: &Path, change: impl FnOnce(&mut Command)) -> Self {
        let mut command = program_at(PROGRAM, url, data);
        command.args(["serve", "--no-worker"]);
        change(&mut command);
        let mut running = Running::start(command);
        let address = running.logged("serving", "address").parse().unwrap();
        Self { running, address }
    }

    /// Kills it at once.
    pub fn kill(&mut self) {
        self.running.kill();
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
