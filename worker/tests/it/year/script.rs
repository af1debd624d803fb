//! What happens in the year: fifty meetings, drawn with dice that fall the same way every time.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime, date};
use jiff::{Span, Timestamp};

use super::arithmetic::instant;

/// How many people there are to invite.
pub const PEOPLE: usize = 12;
/// How many meetings.
pub const MEETINGS: usize = 50;

/// Something that happens.
#[derive(Debug, Clone)]
pub struct Event {
    pub at: Timestamp,
    pub meeting: usize,
    pub what: What,
}

/// What happens to a meeting.
#[derive(Debug, Clone)]
pub enum What {
    /// It is planned, with rules of its own or those for all.
    Plan {
        start: DateTime,
        people: Vec<usize>,
        own_rules: bool,
    },
    /// It is moved.
    Move { start: DateTime },
    /// It is called off.
    Cancel,
    /// Somebody is invited besides.
    Invite { person: usize },
    /// Somebody is no longer invited.
    Remove { person: usize },
    /// Somebody answers.
    Answer { person: usize, choice: Choice },
}

/// What somebody answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    Accepted,
    Tentative,
    Declined,
}

/// Dice that fall the same way every time (Knuth's MMIX constants).
struct Dice(u64);

impl Dice {
    /// A number below `sides`.
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let high = usize::try_from(self.0 >> 33).unwrap();
        high % sides
    }

    /// An instant between two, at a second at which nothing is due.
    fn between(&mut self, from: Timestamp, until: Timestamp) -> Option<Timestamp> {
        let minutes = (until.as_second() - from.as_second()) / 60 - 2;
        let minutes = usize::try_from(minutes)
            .ok()
            .filter(|minutes| *minutes > 0)?;
        let chosen = i64::try_from(self.roll(minutes)).unwrap() + 1;
        let second = (from.as_second() / 60 + chosen) * 60 + 23;
        Timestamp::from_second(second).ok()
    }

    /// A start on a day: office hours, an evening, or just after midnight.
    fn start(&mut self, day: Date) -> DateTime {
        let times = [
            (8, 0),
            (9, 0),
            (10, 30),
            (13, 0),
            (14, 15),
            (16, 30),
            (19, 30),
            (0, 30),
        ];
        let (hour, minute) = times[self.roll(times.len())];
        day.at(hour, minute, 0, 0)
    }
}

/// Meetings around both clock changes, by their number.
fn around_a_clock_change(meeting: usize) -> Option<DateTime> {
    Some(match meeting {
        1 => date(2026, 3, 29).at(4, 30, 0, 0),
        2 => date(2026, 3, 31).at(8, 0, 0, 0),
        3 => date(2026, 3, 30).at(0, 15, 0, 0),
        31 => date(2026, 10, 25).at(4, 0, 0, 0),
        32 => date(2026, 10, 27).at(10, 30, 0, 0),
        33 => date(2026, 10, 26).at(0, 45, 0, 0),
        _ => return None,
    })
}

fn later(day: Date, days: usize) -> Date {
    day.checked_add(Span::new().days(i64::try_from(days).unwrap()))
        .unwrap()
}

/// Everything that happens, in order.
pub fn year() -> Vec<Event> {
    let mut dice = Dice(2026);
    let mut events = Vec::new();
    for meeting in 0..MEETINGS {
        Script::new(&mut dice, meeting, &mut events).write();
    }
    events.sort_by_key(|event| event.at);
    events
}

/// The life of one meeting.
struct Script<'a> {
    dice: &'a mut Dice,
    meeting: usize,
    events: &'a mut Vec<Event>,
    /// Who is invited, and since when.
    invited: BTreeMap<usize, Timestamp>,
    /// Who was, and is not any more.
    gone: Vec<usize>,
}

impl<'a> Script<'a> {
    fn new(dice: &'a mut Dice, meeting: usize, events: &'a mut Vec<Event>) -> Self {
        Self {
            dice,
            meeting,
            events,
            invited: BTreeMap::new(),
            gone: Vec::new(),
        }
    }

    fn add(&mut self, at: Timestamp, what: What) {
        let meeting = self.meeting;
        self.events.push(Event { at, meeting, what });
    }

    fn write(mut self) {
        // One is planned every week, on a Monday morning.
        let day = later(date(2026, 3, 2), self.meeting * 7);
        let mut since = instant(day.at(9, 17, 23, 0));
        let mut start = match around_a_clock_change(self.meeting) {
            Some(start) => start,
            // Some are for the same afternoon.
            None if self.meeting % 8 == 5 => day.at(15, 45, 0, 0),
            None => {
                let ahead = 1 + self.dice.roll(34);
                self.dice.start(later(day, ahead))
            }
        };
        for _ in 0..2 + self.dice.roll(3) {
            let person = self.dice.roll(PEOPLE);
            self.invited.insert(person, since);
        }
        let plan = What::Plan {
            start,
            people: self.invited.keys().copied().collect(),
            own_rules: self.meeting % 6 == 4,
        };
        self.add(since, plan);
        loop {
            let starts_at = instant(start);
            let fate = self.dice.roll(8);
            let until = self.dice.between(since, starts_at).filter(|_| fate < 4);
            self.people_come_and_go(since, until.unwrap_or(starts_at));
            let Some(until) = until else {
                return;
            };
            if fate == 0 {
                self.add(until, What::Cancel);
                return;
            }
            let ahead = 1 + self.dice.roll(24);
            let from = start.date().max(local_day(until));
            start = self.dice.start(later(from, ahead));
            self.add(until, What::Move { start });
            since = until;
        }
    }

    /// What invitees do while the meeting has one date.
    fn people_come_and_go(&mut self, since: Timestamp, until: Timestamp) {
        if self.dice.roll(3) == 0
            && let Some(at) = self.dice.between(since, until)
        {
            let person = self.dice.roll(PEOPLE);
            if !self.invited.contains_key(&person) && !self.gone.contains(&person) {
                self.invited.insert(person, at);
                self.add(at, What::Invite { person });
            }
        }
        for (person, invited_at) in self.invited.clone() {
            let from = since.max(invited_at);
            let mut until = until;
            if self.dice.roll(9) == 0
                && let Some(at) = self.dice.between(from, until)
            {
                self.invited.remove(&person);
                self.gone.push(person);
                self.add(at, What::Remove { person });
                until = at;
            }
            // Some never answer, some change their mind.
            for _ in 0..self.dice.roll(3) {
                let choice = match self.dice.roll(5) {
                    0 | 1 => Choice::Accepted,
                    2 => Choice::Tentative,
                    _ => Choice::Declined,
                };
                if let Some(at) = self.dice.between(from, until) {
                    self.add(at, What::Answer { person, choice });
                }
            }
        }
    }
}

/// The day of an instant, or the one before around midnight; near enough for what follows.
fn local_day(at: Timestamp) -> Date {
    at.to_zoned(jiff::tz::TimeZone::UTC).date()
}
