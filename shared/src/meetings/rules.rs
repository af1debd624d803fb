//! When a meeting is: local times that exist, in a zone that has a rule.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};

/// From when to when, on the clock of a zone, with the instants these stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalPeriod {
    local_start: DateTime,
    local_end: DateTime,
    zone: TimeZone,
    starts_at: Timestamp,
    ends_at: Timestamp,
}

/// A period that a meeting cannot have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// The start does not exist: the clocks go forward over it.
    #[error("the start is skipped by the clock change; {before} and {after} exist")]
    StartInGap {
        /// The same moment, read with the offset before the change.
        before: DateTime,
        /// The same moment, read with the offset after the change.
        after: DateTime,
    },
    /// The end does not exist.
    #[error("the end is skipped by the clock change; {before} and {after} exist")]
    EndInGap {
        /// The same moment, read with the offset before the change.
        before: DateTime,
        /// The same moment, read with the offset after the change.
        after: DateTime,
    },
    /// The end is not after the start.
    #[error("the end is not after the start")]
    EndsBeforeStart,
    /// The start has passed.
    #[error("the start has passed")]
    StartsInPast,
    /// A time lies outside what a calendar can hold.
    #[error("the time is out of range")]
    OutOfRange,
}

impl LocalPeriod {
    /// A period on the clock of `zone`, a zone of the IANA database. A time that occurs twice,
    /// as the clocks go back, means the first of the two.
    pub fn new(
        local_start: DateTime,
        local_end: DateTime,
        zone: TimeZone,
    ) -> Result<Self, PeriodError> {
        let starts_at = instant(local_start, &zone).map_err(|gap| {
            gap.into_error(|before, after| PeriodError::StartInGap { before, after })
        })?;
        let ends_at = instant(local_end, &zone).map_err(|gap| {
            gap.into_error(|before, after| PeriodError::EndInGap { before, after })
        })?;
        if ends_at <= starts_at {
            return Err(PeriodError::EndsBeforeStart);
        }
        Ok(Self {
            local_start,
            local_end,
            zone,
            starts_at,
            ends_at,
        })
    }

    /// The same period, provided that it has not begun.
    pub fn in_future(self, now: Timestamp) -> Result<Self, PeriodError> {
        if self.starts_at <= now {
            return Err(PeriodError::StartsInPast);
        }
        Ok(self)
    }

    /// The start on the clock of the zone.
    #[must_use]
    pub const fn local_start(&self) -> DateTime {
        self.local_start
    }

    /// The end on the clock of the zone.
    #[must_use]
    pub const fn local_end(&self) -> DateTime {
        self.local_end
    }

    /// The zone whose clock it is on.
    #[must_use]
    pub const fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The IANA name of the zone.
    #[must_use]
    pub fn zone_name(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// The instant of the start.
    #[must_use]
    pub const fn starts_at(&self) -> Timestamp {
        self.starts_at
    }

    /// The instant of the end.
    #[must_use]
    pub const fn ends_at(&self) -> Timestamp {
        self.ends_at
    }
}

enum NoInstant {
    Gap { before: DateTime, after: DateTime },
    OutOfRange,
}

impl NoInstant {
    fn into_error(self, gap: impl FnOnce(DateTime, DateTime) -> PeriodError) -> PeriodError {
        match self {
            Self::Gap { before, after } => gap(before, after),
            Self::OutOfRange => PeriodError::OutOfRange,
        }
    }
}

fn instant(local: DateTime, zone: &TimeZone) -> Result<Timestamp, NoInstant> {
    let ambiguous = zone.to_ambiguous_timestamp(local);
    if let AmbiguousOffset::Gap { before, after } = ambiguous.offset() {
        // Read with one offset and shown on the zone's clock, a skipped time becomes one that
        // exists: an hour earlier with the later offset, an hour later with the earlier one.
        let shown = |offset: jiff::tz::Offset| {
            offset
                .to_timestamp(local)
                .map(|instant| zone.to_datetime(instant))
                .map_err(|_| NoInstant::OutOfRange)
        };
        return Err(NoInstant::Gap {
            before: shown(after)?,
            after: shown(before)?,
        });
    }
    ambiguous.compatible().map_err(|_| NoInstant::OutOfRange)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use jiff::civil::date;

    use super::*;

    fn amsterdam() -> TimeZone {
        TimeZone::get("Europe/Amsterdam").unwrap()
    }

    #[test]
    fn summer_and_winter_have_their_own_offset() {
        let winter = LocalPeriod::new(
            date(2026, 1, 15).at(14, 0, 0, 0),
            date(2026, 1, 15).at(15, 30, 0, 0),
            amsterdam(),
        )
        .unwrap();
        assert_eq!(winter.starts_at().to_string(), "2026-01-15T13:00:00Z");
        let summer = LocalPeriod::new(
            date(2026, 7, 15).at(14, 0, 0, 0),
            date(2026, 7, 15).at(15, 30, 0, 0),
            amsterdam(),
        )
        .unwrap();
        assert_eq!(summer.starts_at().to_string(), "2026-07-15T12:00:00Z");
    }

    #[test]
    fn a_start_in_the_clock_change_gap_names_the_two_times_that_exist() {
        let night = date(2026, 3, 29);
        let error = LocalPeriod::new(night.at(2, 30, 0, 0), night.at(4, 0, 0, 0), amsterdam());
        assert_eq!(
            error,
            Err(PeriodError::StartInGap {
                before: night.at(1, 30, 0, 0),
                after: night.at(3, 30, 0, 0),
            })
        );
    }

    #[test]
    fn a_time_that_occurs_twice_means_the_first() {
        let night = date(2026, 10, 25);
        let period =
            LocalPeriod::new(night.at(2, 30, 0, 0), night.at(4, 0, 0, 0), amsterdam()).unwrap();
        assert_eq!(period.starts_at().to_string(), "2026-10-25T00:30:00Z");
    }

    #[test]
    fn an_end_must_follow_the_start() {
        let day = date(2026, 3, 2);
        let same = LocalPeriod::new(day.at(9, 0, 0, 0), day.at(9, 0, 0, 0), amsterdam());
        assert_eq!(same, Err(PeriodError::EndsBeforeStart));
    }

    #[test]
    fn a_period_that_has_begun_cannot_be_planned() {
        let day = date(2026, 3, 2);
        let period =
            LocalPeriod::new(day.at(9, 0, 0, 0), day.at(10, 0, 0, 0), amsterdam()).unwrap();
        let start = period.starts_at();
        assert_eq!(period.in_future(start), Err(PeriodError::StartsInPast));
    }
}
