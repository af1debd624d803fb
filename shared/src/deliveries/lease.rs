//! Leases: which worker holds a delivery, and until when.
//!
//! A lease is short and renewed; whoever holds one proves it with its fencing token. On
//! PostgreSQL the end of a lease is told by the database's clock, which all workers share; on
//! SQLite there is one worker, and its own clock tells.

use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable};
use jiff::{SignedDuration, Timestamp};

use super::DeliveryState;
use crate::db::columns::{At, Moment};
use crate::db::schema::deliveries;
use crate::db::{DbConn, DbResult};
use crate::ids::DeliveryId;

/// How long a lease lasts unless it is renewed. A delivery left by a worker that died waits
/// this long.
pub const LEASE: SignedDuration = SignedDuration::from_secs(45);

/// The end of a lease lies at most this far ahead, or the clock was turned back since.
const LONGEST: SignedDuration = SignedDuration::from_secs(60);

crate::typed_id! {
    /// The fencing token of the leases of one claim: whoever has an older one changes nothing.
    LeaseToken,
    /// A worker process.
    WorkerId,
}

/// One delivery, held by proof of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lease {
    /// The delivery.
    pub delivery: DeliveryId,
    /// The token of the claim.
    pub token: LeaseToken,
}

/// The rows that someone holds or has to look after, in the words of their index.
pub(super) fn is_held() -> SqlLiteral<Bool> {
    sql("state IN ('leased', 'sending')")
}

/// The end of a lease that begins now.
pub(super) fn lease_end(conn: &DbConn, now: Timestamp) -> SqlLiteral<Nullable<Moment>> {
    match conn {
        DbConn::Postgres(_) => sql(&lease_end_on_postgres()),
        DbConn::Sqlite(_) => sql(&(now + LEASE).as_microsecond().to_string()),
    }
}

/// The same in the words of PostgreSQL, whose clock counts.
pub(super) fn lease_end_on_postgres() -> String {
    format!("clock_timestamp() + interval '{} seconds'", LEASE.as_secs())
}

/// Whether a lease is over.
pub(super) fn lease_is_over(conn: &DbConn, now: Timestamp) -> SqlLiteral<Bool> {
    match conn {
        DbConn::Postgres(_) => sql("lease_until < clock_timestamp()"),
        // security: 89 - a clock that was turned back must not make a lease last for hours.
        DbConn::Sqlite(_) => sql(&format!(
            "(lease_until < {} OR lease_until > {})",
            now.as_microsecond(),
            (now + LONGEST).as_microsecond()
        )),
    }
}

/// Extends leases that are still held; says how many were.
pub fn renew(conn: &mut DbConn, leases: &[Lease], now: Timestamp) -> DbResult<usize> {
    let end = lease_end(conn, now);
    let ids: Vec<DeliveryId> = leases.iter().map(|lease| lease.delivery).collect();
    let mut tokens: Vec<LeaseToken> = leases.iter().map(|lease| lease.token).collect();
    tokens.sort_unstable();
    tokens.dedup();
    let held = deliveries::table
        .filter(deliveries::id.eq_any(ids))
        .filter(deliveries::lease_token.eq_any(tokens.into_iter().map(Some)))
        .filter(is_held());
    Ok(diesel::update(held)
        .set(deliveries::lease_until.eq(end))
        .execute(conn)?)
}

/// Gives back what was claimed and not begun, so that another worker need not wait for the end
/// of the lease; costs no attempt.
pub fn give_back(conn: &mut DbConn, leases: &[Lease]) -> DbResult<usize> {
    let mut given = 0;
    for lease in leases {
        let held = deliveries::table
            .filter(deliveries::id.eq(lease.delivery))
            .filter(deliveries::lease_token.eq(lease.token))
            .filter(deliveries::state.eq(DeliveryState::Leased));
        given += diesel::update(held)
            .set((
                deliveries::state.eq(DeliveryState::Queued),
                deliveries::lease_token.eq(None::<LeaseToken>),
                deliveries::lease_until.eq(None::<At>),
            ))
            .execute(conn)?;
    }
    Ok(given)
}

/// Gives back what was claimed and not begun, to be claimed again from the given instant on; costs
/// no attempt. Whether the lease still held.
pub fn postpone(conn: &mut DbConn, lease: Lease, until: Timestamp) -> DbResult<bool> {
    let held = deliveries::table
        .filter(deliveries::id.eq(lease.delivery))
        .filter(deliveries::lease_token.eq(lease.token))
        .filter(deliveries::state.eq(DeliveryState::Leased));
    let changed = diesel::update(held)
        .set((
            deliveries::state.eq(DeliveryState::Queued),
            deliveries::next_at.eq(At(until)),
            deliveries::lease_token.eq(None::<LeaseToken>),
            deliveries::lease_until.eq(None::<At>),
        ))
        .execute(conn)?;
    Ok(changed > 0)
}
