//! Putting mails into the outbox, and taking back those that still wait.

use diesel::prelude::*;
use jiff::Timestamp;
use uuid::Uuid;

use super::{DeliveryState, DroppedReason, OrderKey, Payload};
use crate::access::{Actor, Trace};
use crate::db::columns::At;
use crate::db::schema::deliveries;
use crate::db::{DbConn, DbError, DbResult, wake_after_commit};
use crate::events::{EventSubject, Subject};
use crate::ids::{DeliveryId, InvitationId, MeetingId, PersonId};

/// A mail about to be put into the outbox.
#[derive(Debug, Clone)]
pub struct NewDelivery {
    /// Purpose, subject, recipient and reference: a second row with the same key is not made,
    /// not even after the first was sent.
    pub dedupe_key: String,
    /// What it tells.
    pub payload: Payload,
    /// To whom; the address is read when it is rendered.
    pub recipient: PersonId,
    /// What it is about.
    pub subject: Subject,
    /// The meeting and invitation it is about, with the meeting's SEQUENCE.
    pub meeting: Option<(MeetingId, InvitationId, i32)>,
    /// Mails with one key go out in the order in which they were enqueued.
    pub order_key: OrderKey,
    /// From when it may go.
    pub due_at: Timestamp,
    /// From when it is pointless.
    pub expires_at: Option<Timestamp>,
}

/// A mail to somebody who is no person of ours; its payload leads to the address.
#[derive(Debug, Clone)]
pub struct ToStranger {
    /// As of a [`NewDelivery`].
    pub dedupe_key: String,
    /// What it tells.
    pub payload: Payload,
    /// What it is about.
    pub subject: Subject,
    /// From when it may go.
    pub due_at: Timestamp,
    /// From when it is pointless.
    pub expires_at: Option<Timestamp>,
}

/// Puts a mail into the outbox; `None` when one with the same key was there already.
pub fn enqueue(
    conn: &mut DbConn,
    new: &NewDelivery,
    actor: &Actor,
    now: Timestamp,
) -> DbResult<Option<DeliveryId>> {
    insert(conn, new, Some(new.recipient), &actor.trace, now)
}

/// Puts a mail to a stranger into the outbox; `None` when one with the same key was there.
pub fn enqueue_to_stranger(
    conn: &mut DbConn,
    new: &ToStranger,
    trace: &Trace,
    now: Timestamp,
) -> DbResult<Option<DeliveryId>> {
    // For the order key only: the subject is all that is known of them.
    let nobody = PersonId(new.subject.id);
    let new = NewDelivery {
        dedupe_key: new.dedupe_key.clone(),
        payload: new.payload.clone(),
        recipient: nobody,
        subject: new.subject,
        meeting: None,
        order_key: OrderKey::subject(new.subject.id, nobody),
        due_at: new.due_at,
        expires_at: new.expires_at,
    };
    insert(conn, &new, None, trace, now)
}

/// A mail to the address of ops, who are nobody in particular.
#[derive(Debug, Clone)]
pub struct NewOpsDelivery {
    /// As of [`NewDelivery`].
    pub dedupe_key: String,
    /// What it tells.
    pub payload: Payload,
    /// What it is about.
    pub subject: Subject,
    /// From when it is pointless.
    pub expires_at: Option<Timestamp>,
}

/// Puts a mail to ops into the outbox; without an address for them it is dropped when it is due.
pub fn enqueue_to_ops(
    conn: &mut DbConn,
    new: &NewOpsDelivery,
    actor: &Actor,
    now: Timestamp,
) -> DbResult<Option<DeliveryId>> {
    let nobody = PersonId(Uuid::nil());
    let new = NewDelivery {
        dedupe_key: new.dedupe_key.clone(),
        payload: new.payload.clone(),
        recipient: nobody,
        subject: new.subject,
        meeting: None,
        order_key: OrderKey::subject(new.subject.id, nobody),
        due_at: now,
        expires_at: new.expires_at,
    };
    insert(conn, &new, None, &actor.trace, now)
}

fn insert(
    conn: &mut DbConn,
    new: &NewDelivery,
    recipient: Option<PersonId>,
    trace: &Trace,
    now: Timestamp,
) -> DbResult<Option<DeliveryId>> {
    let known: i64 = deliveries::table
        .filter(deliveries::dedupe_key.eq(&new.dedupe_key))
        .count()
        .get_result(conn)?;
    if known > 0 {
        return Ok(None);
    }
    let id = DeliveryId::generate();
    let payload =
        serde_json::to_string(&new.payload).map_err(|_| DbError::Corrupt { what: "payload" })?;
    diesel::insert_into(deliveries::table)
        .values((
            deliveries::id.eq(id),
            deliveries::dedupe_key.eq(&new.dedupe_key),
            deliveries::kind.eq(new.payload.kind()),
            deliveries::payload.eq(payload),
            deliveries::recipient.eq(recipient),
            deliveries::subject_type.eq(new.subject.kind),
            deliveries::subject_id.eq(EventSubject(new.subject.id)),
            deliveries::meeting.eq(new.meeting.map(|(meeting, ..)| meeting)),
            deliveries::invitation.eq(new.meeting.map(|(_, invitation, _)| invitation)),
            deliveries::sequence.eq(new.meeting.map(|(.., sequence)| sequence)),
            deliveries::order_key.eq(new.order_key.as_str()),
            deliveries::priority.eq(new.payload.priority() as i32),
            deliveries::due_at.eq(At(new.due_at)),
            deliveries::expires_at.eq(new.expires_at.map(At)),
            deliveries::state.eq(DeliveryState::Queued),
            deliveries::attempts.eq(0),
            deliveries::next_at.eq(At(new.due_at)),
            deliveries::request_id.eq(trace.request_id.map(|id| id.to_string())),
            deliveries::created_at.eq(At(now)),
        ))
        .execute(conn)?;
    wake_after_commit();
    Ok(Some(id))
}

/// Drops the mails that ask these people to a meeting and still wait, such as when it is
/// cancelled.
///
/// A mail that a worker already holds is not touched: the worker looks once more before it
/// sends, and what follows waits behind it by its order key.
pub fn drop_requests(
    conn: &mut DbConn,
    invitations: &[InvitationId],
    reason: DroppedReason,
    now: Timestamp,
) -> DbResult<usize> {
    let invitations: Vec<_> = invitations.iter().copied().map(Some).collect();
    let waiting = deliveries::table
        .filter(deliveries::invitation.eq_any(invitations))
        .filter(deliveries::kind.eq_any(Payload::REQUEST_KINDS.to_vec()))
        .filter(deliveries::state.eq(DeliveryState::Queued));
    Ok(diesel::update(waiting)
        .set((
            deliveries::state.eq(DeliveryState::Dropped),
            deliveries::dropped_reason.eq(reason),
            deliveries::closed_at.eq(At(now)),
        ))
        .execute(conn)?)
}
