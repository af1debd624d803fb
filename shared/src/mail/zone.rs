//! The time zone of a meeting, with the yearly rule that a calendar needs to know.
//!
//! A calendar file carries its own definition of the zone (RFC 5545 §3.6.5), written as a rule that repeats every year.
//! The time-zone data of this program has such a rule for most zones but does not show it, so it is read off the
//! changes that the data predicts. That also proves that the rule really holds, instead of trusting a footer.

use std::fmt;

use jiff::civil::{self, Weekday};
use jiff::tz::{Dst, Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

/// The first and the last year (exclusive) in which a rule must hold.
///
/// Forty years see every weekday on every day of the month, so that "the last Sunday" and "the fourth Sunday" cannot be
/// taken for each other.
const YEARS: std::ops::Range<i16> = 2025..2065;

/// A zone of the IANA database whose clock follows one rule every year, or never changes.
///
/// Two groups of zones are accepted: those without clock changes (`Asia/Tokyo`, `UTC`), and those with one change to
/// summer time and one back, each on a fixed kind of day ("the last Sunday of March at two"). Zones that follow the moon
/// (`Africa/Casablanca`), change at an hour that can fall in the next month (`Africa/Cairo`) or got new rules in these years
/// (`America/Vancouver`) are refused: a calendar
/// without the right definition shows the meeting at the wrong time.
#[derive(Debug, Clone)]
pub struct MeetingZone {
    name: String,
    zone: TimeZone,
    rule: ZoneRule,
}

/// Why a zone cannot hold a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MeetingZoneError {
    /// The IANA database has no zone of this name.
    #[error("no such time zone")]
    Unknown,
    /// The clock of this zone follows no yearly rule that a calendar can hold.
    #[error("the time zone has no yearly rule")]
    NoYearlyRule,
}

/// How the clock of a zone goes through a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ZoneRule {
    /// The clock never changes.
    Constant {
        /// Time ahead of UTC.
        offset: Offset,
        /// What the zone calls this time, such as `JST`.
        name: String,
    },
    /// Every year these changes, in the order of the calendar year.
    Changes(Vec<YearlyChange>),
}

/// One change of the clock, every year again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct YearlyChange {
    /// Whether summer time begins here.
    pub(super) to_summer: bool,
    /// Ahead of UTC before the change.
    pub(super) from: Offset,
    /// Ahead of UTC after the change.
    pub(super) to: Offset,
    /// What the zone calls the time after the change, such as `CEST`.
    pub(super) name: String,
    /// Month of the change, 1 to 12.
    pub(super) month: i8,
    /// Weekday of the change.
    pub(super) weekday: Weekday,
    /// Which of those weekdays.
    pub(super) which: WhichDay,
    /// What the clock shows at the change, before it is turned.
    pub(super) at: civil::Time,
}

/// Which of the four or five equal weekdays of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WhichDay {
    /// The last one.
    Last,
    /// The first, second, third or fourth one.
    Nth(i8),
    /// The one that falls on this day of the month or within six days after it.
    From(i8),
}

impl MeetingZone {
    /// Finds a zone by its IANA name; upper and lower case do not matter.
    pub fn parse(name: &str) -> Result<Self, MeetingZoneError> {
        let zone = TimeZone::get(name).map_err(|_| MeetingZoneError::Unknown)?;
        let name = zone
            .iana_name()
            .ok_or(MeetingZoneError::Unknown)?
            .to_owned();
        let rule = ZoneRule::of(&zone).ok_or(MeetingZoneError::NoYearlyRule)?;
        Ok(Self { name, zone, rule })
    }

    /// The name as the IANA database writes it, such as `Europe/Amsterdam`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The zone itself, to turn local times into instants.
    #[must_use]
    pub fn time_zone(&self) -> &TimeZone {
        &self.zone
    }

    pub(super) fn rule(&self) -> &ZoneRule {
        &self.rule
    }
}

/// Zones are the same when they have the same name.
impl PartialEq for MeetingZone {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for MeetingZone {}

impl fmt::Display for MeetingZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl ZoneRule {
    /// Reads the rule off the changes that the zone predicts; none when they follow no rule.
    fn of(zone: &TimeZone) -> Option<Self> {
        let from = first_instant(YEARS.start)?;
        let until = first_instant(YEARS.end)?;
        let changes: Vec<Change> = zone
            .following(from)
            .take_while(|change| change.timestamp() < until)
            .map(|change| Change::new(zone, change.timestamp()))
            .collect();
        if changes.is_empty() {
            let info = zone.to_offset_info(from);
            return Some(Self::Constant {
                offset: info.offset(),
                name: info.abbreviation().to_owned(),
            });
        }
        let (summer, winter): (Vec<Change>, Vec<Change>) =
            changes.into_iter().partition(|change| change.to_summer);
        let mut rules = vec![yearly(&summer)?, yearly(&winter)?];
        rules.sort_by_key(|rule| rule.month);
        Some(Self::Changes(rules))
    }
}

impl YearlyChange {
    /// The day of this change in one year.
    pub(super) fn day_in(&self, year: i16) -> Option<civil::Date> {
        let month = civil::Date::new(year, self.month, 1).ok()?;
        match self.which {
            WhichDay::Last => month.nth_weekday_of_month(-1, self.weekday).ok(),
            WhichDay::Nth(nth) => month.nth_weekday_of_month(nth, self.weekday).ok(),
            WhichDay::From(first) => (first..first + 7)
                .filter_map(|day| civil::Date::new(year, self.month, day).ok())
                .find(|day| day.weekday() == self.weekday),
        }
    }
}

/// One predicted change.
struct Change {
    /// What the clock showed at the change, before it was turned.
    wall: civil::DateTime,
    from: Offset,
    to: Offset,
    to_summer: bool,
    name: String,
}

impl Change {
    fn new(zone: &TimeZone, at: Timestamp) -> Self {
        let from = zone.to_offset(just_before(at));
        let after = zone.to_offset_info(at);
        Self {
            wall: from.to_datetime(at),
            from,
            to: after.offset(),
            to_summer: after.dst() == Dst::Yes,
            name: after.abbreviation().to_owned(),
        }
    }
}

fn just_before(at: Timestamp) -> Timestamp {
    at.checked_sub(SignedDuration::from_secs(1))
        .unwrap_or(Timestamp::MIN)
}

fn first_instant(year: i16) -> Option<Timestamp> {
    let day = civil::Date::new(year, 1, 1).ok()?;
    Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// The one rule behind the changes of one direction, exactly one in every year.
fn yearly(changes: &[Change]) -> Option<YearlyChange> {
    let first = changes.first()?;
    let month = first.wall.month();
    let weekday = first.wall.weekday();
    let one_a_year = changes.iter().map(|change| change.wall.year()).eq(YEARS);
    let same = changes.iter().all(|change| {
        change.wall.month() == month
            && change.wall.weekday() == weekday
            && change.wall.time() == first.wall.time()
            && change.from == first.from
            && change.to == first.to
            && change.name == first.name
    });
    if !one_a_year || !same {
        return None;
    }
    Some(YearlyChange {
        to_summer: first.to_summer,
        from: first.from,
        to: first.to,
        name: first.name.clone(),
        month,
        weekday,
        which: which_day(changes)?,
        at: first.wall.time(),
    })
}

fn which_day(changes: &[Change]) -> Option<WhichDay> {
    let first = changes.iter().map(|change| change.wall.day()).min()?;
    let last = changes.iter().map(|change| change.wall.day()).max()?;
    if changes
        .iter()
        .all(|change| change.wall.day() + 7 > change.wall.date().days_in_month())
    {
        Some(WhichDay::Last)
    } else if last - first != 6 {
        None
    } else if first % 7 == 1 {
        Some(WhichDay::Nth(first / 7 + 1))
    } else {
        Some(WhichDay::From(first))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use jiff::tz::{self, offset};

    use super::*;

    fn changes(name: &str) -> Vec<YearlyChange> {
        match MeetingZone::parse(name).unwrap().rule {
            ZoneRule::Changes(changes) => changes,
            ZoneRule::Constant { .. } => Vec::new(),
        }
    }

    #[test]
    fn amsterdam_changes_on_the_last_sundays_of_march_and_october() {
        let rules = changes("europe/amsterdam");
        assert_eq!(
            rules,
            [
                YearlyChange {
                    to_summer: true,
                    from: offset(1),
                    to: offset(2),
                    name: "CEST".to_owned(),
                    month: 3,
                    weekday: Weekday::Sunday,
                    which: WhichDay::Last,
                    at: civil::time(2, 0, 0, 0),
                },
                YearlyChange {
                    to_summer: false,
                    from: offset(2),
                    to: offset(1),
                    name: "CET".to_owned(),
                    month: 10,
                    weekday: Weekday::Sunday,
                    which: WhichDay::Last,
                    at: civil::time(3, 0, 0, 0),
                },
            ]
        );
    }

    #[test]
    fn a_zone_keeps_the_spelling_of_the_database() {
        assert_eq!(
            MeetingZone::parse("europe/amsterdam").unwrap().name(),
            "Europe/Amsterdam"
        );
    }

    #[test]
    fn the_second_sunday_and_the_sunday_after_a_saturday_are_rules_too() {
        assert_eq!(changes("America/New_York")[0].which, WhichDay::Nth(2));
        // The clock changes when the first Saturday ends, which is on a Sunday from the 2nd to the 8th.
        assert_eq!(changes("America/Santiago")[0].which, WhichDay::From(2));
    }

    #[test]
    fn a_zone_without_changes_has_one_constant_time() {
        for name in ["Asia/Tokyo", "UTC", "Etc/GMT-3", "America/Paramaribo"] {
            let zone = MeetingZone::parse(name).unwrap();
            assert!(matches!(zone.rule, ZoneRule::Constant { .. }), "{name}");
        }
    }

    #[test]
    fn names_that_are_no_zone_are_refused() {
        for name in [
            "",
            "Amsterdam",
            "CET-1CEST,M3.5.0,M10.5.0/3",
            "+01:00",
            "Europe/Amsterdam\r\n",
            "../x",
        ] {
            assert_eq!(
                MeetingZone::parse(name),
                Err(MeetingZoneError::Unknown),
                "{name:?}"
            );
        }
    }

    #[test]
    fn a_zone_without_a_yearly_rule_is_refused() {
        for name in ["Africa/Casablanca", "Africa/Cairo"] {
            assert_eq!(
                MeetingZone::parse(name),
                Err(MeetingZoneError::NoYearlyRule),
                "{name}"
            );
        }
    }

    #[test]
    fn every_accepted_zone_follows_its_rule_and_few_are_refused() {
        let mut refused = Vec::new();
        for name in tz::db().available() {
            let Ok(zone) = MeetingZone::parse(name.as_str()) else {
                refused.push(name.as_str().to_owned());
                continue;
            };
            let ZoneRule::Changes(rules) = zone.rule() else {
                continue;
            };
            for rule in rules {
                for year in [2026, 2028, 2040] {
                    let wall = rule.day_in(year).unwrap().to_datetime(rule.at);
                    let at = rule.from.to_timestamp(wall).unwrap();
                    let change = zone.time_zone().following(just_before(at)).next().unwrap();
                    assert_eq!(
                        (change.timestamp(), change.offset()),
                        (at, rule.to),
                        "{name} {year}"
                    );
                }
            }
        }
        assert!(refused.len() < 30, "{refused:?}");
    }
}
