//! Inviting, answering, and telling invitees that it is off.

use jiff::Timestamp;

use super::{AnswerChoice, AnsweredVia, Invitation, InvitationAnswer, Wishes, queries, waiting};
use crate::access::{Actor, Granted, InvitationsAnswer, PersonRequired, Scope};
use crate::audit::{self, AuditLine};
use crate::db::{DbConn, DbError, DbResult};
use crate::deliveries::{self, DroppedReason, NewDelivery, OrderKey, Payload};
use crate::events::{self, NewEvent, Subject};
use crate::ids::{InvitationId, PersonId};
use crate::meetings::{self, Meeting, MeetingStatus, Reach};

/// Somebody to invite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invitee {
    /// The person.
    pub person: PersonId,
    /// Whether the meeting needs them.
    pub required: bool,
    /// Whether they lead it.
    pub chair: bool,
}

/// An answer to an invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What is answered.
    pub choice: AnswerChoice,
    /// What is added, at most 2,000 characters.
    pub remark: Option<String>,
    /// How it came in.
    pub via: AnsweredVia,
}

/// An answer that a calendar program mailed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailedAnswer {
    /// The answer.
    pub answer: Answer,
    /// SEQUENCE of the request that it answers.
    pub sequence: i64,
    /// DTSTAMP: when it was given.
    pub stamped_at: Timestamp,
}

/// Why an answer was not taken.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// The caller is a machine; people answer for themselves.
    #[error(transparent)]
    Person(#[from] PersonRequired),
    /// There is no such invitation, or the caller may not answer it.
    #[error("no such invitation")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("the invitation was changed in the meantime")]
    Stale,
    /// It answers an older invitation, or is older than the last answer.
    #[error("a later answer or invitation came before it")]
    Outdated,
    /// The meeting has begun, or is no longer to be held.
    #[error("answers are closed")]
    Closed,
    /// The invitee was removed, or has sent a colleague.
    #[error("the invitation is no longer open")]
    NotOpen {
        /// Where the invitation stands.
        answer: InvitationAnswer,
    },
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Invites somebody to a scheduled meeting; the mail goes into the outbox.
pub fn invite(
    conn: &mut DbConn,
    actor: &Actor,
    now: Timestamp,
    meeting: &Meeting,
    invitee: Invitee,
) -> DbResult<Invitation> {
    let invitation = prepare(conn, now, meeting, invitee)?;
    send(conn, actor, now, meeting, &invitation)?;
    Ok(invitation)
}

/// Puts somebody on the list of a meeting that has no date yet: nothing is sent.
pub fn prepare(
    conn: &mut DbConn,
    now: Timestamp,
    meeting: &Meeting,
    invitee: Invitee,
) -> DbResult<Invitation> {
    let invitation = Invitation {
        id: InvitationId::generate(),
        version: 1,
        meeting: meeting.id,
        person: invitee.person,
        required: invitee.required,
        chair: invitee.chair,
        answer: InvitationAnswer::NeedsAction,
        remark: None,
        answered_at: None,
        answered_via: None,
        invited_at: now,
        removed_at: None,
        sequence: meeting.sequence,
        last_sequence_sent: None,
        first_message_id: None,
        updated_at: now,
        bounced_at: None,
        delegated_to: None,
        place_kept: false,
        wishes: Wishes::default(),
    };
    queries::insert(conn, &invitation)?;
    Ok(invitation)
}

/// Invites whoever stands on the list of a meeting that has a date from now on; not those who
/// were taken off it or send somebody else.
pub fn invite_prepared(
    conn: &mut DbConn,
    actor: &Actor,
    now: Timestamp,
    meeting: &Meeting,
) -> DbResult<Vec<Invitation>> {
    let prepared = queries::of_meeting(conn, meeting.id)?;
    let mut invited = Vec::with_capacity(prepared.len());
    for invitation in prepared {
        if !invitation.answer.is_open() {
            invited.push(invitation);
            continue;
        }
        let invitation = Invitation {
            invited_at: now,
            sequence: meeting.sequence,
            updated_at: now,
            ..invitation
        };
        let invitation = queries::update(conn, invitation)?;
        send(conn, actor, now, meeting, &invitation)?;
        invited.push(invitation);
    }
    Ok(invited)
}

fn send(
    conn: &mut DbConn,
    actor: &Actor,
    now: Timestamp,
    meeting: &Meeting,
    invitation: &Invitation,
) -> DbResult<()> {
    let payload = Payload::Invitation {
        invitation: invitation.id,
    };
    enqueue(conn, actor, now, meeting, invitation, payload)
}

/// Invites somebody who was removed again. Their calendar took the meeting out, so that the
/// SEQUENCE of the meeting has to have risen since (RFC 5546 §2.1.5).
pub fn invite_again(
    conn: &mut DbConn,
    actor: &Actor,
    now: Timestamp,
    meeting: &Meeting,
    again: (Invitation, Invitee),
) -> DbResult<Invitation> {
    let invitation = prepare_again(conn, now, meeting, again)?;
    send(conn, actor, now, meeting, &invitation)?;
    Ok(invitation)
}

/// Puts somebody who was removed back on the list: nothing is sent.
pub fn prepare_again(
    conn: &mut DbConn,
    now: Timestamp,
    meeting: &Meeting,
    (removed, invitee): (Invitation, Invitee),
) -> DbResult<Invitation> {
    let invitation = Invitation {
        required: invitee.required,
        chair: invitee.chair,
        answer: InvitationAnswer::NeedsAction,
        remark: None,
        answered_at: None,
        answered_via: None,
        invited_at: now,
        removed_at: None,
        sequence: meeting.sequence,
        updated_at: now,
        delegated_to: None,
        place_kept: false,
        ..removed
    };
    queries::update(conn, invitation)
}

/// Takes somebody out of the meeting. Their mails that wait are dropped; when the invitation
/// reached them a cancellation of their own follows, at the SEQUENCE that the meeting rose to for
/// it (RFC 5546 §3.2.5). Whoever sends somebody else had theirs when they did.
pub fn remove(
    conn: &mut DbConn,
    actor: &Actor,
    now: Timestamp,
    meeting: &Meeting,
    invitation: Invitation,
) -> DbResult<Invitation> {
    let had_theirs = invitation.answer == InvitationAnswer::Delegated;
    let removed = strike(conn, now, meeting, invitation)?;
    deliveries::drop_requests(conn, &[removed.id], DroppedReason::Cancelled, now)?;
    if had_theirs {
        return Ok(removed);
    }
    let payload = Payload::Cancellation {
        invitation: removed.id,
    };
    enqueue(conn, actor, now, meeting, &removed, payload)?;
    Ok(removed)
}

/// Takes somebody off the list of a meeting that nobody has in a calendar: nothing is sent.
pub fn strike(
    conn: &mut DbConn,
    now: Timestamp,
    meeting: &Meeting,
    invitation: Invitation,
) -> DbResult<Invitation> {
    let removed = Invitation {
        answer: InvitationAnswer::Removed,
        removed_at: Some(now),
        sequence: meeting.sequence,
        place_kept: false,
        updated_at: now,
        ..invitation
    };
    queries::update(conn, removed)
}

/// Tells an invitee of another time or place; whoever is asked to come at another time is asked
/// for another answer.
pub fn tell_of_change(
    conn: &mut DbConn,
    actor: &Actor,
    now: Timestamp,
    meeting: &Meeting,
    (invitation, reach): (Invitation, Reach),
) -> DbResult<Invitation> {
    let invitation = match reach {
        Reach::Time => invitation.asked_again(),
        Reach::Place | Reach::Wording | Reach::Nothing => invitation,
    };
    let sequence = if reach.raises_sequence() {
        meeting.sequence
    } else {
        invitation.sequence
    };
    let invitation = Invitation {
        sequence,
        updated_at: now,
        ..invitation
    };
    let invitation = queries::update(conn, invitation)?;
    let payload = Payload::InvitationUpdate {
        invitation: invitation.id,
        revision: meeting.revision,
    };
    deliveries::drop_requests(conn, &[invitation.id], DroppedReason::Superseded, now)?;
    enqueue(conn, actor, now, meeting, &invitation, payload)?;
    Ok(invitation)
}

/// Tells an invitee that the meeting is off. Nothing goes out when the invitation never did:
/// the worker sees to that when it looks once more before sending.
pub fn tell_of_cancellation(
    conn: &mut DbConn,
    actor: &Actor,
    now: Timestamp,
    meeting: &Meeting,
    invitation: Invitation,
) -> DbResult<()> {
    let invitation = Invitation {
        sequence: meeting.sequence,
        ..invitation
    };
    let payload = Payload::Cancellation {
        invitation: invitation.id,
    };
    enqueue(conn, actor, now, meeting, &invitation, payload)
}

pub(super) fn enqueue(
    conn: &mut DbConn,
    actor: &Actor,
    now: Timestamp,
    meeting: &Meeting,
    invitation: &Invitation,
    payload: Payload,
) -> DbResult<()> {
    let new = NewDelivery {
        // A change of words alone raises the revision and not the SEQUENCE.
        dedupe_key: format!(
            "{}:{}:{}:{}",
            payload.kind(),
            invitation.id,
            invitation.sequence,
            meeting.revision
        ),
        payload,
        recipient: invitation.person,
        subject: Subject {
            kind: "meeting",
            id: meeting.id.0,
        },
        meeting: Some((meeting.id, invitation.id, invitation.sequence)),
        order_key: OrderKey::meeting(meeting.id, invitation.person),
        due_at: now,
        expires_at: Some(meeting.period.starts_at()),
    };
    deliveries::enqueue(conn, &new, actor, now)?;
    Ok(())
}

/// Takes an answer; everybody answers for themselves.
pub fn answer(
    conn: &mut DbConn,
    granted: &Granted<InvitationsAnswer>,
    now: Timestamp,
    id: InvitationId,
    expected_version: Option<i64>,
    answer: Answer,
) -> Result<Invitation, AnswerError> {
    let person = granted.person()?;
    let invitation = queries::find(conn, id)?.ok_or(AnswerError::NotFound)?;
    if person != invitation.person {
        return Err(AnswerError::NotFound);
    }
    // An invitee sees the meeting they are invited to, whatever else they see.
    let meeting = meetings::find(conn, &Scope::Institute, invitation.meeting)?
        .ok_or(AnswerError::NotFound)?;
    if expected_version.is_some_and(|version| version != invitation.version) {
        return Err(AnswerError::Stale);
    }
    take(conn, granted.actor(), now, &meeting, invitation, answer)
}

/// Takes the answer that the calendar program of an invitee mailed, unless a later one is known:
/// compared by SEQUENCE, then by DTSTAMP (RFC 5546 §2.1.5). Whoever calls knows whose it is.
pub fn answer_by_mail(
    conn: &mut DbConn,
    actor: &Actor,
    now: Timestamp,
    meeting: &Meeting,
    invitation: Invitation,
    mailed: MailedAnswer,
) -> Result<Invitation, AnswerError> {
    let last = match invitation.answered_via {
        Some(AnsweredVia::Mail) => queries::replied_at(conn, invitation.id)?,
        Some(AnsweredVia::Link | AnsweredVia::Api) | None => invitation.answered_at,
    };
    let to_an_older_request = mailed.sequence < i64::from(invitation.sequence);
    if to_an_older_request || last.is_some_and(|last| mailed.stamped_at < last) {
        return Err(AnswerError::Outdated);
    }
    let answered = take(conn, actor, now, meeting, invitation, mailed.answer)?;
    queries::note_reply(conn, answered.id, mailed.stamped_at)?;
    Ok(answered)
}

fn take(
    conn: &mut DbConn,
    actor: &Actor,
    now: Timestamp,
    meeting: &Meeting,
    invitation: Invitation,
    answer: Answer,
) -> Result<Invitation, AnswerError> {
    if meeting.status != MeetingStatus::Scheduled || meeting.has_started(now) {
        return Err(AnswerError::Closed);
    }
    if !invitation.answer.is_open() {
        return Err(AnswerError::NotOpen {
            answer: invitation.answer,
        });
    }
    let from = invitation.answer;
    let placed = waiting::placed(conn, meeting, &invitation, answer.choice)?;
    // Who waits keeps their turn.
    let waits_on = placed == InvitationAnswer::Waitlisted && placed == from;
    let answered_at = invitation.answered_at.filter(|_| waits_on).or(Some(now));
    let answered = queries::update(
        conn,
        Invitation {
            answer: placed,
            remark: answer.remark,
            answered_at,
            answered_via: Some(answer.via),
            place_kept: false,
            updated_at: now,
            ..invitation
        },
    )?;
    trace(conn, actor, now, meeting, &answered, from)?;
    waiting::let_in(conn, actor, now, meeting)?;
    Ok(answered)
}

fn trace(
    conn: &mut DbConn,
    actor: &Actor,
    now: Timestamp,
    meeting: &Meeting,
    invitation: &Invitation,
    from: InvitationAnswer,
) -> DbResult<()> {
    let event = NewEvent {
        event_type: "invitation.answered",
        subject: Subject {
            kind: "meeting",
            id: meeting.id.0,
        },
        municipality: meeting.municipality,
        from: Some(from.as_str()),
        to: Some(invitation.answer.as_str()),
        reason: None,
        data: serde_json::json!({ "invitation": invitation.id }),
    };
    events::append(conn, &event, actor, now)?;
    let line = AuditLine {
        action: "invitation.answer",
        object_type: "invitation",
        object_id: Some(invitation.id.to_string()),
        municipality: meeting.municipality,
    };
    audit::record(conn, actor, line, now)
}
