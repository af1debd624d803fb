//! Copies of the embedded database: made while it is in use, and put back while it is not.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl};

use super::migrate::{lock_path, make_folder, unknown};
use super::open::{OpenError, Purpose, open};
use super::{DatabaseUrl, DbConn};

/// Why no copy was made or put back.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A server has its own tools.
    #[error("this is for the embedded database; PostgreSQL has pg_dump and pg_restore")]
    NotEmbedded,
    /// There is no such file.
    #[error("there is no file {}", .0.display())]
    Missing(PathBuf),
    /// A copy never takes the place of another file.
    #[error("{} exists already", .0.display())]
    Exists(PathBuf),
    /// The file is not a database of this service, or it is damaged.
    #[error("{} is not a whole database of Koplopers: {reason}", .path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The copy is of a newer version.
    #[error("the copy is of a newer version, which knows {0}; restore it with that version")]
    Newer(String),
    /// There is a database where the copy should go.
    #[error("there is a database already: {}", .0.display())]
    NotEmpty(PathBuf),
    /// A process has the database open.
    #[error("the database is in use: stop every process on it first")]
    InUse,
    /// A file cannot be read or written.
    #[error("{}: {error}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        error: io::Error,
    },
    /// There is no connection.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A statement failed.
    #[error("the database refuses: {0}")]
    Failed(String),
}

impl From<diesel::result::Error> for BackupError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

fn io_at(path: &Path) -> impl FnOnce(io::Error) -> BackupError + '_ {
    |error| BackupError::Io {
        path: path.to_owned(),
        error,
    }
}

/// Writes a copy of the database to the new file `to`, readable by its owner only, as it is at
/// one moment; its users read and write on. The size of the copy, in bytes.
// security: 92
pub fn back_up(url: &DatabaseUrl, to: &Path) -> Result<u64, BackupError> {
    let from = url.file().ok_or(BackupError::NotEmbedded)?;
    if !from.exists() {
        return Err(BackupError::Missing(from.to_owned()));
    }
    if to.exists() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    let mut draft = Draft::new(beside(to, "part"))?;
    let path = text(&draft.path)?;
    let DbConn::Sqlite(mut conn) = open(url, Purpose::Write, Duration::ZERO)? else {
        return Err(BackupError::NotEmbedded);
    };
    // One read transaction: neither does it see half a change, nor does it hold up a writer.
    diesel::sql_query("VACUUM INTO ?")
        .bind::<Text, _>(path)
        .execute(&mut conn)?;
    examine(&draft.path, to)?;
    draft.flush()?;
    // A link, not a rename: it does not replace what has come there in the meantime.
    fs::hard_link(&draft.path, to).map_err(io_at(to))?;
    flush_folder(to)?;
    Ok(fs::metadata(to).map_err(io_at(to))?.len())
}

/// A copy that lies next to the database, whole and of a version that this build knows. Dropped,
/// it is gone.
#[derive(Debug)]
pub struct Staged {
    draft: Draft,
    target: PathBuf,
}

/// Copies the backup `from` to where the database is, without touching the database.
///
/// Refuses when there is one with tables in it, unless it may be `replaced`.
pub fn stage(url: &DatabaseUrl, from: &Path, replace: bool) -> Result<Staged, BackupError> {
    let target = url.file().ok_or(BackupError::NotEmbedded)?;
    if !from.is_file() {
        return Err(BackupError::Missing(from.to_owned()));
    }
    if !replace && has_tables(url)? {
        return Err(BackupError::NotEmpty(target.to_owned()));
    }
    make_folder(target)?;
    let mut draft = Draft::new(beside(target, "restore"))?;
    fs::copy(from, &draft.path).map_err(io_at(from))?;
    examine(&draft.path, from)?;
    draft.flush()?;
    Ok(Staged {
        draft,
        target: target.to_owned(),
    })
}

impl Staged {
    /// A connection that reads the copy.
    pub fn connect(&self) -> Result<DbConn, BackupError> {
        let url = DatabaseUrl::sqlite(&self.draft.path);
        Ok(open(&url, Purpose::Read, Duration::ZERO)?)
    }

    /// Puts the copy in the place of the database, and that aside: the path where it is now.
    ///
    /// Fails when any process has the database open.
    pub fn put_in_place(self) -> Result<Option<PathBuf>, BackupError> {
        // A process that starts meanwhile waits here to migrate what it then finds.
        let lock_path = lock_path(&self.target);
        let lock = File::create(&lock_path).map_err(io_at(&lock_path))?;
        lock.lock().map_err(io_at(&lock_path))?;
        let aside = if self.target.exists() {
            settle(&self.target)?;
            let aside = free_name(&self.target);
            fs::rename(&self.target, &aside).map_err(io_at(&self.target))?;
            Some(aside)
        } else {
            None
        };
        fs::rename(&self.draft.path, &self.target).map_err(io_at(&self.target))?;
        flush_folder(&self.target)?;
        Ok(aside)
    }
}

/// Brings what is in the journal into the file and removes the journal, which SQLite lets only
/// the one user do that is left.
fn settle(database: &Path) -> Result<(), BackupError> {
    #[derive(QueryableByName)]
    struct Mode {
        #[diesel(sql_type = Text)]
        journal_mode: String,
    }

    let url = DatabaseUrl::sqlite(database);
    let mut conn = open(&url, Purpose::Read, Duration::ZERO)?;
    conn.batch_execute("PRAGMA query_only = OFF")?;
    let DbConn::Sqlite(mut conn) = conn else {
        return Err(BackupError::NotEmbedded);
    };
    let settled = diesel::sql_query("PRAGMA journal_mode = DELETE").get_result::<Mode>(&mut conn);
    match settled {
        Ok(mode) if mode.journal_mode == "delete" => Ok(()),
        Ok(_) => Err(BackupError::InUse),
        Err(error) if error.to_string().contains("locked") => Err(BackupError::InUse),
        Err(error) => Err(error.into()),
    }
}

/// Whether there is a database with anything in it.
fn has_tables(url: &DatabaseUrl) -> Result<bool, BackupError> {
    let exists = url.file().is_some_and(Path::exists);
    if !exists {
        return Ok(false);
    }
    let mut conn = open(url, Purpose::Read, Duration::ZERO)?;
    let count: i64 = diesel::dsl::sql::<diesel::sql_types::BigInt>(
        "SELECT count(*) FROM sqlite_master WHERE type = 'table'",
    )
    .get_result(&mut conn)?;
    Ok(count > 0)
}

/// Insists that a file is a whole database of this service and not of a newer version; a refusal
/// names the file `known_as`, of which it is a copy.
fn examine(path: &Path, known_as: &Path) -> Result<(), BackupError> {
    let unusable = |reason: String| BackupError::Unusable {
        path: known_as.to_owned(),
        reason,
    };
    let url = DatabaseUrl::sqlite(path);
    let mut conn =
        open(&url, Purpose::Read, Duration::ZERO).map_err(|error| unusable(error.to_string()))?;
    let said: String = diesel::dsl::sql::<Text>("PRAGMA quick_check(1)")
        .get_result(&mut conn)
        .map_err(|error| unusable(error.to_string()))?;
    if said != "ok" {
        return Err(unusable(said));
    }
    match unknown(&mut conn) {
        Ok(names) if names.is_empty() => Ok(()),
        Ok(names) => Err(BackupError::Newer(names.join(", "))),
        Err(_) => Err(unusable("it has none of our tables".to_owned())),
    }
}

/// A file in the making, readable by its owner only; removed when dropped.
#[derive(Debug)]
struct Draft {
    path: PathBuf,
}

impl Draft {
    fn new(path: PathBuf) -> Result<Self, BackupError> {
        make_folder(&path)?;
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&path).map_err(io_at(&path))?;
        Ok(Self { path })
    }

    fn flush(&mut self) -> Result<(), BackupError> {
        File::open(&self.path)
            .and_then(|file| file.sync_all())
            .map_err(io_at(&self.path))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Gone already when it was put in place.
        let _ = fs::remove_file(&self.path);
        for journal in ["-wal", "-shm"] {
            let mut name = self.path.as_os_str().to_owned();
            name.push(journal);
            let _ = fs::remove_file(name);
        }
    }
}

/// Makes a change of names in the folder of `path` last.
fn flush_folder(path: &Path) -> Result<(), BackupError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(io_at(folder))
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

/// `koplopers.db.replaced`, or with the first free number.
fn free_name(path: &Path) -> PathBuf {
    let plain = beside(path, "replaced");
    std::iter::once(plain)
        .chain((2..=1000).map(|number| beside(path, &format!("replaced-{number}"))))
        .find(|name| !name.exists())
        .unwrap_or_else(|| beside(path, "replaced"))
}

fn text(path: &Path) -> Result<String, BackupError> {
    path.to_str()
        .map(str::to_owned)
        .ok_or_else(|| BackupError::Failed("the path of the copy is not UTF-8".to_owned()))
}
