//! The audit trail: who did or read what, and when. Ids only, append-only.
//!
//! Writes are recorded in their own transaction with [`record`]. Personal reads and refusals
//! are recorded through a bounded queue, see [`record_line`].

mod queries;
mod queue;
mod retain;
mod seal;

pub use queries::{AuditEvent, list};
pub use queue::{Queue, QueueFull};
pub use retain::forget_batch;
pub use seal::{BrokenChain, seal_batch, unsealed, verify_chain};

use diesel::prelude::*;
use jiff::Timestamp;

use crate::access::Actor;
use crate::db::columns::At;
use crate::db::schema::audit_events;
use crate::db::{DbConn, DbResult};
use crate::ids::AuditEventId;
use crate::text_enum;
use crate::words::MunicipalityCode;

text_enum! {
    /// How an audited action ended.
    pub enum AuditResult {
        /// It was done.
        Done => "done",
        /// It was refused: the caller lacked the permission.
        Refused => "refused",
    }
}
crate::text_column!(AuditResult);

/// What was done, to what.
#[derive(Debug, Clone)]
pub struct AuditLine {
    /// The action in API words, such as `intake.submit` or `person.read`.
    pub action: &'static str,
    /// The kind of thing.
    pub object_type: &'static str,
    /// Which one.
    pub object_id: Option<String>,
    /// The municipality it belongs to.
    pub municipality: Option<MunicipalityCode>,
}

/// A line with who, when and how it ended: what the queue for reads and refusals carries.
#[derive(Debug, Clone)]
pub struct AuditRecord {
    /// What was done.
    pub line: AuditLine,
    /// `client`, `person`, `link`, `system` or `nobody`.
    pub actor_kind: &'static str,
    /// Which of them.
    pub actor_id: String,
    /// How it ended.
    pub result: AuditResult,
    /// The network address of the caller.
    pub origin: Option<String>,
    /// The id of the request.
    pub request_id: Option<String>,
    /// When.
    pub at: Timestamp,
}

impl AuditRecord {
    /// The record of what `actor` did or was refused.
    #[must_use]
    pub fn new(actor: &Actor, line: AuditLine, result: AuditResult, at: Timestamp) -> Self {
        Self {
            line,
            actor_kind: actor.who.kind(),
            actor_id: actor.who.id(),
            result,
            origin: actor.trace.origin.map(|address| address.to_string()),
            request_id: actor.trace.request_id.map(|id| id.to_string()),
            at,
        }
    }
}

/// Records what `actor` did, in the transaction of the doing.
pub fn record(conn: &mut DbConn, actor: &Actor, line: AuditLine, now: Timestamp) -> DbResult<()> {
    record_line(conn, &AuditRecord::new(actor, line, AuditResult::Done, now))
}

/// Writes one record.
pub fn record_line(conn: &mut DbConn, record: &AuditRecord) -> DbResult<()> {
    diesel::insert_into(audit_events::table)
        .values((
            audit_events::id.eq(AuditEventId::generate()),
            audit_events::at.eq(At(record.at)),
            audit_events::actor_kind.eq(record.actor_kind),
            audit_events::actor_id.eq(&record.actor_id),
            audit_events::action.eq(record.line.action),
            audit_events::object_type.eq(record.line.object_type),
            audit_events::object_id.eq(record.line.object_id.as_deref()),
            audit_events::municipality.eq(record.line.municipality),
            audit_events::result.eq(record.result),
            audit_events::origin.eq(record.origin.as_deref()),
            audit_events::request_id.eq(record.request_id.as_deref()),
        ))
        .execute(conn)?;
    Ok(())
}
