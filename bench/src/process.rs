//! This program again, in a process of its own: what is measured does not share a thread with
//! the client.

use std::fmt;
use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use koplopers_shared::db::DatabaseUrl;
use koplopers_shared::keys::MasterKey;
use koplopers_shared::testing::program_at;
use serde_json::Value;
use tempfile::TempDir;

/// How long a process may take to say where it is.
const PATIENCE: Duration = Duration::from_mins(1);

/// A folder for the data of an API, with the key that it needs.
pub fn data_folder() -> anyhow::Result<TempDir> {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("master.key"), MasterKey::generate()?)?;
    Ok(folder)
}

/// A token of the API on this database.
pub fn token(url: &DatabaseUrl, folder: &Path, role: &[&str]) -> anyhow::Result<String> {
    let mut command = program_at(&this_program()?, url, folder);
    let output = command
        .args(["api", "token", "--role"])
        .args(role)
        .output()?;
    if !output.status.success() {
        bail!("no token: {}", String::from_utf8_lossy(&output.stderr));
    }
    let printed = String::from_utf8(output.stdout)?;
    let token = printed.lines().last().context("a token")?;
    Ok(token.trim().to_owned())
}

/// A process that serves; killed when dropped.
#[derive(Debug)]
pub struct Serving {
    child: Child,
    /// Where it serves.
    pub address: SocketAddr,
    /// From its start until it served.
    pub start: Duration,
    _folder: Option<TempDir>,
}

impl Serving {
    /// Starts the API on the database at `url`, with its data in `folder`. It logs every request,
    /// into a file.
    pub fn api(url: &DatabaseUrl, folder: &Path, pool: usize) -> anyhow::Result<Self> {
        let log = folder.join("api.log");
        let mut command = program_at(&this_program()?, url, folder);
        command
            .args(["api", "serve", "--no-worker"])
            .env("KOPLOPERS_DB_POOL", pool.to_string())
            .env("KOPLOPERS_RATE_ANONYMOUS_PER_MINUTE", "0")
            .stdout(Stdio::null())
            .stderr(File::create(&log)?);
        Self::started(command, None, || logged_address(&log))
    }

    /// Starts the ceiling, which serves these two documents.
    pub fn ceiling(one: &Value, many: &Value) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let [one_file, many_file, address] =
            ["one.json", "many.json", "address"].map(|name| folder.path().join(name));
        fs::write(&one_file, one.to_string())?;
        fs::write(&many_file, many.to_string())?;
        let mut command = Command::new(this_program()?);
        command
            .arg("ceiling")
            .args([&one_file, &many_file, &address]);
        Self::started(command, Some(folder), || {
            fs::read_to_string(&address).ok()?.parse().ok()
        })
    }

    /// Waits until the process says where it serves.
    fn started(
        mut command: Command,
        folder: Option<TempDir>,
        address: impl Fn() -> Option<SocketAddr>,
    ) -> anyhow::Result<Self> {
        let begun = Instant::now();
        let mut child = command.spawn().context("starting a process")?;
        loop {
            if let Some(address) = address() {
                return Ok(Self {
                    child,
                    address,
                    start: begun.elapsed(),
                    _folder: folder,
                });
            }
            if child.try_wait()?.is_some() || begun.elapsed() > PATIENCE {
                bail!("a process did not start to serve");
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// How much memory it holds now.
    pub fn memory(&self) -> anyhow::Result<Memory> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let megabytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
            let kibibytes: u32 = kibibytes.context("a process with memory")?.parse()?;
            anyhow::Ok(f64::from(kibibytes) / 1024.0)
        };
        Ok(Memory {
            resident: megabytes("VmRSS:")?,
            own: megabytes("RssAnon:")?,
        })
    }
}

/// Memory that a process holds, in MiB.
#[derive(Debug, Clone, Copy)]
pub struct Memory {
    /// All that is in memory.
    pub resident: f64,
    /// Of that, what it wrote there. The rest are pages of the program's file, as many as the
    /// kernel finds room for.
    pub own: f64,
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:.0} MB, {:.0} of them its own",
            self.resident, self.own
        )
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn this_program() -> anyhow::Result<String> {
    let path: PathBuf = std::env::current_exe()?;
    path.into_os_string()
        .into_string()
        .ok()
        .context("a path in UTF-8")
}

fn logged_address(log: &Path) -> Option<SocketAddr> {
    let text = fs::read_to_string(log).ok()?;
    let line = text.lines().find(|line| line.contains("\"serving\""))?;
    let line: Value = serde_json::from_str(line).ok()?;
    line["address"].as_str()?.parse().ok()
}
