//! When a chaser goes out, and when a request lapses: counted from the moment the mail server
//! took it, in periods of 24 hours.

use jiff::{SignedDuration, Timestamp};

/// How long a giver has to answer.
pub const LAPSES_AFTER: SignedDuration = SignedDuration::from_hours(28 * 24);

/// The days on which a chaser goes out, the first one first.
pub const CHASERS: [i32; 2] = [7, 14];

/// The instant until which a request must have been taken for `days` to be over at `now`.
pub(super) fn taken_before(now: Timestamp, days: i32) -> Timestamp {
    now - SignedDuration::from_hours(i64::from(days) * 24)
}

/// The chaser that is due: the latest one whose day has come, unless it or a later one went out.
pub(super) fn chaser_due(accepted_at: Timestamp, last: Option<i32>, now: Timestamp) -> Option<i32> {
    CHASERS
        .into_iter()
        .rev()
        .find(|days| accepted_at <= taken_before(now, *days))
        .filter(|days| last.is_none_or(|last| last < *days))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_most_the_latest_chaser_that_is_overdue_goes_out() {
        // mission: N3; delivery: catch-up
        let taken: Timestamp = Timestamp::UNIX_EPOCH;
        let due =
            |hours: i64, last| chaser_due(taken, last, taken + SignedDuration::from_hours(hours));
        assert_eq!(due(7 * 24 - 1, None), None);
        assert_eq!(due(7 * 24, None), Some(7));
        assert_eq!(due(8 * 24, Some(7)), None);
        assert_eq!(due(14 * 24, Some(7)), Some(14));
        assert_eq!(due(20 * 24, None), Some(14));
        assert_eq!(due(20 * 24, Some(14)), None);
    }
}
