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

/// How long it is told that a worker was lost: long enough to be seen after a weekend, and for
/// fewer workers than before to become the rule.
const MISSED: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How the workers stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roster {
    /// They tell that they live; the latest first.
    pub alive: Vec<WorkerSeen>,
    /// They fell silent without saying goodbye, and none that came since takes their place; the
    /// latest first.
    pub lost: Vec<WorkerSeen>,
}

/// Which workers live and which are lost.
pub fn roster(conn: &mut DbConn, now: Timestamp) -> DbResult<Roster> {
    let rows: Vec<WorkerRow> = workers::table
        .filter(workers::seen_at.ge(At(now - MISSED)))
        .order((workers::seen_at.desc(), workers::id))
        .load(conn)?;
    Ok(sorted_out(rows.into_iter().map(seen).collect(), now))
}

fn sorted_out(seen: Vec<WorkerSeen>, now: Timestamp) -> Roster {
    let mut started: Vec<Timestamp> = seen.iter().map(|it| it.started_at).collect();
    started.sort_unstable();
    let mut roster = Roster::default();
    let open = seen.into_iter().filter(|it| it.stopped_at.is_none());
    let (alive, mut silent): (Vec<_>, Vec<_>) = open.partition(|it| it.seen_at >= now - SILENCE);
    roster.alive = alive;
    // Each takes the place of one that fell silent before it came, the earliest first: so a chain
    // of restarts after a crash is one worker.
    silent.reverse();
    for worker in silent {
        match started.iter().position(|start| *start > worker.seen_at) {
            Some(at) => {
                started.remove(at);
            }
            None => roster.lost.insert(0, worker),
        }
    }
    roster
}

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
    let rows: Vec<WorkerRow> = workers::table
        .filter(workers::stopped_at.is_null())
        .filter(workers::seen_at.ge(At(since)))
        .order(workers::seen_at.desc())
        .load(conn)?;
    Ok(rows.into_iter().map(seen).collect())
}

type WorkerRow = (WorkerId, At, At, Option<At>);

fn seen((id, started_at, seen_at, stopped_at): WorkerRow) -> WorkerSeen {
    WorkerSeen {
        id,
        started_at: started_at.0,
        seen_at: seen_at.0,
        stopped_at: stopped_at.map(Timestamp::from),
    }
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    /// A worker by the seconds of its start, of its last word and, when it said so, of its end.
    fn worker(started: i64, seen: i64, stopped: Option<i64>) -> WorkerSeen {
        let at = |second| Timestamp::from_second(second).unwrap();
        WorkerSeen {
            id: WorkerId::generate(),
            started_at: at(started),
            seen_at: at(seen),
            stopped_at: stopped.map(at),
        }
    }

    /// The last words of those that are lost at second 1000, of workers with the latest first.
    fn lost(workers: &[WorkerSeen]) -> Vec<i64> {
        let mut workers = workers.to_vec();
        workers.sort_by_key(|it| std::cmp::Reverse(it.seen_at));
        let roster = sorted_out(workers, Timestamp::from_second(1000).unwrap());
        roster
            .lost
            .iter()
            .map(|it| it.seen_at.as_second())
            .collect()
    }

    #[test]
    fn a_worker_is_lost_that_fell_silent_without_a_goodbye() {
        assert_eq!(
            lost(&[worker(0, 970, None)]),
            Vec::<i64>::new(),
            "half a minute is no silence"
        );
        assert_eq!(lost(&[worker(0, 969, None)]), [969]);
        assert_eq!(lost(&[worker(0, 500, Some(500))]), Vec::<i64>::new());
        assert_eq!(lost(&[worker(0, 995, None), worker(0, 600, None)]), [600]);
    }

    #[test]
    fn one_that_came_since_takes_its_place() {
        assert_eq!(
            lost(&[worker(0, 500, None), worker(510, 995, None)]),
            Vec::<i64>::new()
        );
        // Two died, one came.
        let two = [
            worker(0, 500, None),
            worker(0, 505, None),
            worker(510, 995, None),
        ];
        assert_eq!(lost(&two), [505]);
        // One died, came back and died again.
        assert_eq!(lost(&[worker(0, 500, None), worker(510, 700, None)]), [700]);
        // The other one was there before.
        assert_eq!(lost(&[worker(0, 500, None), worker(499, 995, None)]), [500]);
        // The one that came was stopped since: fewer are wanted.
        assert_eq!(
            lost(&[worker(0, 500, None), worker(510, 700, Some(700))]),
            Vec::<i64>::new()
        );
    }
}
