//! How the queue stands, and having it wait.

use actix_web::{HttpResponse, delete, get, put, web};
use jiff::Timestamp;
use koplopers_shared::access::{DeliveriesRead, DeliveriesRetry};
use koplopers_shared::db::{DbConn, DbResult};
use koplopers_shared::deliveries::pauses::Pause;
use koplopers_shared::deliveries::workers::{Roster, WorkerSeen};
use koplopers_shared::deliveries::{self, DeliveryState, OutboxFigures, pauses, workers};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::Authorized;
use crate::body::Body;
use crate::operation;
use crate::problem::Problem;
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::reply::Reply;
use crate::state::AppState;
use crate::words::DeliveryStateWord;

/// How the queue stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DeliveryQueue)]
pub struct QueueView {
    /// Whether nothing is sent at the moment.
    paused: bool,
    /// Why it waits; none when it does not.
    pauses: Vec<PauseView>,
    /// How many mails are in each state that is no end; states without any are left out.
    open: Vec<OpenView>,
    /// From when the oldest of them was, or will be, to be sent.
    #[schema(value_type = Option<String>, format = DateTime)]
    oldest_due_at: Option<Timestamp>,
    /// The workers that were heard of in the last half minute.
    workers: Vec<WorkerView>,
    /// Those that fell silent without saying goodbye, in the last week, and that none took the
    /// place of. What they held is sent by others.
    lost_workers: Vec<WorkerView>,
}

/// A reason for the queue to wait.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = QueuePause)]
pub struct PauseView {
    /// Who paused: `ops`, or `relay` for the worker itself while the mail server is out of reach.
    #[schema(example = "relay")]
    by: String,
    /// Why.
    reason: String,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// Until when; null until it is resumed.
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
}

/// How many mails are in a state.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenDeliveries)]
pub struct OpenView {
    /// The state.
    #[schema(value_type = DeliveryStateWord)]
    status: DeliveryState,
    /// How many.
    count: i64,
}

/// A worker process.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Worker)]
pub struct WorkerView {
    /// When it started.
    #[schema(value_type = String, format = DateTime)]
    started_at: Timestamp,
    /// When it last told that it lives.
    #[schema(value_type = String, format = DateTime)]
    seen_at: Timestamp,
}

/// Why the queue is to wait.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PauseQueueRequest {
    /// For who looks at the queue later.
    #[schema(
        min_length = 1,
        max_length = 500,
        example = "The mail server is being replaced"
    )]
    reason: String,
}

impl From<WorkerSeen> for WorkerView {
    fn from(worker: WorkerSeen) -> Self {
        Self {
            started_at: worker.started_at,
            seen_at: worker.seen_at,
        }
    }
}

fn view(
    figures: OutboxFigures,
    mut pauses: Vec<Pause>,
    workers: Roster,
    now: Timestamp,
) -> QueueView {
    pauses.retain(|pause| pause.holds(now));
    QueueView {
        paused: !pauses.is_empty(),
        pauses: (pauses.into_iter())
            .map(|pause| PauseView {
                by: pause.name,
                reason: pause.reason,
                since: pause.since,
                until: pause.until,
            })
            .collect(),
        open: (figures.open.into_iter())
            .map(|(status, count)| OpenView { status, count })
            .collect(),
        oldest_due_at: figures.oldest_due_at,
        workers: workers.alive.into_iter().map(WorkerView::from).collect(),
        lost_workers: workers.lost.into_iter().map(WorkerView::from).collect(),
    }
}

fn read(conn: &mut DbConn, now: Timestamp) -> DbResult<QueueView> {
    let figures = deliveries::figures(conn)?;
    let pauses = pauses::list(conn)?;
    let workers = workers::roster(conn, now)?;
    Ok(view(figures, pauses, workers, now))
}

/// Get the delivery queue
///
/// How many mails wait, since when, why, and who sends them.
#[utoipa::path(
    operation_id = "get_delivery_queue",
    tag = "deliveries",
    security(("bearer" = ["deliveries:read"])),
    responses((status = 200, description = "How the queue stands", body = QueueView), ReadErrors),
)]
#[get("/delivery-queue")]
pub async fn get_delivery_queue(
    auth: Authorized<DeliveriesRead>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    operation::get(&state, auth, |conn, by| {
        Ok(Some(Reply::ok(0, &read(conn, by.now().at)?)))
    })
    .await
}

/// Pause the delivery queue
///
/// Nothing is sent until it is resumed; what is being sent goes. What waits past its time is
/// dropped, as ever. A second pause replaces the reason of the first.
#[utoipa::path(
    operation_id = "pause_delivery_queue",
    tag = "deliveries",
    security(("bearer" = ["deliveries:retry"])),
    request_body = PauseQueueRequest,
    responses((status = 200, description = "How the queue stands", body = QueueView), WriteErrors),
)]
#[put("/delivery-queue/pause")]
pub async fn pause_delivery_queue(
    auth: Authorized<DeliveriesRetry>,
    body: Body<PauseQueueRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let reason = body.into_inner().reason;
    operation::change(&state, auth, move |conn, by| {
        pauses::pause(conn, by.granted(), by.now(), &reason)?;
        Ok::<_, koplopers_shared::db::DbError>(Reply::ok(0, &read(conn, by.now().at)?))
    })
    .await
}

/// Resume the delivery queue
///
/// Also ends the pause of a worker that found the mail server out of reach: it is tried at once.
#[utoipa::path(
    operation_id = "resume_delivery_queue",
    tag = "deliveries",
    security(("bearer" = ["deliveries:retry"])),
    responses((status = 204, description = "Mails go again"), WriteErrors),
)]
#[delete("/delivery-queue/pause")]
pub async fn resume_delivery_queue(
    auth: Authorized<DeliveriesRetry>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    operation::change(&state, auth, |conn, by| {
        pauses::resume(conn, by.granted(), by.now())?;
        Ok::<_, koplopers_shared::db::DbError>(Reply::no_content())
    })
    .await
}
