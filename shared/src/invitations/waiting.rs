//! Places: where a meeting has a bound, who accepts after it is full waits, and the first who waits
//! gets the place that comes free. Whoever has a place and sends somebody else leaves it to them: it
//! is kept until they answer, and is theirs when they accept.

use diesel::prelude::*;
use jiff::Timestamp;

use super::{AnswerChoice, Invitation, InvitationAnswer, queries};
use crate::access::Actor;
use crate::audit::{self, AuditLine};
use crate::db::schema::invitations;
use crate::db::{DbConn, DbResult};
use crate::deliveries::{self, NewDelivery, OrderKey, Payload};
use crate::events::{self, NewEvent, Subject};
use crate::ids::MeetingId;
use crate::meetings::{self, Meeting, MeetingStatus};

/// What is stored for a choice: who wants to come to a full meeting waits, and who has a place or
/// waits already stays where they are.
pub(super) fn placed(
    conn: &mut DbConn,
    meeting: &Meeting,
    invitation: &Invitation,
    choice: AnswerChoice,
) -> DbResult<InvitationAnswer> {
    let wanted = InvitationAnswer::from(choice);
    let Some(capacity) = meeting.extras.capacity else {
        return Ok(wanted);
    };
    let settled = [InvitationAnswer::Accepted, InvitationAnswer::Waitlisted];
    // Whoever takes or frees a place waits here for whoever was first.
    meetings::hold(conn, meeting.id)?;
    if wanted != InvitationAnswer::Accepted {
        return Ok(wanted);
    }
    if settled.contains(&invitation.answer) {
        return Ok(invitation.answer);
    }
    if invitation.has_place() || coming(conn, meeting.id)? < i64::from(capacity) {
        Ok(InvitationAnswer::Accepted)
    } else {
        Ok(InvitationAnswer::Waitlisted)
    }
}

/// How many places are taken: by those who come, and by those for whom a place is kept.
fn coming(conn: &mut DbConn, meeting: MeetingId) -> DbResult<i64> {
    let kept = invitations::answer
        .eq(InvitationAnswer::NeedsAction)
        .and(invitations::place_kept.eq(true));
    Ok(invitations::table
        .filter(invitations::meeting.eq(meeting))
        .filter(invitations::answer.eq(InvitationAnswer::Accepted).or(kept))
        .count()
        .get_result(conn)?)
}

/// Gives the places that are free to those who wait, first come first served, with a mail to each.
/// Nobody gets a place once the meeting has started.
pub fn let_in(
    conn: &mut DbConn,
    actor: &Actor,
    now: Timestamp,
    meeting: &Meeting,
) -> DbResult<Vec<Invitation>> {
    if meeting.status != MeetingStatus::Scheduled || meeting.has_started(now) {
        return Ok(Vec::new());
    }
    let mut waiting: Vec<Invitation> = queries::of_meeting(conn, meeting.id)?
        .into_iter()
        .filter(|invitation| invitation.answer == InvitationAnswer::Waitlisted)
        .collect();
    if waiting.is_empty() {
        return Ok(waiting);
    }
    meetings::hold(conn, meeting.id)?;
    let free = match meeting.extras.capacity {
        Some(capacity) => i64::from(capacity) - coming(conn, meeting.id)?,
        None => i64::MAX,
    };
    waiting.sort_unstable_by_key(|invitation| (invitation.answered_at, invitation.id));
    let free = usize::try_from(free).unwrap_or(0);
    let mut let_in = Vec::new();
    for invitation in waiting.into_iter().take(free) {
        let coming = queries::update(
            conn,
            Invitation {
                answer: InvitationAnswer::Accepted,
                updated_at: now,
                ..invitation
            },
        )?;
        tell(conn, actor, now, meeting, &coming)?;
        let_in.push(coming);
    }
    Ok(let_in)
}

fn tell(
    conn: &mut DbConn,
    actor: &Actor,
    now: Timestamp,
    meeting: &Meeting,
    invitation: &Invitation,
) -> DbResult<()> {
    let subject = Subject {
        kind: "meeting",
        id: meeting.id.0,
    };
    let new = NewDelivery {
        // Somebody may wait and get a place more than once.
        dedupe_key: format!("place_free:{}:{}", invitation.id, invitation.version),
        payload: Payload::PlaceFree {
            invitation: invitation.id,
        },
        recipient: invitation.person,
        subject,
        meeting: None,
        order_key: OrderKey::meeting(meeting.id, invitation.person),
        due_at: now,
        expires_at: Some(meeting.period.starts_at()),
    };
    deliveries::enqueue(conn, &new, actor, now)?;
    let event = NewEvent {
        event_type: "invitation.let_in",
        subject,
        municipality: meeting.municipality,
        from: Some(InvitationAnswer::Waitlisted.as_str()),
        to: Some(invitation.answer.as_str()),
        reason: None,
        data: serde_json::json!({ "invitation": invitation.id }),
    };
    events::append(conn, &event, actor, now)?;
    let line = AuditLine {
        action: "invitation.let_in",
        object_type: "invitation",
        object_id: Some(invitation.id.to_string()),
        municipality: meeting.municipality,
    };
    audit::record(conn, actor, line, now)
}
