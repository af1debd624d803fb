//! Every statement on kept answers.

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use jiff::Timestamp;

use super::model::{IdempotencyKey, KEPT, StoredResponse};
use crate::db::columns::At;
use crate::db::schema::idempotency_keys as kept;
use crate::db::{DbConn, DbError, DbResult};

/// A kept answer and the body it answered.
pub(super) struct Found {
    pub(super) body_hash: Vec<u8>,
    pub(super) response: StoredResponse,
}

type Row = (Vec<u8>, i32, String, String, At);

/// Takes the key for this transaction; `false` when another transaction has it.
///
/// SQLite has one writer at a time: whoever gets here sees what earlier ones stored.
pub(super) fn try_lock(conn: &mut DbConn, key: &IdempotencyKey) -> DbResult<bool> {
    match conn {
        DbConn::Sqlite(_) => Ok(true),
        DbConn::Postgres(conn) => {
            diesel::define_sql_function! {
                fn pg_try_advisory_xact_lock(number: BigInt) -> diesel::sql_types::Bool;
            }
            Ok(diesel::select(pg_try_advisory_xact_lock(key.lock_number())).get_result(conn)?)
        }
    }
}

/// The answer kept under `key`; one that has expired is removed.
pub(super) fn find(conn: &mut DbConn, key: &IdempotencyKey) -> DbResult<Option<Found>> {
    let row: Option<Row> = kept::table
        .find((&key.caller, &key.operation, &key.key))
        .select((
            kept::body_hash,
            kept::status,
            kept::headers,
            kept::body,
            kept::created_at,
        ))
        .first(conn)
        .optional()?;
    let Some((body_hash, status, headers, body, created_at)) = row else {
        return Ok(None);
    };
    if created_at.0 < key.expiry() {
        diesel::delete(kept::table.find((&key.caller, &key.operation, &key.key))).execute(conn)?;
        return Ok(None);
    }
    let unreadable = |()| DbError::Corrupt { what: "answer" };
    Ok(Some(Found {
        body_hash,
        response: StoredResponse {
            status: u16::try_from(status).map_err(|_| unreadable(()))?,
            headers: serde_json::from_str(&headers).map_err(|_| unreadable(()))?,
            body,
            replay_body: None,
        },
    }))
}

/// Keeps an answer.
pub(super) fn insert(
    conn: &mut DbConn,
    key: &IdempotencyKey,
    response: &StoredResponse,
) -> DbResult<()> {
    let headers = serde_json::to_string(&response.headers)
        .map_err(|_| DbError::Corrupt { what: "answer" })?;
    let body = response.replay_body.as_ref().unwrap_or(&response.body);
    diesel::insert_into(kept::table)
        .values((
            kept::caller.eq(&key.caller),
            kept::operation.eq(&key.operation),
            kept::key.eq(&key.key),
            kept::body_hash.eq(&key.body_hash[..]),
            kept::status.eq(i32::from(response.status)),
            kept::headers.eq(headers),
            kept::body.eq(body),
            kept::created_at.eq(At(key.at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Removes the answers that have expired by `now`, and tells how many.
pub fn purge(conn: &mut DbConn, now: Timestamp) -> DbResult<usize> {
    let expiry = At(now - KEPT);
    Ok(diesel::delete(kept::table.filter(kept::created_at.lt(expiry))).execute(conn)?)
}
