//! Reminding whoever has not voted.

use jiff::{SignedDuration, Timestamp};

use super::{Poll, mails, queries, result};
use crate::access::{Actor, Scope};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError, DbResult};
use crate::deliveries::{self, Payload};
use crate::meetings;

/// The hours before the end at which chasers go out, the first one first.
pub const CHASERS: [i32; 2] = [72, 24];

/// Nobody hears of one poll twice within this time.
const QUIET: SignedDuration = SignedDuration::from_hours(48);

/// How many polls are looked at in one transaction; the next tick takes the rest.
const AT_ONCE: i64 = 20;

/// The chaser that is due: the latest one whose hour has come, unless it or a later one went out.
fn chaser_due(closes_at: Timestamp, last: Option<i32>, now: Timestamp) -> Option<i32> {
    CHASERS
        .into_iter()
        .rev()
        .find(|hours| closes_at - SignedDuration::from_hours(i64::from(*hours)) <= now)
        .filter(|hours| last.is_none_or(|last| last > *hours))
}

/// Sends the chasers that are due to whoever has not voted on every option and was asked at least
/// two days ago. Says in how many polls.
pub fn chase_due(conn: &mut DbConn, now: LocalNow) -> DbResult<usize> {
    let first = SignedDuration::from_hours(i64::from(CHASERS[0]));
    let mut count = 0;
    for poll in queries::closing(conn, now.at, now.at + first, AT_ONCE)? {
        if let Some(hours) = chaser_due(poll.closes_at, poll.last_chaser, now.at) {
            chase(conn, now, poll, hours)?;
            count += 1;
        }
    }
    Ok(count)
}

fn chase(conn: &mut DbConn, now: LocalNow, poll: Poll, hours: i32) -> DbResult<()> {
    let actor = Actor::system("chase-voters");
    let meeting = meetings::find(conn, &Scope::Institute, poll.meeting)?;
    let meeting = meeting.ok_or(DbError::Corrupt { what: "date poll" })?;
    queries::note_chaser(conn, poll.meeting, hours)?;
    let told = deliveries::told_about(conn, meeting.id, Payload::POLL_KINDS)?;
    let detail = result::detail(conn, poll, now)?;
    for voter in detail.not_voted() {
        let last = told.iter().filter(|(it, _)| *it == voter.invitation);
        // Whoever was not reached yet is about to be.
        let Some(last) = last.map(|(_, at)| *at).max() else {
            continue;
        };
        if last + QUIET <= now.at {
            let about = (&meeting, &detail.poll);
            mails::chase(conn, &actor, now, about, voter, hours)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    // mission: L9; delivery: catch-up
    #[test]
    fn at_most_the_latest_chaser_that_is_overdue_goes_out() {
        let closes: Timestamp = Timestamp::UNIX_EPOCH;
        let due =
            |hours: i64, last| chaser_due(closes, last, closes - SignedDuration::from_hours(hours));
        assert_eq!(due(73, None), None);
        assert_eq!(due(72, None), Some(72));
        assert_eq!(due(71, Some(72)), None);
        assert_eq!(due(24, Some(72)), Some(24));
        assert_eq!(due(10, None), Some(24));
        assert_eq!(due(10, Some(24)), None);
    }
}
