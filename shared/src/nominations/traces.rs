//! What a nomination leaves behind in the stream of events and in the audit trail.
//!
//! A municipality sees the events of its own nominations, so they never say which candidacy a
//! nomination joined.

use serde_json::json;

use super::{Nomination, NominationAction, NominationStatus};
use crate::access::Actor;
use crate::audit::{self, AuditLine};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbResult};
use crate::events::{self, NewEvent, Subject};

/// The nomination as the subject of events and mails.
#[must_use]
pub const fn subject(nomination: &Nomination) -> Subject {
    Subject {
        kind: "nomination",
        id: nomination.id.0,
    }
}

/// Appends the event and the audit line of a new nomination.
pub fn appear(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    nomination: &Nomination,
) -> DbResult<()> {
    let (event_type, action) = match nomination.status {
        NominationStatus::Unconfirmed => ("nomination.received", "nomination.receive"),
        NominationStatus::Submitted | NominationStatus::Withdrawn => {
            ("nomination.submitted", "nomination.create")
        }
    };
    write(conn, actor, now, nomination, None, (event_type, action))
}

/// Appends the event and the audit line of an action on a nomination that was `from`.
pub fn trace(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    nomination: &Nomination,
    from: NominationStatus,
    action: NominationAction,
) -> DbResult<()> {
    let told = (action.event_type(), action.audit_action());
    write(conn, actor, now, nomination, Some(from), told)
}

fn write(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    nomination: &Nomination,
    from: Option<NominationStatus>,
    (event_type, action): (&'static str, &'static str),
) -> DbResult<()> {
    let event = NewEvent {
        event_type,
        subject: subject(nomination),
        municipality: nomination.nominated_by,
        from: from.map(NominationStatus::as_str),
        to: Some(nomination.status.as_str()),
        reason: nomination.withdrawn_reason.as_deref(),
        data: json!({ "version": nomination.version, "channel": nomination.channel }),
    };
    events::append(conn, &event, actor, now.at)?;
    let line = AuditLine {
        action,
        object_type: "nomination",
        object_id: Some(nomination.id.to_string()),
        municipality: nomination.nominated_by,
    };
    audit::record(conn, actor, line, now.at)
}
