//! Runs the deliveries of Koplopers: claims, renders and sends every mail.
//!
//! ```text
//! claim ─► last look, compose, freeze, record "sending" ─► send ─► record what became of it
//!  one transaction    one transaction per mail       no transaction     one for many mails
//! ```
//!
//! A worker that dies anywhere in between leaves rows that another one, or itself after a restart,
//! takes up again: never a lost mail, at most one more copy of those that were being sent.

mod limits;
mod lock;
pub mod message;
pub mod metrics;
mod prepare;
mod record;
mod runner;
mod schedule;
pub mod transport;
mod wake;

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use koplopers_shared::clock::Clock;
use koplopers_shared::db::Db;
use koplopers_shared::deliveries::WorkerId;
use koplopers_shared::flows::Letterhead;
use koplopers_shared::keys::KeyRing;
use koplopers_shared::metrics::DeliveryMetrics;
use koplopers_shared::settings::{ChaserDays, Retention, Settings};

pub use crate::lock::{LockError, WorkerLock};
pub use crate::runner::{Summary, Worker, WorkerError};
use crate::transport::{MailUrl, MailUrlError, Transport, TransportError};

/// Everything a worker works with.
#[derive(Debug)]
pub struct WorkerParts {
    /// The database.
    pub db: Db,
    /// The clock.
    pub clock: Clock,
    /// The keys for links and for stored bytes.
    pub keys: KeyRing,
    /// Where mail goes.
    pub transport: Arc<Transport>,
    /// Who the mails are from.
    pub letterhead: Letterhead,
    /// What the worker has done.
    pub metrics: DeliveryMetrics,
    /// Times and amounts.
    pub options: WorkerOptions,
}

/// The settings name no place where mail can go.
#[derive(Debug, thiserror::Error)]
pub enum PartsError {
    /// The address is not one of a relay or a folder.
    #[error("KOPLOPERS_MAIL_URL: {0}")]
    Url(#[from] MailUrlError),
    /// The relay's certificates, or the folder, cannot be used.
    #[error("KOPLOPERS_MAIL_URL: the mail cannot be handed over")]
    Transport(#[from] TransportError),
}

impl WorkerParts {
    /// What the settings say, around a database and keys that are open already.
    pub fn new(
        db: Db,
        clock: Clock,
        keys: KeyRing,
        settings: &Settings,
    ) -> Result<Self, PartsError> {
        let url = MailUrl::parse(settings.mail.url.expose())?;
        Ok(Self {
            db,
            clock,
            keys,
            transport: Arc::new(Transport::open(&url)?),
            letterhead: Letterhead::from(settings),
            metrics: DeliveryMetrics::new(),
            options: WorkerOptions {
                retention: settings.retention,
                consent_after: settings.consent_after,
                chasers: settings.chasers,
                ..WorkerOptions::default()
            },
        })
    }
}

/// Times and amounts of a worker.
#[derive(Debug, Clone)]
pub struct WorkerOptions {
    /// How long to wait for a sign of new work before looking without one: the shortest and the
    /// longest, one of which is drawn each time.
    pub poll: (Duration, Duration),
    /// How long the mails that are being sent may take when the worker is told to stop.
    pub drain: Duration,
    /// How long what is no longer needed is kept.
    pub retention: Retention,
    /// How long after the first nomination consent is asked without a coordinator; `None` when
    /// only coordinators ask.
    pub consent_after: Option<SignedDuration>,
    /// When people are reminded of a last day.
    pub chasers: ChaserDays,
}

impl Default for WorkerOptions {
    fn default() -> Self {
        Self {
            poll: (Duration::from_secs(1), Duration::from_secs(5)),
            drain: Duration::from_secs(20),
            retention: Retention::default(),
            consent_after: None,
            chasers: ChaserDays::default(),
        }
    }
}

/// Makes a worker; nothing happens until it is run.
#[must_use]
pub fn build_worker(parts: WorkerParts) -> Worker {
    Worker::new(WorkerId::generate(), parts)
}
