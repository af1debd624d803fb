//! Reminding sponsors of offers that wait for them.

use jiff::civil::Date;
use jiff::{SignedDuration, ToSpan as _};

use super::{queries, sending};
use crate::access::Actor;
use crate::clock::LocalNow;
use crate::db::{DbConn, DbResult};
use crate::deliveries::Payload;

/// Nobody hears of one offer twice within this time, counted from when the first mail left.
const QUIET: SignedDuration = SignedDuration::from_hours(48);

/// How many are chased in one transaction; the next tick takes the rest.
const AT_ONCE: i64 = 100;

/// Reminds the sponsor, once, of every offer whose last day is at most `days` away. Says of how
/// many. An offer whose first mail left less than two days ago, or never did, waits.
pub fn chase_due(conn: &mut DbConn, now: LocalNow, days: u32) -> DbResult<usize> {
    let until = now
        .today
        .checked_add(i64::from(days).days())
        .unwrap_or(Date::MAX);
    let due = queries::due_for_chaser(conn, (now.today, until), now.at - QUIET, AT_ONCE)?;
    let actor = Actor::system("chase-sponsors");
    let mut count = 0;
    for offer in due {
        if let Some(sponsor) = offer.sponsor {
            let payload = Payload::OfferChaser { offer: offer.id };
            sending::enqueue(conn, &actor, now, &offer, sponsor.person, payload)?;
            count += 1;
        }
    }
    Ok(count)
}
