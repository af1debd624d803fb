//! Addresses to which nothing is sent. Of an address only a hash is kept.

use aws_lc_rs::digest::{SHA256, digest};
use diesel::prelude::*;
use jiff::Timestamp;

use crate::access::{DeliveriesRetry, Granted};
use crate::audit::{self, AuditLine};
use crate::clock::LocalNow;
use crate::db::columns::At;
use crate::db::schema::suppressions;
use crate::db::{DbConn, DbError, DbResult};
use crate::ids::{DeliveryId, SuppressionId};
use crate::paging::{PageSpec, Paged, Position, turn_to};
use crate::text_enum;
use crate::words::EmailAddress;

text_enum! {
    /// Why nothing is sent to an address.
    pub enum SuppressionReason {
        /// A mail to it came back: there is no such mailbox.
        Bounced => "bounced",
        /// Its owner wants no mail.
        Unsubscribed => "unsubscribed",
        /// Ops said so.
        ByHand => "by_hand",
    }
}
crate::text_column!(SuppressionReason);

/// An address to which nothing is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// Its id, which says nothing of the address.
    pub id: SuppressionId,
    /// Why.
    pub reason: SuppressionReason,
    /// The delivery that found it dead.
    pub delivery: Option<DeliveryId>,
    /// Since when.
    pub created_at: Timestamp,
}

/// Why a suppression was not made or lifted.
#[derive(Debug, thiserror::Error)]
pub enum SuppressionError {
    /// There is none.
    #[error("no such suppression")]
    NotFound,
    /// There is one already.
    #[error("the address is suppressed already")]
    Exists,
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = suppressions)]
struct SuppressionRow {
    id: SuppressionId,
    reason: SuppressionReason,
    delivery: Option<DeliveryId>,
    created_at: At,
}

impl From<SuppressionRow> for Suppression {
    fn from(row: SuppressionRow) -> Self {
        Self {
            id: row.id,
            reason: row.reason,
            delivery: row.delivery,
            created_at: row.created_at.0,
        }
    }
}

/// Whether nothing may be sent to an address.
pub fn is_suppressed(conn: &mut DbConn, address: &EmailAddress) -> DbResult<bool> {
    Ok(find_suppression(conn, address)?.is_some())
}

/// The suppression of an address.
pub fn find_suppression(
    conn: &mut DbConn,
    address: &EmailAddress,
) -> DbResult<Option<Suppression>> {
    find(conn, &address_hash(address))
}

fn find(conn: &mut DbConn, address_hash: &[u8]) -> DbResult<Option<Suppression>> {
    let row: Option<SuppressionRow> = suppressions::table
        .filter(suppressions::address_hash.eq(address_hash.to_vec()))
        .select(SuppressionRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Suppression::from))
}

/// A page of suppressions, the newest first.
pub fn list_suppressions(conn: &mut DbConn, page: &PageSpec) -> DbResult<Paged<Suppression>> {
    let mut query = suppressions::table
        .select(SuppressionRow::as_select())
        .limit(page.fetch())
        .into_boxed();
    query = turn_to!(
        query,
        page,
        newest_first(suppressions::created_at, suppressions::id)
    );
    let rows = query.load(conn)?.into_iter().map(Suppression::from);
    Ok(page.finish(rows.collect(), |it: &Suppression| Position {
        at: it.created_at,
        id: it.id.0,
    }))
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
    if find(conn, address_hash)?.is_none() {
        let reason = SuppressionReason::Bounced;
        insert(conn, address_hash, (reason, Some(delivery)), now)?;
    }
    Ok(())
}

/// Sends nothing more to an address, since ops say so.
pub fn suppress_by_hand(
    conn: &mut DbConn,
    granted: &Granted<DeliveriesRetry>,
    now: LocalNow,
    address: &EmailAddress,
) -> Result<Suppression, SuppressionError> {
    let hash = address_hash(address);
    if find(conn, &hash)?.is_some() {
        return Err(SuppressionError::Exists);
    }
    insert(conn, &hash, (SuppressionReason::ByHand, None), now.at)?;
    let made = find(conn, &hash)?.ok_or(SuppressionError::NotFound)?;
    tell(conn, granted, now, made.id, "suppression.create")?;
    Ok(made)
}

/// Sends to an address again.
pub fn lift_suppression(
    conn: &mut DbConn,
    granted: &Granted<DeliveriesRetry>,
    now: LocalNow,
    id: SuppressionId,
) -> Result<(), SuppressionError> {
    let lifted = diesel::delete(suppressions::table.filter(suppressions::id.eq(id)))
        .execute(conn)
        .map_err(DbError::from)?;
    if lifted == 0 {
        return Err(SuppressionError::NotFound);
    }
    Ok(tell(conn, granted, now, id, "suppression.lift")?)
}

fn insert(
    conn: &mut DbConn,
    address_hash: &[u8],
    (reason, delivery): (SuppressionReason, Option<DeliveryId>),
    now: Timestamp,
) -> DbResult<()> {
    diesel::insert_into(suppressions::table)
        .values((
            suppressions::id.eq(SuppressionId::generate()),
            suppressions::address_hash.eq(address_hash),
            suppressions::reason.eq(reason),
            suppressions::delivery.eq(delivery),
            suppressions::created_at.eq(At(now)),
        ))
        .execute(conn)?;
    Ok(())
}

fn tell(
    conn: &mut DbConn,
    granted: &Granted<DeliveriesRetry>,
    now: LocalNow,
    id: SuppressionId,
    action: &'static str,
) -> DbResult<()> {
    let line = AuditLine {
        action,
        object_type: "suppression",
        object_id: Some(id.to_string()),
        municipality: None,
    };
    audit::record(conn, granted.actor(), line, now.at)
}
