//! Days and hours as people read them: "donderdag 5 maart 2026 om 14.00 uur", "Thursday 5 March 2026 at 14:00".
//!
//! Always with the weekday and the year, because a mail is read on another day than it was written, and with the hour
//! on the clock of the meeting.

use jiff::civil::{Date, DateTime, Time, Weekday};

use super::calendar::MeetingZone;
use crate::catalogue::words::Language;

/// A day: "donderdag 5 maart 2026".
#[must_use]
pub fn day(date: Date, language: Language) -> String {
    format!(
        "{} {} {} {}",
        weekday(date.weekday(), language),
        date.day(),
        month(date.month(), language),
        date.year()
    )
}

/// A day and an hour: "donderdag 5 maart 2026 om 14.00 uur".
#[must_use]
pub fn moment(at: DateTime, language: Language) -> String {
    let (day, hour) = (day(at.date(), language), hour(at.time(), language));
    match language {
        Language::Nl => format!("{day} om {hour} uur"),
        Language::En => format!("{day} at {hour}"),
    }
}

/// From start to end: "donderdag 5 maart 2026 van 14.00 tot 15.30 uur".
#[must_use]
pub fn span(start: DateTime, end: DateTime, language: Language) -> String {
    if start.date() == end.date() {
        let date = day(start.date(), language);
        let (from, until) = (hour(start.time(), language), hour(end.time(), language));
        return match language {
            Language::Nl => format!("{date} van {from} tot {until} uur"),
            Language::En => format!("{date} from {from} to {until}"),
        };
    }
    let (from, until) = (moment(start, language), moment(end, language));
    match language {
        Language::Nl => format!("van {from} tot {until}"),
        Language::En => format!("from {from} to {until}"),
    }
}

/// Which clock is meant, when it is not the one that the readers live by: "tijdzone Europe/London".
#[must_use]
pub fn zone(zone: &MeetingZone, usual: &MeetingZone, language: Language) -> Option<String> {
    if zone == usual {
        return None;
    }
    Some(match language {
        Language::Nl => format!("tijdzone {zone}"),
        Language::En => format!("time zone {zone}"),
    })
}

fn hour(time: Time, language: Language) -> String {
    let separator = match language {
        Language::Nl => '.',
        Language::En => ':',
    };
    format!("{:02}{separator}{:02}", time.hour(), time.minute())
}

fn weekday(weekday: Weekday, language: Language) -> &'static str {
    let (nl, en) = match weekday {
        Weekday::Monday => ("maandag", "Monday"),
        Weekday::Tuesday => ("dinsdag", "Tuesday"),
        Weekday::Wednesday => ("woensdag", "Wednesday"),
        Weekday::Thursday => ("donderdag", "Thursday"),
        Weekday::Friday => ("vrijdag", "Friday"),
        Weekday::Saturday => ("zaterdag", "Saturday"),
        Weekday::Sunday => ("zondag", "Sunday"),
    };
    match language {
        Language::Nl => nl,
        Language::En => en,
    }
}

fn month(month: i8, language: Language) -> &'static str {
    let (nl, en) = match month {
        1 => ("januari", "January"),
        2 => ("februari", "February"),
        3 => ("maart", "March"),
        4 => ("april", "April"),
        5 => ("mei", "May"),
        6 => ("juni", "June"),
        7 => ("juli", "July"),
        8 => ("augustus", "August"),
        9 => ("september", "September"),
        10 => ("oktober", "October"),
        11 => ("november", "November"),
        _ => ("december", "December"),
    };
    match language {
        Language::Nl => nl,
        Language::En => en,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_moment_names_the_weekday_the_year_and_the_hour() {
        let at = date(2026, 3, 5).at(14, 0, 0, 0);
        assert_eq!(
            moment(at, Language::Nl),
            "donderdag 5 maart 2026 om 14.00 uur"
        );
        assert_eq!(moment(at, Language::En), "Thursday 5 March 2026 at 14:00");
    }

    #[test]
    fn a_span_within_a_day_names_the_day_once() {
        let (start, end) = (
            date(2026, 10, 25).at(9, 5, 0, 0),
            date(2026, 10, 25).at(15, 30, 0, 0),
        );
        assert_eq!(
            span(start, end, Language::Nl),
            "zondag 25 oktober 2026 van 09.05 tot 15.30 uur"
        );
        assert_eq!(
            span(start, end, Language::En),
            "Sunday 25 October 2026 from 09:05 to 15:30"
        );
    }

    #[test]
    fn a_span_over_days_names_both() {
        let (start, end) = (
            date(2026, 12, 31).at(22, 0, 0, 0),
            date(2027, 1, 1).at(1, 0, 0, 0),
        );
        assert_eq!(
            span(start, end, Language::Nl),
            "van donderdag 31 december 2026 om 22.00 uur tot vrijdag 1 januari 2027 om 01.00 uur"
        );
        assert_eq!(
            span(start, end, Language::En),
            "from Thursday 31 December 2026 at 22:00 to Friday 1 January 2027 at 01:00"
        );
    }

    #[test]
    fn only_an_unusual_zone_is_named() {
        let usual = MeetingZone::parse("Europe/Amsterdam").unwrap();
        let london = MeetingZone::parse("Europe/London").unwrap();
        assert_eq!(zone(&usual, &usual, Language::Nl), None);
        assert_eq!(
            zone(&london, &usual, Language::Nl).unwrap(),
            "tijdzone Europe/London"
        );
        assert_eq!(
            zone(&london, &usual, Language::En).unwrap(),
            "time zone Europe/London"
        );
    }

    #[test]
    fn every_month_and_weekday_has_its_own_word_in_both_languages() {
        for language in [Language::Nl, Language::En] {
            let mut words: Vec<&str> = (1..=12).map(|number| month(number, language)).collect();
            words.extend(
                Weekday::Monday
                    .cycle_forward()
                    .take(7)
                    .map(|day| weekday(day, language)),
            );
            words.sort_unstable();
            words.dedup();
            assert_eq!(words.len(), 19);
        }
    }
}
