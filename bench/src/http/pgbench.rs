//! What PostgreSQL can do for the endpoints: the statements that they run, from `pgbench`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use diesel::connection::SimpleConnection as _;
use koplopers_shared::db::DatabaseUrl;
use koplopers_shared::testing::{Cluster, connect, postgres_program};

use super::Operation;
use super::data::{self, Data};
use super::statements::{about, logged, script};
use crate::load::{CONNECTIONS, ask, request};
use crate::process::Serving;

/// Different rows to read. Each is a script of its own, which every client prepares for itself:
/// more of them would measure that.
const ROWS: usize = 2;

/// Scripts with the statements of each operation.
pub struct PgBench {
    program: PathBuf,
    url: String,
    gets: Vec<PathBuf>,
    list: PathBuf,
    post: PathBuf,
}

impl PgBench {
    /// Asks the API once for everything, with one connection that PostgreSQL logs, and keeps what
    /// it ran in `folder`.
    pub fn new(
        cluster: &Cluster,
        url: &DatabaseUrl,
        folder: &Path,
        data: &Data,
    ) -> anyhow::Result<Self> {
        let mut recorder = Recorder {
            log: cluster.log(),
            folder,
        };
        set(url, "log_statement", "all")?;
        let api = Serving::api(url, folder, 1)?;
        let get = |path: &str| {
            let request = request("GET", path, &data.token, None);
            ask(api.address, &request).map(drop)
        };
        // The first time prepares what is prepared once, and fills the caches.
        get(data::PAGE)?;
        let gets = data
            .intakes
            .iter()
            .take(ROWS)
            .enumerate()
            .map(|(number, id)| {
                let path = format!("/v1/intakes/{id}");
                recorder.keep(&format!("get-{number}"), &[], || get(&path))
            });
        let gets = gets.collect::<anyhow::Result<_>>()?;
        let list = recorder.keep("list", &[], || get(data::PAGE))?;
        let post = recorder.keep("post", &[("intakes", "open_slot")], || {
            let body = data.new.last().context("a new intake")?;
            ask(
                api.address,
                &request("POST", "/v1/intakes", &data.token, Some(body)),
            )?;
            Ok(())
        })?;
        set(url, "log_statement", "none")?;
        Ok(Self {
            program: postgres_program("pgbench").context("pgbench")?,
            url: url.server().unwrap_or_default().to_owned(),
            gets,
            list,
            post,
        })
    }

    pub fn per_second(&self, operation: Operation, time: Duration) -> anyhow::Result<f64> {
        let scripts = match operation {
            Operation::Get => self.gets.as_slice(),
            Operation::List => std::slice::from_ref(&self.list),
            Operation::Post => std::slice::from_ref(&self.post),
        };
        let connections = CONNECTIONS.to_string();
        let seconds = time.as_secs().to_string();
        let mut command = Command::new(&self.program);
        command.args([
            "-n",
            "-M",
            "prepared",
            "-c",
            &connections,
            "-j",
            "1",
            "-T",
            &seconds,
        ]);
        for script in scripts {
            command.arg("-f").arg(script);
        }
        let output = command.arg(&self.url).output()?;
        let said = String::from_utf8_lossy(&output.stdout);
        ensure!(
            output.status.success(),
            "pgbench: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let line = said.lines().find_map(|line| line.strip_prefix("tps = "));
        let tps = line
            .and_then(|line| line.split(' ').next())
            .context("a rate")?;
        Ok(tps.parse()?)
    }
}

struct Recorder<'a> {
    log: PathBuf,
    folder: &'a Path,
}

impl Recorder<'_> {
    /// Does `act` and writes what PostgreSQL ran for it as a script.
    fn keep(
        &mut self,
        name: &str,
        fresh: &[(&str, &str)],
        act: impl FnOnce() -> anyhow::Result<()>,
    ) -> anyhow::Result<PathBuf> {
        let before = fs::metadata(&self.log)?.len();
        act()?;
        let log = fs::read(&self.log)?;
        let new = usize::try_from(before)
            .ok()
            .and_then(|before| log.get(before..));
        let statements = logged(&String::from_utf8_lossy(new.context("a log that grows")?));
        let file = self.folder.join(format!("{name}.sql"));
        fs::write(&file, script(about(&statements, "intake")?, fresh)?)?;
        Ok(file)
    }
}

/// Sets a setting of the server, for connections that are made from now on.
fn set(url: &DatabaseUrl, setting: &str, value: &str) -> anyhow::Result<()> {
    let mut conn = connect(url);
    for sql in [
        "ALTER SYSTEM SET log_line_prefix = ''".to_owned(),
        format!("ALTER SYSTEM SET {setting} = '{value}'"),
        "SELECT pg_reload_conf()".to_owned(),
    ] {
        conn.batch_execute(&sql)?;
    }
    Ok(())
}
