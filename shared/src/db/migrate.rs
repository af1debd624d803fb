//! Brings a database to the tables of this build, or tells what is missing.

use std::fs::File;
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::{OptionalExtension, QueryDsl, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::open::{OpenError, Purpose, connect, open};
use super::{DatabaseUrl, DbConn};

const SQLITE: EmbeddedMigrations = embed_migrations!("../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../migrations/postgres");

/// The advisory lock that one migrating process holds: "koplo" in ASCII.
const ADVISORY_LOCK: i64 = 0x006b_6f70_6c6f;

diesel::table! {
    __diesel_schema_migrations (version) {
        version -> Text,
        run_on -> Timestamp,
    }
}

/// A database could not be migrated, or not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// There is no connection.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The lock that keeps two processes apart cannot be taken.
    #[error("cannot take the lock on the migrations")]
    Lock(#[source] std::io::Error),
    /// A migration failed; those before it are in.
    #[error("cannot migrate: {0}")]
    Failed(String),
}

/// Runs what is pending and tells how many migrations that was.
///
/// Processes that start together migrate once: the others wait and find nothing to do. Each
/// migration commits together with its name, so a process killed midway leaves whole steps, and
/// locks that die with it.
// security: 90
pub fn migrate(url: &DatabaseUrl) -> Result<usize, MigrateError> {
    if let Some(path) = url.file() {
        make_folder(path)?;
        let lock = File::create(lock_path(path)).map_err(MigrateError::Lock)?;
        lock.lock().map_err(MigrateError::Lock)?;
        let DbConn::Sqlite(mut conn) = open(url, Purpose::Write, std::time::Duration::ZERO)? else {
            return Ok(0);
        };
        let done = conn.run_pending_migrations(SQLITE).map_err(failed)?.len();
        return Ok(done);
    }
    let mut conn = connect(url)?;
    // Held by the session: it ends with the connection.
    conn.batch_execute(&format!("SELECT pg_advisory_lock({ADVISORY_LOCK})"))
        .map_err(|error| MigrateError::Failed(error.to_string()))?;
    let done = conn.run_pending_migrations(POSTGRES).map_err(failed)?.len();
    Ok(done)
}

/// The names of the migrations that are still to run; changes nothing.
pub fn check(url: &DatabaseUrl) -> Result<Vec<String>, MigrateError> {
    if url.file().is_some_and(|path| !path.exists()) {
        return Ok(known(&SQLITE));
    }
    let timeout = std::time::Duration::from_secs(5);
    let mut conn = open(url, Purpose::Read, timeout)?;
    pending(&mut conn)
}

/// The names of the migrations that are still to run on the database of `conn`.
pub(super) fn pending(conn: &mut DbConn) -> Result<Vec<String>, MigrateError> {
    let (all, there) = match conn {
        DbConn::Sqlite(_) => (
            known(&SQLITE),
            "SELECT 1 FROM sqlite_master WHERE name = '__diesel_schema_migrations'",
        ),
        DbConn::Postgres(_) => (
            known(&POSTGRES),
            "SELECT 1 WHERE to_regclass('__diesel_schema_migrations') IS NOT NULL",
        ),
    };
    let failed = |error: diesel::result::Error| MigrateError::Failed(error.to_string());
    let has_table = diesel::dsl::sql::<diesel::sql_types::Integer>(there)
        .get_result::<i32>(conn)
        .optional()
        .map_err(failed)?
        .is_some();
    let applied = if has_table {
        applied(conn)?
    } else {
        Vec::new()
    };
    Ok(all
        .into_iter()
        .filter(|name| !applied.contains(&version(name)))
        .collect())
}

/// The versions that an embedded database has had and this build does not know; fails when it
/// has had none at all.
pub(super) fn unknown(conn: &mut DbConn) -> Result<Vec<String>, MigrateError> {
    let known: Vec<String> = known(&SQLITE).iter().map(|name| version(name)).collect();
    let applied = applied(conn)?;
    Ok(applied
        .into_iter()
        .filter(|version| !known.contains(version))
        .collect())
}

fn applied(conn: &mut DbConn) -> Result<Vec<String>, MigrateError> {
    __diesel_schema_migrations::table
        .select(__diesel_schema_migrations::version)
        .load(conn)
        .map_err(|error| MigrateError::Failed(error.to_string()))
}

/// The name of a migration up to the underscore, without its dashes.
fn version(name: &str) -> String {
    name.split('_').next().unwrap_or(name).replace('-', "")
}

fn known(migrations: &EmbeddedMigrations) -> Vec<String> {
    let found: diesel::migration::Result<Vec<Box<dyn Migration<diesel::sqlite::Sqlite>>>> =
        migrations.migrations();
    let mut names: Vec<String> = found
        .unwrap_or_default()
        .iter()
        .map(|migration| migration.name().to_string())
        .collect();
    names.sort();
    names
}

/// Makes the folder in which the embedded database lives.
pub(super) fn make_folder(path: &Path) -> Result<(), OpenError> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => {
            std::fs::create_dir_all(folder).map_err(OpenError::Folder)
        }
        _ => Ok(()),
    }
}

/// Where processes that start, and a restore, wait for each other.
pub(super) fn lock_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".migrate-lock");
    PathBuf::from(name)
}

#[expect(clippy::needless_pass_by_value, reason = "shape of map_err")]
fn failed(error: Box<dyn std::error::Error + Send + Sync>) -> MigrateError {
    MigrateError::Failed(error.to_string())
}
