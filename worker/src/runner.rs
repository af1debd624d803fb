//! The worker: claims what is due and sees it through.

use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use jiff::Timestamp;
use koplopers_shared::clock::{Clock, LocalNow};
use koplopers_shared::db::{DatabaseKind, Db, DbError};
use koplopers_shared::deliveries::{
    self, Attempt, AttemptOutcome, Claimed, Completion, DeliveryState, Lease, WorkerId, workers,
};
use koplopers_shared::flows::Letterhead;
use koplopers_shared::keys::KeyRing;
use koplopers_shared::metrics::DeliveryMetrics;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use crate::limits::Limits;
use crate::prepare::{PrepareError, Prepared, prepare};
use crate::record::{record, record_all};
use crate::schedule::{self, Ticker};
use crate::transport::{Outcome, Transport};
use crate::wake::{Wake, between};
use crate::{LockError, WorkerLock, WorkerOptions, WorkerParts};

/// How many deliveries are held per connection: one that is sent, and a few that follow at once.
const HELD_PER_CONNECTION: usize = 4;

/// How long to wait after the database failed.
const AGAIN: (Duration, Duration) = (Duration::from_millis(300), Duration::from_millis(900));

/// A worker.
#[derive(Debug)]
pub struct Worker {
    shared: Arc<Shared>,
}

/// What all parts of a worker share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) id: WorkerId,
    pub(crate) started_at: Timestamp,
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) keys: KeyRing,
    pub(crate) metrics: DeliveryMetrics,
    pub(crate) options: WorkerOptions,
    transport: Arc<Transport>,
    limits: Arc<Limits>,
    pub(crate) letterhead: Letterhead,
    /// As many permits as mails may be sent at once.
    slots: Semaphore,
    held: Mutex<HashSet<Lease>>,
    stopping: AtomicBool,
}

/// Why a worker could not run.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// There is another one on this database.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// What one run came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Deliveries of which the mail server took the mail.
    pub sent: usize,
    /// Attempts that ended otherwise.
    pub failed: usize,
    /// Deliveries that were no longer wanted.
    pub dropped: usize,
}

/// There is nothing to claim: undoes the transaction, which therefore wakes nobody.
#[derive(Debug, thiserror::Error)]
enum NotClaimed {
    #[error("nothing is due")]
    Nothing,
    #[error("database")]
    Db(#[from] DbError),
}

/// How the work on one delivery ended.
enum Worked {
    Attempted(Completion),
    Dropped,
    LetGo,
}

impl Worker {
    pub(crate) fn new(id: WorkerId, parts: WorkerParts) -> Self {
        let slots = Semaphore::new(parts.transport.connections());
        let limits = Arc::new(Limits::new(parts.transport.rates()));
        Self {
            shared: Arc::new(Shared {
                id,
                started_at: parts.clock.now(),
                db: parts.db,
                clock: parts.clock,
                keys: parts.keys,
                metrics: parts.metrics,
                options: parts.options,
                transport: parts.transport,
                limits,
                letterhead: parts.letterhead,
                slots,
                held: Mutex::default(),
                stopping: AtomicBool::new(false),
            }),
        }
    }

    /// The worker's id, new for every worker.
    #[must_use]
    pub fn id(&self) -> WorkerId {
        self.shared.id
    }

    /// Works until `shutdown` ends; then finishes what is being sent and gives the rest back.
    pub async fn run(&self, shutdown: impl Future<Output = ()> + Send) -> Result<(), WorkerError> {
        let _lock = self.shared.lock()?;
        tracing::info!(worker = %self.shared.id, "worker started");
        let (completions, incoming) = mpsc::unbounded_channel();
        let recorder = tokio::spawn(record_all(Arc::clone(&self.shared), incoming));
        let mut helpers = JoinSet::new();
        helpers.spawn(schedule::tick_forever(Arc::clone(&self.shared)));
        helpers.spawn(schedule::renew_forever(Arc::clone(&self.shared)));
        let mut wake = Wake::new(&self.shared.db, &mut helpers);
        let mut jobs = JoinSet::new();
        self.claim_until(shutdown, &mut wake, &mut jobs, &completions)
            .await;
        self.shared.stopping.store(true, Ordering::Relaxed);
        let drained = tokio::time::timeout(self.shared.options.drain, async {
            while jobs.join_next().await.is_some() {}
        });
        if drained.await.is_err() {
            tracing::warn!(mails = jobs.len(), "stopping in the middle of sending");
            jobs.shutdown().await;
        }
        drop(completions);
        if tokio::time::timeout(Duration::from_secs(5), recorder)
            .await
            .is_err()
        {
            tracing::error!("stopping before the last attempts were recorded");
        }
        helpers.shutdown().await;
        self.shared.sign_off().await;
        tracing::info!(worker = %self.shared.id, "worker stopped");
        Ok(())
    }

    async fn claim_until(
        &self,
        shutdown: impl Future<Output = ()> + Send,
        wake: &mut Wake,
        jobs: &mut JoinSet<()>,
        completions: &mpsc::UnboundedSender<Completion>,
    ) {
        let capacity = self.shared.capacity();
        let mut shutdown = std::pin::pin!(shutdown);
        let mut look = true;
        loop {
            let room = capacity.saturating_sub(jobs.len());
            // Small claims cost as much as large ones.
            if look && room * 2 >= capacity {
                let claimed = tokio::select! {
                    biased;
                    () = &mut shutdown => return,
                    claimed = self.shared.claim(room) => claimed,
                };
                look = claimed.len() == room;
                for claimed in claimed {
                    let (shared, completions) = (Arc::clone(&self.shared), completions.clone());
                    jobs.spawn(async move {
                        if let Worked::Attempted(completion) = shared.work_on(claimed).await {
                            // The recorder outlives all senders.
                            let _ = completions.send(completion);
                        }
                    });
                }
            }
            tokio::select! {
                biased;
                () = &mut shutdown => return,
                Some(_) = jobs.join_next(), if !jobs.is_empty() => {}
                () = wake.wait(self.shared.options.poll), if !look => look = true,
            }
        }
    }

    /// Sends everything that is due, then returns.
    pub async fn once(&self) -> Result<Summary, WorkerError> {
        let _lock = self.shared.lock()?;
        let mut helpers = JoinSet::new();
        helpers.spawn(schedule::renew_forever(Arc::clone(&self.shared)));
        Ticker::default().tick(&self.shared).await;
        let mut summary = Summary::default();
        loop {
            let claimed = self.shared.claim(self.shared.capacity()).await;
            if claimed.is_empty() {
                break;
            }
            let works = claimed
                .into_iter()
                .map(|claimed| self.shared.work_on(claimed));
            let mut completed = Vec::new();
            for worked in futures_util::future::join_all(works).await {
                match worked {
                    Worked::Attempted(completion) => completed.push(completion),
                    Worked::Dropped => summary.dropped += 1,
                    Worked::LetGo => {}
                }
            }
            summary.sent += completed.iter().filter(|done| done.is_sent()).count();
            summary.failed += completed.iter().filter(|done| !done.is_sent()).count();
            let completed: Arc<[Completion]> = completed.into();
            while !record(&self.shared, &completed).await {
                tokio::time::sleep(between(AGAIN)).await;
            }
        }
        self.shared.sign_off().await;
        Ok(summary)
    }
}

impl Shared {
    fn lock(&self) -> Result<Option<WorkerLock>, LockError> {
        self.db.url().file().map(WorkerLock::take).transpose()
    }

    fn capacity(&self) -> usize {
        self.transport.connections() * HELD_PER_CONNECTION
    }

    /// An instant with the day it falls on where the institute is.
    pub(crate) fn local(&self, now: Timestamp) -> LocalNow {
        LocalNow::new(now, self.letterhead.institute.usual_zone.time_zone())
    }

    /// Whether people are at work, weekends aside: from nine on the institute's clock.
    pub(crate) fn is_daytime(&self, now: Timestamp) -> bool {
        let zone = self.letterhead.institute.usual_zone.time_zone();
        zone.to_datetime(now).hour() >= 9
    }

    /// The leases that this worker holds.
    pub(crate) fn leases(&self) -> Vec<Lease> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.iter().copied().collect()
    }

    /// Forgets a lease that is no longer needed.
    pub(crate) fn release(&self, lease: Lease) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.remove(&lease);
    }

    /// Claims what is due; nothing when the database fails, which is said in the log.
    async fn claim(&self, limit: usize) -> Vec<Claimed> {
        let now = self.clock.now();
        if !self.is_anything_due(now).await {
            return Vec::new();
        }
        let claimed = self
            .db
            .write(move |conn| {
                let claimed = deliveries::claim(conn, limit, now)?;
                if claimed.is_empty() {
                    return Err(NotClaimed::Nothing);
                }
                Ok(claimed)
            })
            .await;
        match claimed {
            Ok(claimed) => {
                let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
                held.extend(claimed.iter().map(|claimed| claimed.lease));
                claimed
            }
            Err(NotClaimed::Nothing) => Vec::new(),
            Err(NotClaimed::Db(error)) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "deliveries cannot be claimed"
                );
                Vec::new()
            }
        }
    }

    /// On SQLite every commit of the process wakes the worker; it must not queue up behind the
    /// writes of others for nothing.
    async fn is_anything_due(&self, now: Timestamp) -> bool {
        match self.db.kind() {
            DatabaseKind::Postgres => true,
            DatabaseKind::Sqlite => match self.db.read(deliveries::next_due).await {
                Ok(next) => next.is_some_and(|next| next <= now),
                Err(_) => true,
            },
        }
    }

    /// Sees one delivery through.
    async fn work_on(&self, claimed: Claimed) -> Worked {
        let lease = claimed.lease;
        let Ok(_slot) = self.slots.acquire().await else {
            return self.let_go(lease).await;
        };
        if self.stopping.load(Ordering::Relaxed) {
            return self.let_go(lease).await;
        }
        let started_at = self.clock.now();
        let completion = |attempt, ended_at| {
            Worked::Attempted(Completion {
                lease,
                started_at,
                ended_at,
                attempt,
            })
        };
        let (keys, letterhead) = (self.keys.clone(), self.letterhead.clone());
        let limits = Arc::clone(&self.limits);
        let prepared = self
            .db
            .write(move |conn| prepare(conn, &keys, &letterhead, &limits, &claimed, started_at))
            .await;
        let mail = match prepared {
            Ok(Prepared::Send(mail)) => mail,
            Ok(Prepared::Dropped(reason)) => {
                tracing::info!(delivery = %lease.delivery, reason = reason.as_str(), "delivery dropped");
                self.metrics.reached(DeliveryState::Dropped);
                self.release(lease);
                return Worked::Dropped;
            }
            Ok(Prepared::LeaseLost) => {
                self.release(lease);
                return Worked::LetGo;
            }
            Err(PrepareError::Limited { until }) => return self.postpone(lease, until).await,
            Err(error) => {
                if let Some(attempt) = broken(lease, &error) {
                    return completion(attempt, self.clock.now());
                }
                // The database is in trouble: no hurry to take the same delivery again.
                tokio::time::sleep(between(AGAIN)).await;
                return self.let_go(lease).await;
            }
        };
        // A panic must not take the worker with it, and nobody knows what was sent by then.
        let sent = AssertUnwindSafe(self.transport.send(&mail.envelope, mail.bytes))
            .catch_unwind()
            .await
            .unwrap_or_else(|_| Outcome::Unknown {
                reason: "sending panicked".to_owned(),
            });
        completion(attempt_of(&sent), self.clock.now())
    }

    /// Gives back what was not begun. Should that fail, the lease runs out by itself.
    async fn let_go(&self, lease: Lease) -> Worked {
        let given = self
            .db
            .write(move |conn| deliveries::give_back(conn, &[lease]))
            .await;
        self.given_back(lease, given.map(|_| ()))
    }

    /// Gives back what has to wait for room, for whoever comes first then.
    async fn postpone(&self, lease: Lease, until: Timestamp) -> Worked {
        let given = self
            .db
            .write(move |conn| deliveries::postpone(conn, lease, until))
            .await;
        self.given_back(lease, given.map(|_| ()))
    }

    fn given_back(&self, lease: Lease, given: Result<(), DbError>) -> Worked {
        if let Err(error) = given {
            tracing::warn!(
                delivery = %lease.delivery,
                error = &error as &dyn std::error::Error,
                "a delivery could not be given back"
            );
        }
        self.release(lease);
        Worked::LetGo
    }

    async fn sign_off(&self) {
        let (id, now) = (self.id, self.clock.now());
        let told = self
            .db
            .write(move |conn| workers::stop(conn, id, now))
            .await;
        if let Err(error) = told {
            tracing::debug!(error = &error as &dyn std::error::Error, "not signed off");
        }
    }
}

/// The attempt that a failure costs the delivery; `None` when the database is to blame.
fn broken(lease: Lease, error: &PrepareError) -> Option<Attempt> {
    let outcome = error.outcome()?;
    tracing::error!(
        delivery = %lease.delivery,
        error = error as &dyn std::error::Error,
        "no mail could be made"
    );
    Some(Attempt {
        outcome,
        phase: None,
        code: None,
        text: error.in_words(),
    })
}

/// What a transport said, in the words of the outbox.
fn attempt_of(outcome: &Outcome) -> Attempt {
    let (kind, phase) = match outcome {
        Outcome::Accepted { .. } => (AttemptOutcome::Accepted, None),
        Outcome::Deferred { phase, .. } => (AttemptOutcome::Deferred, Some(phase)),
        Outcome::Rejected { phase, .. } => (AttemptOutcome::Rejected, Some(phase)),
        Outcome::RelayUnavailable { phase, .. } => (AttemptOutcome::RelayUnavailable, Some(phase)),
        Outcome::Unknown { .. } => (AttemptOutcome::Unknown, None),
    };
    Attempt {
        outcome: kind,
        phase: phase.map(|phase| phase.as_str()),
        code: outcome.code(),
        text: outcome.text().to_owned(),
    }
}
