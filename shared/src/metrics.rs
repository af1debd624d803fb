//! What both programs count and measure, each on a listener of its own (security: 73).

use std::fmt;
use std::sync::atomic::AtomicU64;

use jiff::Timestamp;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use crate::db::{Db, DbError, DbResult};
use crate::deliveries::workers::{self, Roster};
use crate::deliveries::{Attempt, DeliveryState, Swept, figures};

/// The states of a delivery that is not at its end.
const OPEN: [DeliveryState; 4] = [
    DeliveryState::Queued,
    DeliveryState::Leased,
    DeliveryState::Sending,
    DeliveryState::Unknown,
];

/// The states into which a worker's attempts lead and that somebody may want to hear of.
const REACHED: [DeliveryState; 4] = [
    DeliveryState::Sent,
    DeliveryState::Buried,
    DeliveryState::Unknown,
    DeliveryState::Dropped,
];

/// Seconds, from a relay in the same room to one that makes us wait.
const BUCKETS: [f64; 10] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 15.0, 60.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct State {
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Queue {
    queue: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct QueueThreads {
    queue: &'static str,
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Attempted {
    outcome: &'static str,
    smtp: &'static str,
}

/// A registry of this service, with the version that runs.
#[must_use]
pub fn registry() -> Registry {
    let mut registry = Registry::with_prefix("koplopers");
    let build = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
    registry.register("build", "The version that runs", build);
    registry
}

/// How the executor of this process stands; read when it is asked for.
#[derive(Debug, Default)]
pub struct DbMetrics {
    waiting: Family<Queue, Gauge>,
    threads: Family<QueueThreads, Gauge>,
}

impl DbMetrics {
    /// Adds them to a registry.
    #[must_use]
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        registry.register(
            "db_waiting",
            "Work that waits for a database thread",
            metrics.waiting.clone(),
        );
        registry.register(
            "db_threads",
            "Database threads, each with a connection, at work and waiting for it",
            metrics.threads.clone(),
        );
        metrics
    }

    /// Takes the figures of now.
    pub fn look(&self, db: &Db) {
        let ((read, write), (readers, writers)) = (db.waiting(), db.threads());
        for (queue, waiting, threads) in [("read", read, readers), ("write", write, writers)] {
            set(&self.waiting.get_or_create(&Queue { queue }), waiting);
            for (state, count) in [("busy", threads.busy), ("idle", threads.idle)] {
                set(
                    &self.threads.get_or_create(&QueueThreads { queue, state }),
                    count,
                );
            }
        }
    }
}

fn set(gauge: &Gauge, value: usize) {
    gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
}

/// How the outbox and its workers stand, whichever process works on it.
#[derive(Debug, Default)]
pub struct OutboxMetrics {
    open: Family<State, Gauge>,
    oldest_due: Gauge<f64, AtomicU64>,
    workers: Gauge,
    lost: Gauge,
    last_seen: Gauge,
}

impl OutboxMetrics {
    /// Adds them to a registry.
    #[must_use]
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        registry.register(
            "deliveries",
            "Deliveries that are not at their end",
            metrics.open.clone(),
        );
        registry.register(
            "deliveries_oldest_due_seconds",
            "How long the oldest delivery has been due",
            metrics.oldest_due.clone(),
        );
        registry.register(
            "workers",
            "Workers that were heard of in the last 30 seconds",
            metrics.workers.clone(),
        );
        registry.register(
            "workers_lost",
            "Workers that fell silent without saying goodbye and were not replaced",
            metrics.lost.clone(),
        );
        registry.register(
            "worker_last_seen_timestamp_seconds",
            "When any worker was last heard of, in seconds since 1970; 0 for never",
            metrics.last_seen.clone(),
        );
        metrics
    }

    /// Reads the figures; how the workers stand.
    ///
    /// On failure the former figures stay.
    pub async fn look(&self, db: &Db, now: Timestamp) -> Result<Roster, DbError> {
        let (outbox, roster, last_seen) = db
            .read_long(move |conn| -> DbResult<_> {
                let roster = workers::roster(conn, now)?;
                Ok((figures(conn)?, roster, workers::last_seen(conn)?))
            })
            .await?;
        for state in OPEN {
            let count = outbox.open.iter().find(|(found, _)| *found == state);
            let gauge = self.open.get_or_create(&State {
                state: state.as_str(),
            });
            gauge.set(count.map_or(0, |(_, count)| *count));
        }
        let age = outbox
            .oldest_due_at
            .map_or(0.0, |at| now.duration_since(at).as_secs_f64());
        self.oldest_due.set(age.max(0.0));
        set(&self.workers, roster.alive.len());
        set(&self.lost, roster.lost.len());
        self.last_seen
            .set(last_seen.map_or(0, Timestamp::as_second));
        Ok(roster)
    }
}

/// What the worker of this process has done; clones share the counts.
#[derive(Clone)]
pub struct DeliveryMetrics {
    reached: Family<State, Counter>,
    attempts: Family<Attempted, Counter>,
    seconds: Histogram,
}

impl DeliveryMetrics {
    /// Nothing done yet; each state is there with a zero, so that the first is seen to come.
    #[must_use]
    pub fn new() -> Self {
        let reached = Family::<State, Counter>::default();
        for state in REACHED {
            drop(reached.get_or_create(&State {
                state: state.as_str(),
            }));
        }
        Self {
            reached,
            attempts: Family::default(),
            seconds: Histogram::new(BUCKETS),
        }
    }

    /// Adds them to a registry.
    pub fn register(&self, registry: &mut Registry) {
        registry.register(
            "deliveries_reached",
            "Deliveries that came into a state by the work of this process",
            self.reached.clone(),
        );
        registry.register(
            "delivery_attempts",
            "Attempts at deliveries, by how they ended and by the relay's class of reply",
            self.attempts.clone(),
        );
        registry.register(
            "delivery_attempt_seconds",
            "Time from the start of an attempt to its end",
            self.seconds.clone(),
        );
    }

    /// Counts an attempt that took so many seconds.
    pub fn attempted(&self, attempt: &Attempt, seconds: f64) {
        let smtp = match attempt.code {
            Some(200..=299) => "2xx",
            Some(300..=399) => "3xx",
            Some(400..=499) => "4xx",
            Some(500..=599) => "5xx",
            Some(_) => "other",
            None => "none",
        };
        let outcome = attempt.outcome.as_str();
        self.attempts
            .get_or_create(&Attempted { outcome, smtp })
            .inc();
        self.seconds.observe(seconds);
    }

    /// Counts a delivery that came into a state.
    pub fn reached(&self, state: DeliveryState) {
        if REACHED.contains(&state) {
            self.count(state, 1);
        }
    }

    /// Counts what a sweep found.
    pub fn swept(&self, swept: &Swept) {
        self.count(DeliveryState::Unknown, swept.unknown);
        self.count(DeliveryState::Dropped, swept.past);
    }

    fn count(&self, state: DeliveryState, count: usize) {
        let state = State {
            state: state.as_str(),
        };
        self.reached
            .get_or_create(&state)
            .inc_by(u64::try_from(count).unwrap_or(u64::MAX));
    }
}

impl Default for DeliveryMetrics {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for DeliveryMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeliveryMetrics")
    }
}
