//! The real programs, as an operator starts, signals and stops them.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;

use serde_json::Value;

use super::TestDb;
use crate::db::DatabaseUrl;

/// The command that runs `program` on a database, with everything else in the folder `data` and
/// ports given out by the machine.
#[must_use]
pub fn program(program: &str, db: &TestDb, data: &Path) -> Command {
    program_at(program, db.url(), data)
}

/// As [`program`], on the database at `url`.
#[must_use]
pub fn program_at(program: &str, url: &DatabaseUrl, data: &Path) -> Command {
    let url = url.file().map_or_else(
        || url.server().unwrap_or_default().to_owned(),
        |path| format!("sqlite://{}", path.display()),
    );
    let mut command = Command::new(program);
    command
        .current_dir(data)
        .env("DATABASE_URL", url)
        .env("KOPLOPERS_DATA_DIR", data)
        .env("KOPLOPERS_MASTER_KEY_FILE", data.join("master.key"))
        .env("KOPLOPERS_LISTEN", "127.0.0.1:0")
        .env("KOPLOPERS_METRICS_LISTEN", "127.0.0.1:0")
        .env("KOPLOPERS_PUBLIC_URL", "https://koplopers.example.nl")
        .env("KOPLOPERS_RATE_PER_MINUTE", "0")
        .env("KOPLOPERS_LOG", "info")
        .stdin(Stdio::null());
    command
}

/// A program that runs; killed when dropped.
#[derive(Debug)]
pub struct Running {
    child: Child,
    log: mpsc::Receiver<Value>,
}

impl Running {
    /// Starts a program that logs lines of JSON.
    #[must_use]
    pub fn start(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a program that starts");
        let lines = BufReader::new(child.stderr.take().expect("its log"));
        let (tell, log) = mpsc::channel();
        // Reads to the end, so that the program never waits for someone to read its log.
        std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                let line = serde_json::from_str(&line).unwrap_or(Value::String(line));
                // Nobody listens any more once the test has what it wants.
                let _ = tell.send(line);
            }
        });
        Self { child, log }
    }

    /// Waits for the line with this message and gives one of its fields.
    pub fn logged(&mut self, message: &str, field: &str) -> String {
        let mut before = Vec::new();
        while let Ok(line) = self.log.recv() {
            if line["message"] == message {
                return line[field].as_str().expect("a text").to_owned();
            }
            before.push(line.to_string());
        }
        panic!("it ended without saying {message}: {}", before.join("\n"));
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal, such as `TERM` or `INT`.
    pub fn signal(&self, signal: &str) {
        let sent = Command::new("kill")
            .arg(format!("-{signal}"))
            .arg(self.id().to_string())
            .status()
            .expect("kill");
        assert!(sent.success(), "it gets its signal");
    }

    /// Waits for its end.
    pub fn ended(&mut self) -> ExitStatus {
        self.child.wait().expect("an end")
    }

    /// Kills it, as `kill -9` does.
    pub fn kill(&mut self) {
        self.child.kill().expect("a killed program");
        self.child.wait().expect("an end");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
