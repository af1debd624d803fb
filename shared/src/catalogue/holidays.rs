//! Dutch public holidays, computed for any year.
//!
//! The days of article 3 of the Algemene termijnenwet (Good Friday and Liberation Day among
//! them, every year), with the two Sundays of Easter and Pentecost added: a meeting on one of
//! these days deserves a warning.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::Language;

/// A public holiday in some year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holiday {
    /// The day.
    pub on: Date,
    /// Dutch name.
    pub nl: &'static str,
    /// English name.
    pub en: &'static str,
}

impl Holiday {
    /// The name in one language.
    #[must_use]
    pub const fn name(&self, language: Language) -> &'static str {
        match language {
            Language::Nl => self.nl,
            Language::En => self.en,
        }
    }
}

/// The public holidays of a year in order of date; two can fall on one day. King's Day is
/// computed by the rule that holds since 2014. Empty outside the years 1583-9998.
#[must_use]
pub fn public_holidays(year: i16) -> Vec<Holiday> {
    let Some(easter) = easter_sunday(year) else {
        return Vec::new();
    };
    let around_easter = [
        (-2, "Goede Vrijdag", "Good Friday"),
        (0, "eerste paasdag", "Easter Sunday"),
        (1, "tweede paasdag", "Easter Monday"),
        (39, "Hemelvaartsdag", "Ascension Day"),
        (49, "eerste pinksterdag", "Whit Sunday"),
        (50, "tweede pinksterdag", "Whit Monday"),
    ]
    .into_iter()
    .map(|(days, nl, en)| Holiday {
        on: easter.saturating_add(days.days()),
        nl,
        en,
    });
    let fixed = [
        (1, 1, "nieuwjaarsdag", "New Year's Day"),
        (4, kings_day(year), "Koningsdag", "King's Day"),
        (5, 5, "Bevrijdingsdag", "Liberation Day"),
        (12, 25, "eerste kerstdag", "Christmas Day"),
        (12, 26, "tweede kerstdag", "Boxing Day"),
    ]
    .into_iter()
    .filter_map(|(month, day, nl, en)| {
        let on = Date::new(year, month, day).ok()?;
        Some(Holiday { on, nl, en })
    });
    let mut holidays: Vec<_> = fixed.chain(around_easter).collect();
    holidays.sort_by_key(|holiday| holiday.on);
    holidays
}

/// The holiday on a day, if it is one; the first of two.
#[must_use]
pub fn public_holiday_on(day: Date) -> Option<Holiday> {
    public_holidays(day.year())
        .into_iter()
        .find(|holiday| holiday.on == day)
}

/// 27 April, or the day before when that is a Sunday.
fn kings_day(year: i16) -> i8 {
    match Date::new(year, 4, 27) {
        Ok(day) if day.weekday() == Weekday::Sunday => 26,
        Ok(_) | Err(_) => 27,
    }
}

/// Easter Sunday of the Gregorian calendar, by the anonymous algorithm (Nature, 1876; Meeus).
fn easter_sunday(year: i16) -> Option<Date> {
    // Whit Monday of 9999 still exists, but the day arithmetic around it is not worth a case.
    if !(1583..=9998).contains(&year) {
        return None;
    }
    let y = i32::from(year);
    let (golden, century, of_century) = (y % 19, y / 100, y % 100);
    let correction = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - century / 4 - correction + 15) % 30;
    let to_sunday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - epact - of_century % 4) % 7;
    let late = (golden + 11 * epact + 22 * to_sunday) / 451;
    let days = epact + to_sunday - 7 * late + 114;
    let month = i8::try_from(days / 31).ok()?;
    let day = i8::try_from(days % 31 + 1).ok()?;
    Date::new(year, month, day).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn easter_falls_on_the_days_of_the_church_calendar() {
        for (year, month, day) in [
            (1818, 3, 22),
            (1943, 4, 25),
            (1954, 4, 18),
            (1981, 4, 19),
            (2000, 4, 23),
            (2008, 3, 23),
            (2011, 4, 24),
            (2024, 3, 31),
            (2025, 4, 20),
            (2026, 4, 5),
            (2027, 3, 28),
            (2028, 4, 16),
            (2038, 4, 25),
            (2049, 4, 18),
            (2285, 3, 22),
        ] {
            assert_eq!(easter_sunday(year), Some(date(year, month, day)), "{year}");
        }
    }

    #[test]
    fn the_year_2025_has_its_eleven_holidays_with_kings_day_on_a_saturday() {
        let days: Vec<_> = public_holidays(2025)
            .into_iter()
            .map(|holiday| (holiday.on, holiday.name(Language::Nl)))
            .collect();
        assert_eq!(
            days,
            [
                (date(2025, 1, 1), "nieuwjaarsdag"),
                (date(2025, 4, 18), "Goede Vrijdag"),
                (date(2025, 4, 20), "eerste paasdag"),
                (date(2025, 4, 21), "tweede paasdag"),
                (date(2025, 4, 26), "Koningsdag"),
                (date(2025, 5, 5), "Bevrijdingsdag"),
                (date(2025, 5, 29), "Hemelvaartsdag"),
                (date(2025, 6, 8), "eerste pinksterdag"),
                (date(2025, 6, 9), "tweede pinksterdag"),
                (date(2025, 12, 25), "eerste kerstdag"),
                (date(2025, 12, 26), "tweede kerstdag"),
            ]
        );
    }

    #[test]
    fn kings_day_moves_only_when_the_27th_is_a_sunday() {
        for (year, day) in [(2014, 26), (2024, 27), (2025, 26), (2026, 27), (2031, 26)] {
            assert_eq!(kings_day(year), day, "{year}");
        }
    }

    #[test]
    fn two_holidays_on_one_day_are_both_listed() {
        // Ascension Day and Liberation Day of 2016.
        let on_the_fifth = public_holidays(2016)
            .iter()
            .filter(|holiday| holiday.on == date(2016, 5, 5))
            .count();
        assert_eq!(on_the_fifth, 2);
    }

    #[test]
    fn an_ordinary_day_is_no_holiday() {
        assert_eq!(public_holiday_on(date(2026, 3, 2)), None);
        assert_eq!(
            public_holiday_on(date(2026, 5, 14)).map(|it| it.name(Language::En)),
            Some("Ascension Day")
        );
        assert!(public_holidays(9999).is_empty());
    }
}
