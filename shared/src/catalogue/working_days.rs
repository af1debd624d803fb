//! Working days: Monday to Friday, public holidays left out.
//!
//! The holidays are those of the Algemene termijnenwet, as the rest of the service knows them. That
//! includes Good Friday and, every year, Liberation Day: a public body may then be closed, and
//! what is told a day later is told in time.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::public_holiday_on;

/// The longest run of days without work that is looked over: far longer than any there is.
const LONGEST_REST: usize = 31;

/// Whether there is work on a day.
#[must_use]
pub fn is_working_day(day: Date) -> bool {
    !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
        && public_holiday_on(day).is_none()
}

/// The first working day after a day.
#[must_use]
pub fn next_working_day(day: Date) -> Date {
    first_working(day, 1)
}

/// The last working day before a day.
#[must_use]
pub fn previous_working_day(day: Date) -> Date {
    first_working(day, -1)
}

/// At the ends of time, where no other day follows, the day itself.
fn first_working(day: Date, step: i64) -> Date {
    let mut days = std::iter::successors(Some(day), |day| day.checked_add(step.days()).ok());
    days.by_ref()
        .skip(1)
        .take(LONGEST_REST)
        .find(|day| is_working_day(*day))
        .unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_working_days_of_known_years_are_counted_right() {
        // Weekdays of the year, less the holidays that fall on one.
        for (year, working) in [
            (2024, 262 - 7),
            (2025, 261 - 8),
            (2026, 261 - 8),
            (2027, 261 - 7),
        ] {
            let days = date(year, 1, 1)
                .series(1.day())
                .take_while(|day| day.year() == year);
            assert_eq!(
                days.filter(|day| is_working_day(*day)).count(),
                working,
                "{year}"
            );
        }
    }

    #[test]
    fn weekends_and_holidays_are_skipped_in_both_directions() {
        for (before, after) in [
            // A weekend.
            (date(2026, 3, 6), date(2026, 3, 9)),
            // Easter 2026 with Good Friday.
            (date(2026, 4, 2), date(2026, 4, 7)),
            // King's Day 2026 is a Monday.
            (date(2026, 4, 24), date(2026, 4, 28)),
            // King's Day 2025 is kept on Saturday the 26th: the 27th is a Sunday.
            (date(2025, 4, 25), date(2025, 4, 28)),
            // Liberation Day, also in a year that is no fifth one.
            (date(2026, 5, 4), date(2026, 5, 6)),
            // Ascension Day is a Thursday; the Friday after it is a working day.
            (date(2026, 5, 13), date(2026, 5, 15)),
            // Whit Monday 2026.
            (date(2026, 5, 22), date(2026, 5, 26)),
            // Christmas 2026 runs from Friday to Saturday.
            (date(2026, 12, 24), date(2026, 12, 28)),
            // The turn of the year.
            (date(2026, 12, 31), date(2027, 1, 4)),
        ] {
            assert!(is_working_day(before) && is_working_day(after), "{before}");
            assert_eq!(next_working_day(before), after);
            assert_eq!(previous_working_day(after), before);
        }
    }

    #[test]
    fn at_the_ends_of_time_a_day_is_its_own_neighbour() {
        assert_eq!(next_working_day(Date::MAX), Date::MAX);
        assert_eq!(previous_working_day(Date::MIN), Date::MIN);
    }
}
