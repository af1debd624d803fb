//! Gives committed events their place in the stream.

use diesel::prelude::*;

use crate::db::schema::events;
use crate::db::{DbConn, DbResult};
use crate::ids::EventId;

/// How many events one run numbers at most, so that a transaction stays short.
const BATCH: i64 = 500;

/// One key for every process that numbers, on PostgreSQL.
const ADVISORY_LOCK: &str = "SELECT pg_advisory_xact_lock(7305109611283812)";

/// Whether an event waits for its number; costs one look at an index that is empty most of the
/// time, so that readers need not take the writer's turn.
pub fn any_unnumbered(conn: &mut DbConn) -> DbResult<bool> {
    let waiting: Option<EventId> = events::table
        .select(events::id)
        .filter(events::seq.is_null())
        .first(conn)
        .optional()?;
    Ok(waiting.is_some())
}

/// Numbers the events that are committed and have no number yet; says how many it numbered.
///
/// Must run in a transaction of its own, after those that appended: it sees only what is
/// committed, and the lock lets one numberer at a time hand out numbers, so a number that is
/// visible never gets a lower one behind it.
pub fn number_committed(conn: &mut DbConn) -> DbResult<usize> {
    if let DbConn::Postgres(postgres) = conn {
        diesel::sql_query(ADVISORY_LOCK).execute(postgres)?;
    }
    let unnumbered: Vec<EventId> = events::table
        .select(events::id)
        .filter(events::seq.is_null())
        .order((events::at.asc(), events::id.asc()))
        .limit(BATCH)
        .load(conn)?;
    if unnumbered.is_empty() {
        return Ok(0);
    }
    let last: Option<i64> = events::table
        .select(diesel::dsl::max(events::seq))
        .first(conn)?;
    for (seq, id) in (last.unwrap_or(0) + 1..).zip(&unnumbered) {
        diesel::update(events::table.find(id))
            .set(events::seq.eq(seq))
            .execute(conn)?;
    }
    Ok(unnumbered.len())
}
