//! Who must be reminded of what and when, worked out from the events alone: none of the code that
//! sends is asked.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime, Weekday, date};
use jiff::{SignedDuration, Span, Timestamp};

use super::script::{Choice, Event, What};

/// The words of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum When {
    /// So many days before, at that time on the clock.
    Days(i32, i8, i8),
    /// So many minutes before.
    Minutes(i64),
}

/// Whom a rule reminds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom {
    /// Who has not declined.
    Everybody,
    /// Who has not answered.
    Silent,
    /// Who comes.
    Coming,
}

/// The rules for all meetings.
const SHIPPED: [(When, Whom); 3] = [
    (When::Days(14, 9, 0), Whom::Everybody),
    (When::Days(2, 9, 0), Whom::Everybody),
    (When::Minutes(120), Whom::Everybody),
];

/// The rules of the meetings that have their own.
pub const OWN: [(When, Whom); 2] = [
    (When::Days(3, 8, 30), Whom::Silent),
    (When::Minutes(90), Whom::Coming),
];

/// A reminder: to whom, of which meeting and start, by which rule, sent when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reminder {
    pub sent_at: Timestamp,
    pub meeting: usize,
    pub person: usize,
    pub when: When,
    pub starts_at: Timestamp,
}

/// The instant of a time on the clock of the Netherlands: an hour after UTC, two in summer, which
/// lasts from one o'clock UTC on the last Sunday of March to that of October.
pub fn instant(local: DateTime) -> Timestamp {
    let utc = |local: DateTime, hours: i64| {
        let as_utc = local.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp();
        as_utc - SignedDuration::from_hours(hours)
    };
    let change = |month: i8| utc(last_sunday(local.year(), month).at(1, 0, 0, 0), 0);
    let summer = utc(local, 2);
    if summer >= change(3) && summer < change(10) {
        summer
    } else {
        utc(local, 1)
    }
}

fn last_sunday(year: i16, month: i8) -> Date {
    let mut day = date(year, month, 31);
    while day.weekday() != Weekday::Sunday {
        day = day.yesterday().unwrap();
    }
    day
}

fn due_at(when: When, start: DateTime) -> Timestamp {
    match when {
        When::Minutes(minutes) => instant(start) - SignedDuration::from_mins(minutes),
        When::Days(days, hour, minute) => {
            let day = start.date().checked_sub(Span::new().days(days)).unwrap();
            instant(day.at(hour, minute, 0, 0))
        }
    }
}

/// A meeting between two of its dates.
struct Leg {
    since: Timestamp,
    start: DateTime,
    /// When it was moved away or called off.
    until: Option<Timestamp>,
}

/// What the events say of one meeting.
struct Story<'a> {
    events: Vec<&'a Event>,
    legs: Vec<Leg>,
    rules: &'static [(When, Whom)],
}

impl<'a> Story<'a> {
    fn of(meeting: usize, year: &'a [Event]) -> Self {
        let events: Vec<&Event> = year.iter().filter(|it| it.meeting == meeting).collect();
        let mut legs: Vec<Leg> = Vec::new();
        let mut rules = &SHIPPED[..];
        for event in &events {
            let since = event.at;
            let date = match &event.what {
                What::Plan {
                    start, own_rules, ..
                } => {
                    if *own_rules {
                        rules = &OWN;
                    }
                    Some(*start)
                }
                What::Move { start } => Some(*start),
                What::Cancel => None,
                What::Invite { .. } | What::Remove { .. } | What::Answer { .. } => continue,
            };
            if let Some(last) = legs.last_mut() {
                last.until = Some(since);
            }
            legs.extend(date.map(|start| Leg {
                since,
                start,
                until: None,
            }));
        }
        Self {
            events,
            legs,
            rules,
        }
    }

    /// Since when each is invited who is, and their answers to this date, at an instant.
    fn invited(&self, leg: &Leg, at: Timestamp) -> BTreeMap<usize, (Timestamp, Option<Choice>)> {
        let mut invited = BTreeMap::new();
        for event in self.events.iter().filter(|event| event.at < at) {
            match &event.what {
                What::Plan { people, .. } => {
                    invited.extend(people.iter().map(|person| (*person, (event.at, None))));
                }
                What::Invite { person } => {
                    invited.insert(*person, (event.at, None));
                }
                What::Remove { person } => {
                    invited.remove(person);
                }
                // To another date everybody is asked again.
                What::Answer { person, choice } if event.at > leg.since => {
                    invited.get_mut(person).unwrap().1 = Some(*choice);
                }
                What::Answer { .. } | What::Move { .. } | What::Cancel => {}
            }
        }
        invited
    }
}

fn wants(whom: Whom, answer: Option<Choice>) -> bool {
    match whom {
        Whom::Everybody => answer != Some(Choice::Declined),
        Whom::Silent => answer.is_none(),
        Whom::Coming => answer == Some(Choice::Accepted),
    }
}

/// Every reminder that must be sent, and no other, when the worker is always there.
pub fn reminders(meetings: usize, year: &[Event]) -> Vec<Reminder> {
    let mut all = Vec::new();
    for meeting in 0..meetings {
        let story = Story::of(meeting, year);
        for leg in &story.legs {
            let starts_at = instant(leg.start);
            for (when, whom) in story.rules {
                let due = due_at(*when, leg.start);
                let planned = due > leg.since && leg.until.is_none_or(|until| due < until);
                if !planned {
                    continue;
                }
                // Whoever was invited shortly before needs no reminder.
                let short = starts_at.duration_since(due) / 4;
                let short = short.max(SignedDuration::from_hours(1));
                for (person, (invited_at, answer)) in story.invited(leg, due) {
                    if wants(*whom, answer) && due.duration_since(invited_at) > short {
                        all.push(Reminder {
                            sent_at: due,
                            meeting,
                            person,
                            when: *when,
                            starts_at,
                        });
                    }
                }
            }
        }
    }
    all.sort();
    all
}

/// Every instant at which a reminder could be due, also of dates that did not last.
pub fn moments(meetings: usize, year: &[Event]) -> Vec<Timestamp> {
    let mut all = Vec::new();
    for meeting in 0..meetings {
        let story = Story::of(meeting, year);
        for leg in &story.legs {
            let dues = story.rules.iter().map(|(when, _)| due_at(*when, leg.start));
            all.extend(dues.filter(|due| *due > leg.since));
        }
    }
    all
}
