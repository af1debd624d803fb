//! Moving a candidacy along its life.

use serde_json::json;

use super::{Candidacy, CandidacyAction, CandidacyStatus, MoveCandidacyError, queries};
use crate::access::Actor;
use crate::audit::{self, AuditLine};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbResult};
use crate::events::{self, NewEvent, Subject};

/// The candidacy as the subject of events and mails.
#[must_use]
pub const fn subject(candidacy: &Candidacy) -> Subject {
    Subject {
        kind: "candidacy",
        id: candidacy.id.0,
    }
}

/// Moves a candidacy along its life and leaves the traces. Whoever calls has decided that
/// `actor` may, and sees to what the move brings about elsewhere.
pub fn move_on(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    candidacy: Candidacy,
    action: CandidacyAction,
    reason: Option<String>,
) -> Result<Candidacy, MoveCandidacyError> {
    let from = candidacy.status;
    let told = reason.clone();
    let moved = queries::update(conn, candidacy.after(action, reason, now.at)?)?;
    trace(conn, actor, now, &moved, (from, told.as_deref()), action)?;
    Ok(moved)
}

/// Appends the event and the audit line of an action. Candidacies are the institute's: no
/// municipality sees the event.
pub fn trace(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    candidacy: &Candidacy,
    (from, reason): (CandidacyStatus, Option<&str>),
    action: CandidacyAction,
) -> DbResult<()> {
    let event = NewEvent {
        event_type: action.event_type(),
        subject: subject(candidacy),
        municipality: None,
        from: Some(from.as_str()),
        to: Some(candidacy.status.as_str()),
        reason,
        data: json!({ "version": candidacy.version }),
    };
    events::append(conn, &event, actor, now.at)?;
    let line = AuditLine {
        action: action.audit_action(),
        object_type: "candidacy",
        object_id: Some(candidacy.id.to_string()),
        municipality: None,
    };
    audit::record(conn, actor, line, now.at)
}
