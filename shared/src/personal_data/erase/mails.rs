//! The outbox, mail that came in, links, and the calendars behind them.

use diesel::prelude::*;

use crate::clock::LocalNow;
use crate::db::columns::At;
use crate::db::schema::{calendars, deliveries, delivery_attempts, inbound_mails, links};
use crate::db::{DbConn, DbResult};
use crate::deliveries::{DeliveryState, DroppedReason};
use crate::ids::DeliveryId;
use crate::personal_data::Trail;
use crate::personal_data::trail::Thing;

const NO_BYTES: Option<Vec<u8>> = None;
const NONE: Option<String> = None;

pub(super) fn blank(conn: &mut DbConn, now: LocalNow, trail: &Trail) -> DbResult<()> {
    let waiting = deliveries::table
        .filter(deliveries::recipient.eq(trail.person))
        .filter(deliveries::state.eq_any([DeliveryState::Queued, DeliveryState::Unknown]));
    diesel::update(waiting)
        .set((
            deliveries::state.eq(DeliveryState::Dropped),
            deliveries::dropped_reason.eq(Some(DroppedReason::Suppressed)),
            deliveries::closed_at.eq(Some(At(now.at))),
        ))
        .execute(conn)?;
    let received: Vec<DeliveryId> = deliveries::table
        .filter(deliveries::recipient.eq(trail.person))
        .select(deliveries::id)
        .load(conn)?;
    diesel::update(deliveries::table.filter(deliveries::id.eq_any(received.clone())))
        .set(deliveries::address_hash.eq(NO_BYTES))
        .execute(conn)?;
    forget_bytes(conn, received)?;
    blank_about(conn, trail)?;
    diesel::delete(links::table.filter(links::recipient.eq(trail.person))).execute(conn)?;
    diesel::delete(calendars::table.filter(calendars::owner.eq(trail.person))).execute(conn)?;
    Ok(())
}

/// Takes the bytes of mails about somebody's things away, and the links to those. A mail to
/// somebody else that still waits is written anew when its turn comes, from what is known then.
pub(super) fn blank_about(conn: &mut DbConn, trail: &Trail) -> DbResult<()> {
    let about: Vec<DeliveryId> = deliveries::table
        .filter(
            (deliveries::subject_id.eq_any(trail.things())).or(deliveries::meeting
                .eq_any(trail.meetings.clone())
                .assume_not_null()),
        )
        .select(deliveries::id)
        .load(conn)?;
    forget_bytes(conn, about)?;
    let own: Vec<Thing> = trail.own().into_iter().map(Thing).collect();
    diesel::delete(links::table.filter(links::object_id.eq_any(own))).execute(conn)?;
    Ok(())
}

fn forget_bytes(conn: &mut DbConn, mails: Vec<DeliveryId>) -> DbResult<()> {
    diesel::update(deliveries::table.filter(deliveries::id.eq_any(mails.clone())))
        .set((
            deliveries::mime.eq(NO_BYTES),
            deliveries::smtp_text.eq(NONE),
        ))
        .execute(conn)?;
    diesel::update(
        delivery_attempts::table.filter(delivery_attempts::delivery.eq_any(mails.clone())),
    )
    .set(delivery_attempts::smtp_text.eq(NONE))
    .execute(conn)?;
    diesel::update(inbound_mails::table.filter(inbound_mails::delivery.eq_any(mails)))
        .set(inbound_mails::mime.eq(NO_BYTES))
        .execute(conn)?;
    Ok(())
}
