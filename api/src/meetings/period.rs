//! When and where, as it comes in a body.

use jiff::civil::DateTime;
use koplopers_shared::mail::calendar::{MeetingZone, MeetingZoneError};
use koplopers_shared::meetings::{LocalPeriod, PeriodError, Venue};

use crate::problem::{FieldError, Problem};
use crate::state::AppState;

/// When and where, with everything that is wrong with either at once.
pub fn period_and_venue(
    period: Result<LocalPeriod, Problem>,
    place: Option<String>,
    online_url: Option<String>,
) -> Result<(LocalPeriod, Venue), Problem> {
    let venue = Venue::new(place, online_url).ok_or_else(nowhere);
    match (period, venue) {
        (Ok(period), Ok(venue)) => Ok((period, venue)),
        (Err(one), Err(other)) => Err(one.and(other)),
        (Err(problem), Ok(_)) | (Ok(_), Err(problem)) => Err(problem),
    }
}

/// A meeting without a place or an online link, as a problem that names both keys.
#[must_use]
pub fn nowhere() -> Problem {
    let reason = "a place or an online link is needed";
    Problem::invalid(vec![
        FieldError::new("/place", "required", reason),
        FieldError::new("/onlineUrl", "required", reason),
    ])
}

/// The period of a body, in the institute's time zone unless another is named.
pub fn local_period(
    local_start: DateTime,
    local_end: DateTime,
    time_zone: Option<&str>,
    state: &AppState,
) -> Result<LocalPeriod, Problem> {
    let zone = match time_zone {
        None => state.settings.time_zone.clone(),
        Some(name) => MeetingZone::parse(name)
            .map_err(zone_problem)?
            .time_zone()
            .clone(),
    };
    LocalPeriod::new(local_start, local_end, zone).map_err(|error| period_problem(&error))
}

fn zone_problem(error: MeetingZoneError) -> Problem {
    let reason = match error {
        MeetingZoneError::Unknown => "must be an IANA time zone such as Europe/Amsterdam",
        MeetingZoneError::NoYearlyRule => {
            "must be a time zone whose clock changes follow one rule every year"
        }
    };
    Problem::invalid_field("/timeZone", "time-zone", reason)
}

/// A period that cannot be, as a problem. The two times around a gap are ours, not the
/// caller's value, so they may be told.
#[must_use]
pub fn period_problem(error: &PeriodError) -> Problem {
    let gap = |name: &'static str, before: &DateTime, after: &DateTime| {
        Problem::invalid_field(
            name,
            "clock-change",
            format!("the clocks skip this time that night; {before} and {after} exist"),
        )
    };
    match error {
        PeriodError::StartInGap { before, after } => gap("/localStart", before, after),
        PeriodError::EndInGap { before, after } => gap("/localEnd", before, after),
        PeriodError::EndsBeforeStart => {
            Problem::invalid_field("/localEnd", "order", "must be after the start")
        }
        PeriodError::StartsInPast => {
            Problem::invalid_field("/localStart", "past", "must be in the future")
        }
        PeriodError::OutOfRange => {
            Problem::invalid_field("/localStart", "range", "must be a time that calendars hold")
        }
    }
}
