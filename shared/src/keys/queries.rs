//! Every SQL statement on `keys`.

use diesel::prelude::*;
use jiff::Timestamp;

use super::model::{KeyPurpose, StoredKey};
use crate::db::columns::At;
use crate::db::schema::keys;
use crate::db::{DbConn, DbResult};
use crate::ids::KeyId;

#[derive(Queryable, Selectable)]
#[diesel(table_name = keys, check_for_backend(crate::db::MultiBackend))]
struct KeyRow {
    id: KeyId,
    purpose: KeyPurpose,
    sealed: Vec<u8>,
    created_at: At,
    retired_at: Option<At>,
}

#[derive(Insertable)]
#[diesel(table_name = keys)]
pub(super) struct NewKeyRow {
    pub id: KeyId,
    pub purpose: KeyPurpose,
    pub algorithm: &'static str,
    pub public_key: Option<String>,
    pub sealed: Vec<u8>,
    pub created_at: At,
}

/// "keys" in ASCII: the name of our advisory lock.
const LOCK: i64 = 0x6b65_7973;

/// Lets one transaction at a time go on, until it ends. A write on SQLite is alone already.
pub(super) fn lock(conn: &mut DbConn) -> DbResult<()> {
    match conn {
        DbConn::Sqlite(_) => {}
        DbConn::Postgres(conn) => {
            diesel::sql_query("SELECT pg_advisory_xact_lock($1)")
                .bind::<diesel::sql_types::BigInt, _>(LOCK)
                .execute(conn)?;
        }
    }
    Ok(())
}

/// The keys that are not removed at `now`.
pub(super) fn list(conn: &mut DbConn, now: Timestamp) -> DbResult<Vec<StoredKey>> {
    let rows: Vec<KeyRow> = keys::table
        .filter(keys::removed_at.is_null().or(keys::removed_at.gt(At(now))))
        .order(keys::id)
        .select(KeyRow::as_select())
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|row| StoredKey {
            id: row.id,
            purpose: row.purpose,
            sealed: row.sealed,
            created_at: row.created_at.0,
            retired_at: row.retired_at.map(|at| at.0),
        })
        .collect())
}

pub(super) fn insert(conn: &mut DbConn, row: &NewKeyRow) -> DbResult<()> {
    diesel::insert_into(keys::table).values(row).execute(conn)?;
    Ok(())
}

/// Retires the other keys of a purpose from `at`, those retired already left as they are.
pub(super) fn retire_others(
    conn: &mut DbConn,
    purpose: KeyPurpose,
    stays: KeyId,
    at: Timestamp,
) -> DbResult<()> {
    diesel::update(keys::table)
        .filter(keys::purpose.eq(purpose))
        .filter(keys::id.ne(stays))
        .filter(keys::retired_at.is_null())
        .set(keys::retired_at.eq(Some(At(at))))
        .execute(conn)?;
    Ok(())
}

pub(super) fn remove(conn: &mut DbConn, id: KeyId, now: Timestamp) -> DbResult<()> {
    diesel::update(keys::table)
        .filter(keys::id.eq(id))
        .set((
            keys::retired_at.eq(Some(At(now))),
            keys::removed_at.eq(Some(At(now))),
        ))
        .execute(conn)?;
    Ok(())
}

pub(super) fn reseal(conn: &mut DbConn, id: KeyId, sealed: &[u8]) -> DbResult<()> {
    diesel::update(keys::table)
        .filter(keys::id.eq(id))
        .set(keys::sealed.eq(sealed))
        .execute(conn)?;
    Ok(())
}
