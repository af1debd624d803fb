//! The definition of a zone inside a calendar (RFC 5545 §3.6.5).

use jiff::civil::{self, Weekday};
use jiff::tz::Offset;

use super::lines::Lines;
use super::local;
use crate::mail::zone::{MeetingZone, WhichDay, YearlyChange, ZoneRule};

/// The rule is written from this year on, as calendar programs do themselves: long before any meeting, and within the
/// range of every one of them.
const FIRST_YEAR: i16 = 1970;

/// Writes the zone with its yearly rule.
pub(super) fn write(out: &mut Lines, zone: &MeetingZone) {
    out.plain("BEGIN", "VTIMEZONE");
    out.plain("TZID", zone.name());
    match zone.rule() {
        ZoneRule::Constant { offset, name } => {
            let start = civil::Date::constant(FIRST_YEAR, 1, 1).at(0, 0, 0, 0);
            out.plain("BEGIN", "STANDARD");
            observance(out, start, *offset, *offset, name);
            out.plain("END", "STANDARD");
        }
        ZoneRule::Changes(changes) => {
            for change in changes {
                write_change(out, change);
            }
        }
    }
    out.plain("END", "VTIMEZONE");
}

fn write_change(out: &mut Lines, change: &YearlyChange) {
    let kind = if change.to_summer {
        "DAYLIGHT"
    } else {
        "STANDARD"
    };
    // A rule always has a day in a year; without one there would be nothing to write.
    let Some(day) = change.day_in(FIRST_YEAR) else {
        return;
    };
    out.plain("BEGIN", kind);
    observance(
        out,
        day.to_datetime(change.at),
        change.from,
        change.to,
        &change.name,
    );
    out.plain("RRULE", &rrule(change));
    out.plain("END", kind);
}

fn observance(out: &mut Lines, start: civil::DateTime, from: Offset, to: Offset, name: &str) {
    out.plain("DTSTART", &local(start));
    out.plain("TZOFFSETFROM", &utc_offset(from));
    out.plain("TZOFFSETTO", &utc_offset(to));
    out.text_line("TZNAME", name);
}

fn rrule(change: &YearlyChange) -> String {
    let month = change.month;
    let weekday = weekday(change.weekday);
    match change.which {
        WhichDay::Last => format!("FREQ=YEARLY;BYMONTH={month};BYDAY=-1{weekday}"),
        WhichDay::Nth(nth) => format!("FREQ=YEARLY;BYMONTH={month};BYDAY={nth}{weekday}"),
        WhichDay::From(first) => {
            let days: Vec<String> = (first..first + 7).map(|day| day.to_string()).collect();
            let days = days.join(",");
            format!("FREQ=YEARLY;BYMONTH={month};BYMONTHDAY={days};BYDAY={weekday}")
        }
    }
}

fn weekday(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "MO",
        Weekday::Tuesday => "TU",
        Weekday::Wednesday => "WE",
        Weekday::Thursday => "TH",
        Weekday::Friday => "FR",
        Weekday::Saturday => "SA",
        Weekday::Sunday => "SU",
    }
}

/// `+0100`; seconds only where a zone has them (RFC 5545 §3.3.14).
fn utc_offset(offset: Offset) -> String {
    let seconds = offset.seconds();
    let sign = if seconds < 0 { '-' } else { '+' };
    let seconds = seconds.abs();
    let (hours, minutes, rest) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if rest == 0 {
        format!("{sign}{hours:02}{minutes:02}")
    } else {
        format!("{sign}{hours:02}{minutes:02}{rest:02}")
    }
}
