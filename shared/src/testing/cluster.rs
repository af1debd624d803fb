//! A private PostgreSQL, started from the binaries on the machine.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

use super::environment;
use crate::db::DatabaseUrl;

/// Where test databases are made.
#[derive(Debug)]
pub(super) enum Server {
    /// The server of `TEST_DATABASE_URL`.
    Given(String),
    /// One of our own, for as long as the process lives.
    Private(Cluster),
}

impl Server {
    pub(super) fn url(&self, database: &str) -> DatabaseUrl {
        match self {
            Self::Private(cluster) => cluster.url(database),
            Self::Given(url) => {
                let (address, query) = url.split_once('?').unwrap_or((url, ""));
                let scheme_end = address.find("://").map_or(0, |at| at + 3);
                let host_end = address[scheme_end..]
                    .find('/')
                    .map_or(address.len(), |at| scheme_end + at);
                let host = &address[..host_end];
                DatabaseUrl::parse(&format!("{host}/{database}?{query}"))
                    .expect("TEST_DATABASE_URL is the address of a PostgreSQL server")
            }
        }
    }
}

/// The server of this process' tests, or nothing when there is no PostgreSQL.
pub(super) fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    let server = SERVER.get_or_init(|| {
        if let Some(url) = environment("TEST_DATABASE_URL") {
            return Some(Server::Given(url));
        }
        Cluster::start(Durability::Off).map(Server::Private)
    });
    if server.is_none() {
        skipped();
    }
    server.as_ref()
}

fn skipped() {
    assert!(
        environment("KOPLOPERS_REQUIRE_POSTGRES").is_none(),
        "PostgreSQL is required and not on this machine"
    );
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    // Past the harness' capture, so that a passing run says what it left out.
    let _ = writeln!(std::io::stderr(), "skipped, no PostgreSQL here: {test}");
}

/// Whether a commit reaches the disk. Only a test that is not about durability may do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// As in production.
    On,
    /// Fast.
    Off,
}

/// A PostgreSQL of our own, on a socket in a folder of its own. It stops, and the folder goes,
/// when this is dropped and also when the process is killed.
#[derive(Debug)]
pub struct Cluster {
    programs: PathBuf,
    owner: Option<(u32, u32)>,
    folder: Option<TempDir>,
    watcher: Child,
    options: String,
}

impl Cluster {
    /// Starts a cluster for a test that stops or restarts it; `None`, said aloud, without
    /// PostgreSQL.
    #[must_use]
    pub fn for_one_test(durability: Durability) -> Option<Self> {
        let cluster = Self::start(durability);
        if cluster.is_none() {
            skipped();
        }
        cluster
    }

    /// Starts a cluster; `None` when the machine has no PostgreSQL.
    fn start(durability: Durability) -> Option<Self> {
        let programs = find_programs()?;
        let folder = tempfile::Builder::new()
            .prefix("kop-pg-")
            .tempdir()
            .expect("a folder");
        let path = folder.path().to_owned();
        // initdb refuses to run as root.
        let is_root = fs::metadata("/proc/self").is_ok_and(|about| about.uid() == 0);
        let owner = is_root.then(|| user("postgres").expect("a user postgres"));
        if let Some((uid, gid)) = owner {
            chown(&path, Some(uid), Some(gid)).expect("a folder of the user postgres");
        }
        let mut options = format!(
            "-c listen_addresses='' -k {} -c max_connections=300 -c shared_buffers=64MB",
            path.display()
        );
        if durability == Durability::Off {
            options += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off";
        }
        let watcher = watch(&programs, &path, owner);
        let cluster = Self {
            programs,
            owner,
            folder: Some(folder),
            watcher,
            options,
        };
        let data = cluster.data();
        cluster.run(
            "initdb",
            &[
                "-D",
                &data,
                "-A",
                "trust",
                "-U",
                "postgres",
                "-E",
                "UTF8",
                "--no-locale",
                "--no-sync",
            ],
        );
        cluster.resume();
        Some(cluster)
    }

    /// The address of `database` on this cluster.
    #[must_use]
    pub fn url(&self, database: &str) -> DatabaseUrl {
        let socket = self.path().display();
        DatabaseUrl::parse(&format!(
            "postgres:///{database}?host={socket}&user=postgres"
        ))
        .expect("an address")
    }

    /// Where the server writes its log.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.path().join("log")
    }

    /// Stops the server, cutting off every connection.
    pub fn stop(&self) {
        self.stop_by("fast");
    }

    /// Stops the server as a crash does: nothing more is written to disk.
    pub fn crash(&self) {
        self.stop_by("immediate");
    }

    fn stop_by(&self, mode: &str) {
        let data = self.data();
        self.run("pg_ctl", &["stop", "-w", "-m", mode, "-D", &data]);
    }

    /// Starts the server again and waits until it answers.
    pub fn resume(&self) {
        let data = self.data();
        let log = self.log().display().to_string();
        self.run(
            "pg_ctl",
            &[
                "start",
                "-w",
                "-s",
                "-D",
                &data,
                "-l",
                &log,
                "-o",
                &self.options,
            ],
        );
    }

    /// Sends `signal` to every process of the server, such as `STOP` and `CONT`.
    pub fn signal(&self, signal: &str) {
        let pid_file =
            fs::read_to_string(self.path().join("data/postmaster.pid")).expect("a running server");
        let postmaster = pid_file.lines().next().expect("a process id");
        let children = Command::new("pgrep")
            .args(["-P", postmaster])
            .output()
            .expect("pgrep");
        let children = String::from_utf8(children.stdout).expect("process ids");
        let status = Command::new("kill")
            .arg(format!("-{signal}"))
            .arg(postmaster)
            .args(children.split_whitespace())
            .status()
            .expect("kill");
        assert!(status.success(), "the server gets its signal");
    }

    fn path(&self) -> &Path {
        self.folder.as_ref().expect("a folder until the end").path()
    }

    fn data(&self) -> String {
        self.path().join("data").display().to_string()
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let mut command = Command::new(self.programs.join(program));
        command.args(arguments).current_dir("/");
        become_owner(&mut command, self.owner);
        // No pipes: the server would keep them open.
        let status = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .expect("a program of PostgreSQL");
        assert!(status.success(), "{program} failed");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // The watcher sees its input end, stops the server and removes the folder.
        drop(self.watcher.stdin.take());
        let _ = self.watcher.wait();
    }
}

/// Waits for the end of its input, then stops the server of folder $2, also one that a test
/// left asleep, by the programs of folder $1.
const WATCH: &str = r#"read -r _
postmaster=$(head -n 1 "$2/data/postmaster.pid")
kill -CONT "$postmaster" $(pgrep -P "$postmaster")
"$1/pg_ctl" stop -D "$2/data" -m immediate
rm -rf "$2"/* "$2"/.s*
rmdir "$2"
"#;

/// Starts a process that outlives ours: its input ends when we do, however we end.
fn watch(programs: &Path, folder: &Path, owner: Option<(u32, u32)>) -> Child {
    let mut command = Command::new("sh");
    command
        .arg("-c")
        .arg(WATCH)
        .arg("watch-postgres")
        .arg(programs)
        .arg(folder)
        .current_dir("/")
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    become_owner(&mut command, owner);
    command.spawn().expect("sh")
}

/// The path of a program of PostgreSQL, such as `pg_dump`; `None` without PostgreSQL.
#[must_use]
pub fn postgres_program(name: &str) -> Option<PathBuf> {
    Some(find_programs()?.join(name))
}

fn become_owner(command: &mut Command, owner: Option<(u32, u32)>) {
    if let Some((uid, gid)) = owner {
        command.uid(uid).gid(gid);
    }
}

fn user(name: &str) -> Option<(u32, u32)> {
    let users = fs::read_to_string("/etc/passwd").ok()?;
    users.lines().find_map(|line| {
        let fields: Vec<&str> = line.split(':').collect();
        match fields.as_slice() {
            [found, _, uid, gid, ..] if *found == name => {
                Some((uid.parse().ok()?, gid.parse().ok()?))
            }
            _ => None,
        }
    })
}

/// The folder with initdb and postgres: what `pg_config` says, else the newest of Debian's.
fn find_programs() -> Option<PathBuf> {
    let said = Command::new("pg_config").arg("--bindir").output().ok();
    let said = said
        .and_then(|output| String::from_utf8(output.stdout).ok())
        .map(|text| PathBuf::from(text.trim()));
    let mut found: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .collect();
    found.sort();
    found.reverse();
    said.into_iter()
        .chain(found)
        .find(|programs| programs.join("initdb").exists() && programs.join("postgres").exists())
}
