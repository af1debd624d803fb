//! Waking workers in other processes.
//!
//! NOTIFY inside the transaction would make all commits wait for each other, so it is sent
//! after them: by the process that enqueued, on a connection of its own, and once for all
//! commits that happened meanwhile.

use std::time::Duration;

use diesel::connection::SimpleConnection as _;

use crate::db::{DatabaseKind, Db, DbConn, DbError};

/// The channel on which PostgreSQL tells workers that something may be due.
pub const CHANNEL: &str = "koplopers_deliveries";

/// At most one notification a millisecond: NOTIFY takes a lock that all commits share.
const PACE: Duration = Duration::from_millis(1);

/// Announces mails that this process enqueued, until dropped. On SQLite there is nobody to tell.
pub async fn announce(db: Db) {
    if db.kind() == DatabaseKind::Sqlite {
        return std::future::pending().await;
    }
    let mut commits = db.commits();
    while commits.changed().await.is_ok() {
        // Workers look by themselves within seconds, so a failure needs no answer.
        let told = db.read(notify).await;
        if let Err(error) = told {
            tracing::debug!(%error, "workers were not told of new deliveries");
        }
        tokio::time::sleep(PACE).await;
    }
}

/// NOTIFY is a transaction with a commit of its own, and nobody needs it on disk. Statements that
/// are sent together are one transaction.
fn notify(conn: &mut DbConn) -> Result<(), DbError> {
    let sql = format!("SET LOCAL synchronous_commit = off; NOTIFY {CHANNEL}");
    Ok(conn.batch_execute(&sql)?)
}
