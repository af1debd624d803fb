//! What every write on a learning group leaves behind: an event and a line of the audit trail.

use serde_json::Value;

use super::{GroupStatus, LearningGroup};
use crate::access::Actor;
use crate::audit::{self, AuditLine};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbResult};
use crate::events::{self, NewEvent, Subject};
use crate::words::MunicipalityCode;

/// Whose group it is for those who replay the events: nobody's, or that of a practice.
pub(super) struct Told {
    pub event_type: &'static str,
    pub audit_action: &'static str,
    pub from: Option<GroupStatus>,
    pub municipality: Option<MunicipalityCode>,
    pub data: Value,
}

impl Told {
    pub const fn of(
        event_type: &'static str,
        audit_action: &'static str,
        from: Option<GroupStatus>,
    ) -> Self {
        Self {
            event_type,
            audit_action,
            from,
            municipality: None,
            data: Value::Null,
        }
    }
}

pub(super) fn record(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    group: &LearningGroup,
    told: Told,
) -> DbResult<()> {
    let event = NewEvent {
        event_type: told.event_type,
        subject: Subject {
            kind: "learning_group",
            id: group.id.0,
        },
        municipality: told.municipality,
        from: told.from.map(GroupStatus::as_str),
        to: Some(group.status().as_str()),
        reason: None,
        data: told.data,
    };
    events::append(conn, &event, actor, now.at)?;
    let line = AuditLine {
        action: told.audit_action,
        object_type: "learning_group",
        object_id: Some(group.id.to_string()),
        municipality: told.municipality,
    };
    audit::record(conn, actor, line, now.at)
}
