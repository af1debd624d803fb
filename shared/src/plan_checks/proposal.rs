//! Days for the meetings that a plan misses: in the order of the plan, spread over the time that is
//! left, never in a weekend, on a public holiday or on a day on which an invitee has another
//! meeting.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};

use super::check::{dated, first_and_last_of_year};
use super::model::{Missing, PlanMeeting, PlanQuestion, Standing};
use crate::catalogue::programme::{PlanUnit, PlannedMeetings};
use crate::catalogue::public_holiday_on;
use crate::ids::PracticeId;

/// How many days people get between a proposal and the first day that it names.
const LEAD_DAYS: i32 = 14;

/// How many days two meetings of one kind are apart at least, if there is room.
const APART_DAYS: i32 = 7;

/// How long the time is stretched when it is over: a year is meant "in principe".
const STRETCH_DAYS: i32 = 90;

/// Days on which people have another meeting.
#[derive(Debug, Clone, Default)]
pub struct BusyDays {
    /// Of anybody in the group, or of anybody in the network.
    pub anybody: BTreeSet<Date>,
    /// Of those who come to the meetings of a practice.
    pub practices: BTreeMap<PracticeId, BTreeSet<Date>>,
}

impl BusyDays {
    fn has(&self, owner: Option<PracticeId>, day: Date) -> bool {
        match owner {
            None => self.anybody.contains(&day),
            Some(practice) => (self.practices.get(&practice)).is_some_and(|it| it.contains(&day)),
        }
    }
}

/// What days are sought for.
#[derive(Debug, Clone)]
pub struct ProposalQuestion<'a> {
    /// The steps of the plan, in order.
    pub steps: Vec<PlannedMeetings>,
    /// What is missing of them.
    pub missing: &'a [Missing],
    /// The meetings there are.
    pub meetings: &'a [PlanMeeting],
    /// The first day that may be proposed.
    pub from: Date,
    /// The last one.
    pub until: Date,
    /// Days that do not suit.
    pub busy: &'a BusyDays,
}

impl<'a> ProposalQuestion<'a> {
    /// For a learning group, or a trajectory on its own: until its year is over.
    #[must_use]
    pub fn of_plan(
        question: &PlanQuestion<'a>,
        missing: &'a [Missing],
        busy: &'a BusyDays,
    ) -> Self {
        let soonest = question.today.saturating_add(LEAD_DAYS.days());
        let from = question.starts_on.map_or(soonest, |day| day.max(soonest));
        let months = question.plan.within_months.unwrap_or(12);
        let begins = dated(question).first().map_or(from, |meeting| meeting.on);
        let until = begins.saturating_add(i32::from(months).months());
        let stretched = from.saturating_add(STRETCH_DAYS.days());
        Self {
            steps: steps(question, |per| per != PlanUnit::Year),
            missing,
            meetings: question.meetings,
            from,
            until: if until > from { until } else { stretched },
            busy,
        }
    }

    /// For the network: within the calendar year.
    #[must_use]
    pub fn of_year(
        question: &PlanQuestion<'a>,
        year: i16,
        missing: &'a [Missing],
        busy: &'a BusyDays,
    ) -> Self {
        let (first, last) = first_and_last_of_year(year);
        Self {
            steps: steps(question, |per| per == PlanUnit::Year),
            missing,
            meetings: question.meetings,
            from: first.max(question.today.saturating_add(LEAD_DAYS.days())),
            until: last,
            busy,
        }
    }
}

fn steps(question: &PlanQuestion<'_>, counts: fn(PlanUnit) -> bool) -> Vec<PlannedMeetings> {
    let items = question.plan.meetings.iter();
    items.filter(|item| counts(item.per)).copied().collect()
}

/// A day for a meeting that is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProposedDate {
    /// What is missed, one at a time.
    pub missing: Missing,
    /// The day; none when no day suits in the time that is left.
    pub on: Option<Date>,
}

/// A day for each meeting that is missing, in the order of the plan.
#[must_use]
pub fn propose(question: &ProposalQuestion<'_>) -> Vec<ProposedDate> {
    let mut proposed = Vec::new();
    let mut cursor = question.from;
    for (place, step) in question.steps.iter().enumerate() {
        let (before, after) = question.steps.split_at(place);
        let after = after.get(1..).unwrap_or_default();
        let missing: Vec<&Missing> = of_step(question, *step).collect();
        cursor = last_day(question, before)
            .map_or(cursor, |day| cursor.max(day.saturating_add(1.days())));
        let next = first_day(question, after, cursor);
        let upper = next.map_or(question.until, |day| day.saturating_sub(1.days()));
        let needed = slots(question, *step);
        let later: u32 = after
            .iter()
            .take_while(|step| next.is_none() || first_day(question, &[**step], cursor).is_none())
            .map(|step| slots(question, *step))
            .sum();
        let opens =
            place == 0 && last_day(question, &question.steps).is_none() && step.maximum == 1;
        for slot in 0..needed {
            // With a meeting behind it the last one stays clear of that, else it may end the time.
            let parts = needed - slot + later + u32::from(next.is_some());
            let room = days_between(cursor, upper).max(0);
            let ahead = if opens {
                0
            } else {
                room / i32::try_from(parts).unwrap_or(1).max(1)
            };
            let target = cursor.saturating_add(ahead.days());
            let mut furthest = cursor;
            for missing in missing.iter().filter(|it| it.count > slot) {
                let on = nearest(question, missing, (cursor, upper), target, &proposed);
                furthest = on.map_or(furthest, |day| furthest.max(day));
                let missing = Missing {
                    count: 1,
                    ..**missing
                };
                proposed.push(ProposedDate { missing, on });
            }
            cursor = furthest.saturating_add(1.days());
        }
    }
    proposed
}

fn of_step<'a>(
    question: &'a ProposalQuestion<'_>,
    step: PlannedMeetings,
) -> impl Iterator<Item = &'a Missing> {
    let kind = step.kind;
    question.missing.iter().filter(move |it| it.kind == kind)
}

/// How many days a step needs: practices meet next to each other.
fn slots(question: &ProposalQuestion<'_>, step: PlannedMeetings) -> u32 {
    of_step(question, step)
        .map(|it| it.count)
        .max()
        .unwrap_or(0)
}

fn days_of<'a>(
    question: &'a ProposalQuestion<'_>,
    steps: &'a [PlannedMeetings],
) -> impl Iterator<Item = Date> + 'a {
    question
        .meetings
        .iter()
        .filter(|meeting| meeting.standing == Standing::Dated)
        .filter(|meeting| steps.iter().any(|step| step.kind == meeting.kind))
        .map(|meeting| meeting.on)
}

fn last_day(question: &ProposalQuestion<'_>, steps: &[PlannedMeetings]) -> Option<Date> {
    days_of(question, steps).max()
}

fn first_day(
    question: &ProposalQuestion<'_>,
    steps: &[PlannedMeetings],
    from: Date,
) -> Option<Date> {
    days_of(question, steps).filter(|day| *day >= from).min()
}

/// The free day nearest to `target` within the bounds, the earlier of two; away from other meetings
/// of the kind if there is room for that.
fn nearest(
    question: &ProposalQuestion<'_>,
    missing: &Missing,
    (lower, upper): (Date, Date),
    target: Date,
    proposed: &[ProposedDate],
) -> Option<Date> {
    let mut days: Vec<Date> = Vec::new();
    let mut day = lower;
    while day <= upper {
        if is_free(question, missing.practice, day) {
            days.push(day);
        }
        day = day.tomorrow().ok()?;
    }
    days.sort_by_key(|day| (days_between(target, *day).abs(), *day));
    let apart = |day: &&Date| is_apart(question, missing, **day, proposed);
    days.iter().find(apart).or_else(|| days.first()).copied()
}

fn is_free(question: &ProposalQuestion<'_>, owner: Option<PracticeId>, day: Date) -> bool {
    let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    let taken = |meeting: &PlanMeeting| {
        meeting.on == day && (owner.is_none() || [None, owner].contains(&meeting.practice))
    };
    !weekend
        && public_holiday_on(day).is_none()
        && !question.busy.has(owner, day)
        && !question.meetings.iter().any(taken)
}

fn is_apart(
    question: &ProposalQuestion<'_>,
    missing: &Missing,
    day: Date,
    proposed: &[ProposedDate],
) -> bool {
    let same = |kind, practice| kind == missing.kind && practice == missing.practice;
    let known = question.meetings.iter();
    let known = known
        .filter(|it| same(it.kind, it.practice))
        .map(|it| it.on);
    let new = proposed.iter();
    let new = new.filter(|it| same(it.missing.kind, it.missing.practice));
    known
        .chain(new.filter_map(|it| it.on))
        .all(|other| days_between(other, day).abs() >= APART_DAYS)
}

fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}
