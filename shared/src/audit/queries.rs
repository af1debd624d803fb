//! Reading the audit trail.

use diesel::prelude::*;
use jiff::Timestamp;

use super::AuditResult;
use crate::access::Scope;
use crate::db::columns::At;
use crate::db::schema::audit_events;
use crate::db::{DbConn, DbResult};
use crate::ids::AuditEventId;
use crate::paging::{PageSpec, Paged, Position, turn_to};
use crate::words::MunicipalityCode;

/// A line of the audit trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// Its id.
    pub id: AuditEventId,
    /// When.
    pub at: Timestamp,
    /// `client`, `person`, `link`, `system` or `nobody`.
    pub actor_kind: String,
    /// Which of them.
    pub actor_id: String,
    /// What was done.
    pub action: String,
    /// The kind of thing it was done to.
    pub object_type: String,
    /// Which one.
    pub object_id: Option<String>,
    /// The municipality it belongs to.
    pub municipality: Option<MunicipalityCode>,
    /// How it ended.
    pub result: AuditResult,
    /// The network address of the caller.
    pub origin: Option<String>,
    /// The id of the request.
    pub request_id: Option<String>,
    /// The sealed batch that counts it, once there is one.
    pub batch: Option<i64>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = audit_events)]
pub(super) struct AuditRow {
    id: AuditEventId,
    at: At,
    actor_kind: String,
    actor_id: String,
    action: String,
    object_type: String,
    object_id: Option<String>,
    municipality: Option<MunicipalityCode>,
    result: AuditResult,
    origin: Option<String>,
    request_id: Option<String>,
    batch: Option<i64>,
}

impl From<AuditRow> for AuditEvent {
    fn from(row: AuditRow) -> Self {
        Self {
            id: row.id,
            at: row.at.0,
            actor_kind: row.actor_kind,
            actor_id: row.actor_id,
            action: row.action,
            object_type: row.object_type,
            object_id: row.object_id,
            municipality: row.municipality,
            result: row.result,
            origin: row.origin,
            request_id: row.request_id,
            batch: row.batch,
        }
    }
}

/// A page of the audit trail, newest first: of a municipality its own lines.
pub fn list(conn: &mut DbConn, scope: &Scope, page: &PageSpec) -> DbResult<Paged<AuditEvent>> {
    let mut query = audit_events::table.into_boxed();
    if let Some(codes) = scope.codes() {
        query = query.filter(audit_events::municipality.eq_any(codes.to_vec()));
    }
    let query = turn_to!(
        query,
        page,
        newest_first(audit_events::at, audit_events::id)
    );
    let found = query
        .limit(page.fetch())
        .select(AuditRow::as_select())
        .load(conn)?
        .into_iter()
        .map(AuditEvent::from)
        .collect();
    Ok(page.finish(found, |line: &AuditEvent| Position {
        at: line.at,
        id: line.id.0,
    }))
}
