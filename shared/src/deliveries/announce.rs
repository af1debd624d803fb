//! Waking workers in other processes.
//!
//! NOTIFY inside the transaction would make all commits wait for each other, so it is sent
//! after them: by the process that enqueued, on a connection of its own, and once for all
//! commits that happened meanwhile.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use tokio::time::Instant;

use crate::db::{DatabaseKind, Db, DbConn, DbError};

/// The channel on which PostgreSQL tells workers that something may be due.
pub const CHANNEL: &str = "koplopers_deliveries";

/// How long after a mail was enqueued a commit may be the one that holds it; longer than any
/// transaction may last.
const WINDOW: Duration = Duration::from_secs(15);

static ENQUEUED: AtomicU64 = AtomicU64::new(0);

/// Counts a mail that this process puts into the outbox.
pub(super) fn count_enqueued() {
    ENQUEUED.fetch_add(1, Ordering::Relaxed);
}

/// Announces mails that this process enqueued, until dropped. On SQLite there is nobody to tell.
pub async fn announce(db: Db) {
    if db.kind() == DatabaseKind::Sqlite {
        return std::future::pending().await;
    }
    let mut commits = db.commits();
    let mut seen = 0;
    let mut last_enqueued: Option<Instant> = None;
    while commits.changed().await.is_ok() {
        let enqueued = ENQUEUED.load(Ordering::Relaxed);
        if enqueued != seen {
            seen = enqueued;
            last_enqueued = Some(Instant::now());
        }
        if last_enqueued.is_none_or(|at| at.elapsed() > WINDOW) {
            continue;
        }
        // Workers look by themselves within seconds, so a failure needs no answer.
        let told = db.read(notify).await;
        if let Err(error) = told {
            tracing::debug!(%error, "workers were not told of new deliveries");
        }
    }
}

fn notify(conn: &mut DbConn) -> Result<(), DbError> {
    Ok(conn.batch_execute(&format!("NOTIFY {CHANNEL}"))?)
}
