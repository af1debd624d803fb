//! Every SQL statement on `identities` and `identity_links`.

use diesel::prelude::*;
use jiff::Timestamp;

use crate::db::columns::At;
use crate::db::schema::{identities, identity_links, people};
use crate::db::{DbConn, DbResult};
use crate::ids::{IdentityId, PersonId};
use crate::secrets::SecretHash;

/// The person behind a login; none when that person was erased.
pub fn person_of(conn: &mut DbConn, issuer: &str, subject: &str) -> DbResult<Option<PersonId>> {
    Ok(identities::table
        .inner_join(people::table.on(people::id.eq(identities::person)))
        .filter(identities::issuer.eq(issuer))
        .filter(identities::subject.eq(subject))
        .filter(people::erased_at.is_null())
        .select(identities::person)
        .first(conn)
        .optional()?)
}

/// Whether there is such a person, not erased. Only the institute links logins, and it sees
/// everybody.
pub fn person_exists(conn: &mut DbConn, person: PersonId) -> DbResult<bool> {
    let found = people::table
        .filter(people::id.eq(person))
        .filter(people::erased_at.is_null());
    Ok(diesel::select(diesel::dsl::exists(found)).get_result(conn)?)
}

pub(super) fn insert_link(
    conn: &mut DbConn,
    code: &SecretHash,
    person: PersonId,
    now: Timestamp,
    expires_at: Timestamp,
) -> DbResult<()> {
    diesel::insert_into(identity_links::table)
        .values((
            identity_links::code_hash.eq(code.as_bytes()),
            identity_links::person.eq(person),
            identity_links::created_at.eq(At(now)),
            identity_links::expires_at.eq(At(expires_at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Ends the codes of a person that nobody used.
pub(super) fn end_links(conn: &mut DbConn, person: PersonId, now: Timestamp) -> DbResult<()> {
    diesel::update(identity_links::table)
        .filter(identity_links::person.eq(person))
        .filter(identity_links::used_at.is_null())
        .filter(identity_links::expires_at.gt(At(now)))
        .set(identity_links::expires_at.eq(At(now)))
        .execute(conn)?;
    Ok(())
}

/// The person of a code that is neither used nor over.
pub(super) fn open_link(
    conn: &mut DbConn,
    code: &SecretHash,
    now: Timestamp,
) -> DbResult<Option<PersonId>> {
    Ok(identity_links::table
        .inner_join(people::table.on(people::id.eq(identity_links::person)))
        .filter(identity_links::code_hash.eq(code.as_bytes()))
        .filter(identity_links::used_at.is_null())
        .filter(identity_links::expires_at.gt(At(now)))
        .filter(people::erased_at.is_null())
        .select(identity_links::person)
        .first(conn)
        .optional()?)
}

/// Uses a code; false when somebody else just did.
pub(super) fn use_link(conn: &mut DbConn, code: &SecretHash, now: Timestamp) -> DbResult<bool> {
    let used = diesel::update(identity_links::table)
        .filter(identity_links::code_hash.eq(code.as_bytes()))
        .filter(identity_links::used_at.is_null())
        .set(identity_links::used_at.eq(Some(At(now))))
        .execute(conn)?;
    Ok(used == 1)
}

pub(super) fn insert(
    conn: &mut DbConn,
    id: IdentityId,
    (issuer, subject): (&str, &str),
    person: PersonId,
    now: Timestamp,
) -> DbResult<()> {
    diesel::insert_into(identities::table)
        .values((
            identities::id.eq(id),
            identities::issuer.eq(issuer),
            identities::subject.eq(subject),
            identities::person.eq(person),
            identities::created_at.eq(At(now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Forgets one-time codes that expired before `before`; says how many.
pub fn forget_codes(conn: &mut DbConn, before: Timestamp) -> DbResult<usize> {
    let old = identity_links::table.filter(identity_links::expires_at.lt(At(before)));
    Ok(diesel::delete(old).execute(conn)?)
}
