//! The workers that were heard of lately.

use diesel::prelude::*;
use jiff::{SignedDuration, Timestamp};

use super::WorkerId;
use crate::db::columns::At;
use crate::db::schema::workers;
use crate::db::{DbConn, DbResult};

/// A worker process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkerSeen {
    /// Its id, new at every start.
    pub id: WorkerId,
    /// When it started.
    pub started_at: Timestamp,
    /// When it last told that it lives.
    pub seen_at: Timestamp,
    /// When it stopped of its own accord.
    pub stopped_at: Option<Timestamp>,
}

/// How long a worker may be silent and still counts as living: it tells every five seconds.
pub const SILENCE: SignedDuration = SignedDuration::from_secs(30);

/// Tells that a worker lives.
pub fn beat(
    conn: &mut DbConn,
    id: WorkerId,
    started_at: Timestamp,
    now: Timestamp,
) -> DbResult<()> {
    let changed = diesel::update(workers::table.find(id))
        .set(workers::seen_at.eq(At(now)))
        .execute(conn)?;
    if changed == 0 {
        diesel::insert_into(workers::table)
            .values((
                workers::id.eq(id),
                workers::started_at.eq(At(started_at)),
                workers::seen_at.eq(At(now)),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Tells that a worker stops.
pub fn stop(conn: &mut DbConn, id: WorkerId, now: Timestamp) -> DbResult<()> {
    diesel::update(workers::table.find(id))
        .set((
            workers::seen_at.eq(At(now)),
            workers::stopped_at.eq(At(now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// The workers that did not stop and were heard of since the given instant, the latest first.
pub fn alive_since(conn: &mut DbConn, since: Timestamp) -> DbResult<Vec<WorkerSeen>> {
    let rows: Vec<(WorkerId, At, At, Option<At>)> = workers::table
        .filter(workers::stopped_at.is_null())
        .filter(workers::seen_at.ge(At(since)))
        .order(workers::seen_at.desc())
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, started_at, seen_at, stopped_at)| WorkerSeen {
            id,
            started_at: started_at.0,
            seen_at: seen_at.0,
            stopped_at: stopped_at.map(Timestamp::from),
        })
        .collect())
}

/// When any worker was last heard of, one that has stopped since included.
pub fn last_seen(conn: &mut DbConn) -> DbResult<Option<Timestamp>> {
    let seen: Option<At> = workers::table
        .select(diesel::dsl::max(workers::seen_at))
        .first(conn)?;
    Ok(seen.map(Timestamp::from))
}

/// Forgets the workers that were last heard of before the given instant.
pub fn forget(conn: &mut DbConn, before: Timestamp) -> DbResult<usize> {
    Ok(diesel::delete(workers::table.filter(workers::seen_at.lt(At(before)))).execute(conn)?)
}
