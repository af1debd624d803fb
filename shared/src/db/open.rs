//! Opens connections, each with the settings that durability and the deadlines ask for.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, ConnectionError, PgConnection, SqliteConnection};

use super::{DatabaseUrl, DbConn};

/// A connection could not be made. The message never holds the address.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The server, or the file, refused.
    #[error("cannot open the database: {0}")]
    Refused(String),
    /// The folder of the embedded database cannot be made.
    #[error("cannot make the folder of the database")]
    Folder(#[source] std::io::Error),
    /// The threads cannot be started.
    #[error("cannot start a thread for the database")]
    Thread(#[source] std::io::Error),
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Read,
    Write,
}

/// How long SQLite waits for another process that writes.
const BUSY: Duration = Duration::from_secs(2);

// FULL: the commit is on disk before it is reported (security: 85).
const SQLITE_COMMON: &str = "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; \
     PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY;";

/// Opens a connection; on PostgreSQL `statement_timeout` bounds each statement.
pub(super) fn open(
    url: &DatabaseUrl,
    purpose: Purpose,
    statement_timeout: Duration,
) -> Result<DbConn, OpenError> {
    let Some(path) = url.file() else {
        let mut conn = connect(url)?;
        let millis = statement_timeout.as_millis();
        conn.batch_execute(&format!(
            "SET statement_timeout = {millis}; SET lock_timeout = {millis}; \
             SET idle_in_transaction_session_timeout = {millis}; SET TimeZone = 'UTC'"
        ))
        .map_err(|error| OpenError::Refused(error.to_string()))?;
        return Ok(DbConn::Postgres(conn));
    };
    let path = path
        .to_str()
        .ok_or_else(|| OpenError::Refused("the path of the database is not UTF-8".to_owned()))?;
    let mut conn = SqliteConnection::establish(path).map_err(refused)?;
    let last = match purpose {
        Purpose::Read => "PRAGMA query_only = ON;",
        Purpose::Write => "PRAGMA journal_mode = WAL;",
    };
    let busy = BUSY.as_millis();
    conn.batch_execute(&format!(
        "PRAGMA busy_timeout = {busy}; {SQLITE_COMMON} {last}"
    ))
    .map_err(|error| OpenError::Refused(error.to_string()))?;
    Ok(DbConn::Sqlite(conn))
}

/// Connects to a server, giving up on one that does not answer.
pub(super) fn connect(url: &DatabaseUrl) -> Result<PgConnection, OpenError> {
    let url = [
        ("application_name", "koplopers"),
        ("connect_timeout", "2"),
        // A server that vanished is noticed within seconds, also while we wait for its answer.
        ("tcp_user_timeout", "5000"),
        ("keepalives_idle", "3"),
        ("keepalives_interval", "1"),
        ("keepalives_count", "3"),
    ]
    .into_iter()
    .fold(url.clone(), |url, (parameter, value)| {
        url.with_default(parameter, value)
    });
    PgConnection::establish(url.server().unwrap_or_default()).map_err(refused)
}

/// Keeps the reason, unless it may repeat the address, in which there is a password.
fn refused(error: ConnectionError) -> OpenError {
    let reason = if let ConnectionError::BadConnection(reason) = error {
        reason
    } else {
        error.to_string()
    };
    let repeats_the_address = reason.contains("URI") || reason.contains("://");
    OpenError::Refused(if repeats_the_address {
        "the address of the database cannot be read".to_owned()
    } else {
        reason.trim().replace('\n', "; ")
    })
}
