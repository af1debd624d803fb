//! The only way to a connection: `Db::read` and `Db::write`.

use std::error::Error;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::timeout;

use super::lane::{Ended, Slot, work_loop};
use super::migrate::{MigrateError, make_folder, pending};
use super::open::{OpenError, Purpose, open};
use super::queue::{Queue, ThreadUse};
use super::transaction::{begin_read, end_read, is_sound};
use super::wakes::Wakes;
use super::work::{Ran, Task, Ticket, Way, run_caught};
use super::writer::group_loop;
use super::{DatabaseKind, DatabaseUrl, DbConn, DbError};

/// How much the executor does at once, and how long anyone waits for it.
#[derive(Debug, Clone)]
pub struct DbOptions {
    /// Threads for the long reads of the embedded database.
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
    wakes: Arc<Wakes>,
    /// Connections for short reads of the embedded database.
    idle: Mutex<Vec<Slot>>,
    threads: Threads,
}

/// The most threads that may be stuck at once and have a replacement.
const REPLACEMENTS: usize = 32;

/// The threads, each of which holds a sender for as long as it lives.
struct Threads {
    alive: Mutex<Option<mpsc::Sender<()>>>,
    /// Ends when the last thread has let go of its sender.
    gone: Mutex<Option<mpsc::Receiver<()>>>,
    replaced: Arc<AtomicUsize>,
}

impl Db {
    /// Starts the threads. An embedded database is opened once to see that it can be; a server
    /// may come up later, until then work fails with [`DbError::Unreachable`].
    pub fn open(url: &DatabaseUrl, options: DbOptions) -> Result<Self, OpenError> {
        let (alive, gone) = mpsc::channel(1);
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
            wakes: Arc::default(),
            idle: Mutex::new(Vec::new()),
            threads: Threads {
                alive: Mutex::new(Some(alive)),
                gone: Mutex::new(Some(gone)),
                replaced: Arc::default(),
            },
        }));
        db.start()?;
        Ok(db)
    }

    fn start(&self) -> Result<(), OpenError> {
        let inner = &self.0;
        let Some(path) = inner.url.file() else {
            return (0..inner.options.pool).try_for_each(|_| self.start_worker());
        };
        make_folder(path)?;
        open(&inner.url, Purpose::Write, inner.options.deadline)?;
        (0..inner.options.readers).try_for_each(|_| self.start_worker())?;
        let (queue, slot) = (Arc::clone(&inner.writes), self.slot(Purpose::Write));
        let wakes = Arc::clone(&inner.wakes);
        self.spawn("db-write", move || {
            queue.join();
            group_loop(&queue, slot, &wakes);
            queue.leave();
        })
    }

    /// Starts a thread that does what does not go through the one writer.
    fn start_worker(&self) -> Result<(), OpenError> {
        let queue = Arc::clone(&self.0.reads);
        let replaced = Arc::clone(&self.0.threads.replaced);
        let (name, purpose) = match self.kind() {
            DatabaseKind::Sqlite => ("db-read", Purpose::Read),
            DatabaseKind::Postgres => ("db", Purpose::Write),
        };
        let (wakes, slot) = (Arc::clone(&self.0.wakes), self.slot(purpose));
        self.spawn(name, move || {
            queue.join();
            let ended = work_loop(&queue, slot, &wakes);
            queue.leave();
            if ended == Ended::GivenUp {
                replaced.fetch_sub(1, Ordering::Relaxed);
            }
        })
    }

    fn spawn(&self, name: &str, body: impl FnOnce() + Send + 'static) -> Result<(), OpenError> {
        let alive = lock(&self.0.threads.alive).clone();
        std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                body();
                drop(alive);
            })
            .map(drop)
            .map_err(OpenError::Thread)
    }

    fn slot(&self, purpose: Purpose) -> Slot {
        Slot::new(self.0.url.clone(), purpose, self.0.options.deadline)
    }

    /// Runs `closure` on a connection that reads: for what takes less than a millisecond or so.
    ///
    /// The embedded database is read on the calling thread, which costs less than handing the
    /// work over and back; all statements of the closure see it as the first one does. On
    /// PostgreSQL each statement sees what was committed when it started, and the closure may be
    /// run again, on another connection.
    pub async fn read<T, E, F>(&self, closure: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: Error + From<DbError> + Send + 'static,
        F: Fn(&mut DbConn) -> Result<T, E> + Send + 'static,
    {
        match self.kind() {
            DatabaseKind::Sqlite => self.read_here(&closure),
            DatabaseKind::Postgres => self.ask(Way::Read, closure).await,
        }
    }

    /// As [`Db::read`], never on the calling thread: for exports, checks and other long reads.
    pub async fn read_long<T, E, F>(&self, closure: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: Error + From<DbError> + Send + 'static,
        F: Fn(&mut DbConn) -> Result<T, E> + Send + 'static,
    {
        self.ask(Way::Read, closure).await
    }

    /// Runs `closure` in a transaction, committed durably before this returns `Ok`.
    ///
    /// An `Err` undoes everything the closure did. The closure may be run again from its start,
    /// so it must not do anything but ask the database. When the future is dropped after the
    /// work has started, the work still ends by itself.
    pub async fn write<T, E, F>(&self, closure: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: Error + From<DbError> + Send + 'static,
        F: Fn(&mut DbConn) -> Result<T, E> + Send + 'static,
    {
        self.ask(Way::Write, closure).await
    }

    fn read_here<T, E, F>(&self, closure: &F) -> Result<T, E>
    where
        E: Error + From<DbError> + 'static,
        F: Fn(&mut DbConn) -> Result<T, E>,
    {
        let idle = lock(&self.0.idle).pop();
        let mut slot = idle.unwrap_or_else(|| self.slot(Purpose::Read));
        let (conn, _) = slot.get()?;
        begin_read(conn)?;
        let (result, ran) = run_caught(closure, conn);
        // A doubtful connection is closed instead of put back.
        let unharmed = matches!(ran, Ran::Done | Ran::Refused | Ran::Raced);
        if unharmed && end_read(conn).is_ok() && is_sound(conn, 0) {
            lock(&self.0.idle).push(slot);
        }
        result
    }

    async fn ask<T, E, F>(&self, way: Way, closure: F) -> Result<T, E>
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
        let task = Task::new(closure, way, reply, Arc::clone(&ticket));
        let queue = match way {
            Way::Read => &self.0.reads,
            Way::Write => &self.0.writes,
        };
        queue.push(Box::new(task))?;
        if let Ok(received) = timeout(queue_wait, &mut answer).await {
            return received.unwrap_or_else(|_| Err(E::from(DbError::Overdue)));
        }
        if ticket.withdraw() {
            return Err(E::from(DbError::Saturated));
        }
        if let Ok(Ok(result)) = timeout(deadline.saturating_sub(queue_wait), answer).await {
            return result;
        }
        self.replace_stuck(way, &ticket);
        Err(E::from(DbError::Overdue))
    }

    /// Starts a thread in the place of one that does not come back. The one writer of the
    /// embedded database has no substitute: two would wait for each other's lock.
    fn replace_stuck(&self, way: Way, ticket: &Ticket) {
        let is_only_writer = way == Way::Write && self.kind() == DatabaseKind::Sqlite;
        let replaced = &self.0.threads.replaced;
        if is_only_writer || replaced.load(Ordering::Relaxed) >= REPLACEMENTS || !ticket.abandon() {
            return;
        }
        replaced.fetch_add(1, Ordering::Relaxed);
        tracing::warn!(
            kind = self.kind().as_str(),
            "a thread of the database is stuck"
        );
        if let Err(error) = self.start_worker() {
            tracing::error!(%error, "a stuck thread has no replacement");
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

    /// Counts the commits of this process that put work into the outbox (see
    /// [`wake_after_commit`](super::wake_after_commit)): wait with `changed` for the next.
    #[must_use]
    pub fn commits(&self) -> watch::Receiver<u64> {
        self.0.wakes.subscribe()
    }

    /// How many reads and writes wait for a thread. PostgreSQL has one queue for both.
    #[must_use]
    pub fn waiting(&self) -> (usize, usize) {
        (self.0.reads.len(), self.0.writes.len())
    }

    /// What the threads that read and those that write are doing. PostgreSQL has one pool for
    /// both; short reads of the embedded database run on the threads of those who ask.
    #[must_use]
    pub fn threads(&self) -> (ThreadUse, ThreadUse) {
        (self.0.reads.threads(), self.0.writes.threads())
    }

    /// Finishes what was asked, refuses the rest, and returns when the threads have ended.
    pub async fn stop(&self) {
        self.0.close();
        let gone = lock(&self.0.threads.gone).take();
        if let Some(mut gone) = gone {
            // Nobody sends: this ends when the last thread has dropped its sender.
            let _ = gone.recv().await;
        }
    }
}

impl Inner {
    fn close(&self) {
        self.reads.close();
        self.writes.close();
        lock(&self.threads.alive).take();
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

fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}
