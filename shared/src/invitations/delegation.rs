//! Sending a colleague, and saying what one needs.

use jiff::Timestamp;

use super::actions::enqueue;
use super::{AnswerError, AnsweredVia, Invitation, InvitationAnswer, Wishes, queries};
use crate::access::{Actor, Granted, InvitationsAnswer, Scope};
use crate::audit::{self, AuditLine};
use crate::db::{DbConn, DbResult};
use crate::deliveries::{self, DroppedReason, Payload};
use crate::events::{self, NewEvent, Subject};
use crate::meetings::{self, Meeting};

/// Notes that somebody else comes, whose own invitation is `delegate`. A place that the invitee had
/// is kept for them. What the invitee needed is no longer asked for, and is forgotten. If the
/// meeting has a date and the invitation reached the invitee, a cancellation of their own takes it
/// out of their calendar, at the SEQUENCE that the meeting rose to for it (RFC 5546 §3.2.5).
pub fn delegate(
    conn: &mut DbConn,
    actor: &Actor,
    now: Timestamp,
    meeting: &Meeting,
    invitation: Invitation,
    (delegate, via): (Invitation, AnsweredVia),
) -> DbResult<(Invitation, Invitation)> {
    let from = invitation.answer;
    let delegate = if invitation.has_place() {
        let kept = Invitation {
            place_kept: true,
            ..delegate
        };
        queries::update(conn, kept)?
    } else {
        delegate
    };
    let delegated = Invitation {
        answer: InvitationAnswer::Delegated,
        answered_at: Some(now),
        answered_via: Some(via),
        delegated_to: Some(delegate.id),
        place_kept: false,
        wishes: Wishes::default(),
        sequence: meeting.sequence,
        updated_at: now,
        ..invitation
    };
    let delegated = queries::update(conn, delegated)?;
    deliveries::drop_requests(conn, &[delegated.id], DroppedReason::Answered, now)?;
    if !meeting.is_undated() {
        let payload = Payload::Cancellation {
            invitation: delegated.id,
        };
        enqueue(conn, actor, now, meeting, &delegated, payload)?;
    }
    let event = NewEvent {
        event_type: "invitation.delegated",
        subject: Subject {
            kind: "meeting",
            id: meeting.id.0,
        },
        municipality: meeting.municipality,
        from: Some(from.as_str()),
        to: Some(delegated.answer.as_str()),
        reason: None,
        data: serde_json::json!({ "invitation": delegated.id, "delegate": delegate.id }),
    };
    events::append(conn, &event, actor, now)?;
    record(conn, actor, now, meeting, &delegated, "invitation.delegate")?;
    Ok((delegated, delegate))
}

/// Keeps what the caller needs to take part, as said with an answer of theirs; of whoever does
/// not come nothing is kept. No event tells of it: it may be about their health.
pub fn keep_wishes(
    conn: &mut DbConn,
    granted: &Granted<InvitationsAnswer>,
    now: Timestamp,
    invitation: Invitation,
    wishes: Wishes,
) -> Result<Invitation, AnswerError> {
    if granted.person()? != invitation.person {
        return Err(AnswerError::NotFound);
    }
    let wishes = match invitation.answer {
        InvitationAnswer::NeedsAction
        | InvitationAnswer::Accepted
        | InvitationAnswer::Tentative
        | InvitationAnswer::Waitlisted => wishes,
        InvitationAnswer::Declined | InvitationAnswer::Delegated | InvitationAnswer::Removed => {
            Wishes::default()
        }
    };
    if wishes == invitation.wishes {
        return Ok(invitation);
    }
    let meeting = meetings::find(conn, &Scope::Institute, invitation.meeting)?
        .ok_or(AnswerError::NotFound)?;
    let invitation = Invitation {
        wishes,
        updated_at: now,
        ..invitation
    };
    let kept = queries::update(conn, invitation)?;
    let actor = granted.actor();
    record(conn, actor, now, &meeting, &kept, "invitation.wish")?;
    Ok(kept)
}

fn record(
    conn: &mut DbConn,
    actor: &Actor,
    now: Timestamp,
    meeting: &Meeting,
    invitation: &Invitation,
    action: &'static str,
) -> DbResult<()> {
    let line = AuditLine {
        action,
        object_type: "invitation",
        object_id: Some(invitation.id.to_string()),
        municipality: meeting.municipality,
    };
    audit::record(conn, actor, line, now)
}
