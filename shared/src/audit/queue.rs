//! The bounded queue for what has no transaction of its own: personal reads and refusals.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::{AuditRecord, record_line};
use crate::db::Db;

/// Records that may wait.
const CAPACITY: usize = 4_096;
/// Records in one transaction.
const BATCH: usize = 512;
/// How long a batch gathers; with its commit it stays within the second that is promised.
const GATHER: Duration = Duration::from_millis(250);
/// How long to wait after the database failed.
const RETRY: Duration = Duration::from_millis(500);

/// Records audit lines in batches; clones share it.
///
/// A full queue refuses: what cannot be recorded must not be done (security: 74).
#[derive(Debug, Clone)]
pub struct Queue {
    records: mpsc::Sender<Message>,
}

/// The queue is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the audit queue is full")]
pub struct QueueFull;

#[derive(Debug)]
enum Message {
    Record(AuditRecord),
    /// Answered once everything before it is stored.
    Flush(oneshot::Sender<()>),
}

impl Queue {
    /// Starts the task that writes; it ends when the last clone is gone.
    #[must_use]
    pub fn start(db: Db) -> Self {
        let (records, waiting) = mpsc::channel(CAPACITY);
        tokio::spawn(run(db, waiting));
        Self { records }
    }

    /// Queues a record; it is stored within a second.
    pub fn push(&self, record: AuditRecord) -> Result<(), QueueFull> {
        self.records
            .try_send(Message::Record(record))
            .map_err(|_| QueueFull)
    }

    /// How many records wait to be stored.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.records.max_capacity() - self.records.capacity()
    }

    /// Returns when everything queued so far is stored: at the end of a process, and in tests.
    pub async fn flush(&self) {
        let (done, stored) = oneshot::channel();
        if self.records.send(Message::Flush(done)).await.is_ok() {
            // An error means that the task is gone, and everything it had with it.
            let _ = stored.await;
        }
    }
}

async fn run(db: Db, mut waiting: mpsc::Receiver<Message>) {
    while let Some(first) = waiting.recv().await {
        let mut batch = Vec::new();
        let mut flushed = take(&mut batch, first);
        let deadline = tokio::time::Instant::now() + GATHER;
        while flushed.is_none() && batch.len() < BATCH {
            match tokio::time::timeout_at(deadline, waiting.recv()).await {
                Ok(Some(message)) => flushed = take(&mut batch, message),
                Ok(None) | Err(_) => break,
            }
        }
        store(&db, batch.into()).await;
        if let Some(done) = flushed {
            // Whoever waited may have given up.
            let _ = done.send(());
        }
    }
}

fn take(batch: &mut Vec<AuditRecord>, message: Message) -> Option<oneshot::Sender<()>> {
    match message {
        Message::Record(record) => {
            batch.push(record);
            None
        }
        Message::Flush(done) => Some(done),
    }
}

/// Tries until it succeeds: while it does not, the queue fills and callers are refused.
async fn store(db: &Db, batch: Arc<[AuditRecord]>) {
    while !batch.is_empty() {
        let records = Arc::clone(&batch);
        let stored = db.write(move |conn| {
            records
                .iter()
                .try_for_each(|record| record_line(conn, record))
        });
        match stored.await {
            Ok(()) => return,
            // No later try would do better.
            Err(error) if !error.breaks_connection() => {
                tracing::error!(%error, lines = batch.len(), "audit lines cannot be stored");
                return;
            }
            Err(error) => tracing::warn!(%error, "audit lines wait for the database"),
        }
        tokio::time::sleep(RETRY).await;
    }
}
