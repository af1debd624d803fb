//! What every handler can reach.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use koplopers_shared::clock::{Clock, LocalNow};
use koplopers_shared::db::{Db, DbError};
use koplopers_shared::keys::KeyRing;
use koplopers_shared::settings::Settings;
use koplopers_shared::{catalogue, flows};

use crate::auth::{self, Auth};
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
    /// The keys of the service, opened.
    pub keys: KeyRing,
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
    /// Gets a process ready on this migrated database: what ships is loaded, and the keys are
    /// there and opened.
    pub async fn start(db: Db, clock: Clock, settings: Arc<Settings>) -> Result<Self, StartError> {
        let now = clock.now();
        db.write(move |conn| flows::catalogue::load(conn, catalogue::shipped(), now))
            .await?;
        let auth = Auth::start(&db, &clock, &settings).await?;
        Ok(Self {
            keys: auth.keys().clone(),
            process: Arc::new(Process::new(&settings)),
            db,
            clock,
            auth,
            settings,
        })
    }

    /// The time with the institute's calendar day: read it once per request.
    #[must_use]
    pub fn local_now(&self) -> LocalNow {
        LocalNow::new(self.clock.now(), &self.settings.time_zone)
    }
}

/// Why a process does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// What ships cannot be stored.
    #[error("what ships cannot be stored")]
    Db(#[from] DbError),
    /// Nobody could be let in.
    #[error(transparent)]
    Auth(#[from] auth::StartError),
}
