//! Cleaning up after workers that died, and after time.

use diesel::prelude::*;
use jiff::Timestamp;

use super::finish::{self, Attempt, AttemptOutcome, Completion, MayHaveArrived};
use super::lease::{is_held, lease_is_over};
use super::{DeliveryState, DroppedReason, Lease, LeaseToken, WorkerId};
use crate::db::columns::At;
use crate::db::schema::deliveries;
use crate::db::{DbConn, DbResult};
use crate::events::{EventSubject, Subject};
use crate::ids::{DeliveryId, InvitationId};

/// How many rows one run touches at most, so that its transaction stays short.
const BATCH: i64 = 500;

/// What a sweep found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Swept {
    /// Leases that ran out before anything was sent.
    pub requeued: usize,
    /// Mails of which nobody knows whether they were sent.
    pub unknown: usize,
    /// Those of them that are about an invitation.
    pub arrived: Vec<MayHaveArrived>,
    /// Mails whose time has passed.
    pub past: usize,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = deliveries)]
struct OverdueRow {
    id: DeliveryId,
    kind: String,
    state: DeliveryState,
    attempts: i32,
    lease_token: Option<LeaseToken>,
    invitation: Option<InvitationId>,
    sequence: Option<i32>,
    message_id: Option<String>,
}

/// Takes back the leases that ran out, except those in `own`: what was not begun waits again,
/// what was being sent is unknown. Then drops what is past its time.
pub fn sweep(
    conn: &mut DbConn,
    worker: WorkerId,
    own: &[Lease],
    now: Timestamp,
) -> DbResult<Swept> {
    let over = lease_is_over(conn, now);
    let overdue: Vec<OverdueRow> = deliveries::table
        .filter(is_held())
        .filter(over)
        .order(deliveries::lease_until)
        .limit(BATCH)
        .select(OverdueRow::as_select())
        .load(conn)?;
    let mut swept = Swept::default();
    for row in overdue {
        let Some(token) = row.lease_token else {
            continue;
        };
        let lease = Lease {
            delivery: row.id,
            token,
        };
        // A worker knows best about its own: a clock that jumps must not take them away.
        if own.contains(&lease) {
            continue;
        }
        if row.state == DeliveryState::Leased {
            swept.requeued += super::give_back(conn, &[lease])?;
        } else if give_up(conn, worker, lease, row.attempts, now)? {
            swept.unknown += 1;
            let arrived = finish::arrived(&row.kind, row.invitation, row.sequence, row.message_id);
            swept.arrived.extend(arrived);
        }
    }
    swept.past = drop_past(conn, now)?;
    Ok(swept)
}

/// Makes a delivery unknown whose worker was not heard of again. The token stays, so that this
/// worker, if it lives, can still tell how it ended until somebody else claims the delivery.
fn give_up(
    conn: &mut DbConn,
    worker: WorkerId,
    lease: Lease,
    attempts: i32,
    now: Timestamp,
) -> DbResult<bool> {
    let held = deliveries::table
        .filter(deliveries::id.eq(lease.delivery))
        .filter(deliveries::lease_token.eq(lease.token))
        .filter(deliveries::state.eq(DeliveryState::Sending));
    let changed = diesel::update(held)
        .set((
            deliveries::state.eq(DeliveryState::Unknown),
            deliveries::attempts.eq(attempts + 1),
            deliveries::next_at.eq(At(now)),
            deliveries::lease_until.eq(None::<At>),
        ))
        .execute(conn)?;
    if changed == 0 {
        return Ok(false);
    }
    let completion = Completion {
        lease,
        started_at: now,
        ended_at: now,
        attempt: Attempt {
            outcome: AttemptOutcome::Abandoned,
            phase: None,
            code: None,
            text: String::new(),
        },
    };
    finish::record_attempt(
        conn,
        worker,
        &completion,
        "the worker was not heard of again",
    )?;
    Ok(true)
}

/// Drops what waits and is past its time.
fn drop_past(conn: &mut DbConn, now: Timestamp) -> DbResult<usize> {
    let waits = diesel::dsl::sql::<diesel::sql_types::Bool>("state IN ('queued', 'unknown')");
    let past: Vec<DeliveryId> = deliveries::table
        .filter(waits)
        .filter(deliveries::expires_at.le(At(now)))
        .limit(BATCH)
        .select(deliveries::id)
        .load(conn)?;
    if past.is_empty() {
        return Ok(0);
    }
    let waiting = deliveries::table
        .filter(deliveries::id.eq_any(past))
        .filter(deliveries::state.eq_any([DeliveryState::Queued, DeliveryState::Unknown]));
    Ok(diesel::update(waiting)
        .set((
            deliveries::state.eq(DeliveryState::Dropped),
            deliveries::dropped_reason.eq(DroppedReason::Past),
            deliveries::closed_at.eq(At(now)),
        ))
        .execute(conn)?)
}

/// Forgets the mails about something that is gone: those that wait are dropped, and of those that
/// left the bytes go. A mail that a worker holds is looked at once more before it leaves.
pub fn forget_subject(conn: &mut DbConn, subject: Subject, now: Timestamp) -> DbResult<usize> {
    let about = deliveries::subject_type
        .eq(subject.kind)
        .and(deliveries::subject_id.eq(EventSubject(subject.id)));
    let waiting = deliveries::table
        .filter(about)
        .filter(deliveries::state.eq(DeliveryState::Queued));
    let dropped = diesel::update(waiting)
        .set((
            deliveries::state.eq(DeliveryState::Dropped),
            deliveries::dropped_reason.eq(DroppedReason::Cancelled),
            deliveries::closed_at.eq(At(now)),
        ))
        .execute(conn)?;
    let closed = deliveries::table
        .filter(about)
        .filter(deliveries::closed_at.is_not_null());
    diesel::update(closed)
        .set(deliveries::mime.eq(None::<Vec<u8>>))
        .execute(conn)?;
    Ok(dropped)
}

/// Forgets the bytes of mails that were closed before `before`; says how many.
pub fn forget_bytes(conn: &mut DbConn, before: Timestamp) -> DbResult<usize> {
    let old: Vec<DeliveryId> = deliveries::table
        .filter(deliveries::mime.is_not_null())
        .filter(deliveries::closed_at.lt(At(before)))
        .limit(BATCH)
        .select(deliveries::id)
        .load(conn)?;
    if old.is_empty() {
        return Ok(0);
    }
    Ok(
        diesel::update(deliveries::table.filter(deliveries::id.eq_any(old)))
            .set(deliveries::mime.eq(None::<Vec<u8>>))
            .execute(conn)?,
    )
}
