//! Probes for whoever watches over the process. They answer from memory, so that they hold while
//! every database thread is busy (security: 48, 91).

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, web};
use koplopers_shared::db::DbError;
use serde_json::json;

use crate::state::AppState;

/// How often the database is looked at.
const PAUSE: Duration = Duration::from_secs(2);
/// Looks at the database between two looks at the outbox.
const OUTBOX_EVERY: u64 = 5;

/// What was seen when the database was last looked at.
#[derive(Debug, Default)]
pub struct Health {
    seen: Mutex<Seen>,
    /// Held while the outbox is counted, so that an older count never replaces a newer one.
    counting: tokio::sync::Mutex<()>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    database: bool,
    migrations: bool,
    /// Whether a worker was heard of lately; mails wait while none is.
    worker: bool,
    /// How many fell silent without saying goodbye, and were not replaced.
    lost_workers: usize,
}

impl Health {
    fn seen(&self) -> Seen {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the database. One that is busy is there.
    pub async fn look(&self, state: &AppState) {
        let database = match state.db.ping().await {
            Ok(()) | Err(DbError::Saturated) => true,
            Err(
                DbError::Query(_)
                | DbError::Conflict
                | DbError::Corrupt { .. }
                | DbError::Unreachable
                | DbError::Full
                | DbError::Overdue
                | DbError::Panicked,
            ) => false,
        };
        let migrations = self.seen().migrations
            || state
                .db
                .pending_migrations()
                .await
                .is_ok_and(|pending| pending.is_empty());
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.database = database;
        seen.migrations = migrations;
    }

    /// Counts the outbox and looks for its workers.
    pub async fn look_at_outbox(&self, state: &AppState) {
        let outbox = &state.process.metrics.outbox;
        let _counting = self.counting.lock().await;
        match outbox.look(&state.db, state.clock.now()).await {
            Ok(workers) => {
                let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
                seen.worker = !workers.alive.is_empty();
                seen.lost_workers = workers.lost.len();
            }
            Err(error) => tracing::debug!(%error, "the outbox could not be counted"),
        }
    }
}

/// Keeps looking, for as long as the process lives.
pub async fn watch(state: AppState) {
    for look in 0_u64.. {
        state.process.health.look(&state).await;
        if look.is_multiple_of(OUTBOX_EVERY) {
            state.process.health.look_at_outbox(&state).await;
        }
        state.process.limits.tidy();
        actix_web::rt::time::sleep(PAUSE).await;
    }
}

/// The process answers; restart it when this fails.
#[utoipa::path(responses((status = 200, description = "The process answers")))]
#[get("/health/live")]
pub async fn live() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "ok" }))
}

/// The process can serve; take it out of the balancer when this fails, do not restart it.
#[utoipa::path(responses(
    (status = 200, description = "The process can serve"),
    (status = 503, description = "The process cannot serve now"),
))]
#[get("/health/ready")]
pub async fn ready(state: web::Data<AppState>) -> HttpResponse {
    let seen = state.process.health.seen();
    let stopping = state.process.is_stopping();
    let fit = seen.database && seen.migrations && !stopping;
    let (status, word) = if fit {
        (StatusCode::OK, "ok")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not-ready")
    };
    // A balancer reads the status; the rest is for people.
    HttpResponse::build(status)
        .content_type("application/json")
        .json(json!({
            "status": word,
            "database": if seen.database { "ok" } else { "out of reach" },
            "migrations": if seen.migrations { "ok" } else { "missing" },
            // No reason to turn requests away: mails wait, and nothing is lost.
            "worker": if seen.worker { "ok" } else { "not heard of" },
            "lostWorkers": seen.lost_workers,
            "stopping": stopping,
        }))
}
