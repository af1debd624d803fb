//! Jobs that run once per slot, whichever worker comes first.

use diesel::prelude::*;
use jiff::Timestamp;

use crate::db::columns::At;
use crate::db::schema::schedule_slots;
use crate::db::{DbConn, DbResult};

/// Takes a slot of a job, such as the hour `2026-03-02T09`; `true` for the first who asks.
///
/// The job's own work belongs into the same transaction: a slot is taken only with its work done.
pub fn take_slot(conn: &mut DbConn, name: &str, slot: &str, now: Timestamp) -> DbResult<bool> {
    let insert = diesel::insert_into(schedule_slots::table).values((
        schedule_slots::name.eq(name),
        schedule_slots::local_slot.eq(slot),
        schedule_slots::claimed_at.eq(At(now)),
    ));
    let taken = match conn {
        DbConn::Postgres(postgres) => insert.on_conflict_do_nothing().execute(postgres)?,
        DbConn::Sqlite(sqlite) => insert.on_conflict_do_nothing().execute(sqlite)?,
    };
    Ok(taken == 1)
}

/// The latest slot of a job that was taken and is remembered.
pub fn last_slot(conn: &mut DbConn, name: &str) -> DbResult<Option<String>> {
    Ok(schedule_slots::table
        .filter(schedule_slots::name.eq(name))
        .select(diesel::dsl::max(schedule_slots::local_slot))
        .first(conn)?)
}

/// Forgets the slots that were taken before the given instant.
pub fn forget_slots(conn: &mut DbConn, before: Timestamp) -> DbResult<usize> {
    let old = schedule_slots::table.filter(schedule_slots::claimed_at.lt(At(before)));
    Ok(diesel::delete(old).execute(conn)?)
}
