//! What every handler can reach.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use koplopers_shared::clock::{Clock, LocalNow};
use koplopers_shared::db::Db;
use koplopers_shared::settings::Settings;

use crate::auth::Auth;
use crate::health::Health;
use crate::metrics::Metrics;
use crate::middleware::limits::Limits;
use crate::pages::Pages;

/// Shared by all requests of a process.
#[derive(Debug, Clone)]
pub struct AppState {
    /// The database.
    pub db: Db,
    /// The time: read it once per request.
    pub clock: Clock,
    /// Finds out who is asking.
    pub auth: Auth,
    /// The settings of this process.
    pub settings: Arc<Settings>,
    /// What this process keeps of itself.
    pub process: Arc<Process>,
}

/// What a process keeps of itself.
#[derive(Debug)]
pub struct Process {
    /// How often callers may call.
    pub limits: Limits,
    /// What is counted.
    pub metrics: Metrics,
    /// Whether it is fit to serve.
    pub health: Health,
    /// What the pages behind links share.
    pub pages: Pages,
    stopping: AtomicBool,
}

impl Process {
    /// Of a process that has just started.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self {
            limits: Limits::new(&settings.http),
            metrics: Metrics::new(),
            health: Health::default(),
            pages: Pages::new(settings.institute.clone()),
            stopping: AtomicBool::new(false),
        }
    }

    /// Says that no new work should come here.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Whether no new work should come here.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}

impl AppState {
    /// The state of a process that starts on this database.
    #[must_use]
    pub fn new(db: Db, auth: Auth, clock: Clock, settings: Arc<Settings>) -> Self {
        let process = Arc::new(Process::new(&settings));
        Self {
            db,
            clock,
            auth,
            settings,
            process,
        }
    }

    /// The time with the institute's calendar day: read it once per request.
    #[must_use]
    pub fn local_now(&self) -> LocalNow {
        LocalNow::new(self.clock.now(), &self.settings.time_zone)
    }
}
