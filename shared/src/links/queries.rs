//! Every statement on the table of links.

use diesel::prelude::*;
use jiff::Timestamp;
use uuid::Uuid;

use super::{Link, LinkPurpose};
use crate::db::columns::At;
use crate::db::schema::links;
use crate::db::{DbConn, DbResult};
use crate::ids::{KeyId, LinkId, PersonId};

crate::typed_id! {
    /// The id of whatever a link is about.
    LinkObject,
}

/// A link with what only its checks need.
pub(super) struct StoredLink {
    pub(super) link: Link,
    pub(super) key: KeyId,
    pub(super) revoked: bool,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = links)]
struct LinkRow {
    id: LinkId,
    purpose: LinkPurpose,
    object_id: LinkObject,
    recipient: PersonId,
    key_id: KeyId,
    expires_at: At,
    revoked_at: Option<At>,
}

impl From<LinkRow> for StoredLink {
    fn from(row: LinkRow) -> Self {
        Self {
            link: Link {
                id: row.id,
                purpose: row.purpose,
                object: row.object_id.0,
                recipient: row.recipient,
                expires_at: row.expires_at.0,
            },
            key: row.key_id,
            revoked: row.revoked_at.is_some(),
        }
    }
}

pub(super) fn find(conn: &mut DbConn, id: LinkId) -> DbResult<Option<StoredLink>> {
    let row = links::table
        .find(id)
        .select(LinkRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(StoredLink::from))
}

pub(super) fn insert(conn: &mut DbConn, link: &Link, key: KeyId, now: Timestamp) -> DbResult<()> {
    diesel::insert_into(links::table)
        .values((
            links::id.eq(link.id),
            links::purpose.eq(link.purpose),
            links::object_id.eq(LinkObject(link.object)),
            links::recipient.eq(link.recipient),
            links::key_id.eq(key),
            links::created_at.eq(At(now)),
            links::expires_at.eq(At(link.expires_at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Revokes the links to an object: those of one recipient and purpose, or all of them.
pub(super) fn revoke(
    conn: &mut DbConn,
    object: Uuid,
    only: Option<(LinkPurpose, PersonId)>,
    now: Timestamp,
) -> DbResult<usize> {
    let living = links::object_id
        .eq(LinkObject(object))
        .and(links::revoked_at.is_null());
    let revoked = links::revoked_at.eq(Some(At(now)));
    let count = match only {
        None => diesel::update(links::table.filter(living))
            .set(revoked)
            .execute(conn)?,
        Some((purpose, recipient)) => diesel::update(
            links::table
                .filter(living)
                .filter(links::purpose.eq(purpose))
                .filter(links::recipient.eq(recipient)),
        )
        .set(revoked)
        .execute(conn)?,
    };
    Ok(count)
}

/// How many links one run forgets at most.
const BATCH: i64 = 1000;

/// Forgets links that expired before `before`; says how many.
pub fn forget_expired(conn: &mut DbConn, before: Timestamp) -> DbResult<usize> {
    let old: Vec<LinkId> = links::table
        .filter(links::expires_at.lt(At(before)))
        .order(links::expires_at)
        .limit(BATCH)
        .select(links::id)
        .load(conn)?;
    if old.is_empty() {
        return Ok(0);
    }
    Ok(diesel::delete(links::table.filter(links::id.eq_any(old))).execute(conn)?)
}
