//! The digest of a working day, into the outbox: once, whichever worker comes first (S2).
//!
//! Half past seven of every working day is a slot. A slot that was missed is made up for until the
//! next working day begins, and only the latest one: whoever was away for a week gets one mail.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Date, Time, time};
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::Letterhead;
use crate::access::{Actor, Scope};
use crate::catalogue::{is_working_day, next_working_day, previous_working_day};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbResult};
use crate::deliveries::{self, NewDelivery, NewOpsDelivery, OrderKey, Payload};
use crate::events::Subject;
use crate::ids::PersonId;
use crate::overviews::digest::{self, DigestQuestion};
use crate::words::Slug;
use crate::{people, programmes, schedule};

/// When the digest goes, on the institute's clock.
const AT: Time = time(7, 30, 0, 0);

/// The name of its slots.
const NAME: &str = "digest";

/// What all digests are about.
const SUBJECT: Subject = Subject {
    kind: "digest",
    id: Uuid::nil(),
};

/// Puts the digest of the latest slot into the outbox, unless that was done: to ops, and to every
/// contact person of a programme in which there is something to report. Says how many mails.
///
/// An installation that never took a slot begins with the next one.
pub fn send_digests(conn: &mut DbConn, now: LocalNow, letterhead: &Letterhead) -> DbResult<usize> {
    let zone = letterhead.institute.usual_zone.time_zone();
    let day = latest_slot(now, zone);
    let slot = day
        .at(AT.hour(), AT.minute(), 0, 0)
        .strftime("%Y-%m-%dT%H:%M")
        .to_string();
    match schedule::last_slot(conn, NAME)? {
        // A clock that was put back must not bring up a day that was left out.
        Some(last) if last >= slot => return Ok(0),
        Some(_) if is_too_late(now, day) => return Ok(0),
        Some(_) => {}
        None => {
            schedule::take_slot(conn, NAME, &slot, now.at)?;
            return Ok(0);
        }
    }
    if !schedule::take_slot(conn, NAME, &slot, now.at)? {
        return Ok(0);
    }
    let expires_at = instant(next_working_day(day), zone);
    let actor = Actor::system("send-digests");
    let mut sent = 0;
    if letterhead.ops.is_some() {
        to_ops(conn, &actor, now, day, expires_at)?;
        sent += 1;
    }
    for person in owners(conn, now, letterhead)? {
        let new = NewDelivery {
            dedupe_key: format!("{NAME}:{day}:{person}"),
            payload: Payload::Digest { on: day },
            recipient: person,
            subject: SUBJECT,
            meeting: None,
            order_key: OrderKey::subject(SUBJECT.id, person),
            due_at: now.at,
            expires_at,
        };
        deliveries::enqueue(conn, &new, &actor, now.at)?;
        sent += 1;
    }
    Ok(sent)
}

/// Puts the digest of this moment to ops into the outbox, whatever the day and the hour: for the
/// demo, which nobody leaves running until tomorrow morning. At most once a day.
pub fn send_digest_now(conn: &mut DbConn, now: LocalNow) -> DbResult<()> {
    to_ops(conn, &Actor::system("send-digests"), now, now.today, None)
}

fn to_ops(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    day: Date,
    expires_at: Option<Timestamp>,
) -> DbResult<()> {
    let new = NewOpsDelivery {
        dedupe_key: format!("{NAME}:{day}:ops"),
        payload: Payload::Digest { on: day },
        subject: SUBJECT,
        expires_at,
    };
    deliveries::enqueue_to_ops(conn, &new, actor, now.at)?;
    Ok(())
}

/// Whoever is to hear of the programmes they are contact person of: nobody whose programmes have
/// nothing to report, nor who reads the mail to ops.
fn owners(conn: &mut DbConn, now: LocalNow, letterhead: &Letterhead) -> DbResult<Vec<PersonId>> {
    let mut runs: BTreeMap<PersonId, Vec<Slug>> = BTreeMap::new();
    for (slug, person) in programmes::queries::all_contacts(conn)? {
        runs.entry(person).or_default().push(slug);
    }
    let ids: Vec<PersonId> = runs.keys().copied().collect();
    let known = people::queries::find_many(conn, &Scope::Institute, &ids)?;
    let mut owners = Vec::new();
    for person in known {
        let reads_all = person.email.is_some() && person.email == letterhead.ops;
        let Some(own) = runs.remove(&person.id).filter(|_| !reads_all) else {
            continue;
        };
        let question = DigestQuestion {
            limits: letterhead.digest,
            zone: letterhead.institute.usual_zone.time_zone().clone(),
            programmes: Some(own),
        };
        if !digest::digest(conn, now, &question)?.is_empty() {
            owners.push(person.id);
        }
    }
    Ok(owners)
}

/// The working day whose slot is the latest that has begun.
fn latest_slot(now: LocalNow, zone: &TimeZone) -> Date {
    let begun = instant(now.today, zone).is_some_and(|at| at <= now.at);
    if begun && is_working_day(now.today) {
        now.today
    } else {
        previous_working_day(now.today)
    }
}

/// Whether the next working day has begun, which has a slot of its own.
fn is_too_late(now: LocalNow, day: Date) -> bool {
    now.today >= next_working_day(day)
}

/// The instant of a day's slot. A clock that skips the hour has it as much later.
fn instant(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    let zoned = day.to_datetime(AT).to_zoned(zone.clone()).ok()?;
    Some(zoned.timestamp())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use jiff::civil::date;

    use super::*;

    fn amsterdam() -> TimeZone {
        TimeZone::get("Europe/Amsterdam").unwrap()
    }

    fn at(instant: &str) -> LocalNow {
        LocalNow::new(instant.parse().unwrap(), &amsterdam())
    }

    #[test]
    fn the_slot_is_half_past_seven_of_a_working_day() {
        for (now, day) in [
            // Monday 2 March 2026; seven hours thirty is 06:30 in UTC.
            ("2026-03-02T06:29:59Z", date(2026, 2, 27)),
            ("2026-03-02T06:30:00Z", date(2026, 3, 2)),
            // Saturday and Sunday.
            ("2026-03-07T12:00:00Z", date(2026, 3, 6)),
            ("2026-03-08T12:00:00Z", date(2026, 3, 6)),
            // King's Day is a Monday.
            ("2026-04-27T12:00:00Z", date(2026, 4, 24)),
            // Summer time begins on Sunday 29 March: half past seven is 05:30 in UTC from then on.
            ("2026-03-30T05:29:59Z", date(2026, 3, 27)),
            ("2026-03-30T05:30:00Z", date(2026, 3, 30)),
            // It ends on Sunday 25 October.
            ("2026-10-26T06:29:59Z", date(2026, 10, 23)),
            ("2026-10-26T06:30:00Z", date(2026, 10, 26)),
        ] {
            assert_eq!(latest_slot(at(now), &amsterdam()), day, "{now}");
        }
    }

    #[test]
    fn a_missed_slot_counts_until_the_next_working_day_begins() {
        let friday = date(2026, 3, 6);
        assert!(!is_too_late(at("2026-03-08T22:59:59Z"), friday));
        assert!(is_too_late(at("2026-03-08T23:00:00Z"), friday));
    }
}
