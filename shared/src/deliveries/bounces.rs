//! What comes back after the mail server had taken it.

use diesel::prelude::*;
use jiff::Timestamp;
use uuid::Uuid;

use crate::db::columns::At;
use crate::db::schema::deliveries;
use crate::db::{DbConn, DbResult};
use crate::events::EventSubject;
use crate::ids::{DeliveryId, InvitationId};

/// A delivery that came back.
#[derive(Debug, Clone)]
pub struct Bounced {
    /// Where it went, as [`address_hash`](super::address_hash) keeps it.
    pub address_hash: Option<Vec<u8>>,
    /// The invitation it was about.
    pub invitation: Option<InvitationId>,
    /// The word for what it told.
    pub kind: String,
    /// What it was about.
    pub subject: Uuid,
}

/// Records that a delivery came back; `None` when there is no such delivery, or it had come back
/// before.
pub fn record_bounce(
    conn: &mut DbConn,
    id: DeliveryId,
    status: &str,
    now: Timestamp,
) -> DbResult<Option<Bounced>> {
    let not_yet = deliveries::table
        .find(id)
        .filter(deliveries::bounced_at.is_null());
    let changed = diesel::update(not_yet)
        .set((
            deliveries::bounced_at.eq(At(now)),
            deliveries::bounce_status.eq(status),
        ))
        .execute(conn)?;
    if changed == 0 {
        return Ok(None);
    }
    let (address_hash, invitation, kind, EventSubject(subject)) = deliveries::table
        .find(id)
        .select((
            deliveries::address_hash,
            deliveries::invitation,
            deliveries::kind,
            deliveries::subject_id,
        ))
        .first(conn)?;
    Ok(Some(Bounced {
        address_hash,
        invitation,
        kind,
        subject,
    }))
}
