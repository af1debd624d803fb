//! The only way to a connection: `Db::read` and `Db::write`.

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::timeout;

use super::lane::{Slot, read_loop, write_loop};
use super::migrate::{MigrateError, make_folder, pending};
use super::open::{OpenError, Purpose, open};
use super::queue::Queue;
use super::work::{Task, Ticket, Work};
use super::{DatabaseKind, DatabaseUrl, DbConn, DbError};

/// How much the executor does at once, and how long anyone waits for it.
#[derive(Debug, Clone)]
pub struct DbOptions {
    /// Connections that read the embedded database.
    pub readers: usize,
    /// Connections to PostgreSQL.
    pub pool: usize,
    /// Pieces of work that may wait; more is refused at once.
    pub queue: usize,
    /// How long work may wait before it is taken back and refused.
    pub queue_wait: Duration,
    /// How long anyone waits in all; also PostgreSQL's `statement_timeout`.
    pub deadline: Duration,
}

impl Default for DbOptions {
    fn default() -> Self {
        Self {
            readers: 4,
            pool: 16,
            queue: 1024,
            queue_wait: Duration::from_secs(2),
            deadline: Duration::from_secs(10),
        }
    }
}

/// A handle on the database; clones share it. Dropping the last one ends the threads.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    url: DatabaseUrl,
    options: DbOptions,
    reads: Arc<Queue>,
    writes: Arc<Queue>,
    commits: watch::Sender<u64>,
    /// Ends when the last thread has let go of its sender.
    threads: Mutex<Option<mpsc::Receiver<()>>>,
}

impl Db {
    /// Starts the threads. An embedded database is opened once to see that it can be; a server
    /// may come up later, until then work fails with [`DbError::Unreachable`].
    pub fn open(url: &DatabaseUrl, options: DbOptions) -> Result<Self, OpenError> {
        let (threads, gone) = mpsc::channel(1);
        let commits = watch::Sender::new(0);
        let reads = Arc::new(Queue::new(options.queue));
        let writes = match url.kind() {
            DatabaseKind::Sqlite => Arc::new(Queue::new(options.queue)),
            DatabaseKind::Postgres => Arc::clone(&reads),
        };
        let db = Self(Arc::new(Inner {
            url: url.clone(),
            options,
            reads,
            writes,
            commits,
            threads: Mutex::new(Some(gone)),
        }));
        db.start(&threads)?;
        Ok(db)
    }

    fn start(&self, threads: &mpsc::Sender<()>) -> Result<(), OpenError> {
        let inner = &self.0;
        match inner.url.file() {
            Some(path) => {
                make_folder(path)?;
                open(&inner.url, Purpose::Write, inner.options.deadline)?;
                for _ in 0..inner.options.readers {
                    let (queue, slot) = (Arc::clone(&inner.reads), self.slot(Purpose::Read));
                    spawn("db-read", threads, move || read_loop(&queue, slot))?;
                }
                self.start_writer(threads, "db-write")
            }
            None => (0..inner.options.pool).try_for_each(|_| self.start_writer(threads, "db")),
        }
    }

    fn start_writer(&self, threads: &mpsc::Sender<()>, name: &str) -> Result<(), OpenError> {
        let (queue, slot) = (Arc::clone(&self.0.writes), self.slot(Purpose::Write));
        let commits = self.0.commits.clone();
        spawn(name, threads, move || {
            write_loop(&queue, slot, || commits.send_modify(|count| *count += 1));
        })
    }

    fn slot(&self, purpose: Purpose) -> Slot {
        Slot::new(self.0.url.clone(), purpose, self.0.options.deadline)
    }

    /// Runs `closure` on a connection that reads.
    ///
    /// The closure may be run again, on another connection. Each of its statements sees what
    /// was committed when the statement started.
    pub async fn read<T, E, F>(&self, closure: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: Error + From<DbError> + Send + 'static,
        F: Fn(&mut DbConn) -> Result<T, E> + Send + 'static,
    {
        self.ask(&self.0.reads, closure).await
    }

    /// Runs `closure` in a transaction, committed durably before this returns `Ok`.
    ///
    /// An `Err` undoes everything the closure did. The closure may be run again from its start,
    /// so it must not do anything but ask the database.
    pub async fn write<T, E, F>(&self, closure: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: Error + From<DbError> + Send + 'static,
        F: Fn(&mut DbConn) -> Result<T, E> + Send + 'static,
    {
        self.ask(&self.0.writes, closure).await
    }

    async fn ask<T, E, F>(&self, queue: &Queue, closure: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: Error + From<DbError> + Send + 'static,
        F: Fn(&mut DbConn) -> Result<T, E> + Send + 'static,
    {
        let DbOptions {
            queue_wait,
            deadline,
            ..
        } = self.0.options;
        let ticket = Arc::new(Ticket::default());
        let (reply, mut answer) = oneshot::channel();
        let work: Box<dyn Work> = Box::new(Task::new(closure, reply, Arc::clone(&ticket)));
        if let Err((_work, error)) = queue.push(work) {
            return Err(E::from(error));
        }
        if let Ok(received) = timeout(queue_wait, &mut answer).await {
            return received.unwrap_or_else(|_| Err(E::from(DbError::Overdue)));
        }
        if ticket.withdraw() {
            return Err(E::from(DbError::Saturated));
        }
        match timeout(deadline.saturating_sub(queue_wait), answer).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) | Err(_) => Err(E::from(DbError::Overdue)),
        }
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), DbError> {
        self.read(|conn| {
            use diesel::connection::SimpleConnection as _;
            conn.batch_execute("SELECT 1").map_err(DbError::from)
        })
        .await
    }

    /// The names of the migrations that this build knows and the database has not had.
    pub async fn pending_migrations(&self) -> Result<Vec<String>, DbError> {
        self.read(|conn| {
            pending(conn).map_err(|error| match error {
                MigrateError::Open(_) | MigrateError::Lock(_) | MigrateError::Failed(_) => {
                    DbError::Unreachable
                }
            })
        })
        .await
    }

    /// Which database this is.
    #[must_use]
    pub fn kind(&self) -> DatabaseKind {
        self.0.url.kind()
    }

    /// Where the database is.
    #[must_use]
    pub fn url(&self) -> &DatabaseUrl {
        &self.0.url
    }

    /// Counts the commits of this process that changed something: wait with `changed` to be
    /// woken after the next.
    #[must_use]
    pub fn commits(&self) -> watch::Receiver<u64> {
        self.0.commits.subscribe()
    }

    /// How many reads and writes wait for a thread. PostgreSQL has one queue for both.
    #[must_use]
    pub fn waiting(&self) -> (usize, usize) {
        (self.0.reads.len(), self.0.writes.len())
    }

    /// Finishes what was asked, refuses the rest, and returns when the threads have ended.
    pub async fn stop(&self) {
        self.0.close();
        let threads = self
            .0
            .threads
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(mut threads) = threads {
            // Nobody sends: this ends when the last thread has dropped its sender.
            let _ = threads.recv().await;
        }
    }
}

impl Inner {
    fn close(&self) {
        self.reads.close();
        self.writes.close();
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Db").field(&self.0.url).finish()
    }
}

fn spawn(
    name: &str,
    threads: &mpsc::Sender<()>,
    body: impl FnOnce() + Send + 'static,
) -> Result<(), OpenError> {
    let alive = threads.clone();
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(move || {
            body();
            drop(alive);
        })
        .map(drop)
        .map_err(OpenError::Thread)
}
