//! The mails of a poll, into the outbox.

use super::{Poll, PollStatus, Voter, queries};
use crate::access::Actor;
use crate::clock::LocalNow;
use crate::db::{DbConn, DbResult};
use crate::deliveries::{self, NewDelivery, OrderKey, Payload};
use crate::events::Subject;
use crate::ids::{InvitationId, PersonId};
use crate::invitations::{self, Invitation};
use crate::meetings::Meeting;

/// Asks everybody who may vote, in this round of the poll.
pub(super) fn ask_all(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    meeting: &Meeting,
    poll: &Poll,
) -> DbResult<()> {
    for invitation in invitations::of_meeting(conn, meeting.id)? {
        if invitation.answer.is_open() {
            ask_in(conn, actor, now, meeting, poll, &invitation)?;
        }
    }
    Ok(())
}

/// Asks somebody who came on the list while people vote; does nothing when the poll is closed.
pub fn ask(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    meeting: &Meeting,
    invitation: &Invitation,
) -> DbResult<()> {
    match queries::find(conn, meeting.id)? {
        Some(poll) if poll.status == PollStatus::Open => {
            ask_in(conn, actor, now, meeting, &poll, invitation)
        }
        Some(_) | None => Ok(()),
    }
}

fn ask_in(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    meeting: &Meeting,
    poll: &Poll,
    invitation: &Invitation,
) -> DbResult<()> {
    let payload = Payload::PollInvitation {
        invitation: invitation.id,
        round: poll.round,
    };
    // Somebody who was taken off the list and put back is asked anew.
    let reference = format!("{}:{}", poll.round, invitation.invited_at.as_microsecond());
    let to = (invitation.id, invitation.person);
    enqueue(conn, actor, now, meeting, to, payload, &reference)
}

/// Reminds somebody who has not voted on every option, `hours` before the end.
pub(super) fn chase(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    (meeting, poll): (&Meeting, &Poll),
    voter: &Voter,
    hours: i32,
) -> DbResult<()> {
    let payload = Payload::PollChaser {
        invitation: voter.invitation,
        hours,
    };
    let reference = format!("{}:{hours}", poll.closes_at.as_microsecond());
    let to = (voter.invitation, voter.person);
    enqueue(conn, actor, now, meeting, to, payload, &reference)
}

/// Tells everybody on the list that the meeting is off. Nothing goes out to whoever was never
/// asked: the worker sees to that when it looks once more before sending.
pub(super) fn tell_of_cancellation(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    meeting: &Meeting,
) -> DbResult<()> {
    for invitation in invitations::of_meeting(conn, meeting.id)? {
        if !invitation.is_removed() {
            let payload = Payload::PollCancelled {
                invitation: invitation.id,
            };
            let to = (invitation.id, invitation.person);
            enqueue(conn, actor, now, meeting, to, payload, "")?;
        }
    }
    Ok(())
}

/// Tells the organiser that the poll closed.
pub(super) fn tell_organiser(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    meeting: &Meeting,
    poll: &Poll,
) -> DbResult<()> {
    let Some(organiser) = meeting.organiser else {
        return Ok(());
    };
    let new = NewDelivery {
        dedupe_key: format!("poll_closed:{}:{}", meeting.id, poll.version),
        payload: Payload::PollClosed {
            meeting: meeting.id,
        },
        recipient: organiser,
        subject: subject(meeting),
        meeting: None,
        order_key: OrderKey::meeting(meeting.id, organiser),
        due_at: now.at,
        expires_at: None,
    };
    deliveries::enqueue(conn, &new, actor, now.at)?;
    Ok(())
}

fn enqueue(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    meeting: &Meeting,
    (invitation, person): (InvitationId, PersonId),
    payload: Payload,
    reference: &str,
) -> DbResult<()> {
    let new = NewDelivery {
        dedupe_key: format!("{}:{invitation}:{reference}", payload.kind()),
        payload,
        recipient: person,
        subject: subject(meeting),
        meeting: Some((meeting.id, invitation, meeting.sequence)),
        order_key: OrderKey::meeting(meeting.id, person),
        due_at: now.at,
        // The end of a poll may move: the worker asks it when it looks once more.
        expires_at: None,
    };
    deliveries::enqueue(conn, &new, actor, now.at)?;
    Ok(())
}

const fn subject(meeting: &Meeting) -> Subject {
    Subject {
        kind: "meeting",
        id: meeting.id.0,
    }
}
