//! From "about to send" to the end of an attempt. Every change is guarded by the fencing token.

use diesel::dsl::{count_star, min};
use diesel::prelude::*;
use jiff::Timestamp;
use uuid::Uuid;

use super::lease::lease_end;
use super::rules::{self, History, Next};
use super::{DeliveryState, DroppedReason, Lease, LeaseToken, Payload, WorkerId, pauses, taken};
use crate::db::columns::At;
use crate::db::schema::{deliveries, delivery_attempts};
use crate::db::{DbConn, DbResult};
use crate::events::EventSubject;
use crate::ids::{DeliveryId, InvitationId};
use crate::text_enum;

text_enum! {
    /// How an attempt ended.
    pub enum AttemptOutcome {
        /// The mail server took the mail.
        Accepted => "accepted",
        /// Not now, perhaps because of this mail or its recipient.
        Deferred => "deferred",
        /// Never.
        Rejected => "rejected",
        /// The relay was out of reach or refused us before a recipient was named.
        RelayUnavailable => "relay_unavailable",
        /// The mail was handed over and no usable answer came.
        Unknown => "unknown",
        /// No mail could be made.
        Broken => "broken",
        /// The worker was not heard of again.
        Abandoned => "abandoned",
    }
}
crate::text_column!(AttemptOutcome);

crate::typed_id! {
    /// One attempt at a delivery.
    AttemptId,
}

/// What became of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// How it ended.
    pub outcome: AttemptOutcome,
    /// How far the conversation with the mail server had come.
    pub phase: Option<&'static str>,
    /// The server's reply code, when one decided the outcome.
    pub code: Option<u16>,
    /// The server's words, or ours; one line.
    pub text: String,
}

/// An attempt that is over, to be recorded.
#[derive(Debug, Clone)]
pub struct Completion {
    /// The delivery and the proof that it is still ours.
    pub lease: Lease,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// What became of it.
    pub attempt: Attempt,
}

impl Completion {
    /// Whether the mail server took the mail.
    #[must_use]
    pub fn is_sent(&self) -> bool {
        self.attempt.outcome == AttemptOutcome::Accepted
    }
}

/// The envelope and bytes of a mail, sealed, before they are sent for the first time.
#[derive(Debug, Clone)]
pub struct Frozen {
    /// Envelope and bytes; opened only to send them again.
    pub sealed: Vec<u8>,
    /// The Message-ID in those bytes, without angle brackets.
    pub message_id: String,
    /// The address in the envelope, as [`address_hash`](super::address_hash) keeps it.
    pub address_hash: Vec<u8>,
}

/// What was recorded of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recorded {
    /// Where the delivery stands now.
    Done {
        /// The delivery.
        delivery: DeliveryId,
        /// Its state.
        state: DeliveryState,
        /// The word for what it told.
        kind: String,
        /// What it was about.
        subject: Uuid,
        /// What the recipient of an invitation has, or may have, since.
        arrived: Option<MayHaveArrived>,
    },
    /// Another worker holds the delivery, or somebody dropped it: nothing was changed.
    Stale {
        /// The delivery.
        delivery: DeliveryId,
    },
}

/// A mail about an invitation that was sent, or may have been.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MayHaveArrived {
    /// The invitation.
    pub invitation: InvitationId,
    /// The SEQUENCE in its calendar.
    pub sequence: i32,
    /// Its Message-ID, without angle brackets.
    pub message_id: String,
}

/// Records that the mail is about to leave; `false` when the lease is no longer ours, and then
/// it must not leave. Commit before the first byte.
///
/// `frozen` is given before the first attempt; later ones send the stored bytes again.
pub fn start_sending(
    conn: &mut DbConn,
    lease: Lease,
    frozen: Option<&Frozen>,
    now: Timestamp,
) -> DbResult<bool> {
    let end = lease_end(conn, now);
    let held = deliveries::table
        .filter(deliveries::id.eq(lease.delivery))
        .filter(deliveries::lease_token.eq(lease.token))
        .filter(deliveries::state.eq(DeliveryState::Leased));
    let sending = (
        deliveries::state.eq(DeliveryState::Sending),
        deliveries::lease_until.eq(end),
    );
    let changed = match frozen {
        Some(frozen) => diesel::update(held)
            .set((
                sending,
                deliveries::mime.eq(&frozen.sealed),
                deliveries::message_id.eq(&frozen.message_id),
                deliveries::address_hash.eq(&frozen.address_hash),
            ))
            .execute(conn)?,
        None => diesel::update(held).set(sending).execute(conn)?,
    };
    Ok(changed == 1)
}

/// Drops a claimed delivery that is no longer wanted; `false` when the lease is no longer ours.
pub fn drop_claimed(
    conn: &mut DbConn,
    lease: Lease,
    reason: DroppedReason,
    now: Timestamp,
) -> DbResult<bool> {
    let held = deliveries::table
        .filter(deliveries::id.eq(lease.delivery))
        .filter(deliveries::lease_token.eq(lease.token))
        .filter(deliveries::state.eq(DeliveryState::Leased));
    let changed = diesel::update(held)
        .set((
            deliveries::state.eq(DeliveryState::Dropped),
            deliveries::dropped_reason.eq(reason),
            deliveries::lease_token.eq(None::<LeaseToken>),
            deliveries::lease_until.eq(None::<At>),
            deliveries::closed_at.eq(At(now)),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Records attempts that are over, in the order given.
pub fn finish(
    conn: &mut DbConn,
    worker: WorkerId,
    completions: &[Completion],
    now: Timestamp,
) -> DbResult<Vec<Recorded>> {
    let mut at_once = match conn {
        DbConn::Postgres(postgres) => {
            let taken: Vec<&Completion> = completions.iter().filter(|it| it.is_sent()).collect();
            Some(taken::record(postgres, worker, &taken, now)?)
        }
        DbConn::Sqlite(_) => None,
    };
    let mut recorded = Vec::with_capacity(completions.len());
    for completion in completions {
        let delivery = completion.lease.delivery;
        recorded.push(match &mut at_once {
            Some(taken) if completion.is_sent() => taken
                .remove(&delivery)
                .unwrap_or(Recorded::Stale { delivery }),
            _ => finish_one(conn, worker, completion, now)?,
        });
    }
    let outcome = |completion: &Completion| completion.attempt.outcome;
    let relay_failure = completions
        .iter()
        .rev()
        .find(|completion| outcome(completion) == AttemptOutcome::RelayUnavailable);
    if let Some(failure) = relay_failure {
        let reason = rules::without_addresses(&failure.attempt.text);
        pauses::relay_failed(conn, &reason, now)?;
    } else if completions
        .iter()
        .any(|completion| outcome(completion) != AttemptOutcome::Broken)
    {
        pauses::relay_works(conn)?;
    }
    Ok(recorded)
}

/// What recording an attempt needs to know of its delivery.
#[derive(Queryable, Selectable)]
#[diesel(table_name = deliveries)]
struct HeldRow {
    kind: String,
    subject_id: EventSubject,
    attempts: i32,
    expires_at: Option<At>,
    invitation: Option<InvitationId>,
    sequence: Option<i32>,
    message_id: Option<String>,
}

fn finish_one(
    conn: &mut DbConn,
    worker: WorkerId,
    completion: &Completion,
    now: Timestamp,
) -> DbResult<Recorded> {
    let Completion { lease, attempt, .. } = completion;
    let not_ours = Recorded::Stale {
        delivery: lease.delivery,
    };
    let Some(row) = ours(*lease)
        .select(HeldRow::as_select())
        .first::<HeldRow>(conn)
        .optional()?
    else {
        return Ok(not_ours);
    };
    let history = History {
        delivery: lease.delivery,
        attempts: row.attempts,
        expires_at: row.expires_at.map(Timestamp::from),
        ..earlier(conn, lease.delivery, attempt.outcome)?
    };
    let next = rules::after(attempt.outcome, &history, now);
    let text = rules::without_addresses(&attempt.text);
    let (state, next_at) = match next {
        Next::Sent => (DeliveryState::Sent, None),
        Next::Again(at) => (DeliveryState::Queued, Some(at)),
        Next::LookAgain(at) => (DeliveryState::Unknown, Some(at)),
        Next::Uncounted => (DeliveryState::Queued, None),
        Next::Bury => (DeliveryState::Buried, None),
        Next::Past => (DeliveryState::Dropped, None),
    };
    let closed = matches!(next, Next::Sent | Next::Bury | Next::Past);
    let counted = i32::from(next != Next::Uncounted);
    let changed = diesel::update(ours(*lease))
        .set((
            deliveries::state.eq(state),
            deliveries::attempts.eq(row.attempts + counted),
            next_at.map(|at| deliveries::next_at.eq(At(at))),
            (next == Next::Past).then(|| deliveries::dropped_reason.eq(DroppedReason::Past)),
            (next == Next::Sent).then(|| deliveries::sent_at.eq(At(completion.ended_at))),
            closed.then(|| deliveries::closed_at.eq(At(now))),
            deliveries::smtp_code.eq(attempt.code.map(i32::from)),
            deliveries::smtp_text.eq(&text),
            deliveries::lease_token.eq(None::<LeaseToken>),
            deliveries::lease_until.eq(None::<At>),
        ))
        .execute(conn)?;
    if changed == 0 {
        return Ok(not_ours);
    }
    record_attempt(conn, worker, completion, &text)?;
    let may_be_there = matches!(next, Next::Sent) || attempt.outcome == AttemptOutcome::Unknown;
    Ok(Recorded::Done {
        delivery: lease.delivery,
        state,
        arrived: may_be_there
            .then(|| arrived(&row.kind, row.invitation, row.sequence, row.message_id))
            .flatten(),
        kind: row.kind,
        subject: row.subject_id.0,
    })
}

/// A delivery that the lease still holds. One that the sweep gave up as unknown counts until
/// somebody else claims it: the truth is better than a second copy.
#[diesel::dsl::auto_type]
fn ours(lease: Lease) -> _ {
    let id: DeliveryId = lease.delivery;
    let token: LeaseToken = lease.token;
    let states: [DeliveryState; 3] = [
        DeliveryState::Leased,
        DeliveryState::Sending,
        DeliveryState::Unknown,
    ];
    deliveries::table
        .filter(deliveries::id.eq(id))
        .filter(deliveries::lease_token.eq(token))
        .filter(deliveries::state.eq_any(states))
}

/// Only calendar mails say something about the SEQUENCE that the invitee knows.
pub(super) fn arrived(
    kind: &str,
    invitation: Option<InvitationId>,
    sequence: Option<i32>,
    message_id: Option<String>,
) -> Option<MayHaveArrived> {
    if !Payload::CALENDAR_KINDS.contains(&kind) {
        return None;
    }
    Some(MayHaveArrived {
        invitation: invitation?,
        sequence: sequence?,
        message_id: message_id?,
    })
}

/// What earlier attempts say; a success needs none of it.
fn earlier(conn: &mut DbConn, delivery: DeliveryId, outcome: AttemptOutcome) -> DbResult<History> {
    let mut history = History {
        delivery,
        attempts: 0,
        first_attempt_at: None,
        same_outcome: 0,
        expires_at: None,
    };
    let counts = matches!(
        outcome,
        AttemptOutcome::Deferred | AttemptOutcome::Unknown | AttemptOutcome::Broken
    );
    if counts {
        let first: Option<At> = delivery_attempts::table
            .filter(delivery_attempts::delivery.eq(delivery))
            .filter(delivery_attempts::outcome.ne(AttemptOutcome::RelayUnavailable))
            .select(min(delivery_attempts::started_at))
            .first(conn)?;
        history.first_attempt_at = first.map(Timestamp::from);
        history.same_outcome = delivery_attempts::table
            .filter(delivery_attempts::delivery.eq(delivery))
            .filter(delivery_attempts::outcome.eq(outcome))
            .select(count_star())
            .first(conn)?;
    }
    Ok(history)
}

pub(super) fn record_attempt(
    conn: &mut DbConn,
    worker: WorkerId,
    completion: &Completion,
    text: &str,
) -> DbResult<()> {
    let attempt = &completion.attempt;
    diesel::insert_into(delivery_attempts::table)
        .values((
            delivery_attempts::id.eq(AttemptId::generate()),
            delivery_attempts::delivery.eq(completion.lease.delivery),
            delivery_attempts::started_at.eq(At(completion.started_at)),
            delivery_attempts::ended_at.eq(At(completion.ended_at)),
            delivery_attempts::outcome.eq(attempt.outcome),
            delivery_attempts::phase.eq(attempt.phase),
            delivery_attempts::smtp_code.eq(attempt.code.map(i32::from)),
            delivery_attempts::smtp_text.eq(text),
            delivery_attempts::worker.eq(worker),
        ))
        .execute(conn)?;
    Ok(())
}
