//! Every statement on mail that came in.

use diesel::prelude::*;
use jiff::Timestamp;

use super::{InboundMail, InboundOutcome};
use crate::access::Scope;
use crate::db::columns::At;
use crate::db::schema::inbound_mails;
use crate::db::{DbConn, DbResult};
use crate::ids::{DeliveryId, InboundMailId, InvitationId};
use crate::paging::{PageSpec, Paged, Position, turn_to};

/// Mails whose bytes go in one transaction.
const FORGOTTEN_AT_ONCE: i64 = 500;

#[derive(Queryable, Selectable)]
#[diesel(table_name = inbound_mails)]
struct InboundMailRow {
    id: InboundMailId,
    outcome: InboundOutcome,
    reason: Option<String>,
    delivery: Option<DeliveryId>,
    invitation: Option<InvitationId>,
    received_at: At,
}

impl From<InboundMailRow> for InboundMail {
    fn from(row: InboundMailRow) -> Self {
        Self {
            id: row.id,
            outcome: row.outcome,
            reason: row.reason,
            delivery: row.delivery,
            invitation: row.invitation,
            received_at: row.received_at.0,
        }
    }
}

/// The mail with this digest, if it came in before.
pub fn find_seen(conn: &mut DbConn, digest: &[u8]) -> DbResult<Option<InboundMail>> {
    let row: Option<InboundMailRow> = inbound_mails::table
        .filter(inbound_mails::digest.eq(digest))
        .select(InboundMailRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(InboundMail::from))
}

/// Stores what a mail was taken for, with its sealed bytes when somebody has to look at it.
pub fn insert(
    conn: &mut DbConn,
    mail: &InboundMail,
    digest: &[u8],
    sealed: Option<&[u8]>,
) -> DbResult<()> {
    diesel::insert_into(inbound_mails::table)
        .values((
            inbound_mails::id.eq(mail.id),
            inbound_mails::digest.eq(digest),
            inbound_mails::outcome.eq(mail.outcome),
            inbound_mails::reason.eq(mail.reason.as_deref()),
            inbound_mails::delivery.eq(mail.delivery),
            inbound_mails::invitation.eq(mail.invitation),
            inbound_mails::mime.eq(sealed),
            inbound_mails::received_at.eq(At(mail.received_at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// A page of what could not be matched, newest first. Only the institute sees mail that came in.
pub fn list_unmatched(
    conn: &mut DbConn,
    scope: &Scope,
    page: &PageSpec,
) -> DbResult<Paged<InboundMail>> {
    use inbound_mails::{id, received_at};
    if *scope != Scope::Institute {
        return Ok(page.finish(Vec::new(), position));
    }
    let mut query = inbound_mails::table
        .filter(inbound_mails::outcome.eq(InboundOutcome::Unmatched))
        .select(InboundMailRow::as_select())
        .limit(page.fetch())
        .into_boxed();
    query = turn_to!(query, page, newest_first(received_at, id));
    let found: Vec<InboundMail> = query
        .load(conn)?
        .into_iter()
        .map(InboundMail::from)
        .collect();
    Ok(page.finish(found, position))
}

fn position(mail: &InboundMail) -> Position {
    Position {
        at: mail.received_at,
        id: mail.id.0,
    }
}

/// The sealed bytes of a mail that could not be matched, while they are kept.
pub fn mime_of(conn: &mut DbConn, scope: &Scope, id: InboundMailId) -> DbResult<Option<Vec<u8>>> {
    if *scope != Scope::Institute {
        return Ok(None);
    }
    let found: Option<Option<Vec<u8>>> = inbound_mails::table
        .find(id)
        .select(inbound_mails::mime)
        .first(conn)
        .optional()?;
    Ok(found.flatten())
}

/// Forgets the bytes of mails that came in before `before`; says how many, a bounded amount.
pub fn forget_bytes(conn: &mut DbConn, before: Timestamp) -> DbResult<usize> {
    let old: Vec<InboundMailId> = inbound_mails::table
        .filter(inbound_mails::received_at.lt(At(before)))
        .filter(inbound_mails::mime.is_not_null())
        .limit(FORGOTTEN_AT_ONCE)
        .select(inbound_mails::id)
        .load(conn)?;
    if old.is_empty() {
        return Ok(0);
    }
    let old = inbound_mails::table.filter(inbound_mails::id.eq_any(old));
    Ok(diesel::update(old)
        .set(inbound_mails::mime.eq(None::<Vec<u8>>))
        .execute(conn)?)
}
