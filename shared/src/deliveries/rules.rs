//! What follows an attempt: pure, so that the same attempt always has the same end.
//!
//! | the attempt was | then |
//! | --- | --- |
//! | accepted | sent |
//! | rejected (5xx) | buried |
//! | deferred (4xx, lost connection) | again after a pause that grows; buried after 5 days of it |
//! | unknown (no answer after the mail) | looked at again after such a pause; buried after three |
//! | relay unavailable | again as soon as the relay is back; costs nothing |
//! | broken (a template failed) | again after such a pause; buried after three |
//!
//! Nothing is tried again past its `expires_at`: then it is dropped as past.

use aws_lc_rs::digest::{SHA256, digest};
use jiff::{SignedDuration, Timestamp};

use super::AttemptOutcome;
use crate::ids::DeliveryId;

/// The shortest pause before another attempt.
const SHORTEST: SignedDuration = SignedDuration::from_mins(5);
/// The longest first pause; each later one may be twice as long.
const LONGEST_FIRST: SignedDuration = SignedDuration::from_mins(15);
/// The longest pause of all.
const LONGEST: SignedDuration = SignedDuration::from_hours(4);
/// How long a recipient's server may say "not now" (RFC 5321 §4.5.4.1: at least 4 to 5 days).
const PATIENCE: SignedDuration = SignedDuration::from_hours(5 * 24);
/// How often a mail goes out to a server that never says whether it took it: each time may be
/// another copy.
const MOST_UNKNOWN: i64 = 3;
/// How often a mail is composed that cannot be.
const MOST_BROKEN: i64 = 3;
/// How long the queue waits for a relay that has just gone away.
const SHORTEST_RELAY_PAUSE: SignedDuration = SignedDuration::from_secs(5);
/// How long it waits at most before the relay is tried again.
pub(super) const LONGEST_RELAY_PAUSE: SignedDuration = SignedDuration::from_secs(60);

/// What must be known of a delivery to say what follows an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct History {
    /// The delivery.
    pub delivery: DeliveryId,
    /// Attempts counted before this one.
    pub attempts: i32,
    /// When the first attempt was made that counted.
    pub first_attempt_at: Option<Timestamp>,
    /// Earlier attempts with the same outcome as this one.
    pub same_outcome: i64,
    /// From when it is pointless.
    pub expires_at: Option<Timestamp>,
}

/// What becomes of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It is done.
    Sent,
    /// Another attempt at this instant, counting this one.
    Again(Timestamp),
    /// The same, but the mail may have arrived already.
    LookAgain(Timestamp),
    /// Another attempt as soon as can be, as if this one had not been.
    Uncounted,
    /// It is not tried again unless by hand.
    Bury,
    /// Its time has passed.
    Past,
}

/// What becomes of a delivery after an attempt.
#[must_use]
pub fn after(outcome: AttemptOutcome, history: &History, now: Timestamp) -> Next {
    match outcome {
        AttemptOutcome::Accepted => Next::Sent,
        AttemptOutcome::Rejected => Next::Bury,
        AttemptOutcome::RelayUnavailable if has_expired(history.expires_at, now) => Next::Past,
        AttemptOutcome::RelayUnavailable => Next::Uncounted,
        AttemptOutcome::Deferred => {
            let first = history.first_attempt_at.unwrap_or(now);
            if now.duration_since(first) >= PATIENCE {
                return Next::Bury;
            }
            next_attempt(history, now).map_or(Next::Past, Next::Again)
        }
        AttemptOutcome::Broken if history.same_outcome + 1 >= MOST_BROKEN => Next::Bury,
        AttemptOutcome::Broken => next_attempt(history, now).map_or(Next::Past, Next::Again),
        AttemptOutcome::Unknown if history.same_outcome + 1 >= MOST_UNKNOWN => Next::Bury,
        AttemptOutcome::Unknown => next_attempt(history, now).map_or(Next::Past, Next::LookAgain),
        // Its worker died, which is not the mail's fault: at once.
        AttemptOutcome::Abandoned => Next::LookAgain(now),
    }
}

/// Whether the time of a delivery has passed.
#[must_use]
pub fn has_expired(expires_at: Option<Timestamp>, now: Timestamp) -> bool {
    expires_at.is_some_and(|expires| expires <= now)
}

/// The next attempt; `None` when that would be past the delivery's time. One that would come too
/// late is moved to the last minute before, unless that is now.
fn next_attempt(history: &History, now: Timestamp) -> Option<Timestamp> {
    let next = now + retry_pause(history.delivery, history.attempts + 1);
    match history.expires_at {
        Some(expires) if next >= expires => {
            let last = expires - SignedDuration::from_mins(1);
            (last >= now + SHORTEST).then_some(last)
        }
        Some(_) | None => Some(next),
    }
}

/// The pause after the given number of attempts, spread over its whole range (full jitter).
///
/// The spread comes from the delivery's id instead of from dice: a transaction that is run again
/// comes to the same pause.
#[must_use]
pub fn retry_pause(delivery: DeliveryId, attempts: i32) -> SignedDuration {
    let doublings = attempts.clamp(1, 10) - 1;
    let ceiling = (LONGEST_FIRST * (1 << doublings)).min(LONGEST);
    let mut seed = delivery.0.as_bytes().to_vec();
    seed.extend(attempts.to_be_bytes());
    let hash = digest(&SHA256, &seed);
    let spread = hash
        .as_ref()
        .iter()
        .take(4)
        .fold(0_i64, |number, byte| number << 8 | i64::from(*byte));
    let range = i64::try_from((ceiling - SHORTEST).as_millis()).unwrap_or(i64::MAX >> 32);
    SHORTEST + SignedDuration::from_millis((range * spread) >> 32)
}

/// Until when the queue waits for a relay that has been away since `since`: as long again as it
/// has been away, within limits.
#[must_use]
pub fn relay_pause_end(since: Timestamp, now: Timestamp) -> Timestamp {
    let away = now.duration_since(since);
    now + away.clamp(SHORTEST_RELAY_PAUSE, LONGEST_RELAY_PAUSE)
}

/// The server's words without anything that looks like an address: they are shown and logged.
// security: 76
#[must_use]
pub fn without_addresses(text: &str) -> String {
    let words: Vec<&str> = text
        .split_whitespace()
        .map(|word| {
            if word.contains('@') {
                "<address>"
            } else {
                word
            }
        })
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn now() -> Timestamp {
        "2026-03-02T08:00:00Z".parse().unwrap()
    }

    fn history() -> History {
        History {
            delivery: DeliveryId::generate(),
            attempts: 0,
            first_attempt_at: None,
            same_outcome: 0,
            expires_at: None,
        }
    }

    #[test]
    fn the_first_pause_is_five_to_fifteen_minutes_and_later_ones_at_most_four_hours() {
        for _ in 0..200 {
            let delivery = DeliveryId::generate();
            for (attempts, most) in [(1, 15), (2, 30), (3, 60), (5, 240), (9, 240), (40, 240)] {
                let pause = retry_pause(delivery, attempts);
                assert!(pause >= SignedDuration::from_mins(5), "{pause:?}");
                assert!(pause <= SignedDuration::from_mins(most), "{pause:?}");
            }
        }
    }

    #[test]
    fn pauses_are_spread_and_the_same_when_asked_again() {
        let pauses: Vec<SignedDuration> = (0..200)
            .map(|_| retry_pause(DeliveryId::generate(), 1))
            .collect();
        let early = pauses
            .iter()
            .filter(|pause| **pause < SignedDuration::from_mins(10))
            .count();
        assert!(
            (50..150).contains(&early),
            "{early} of 200 in the first half"
        );
        let delivery = DeliveryId::generate();
        assert_eq!(retry_pause(delivery, 3), retry_pause(delivery, 3));
    }

    #[test]
    fn each_outcome_has_its_end() {
        let history = history();
        assert_eq!(after(AttemptOutcome::Accepted, &history, now()), Next::Sent);
        assert_eq!(after(AttemptOutcome::Rejected, &history, now()), Next::Bury);
        assert_eq!(
            after(AttemptOutcome::RelayUnavailable, &history, now()),
            Next::Uncounted
        );
        assert!(matches!(
            after(AttemptOutcome::Deferred, &history, now()),
            Next::Again(at) if at >= now() + SHORTEST
        ));
        assert!(matches!(
            after(AttemptOutcome::Unknown, &history, now()),
            Next::LookAgain(at) if at >= now() + SHORTEST
        ));
        assert_eq!(
            after(AttemptOutcome::Abandoned, &history, now()),
            Next::LookAgain(now())
        );
    }

    #[test]
    fn a_server_that_says_not_now_for_five_days_has_said_no() {
        let days = |days: i64| History {
            attempts: 30,
            first_attempt_at: Some(now() - SignedDuration::from_hours(24 * days)),
            ..history()
        };
        assert!(matches!(
            after(AttemptOutcome::Deferred, &days(4), now()),
            Next::Again(_)
        ));
        assert_eq!(after(AttemptOutcome::Deferred, &days(5), now()), Next::Bury);
    }

    #[test]
    fn a_server_that_never_answers_gets_at_most_three_copies() {
        let seen = |same_outcome| History {
            same_outcome,
            ..history()
        };
        assert!(matches!(
            after(AttemptOutcome::Unknown, &seen(1), now()),
            Next::LookAgain(_)
        ));
        assert_eq!(after(AttemptOutcome::Unknown, &seen(2), now()), Next::Bury);
        assert_eq!(after(AttemptOutcome::Broken, &seen(2), now()), Next::Bury);
    }

    #[test]
    fn nothing_is_tried_again_past_its_time() {
        let minutes = |minutes| History {
            expires_at: Some(now() + SignedDuration::from_mins(minutes)),
            ..history()
        };
        assert_eq!(
            after(AttemptOutcome::Deferred, &minutes(4), now()),
            Next::Past
        );
        assert_eq!(
            after(AttemptOutcome::RelayUnavailable, &minutes(0), now()),
            Next::Past
        );
        for ahead in 6..40 {
            let history = minutes(ahead);
            let Next::Again(at) = after(AttemptOutcome::Deferred, &history, now()) else {
                panic!("{ahead} minutes are enough for another attempt");
            };
            assert!(at < history.expires_at.unwrap());
        }
    }

    #[test]
    fn the_longer_the_relay_is_away_the_rarer_it_is_tried() {
        for (away, pause) in [(0, 5), (3, 5), (30, 30), (3600, 60)] {
            let since = now() - SignedDuration::from_secs(away);
            let expected = now() + SignedDuration::from_secs(pause);
            assert_eq!(relay_pause_end(since, now()), expected);
        }
    }

    // security: 76
    #[test]
    fn what_a_server_says_is_kept_without_addresses() {
        assert_eq!(
            without_addresses("5.1.1 <anna@example.nl>: no such user"),
            "5.1.1 <address> no such user"
        );
    }
}
