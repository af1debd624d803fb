//! The audit trail over HTTP.

use actix_web::{HttpResponse, get, web};
use jiff::Timestamp;
use koplopers_shared::access::{Actor, AuditRead};
use koplopers_shared::audit::{self, AuditEvent, AuditLine, AuditRecord, AuditResult, QueueFull};
use koplopers_shared::ids::AuditEventId;
use koplopers_shared::words::MunicipalityCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Authorized;
use crate::mounts::Mounts;
use crate::page::{List, ListBody, NoFilter, PageParams};
use crate::problem::document::ReadErrors;
use crate::problem::{Problem, kinds};
use crate::state::AppState;

/// Mounts the audit trail.
pub fn routes(mounts: &mut Mounts<'_>) {
    mounts.service(list_audit_events);
}

/// Who did or read what. Ids only.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditEventView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: AuditEventId,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// `client`, `person`, `link`, `system` or `nobody`.
    actor_kind: String,
    /// Which of them.
    actor_id: String,
    /// What was done.
    #[schema(example = "intake.submit")]
    action: String,
    /// The kind of thing it was done to.
    object_type: String,
    /// Which one.
    object_id: Option<String>,
    /// The municipality it belongs to.
    #[schema(value_type = Option<String>)]
    municipality: Option<MunicipalityCode>,
    /// `done` or `refused`.
    #[schema(value_type = String)]
    result: AuditResult,
    /// The network address of the caller.
    origin: Option<String>,
    /// The request, as in its answer.
    request_id: Option<String>,
    /// The sealed batch that counts the line, once there is one.
    batch: Option<i64>,
}

impl From<AuditEvent> for AuditEventView {
    fn from(event: AuditEvent) -> Self {
        Self {
            id: event.id,
            at: event.at,
            actor_kind: event.actor_kind,
            actor_id: event.actor_id,
            action: event.action,
            object_type: event.object_type,
            object_id: event.object_id,
            municipality: event.municipality,
            result: event.result,
            origin: event.origin,
            request_id: event.request_id,
            batch: event.batch,
        }
    }
}

/// Has the audit trail tell who read something personal; without an id, that a list was read. What
/// cannot be told is not shown (security: 74).
pub fn tell_read(
    state: &AppState,
    actor: &Actor,
    (action, object_type): (&'static str, &'static str),
    object_id: Option<String>,
) -> Result<(), Problem> {
    let line = AuditLine {
        action,
        object_type,
        object_id,
        municipality: actor.scope.bound_to(),
    };
    let record = AuditRecord::new(actor, line, AuditResult::Done, state.clock.now());
    (state.auth.audit().push(record)).map_err(|QueueFull| Problem::unavailable(&kinds::BUSY, 1))
}

/// List the audit trail
///
/// The newest first. Lines are never changed; sealed batches are chained by hash.
#[utoipa::path(
    operation_id = "list_audit_events",
    tag = "audit",
    security(("bearer" = ["audit:read"])),
    params(PageParams),
    responses((status = 200, description = "A page of the audit trail", body = ListBody<AuditEventView>), ReadErrors),
)]
#[get("/audit-events")]
pub async fn list_audit_events(
    auth: Authorized<AuditRead>,
    list: List<NoFilter>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (_, page, links) = list.into_parts();
    let granted = auth.into_granted();
    let found = state
        .db
        .read(move |conn| audit::list(conn, granted.scope(), &page))
        .await?;
    Ok(links.answer(found.map(AuditEventView::from), None))
}
