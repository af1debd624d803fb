//! Addresses to which nothing is sent.

use aws_lc_rs::digest::{SHA256, digest};
use diesel::prelude::*;
use jiff::Timestamp;

use crate::db::columns::At;
use crate::db::schema::suppressions;
use crate::db::{DbConn, DbResult};
use crate::ids::DeliveryId;
use crate::words::EmailAddress;

/// Whether nothing may be sent to an address.
pub fn is_suppressed(conn: &mut DbConn, address: &EmailAddress) -> DbResult<bool> {
    let found: i64 = suppressions::table
        .filter(suppressions::address_hash.eq(address_hash(address)))
        .count()
        .get_result(conn)?;
    Ok(found > 0)
}

/// What is kept of a suppressed address: the same for two spellings of one mailbox.
#[must_use]
pub fn address_hash(address: &EmailAddress) -> Vec<u8> {
    let labelled = format!("suppression:{}", address.key());
    digest(&SHA256, labelled.as_bytes()).as_ref().to_vec()
}

/// Sends nothing more to an address that a delivery found dead.
pub fn suppress(
    conn: &mut DbConn,
    address_hash: &[u8],
    delivery: DeliveryId,
    now: Timestamp,
) -> DbResult<()> {
    let known: i64 = suppressions::table
        .filter(suppressions::address_hash.eq(address_hash))
        .count()
        .get_result(conn)?;
    if known == 0 {
        diesel::insert_into(suppressions::table)
            .values((
                suppressions::address_hash.eq(address_hash),
                suppressions::reason.eq("bounced"),
                suppressions::delivery.eq(delivery),
                suppressions::created_at.eq(At(now)),
            ))
            .execute(conn)?;
    }
    Ok(())
}
