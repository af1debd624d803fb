#![expect(clippy::unwrap_used, reason = "tests")]

use jiff::civil::{Date, DateTime, Time, date, time};
use jiff::tz::TimeZone;

use super::*;
use crate::catalogue::words::MeetingKind;
use crate::ids::{MeetingId, ReminderRuleId};
use crate::reminders::{PlanState, ReminderAudience, planned_changes};
use crate::words::Slug;

/// A meeting in Amsterdam.
struct Planned {
    id: MeetingId,
    programme: Slug,
    local_start: DateTime,
    zone: TimeZone,
}

impl Planned {
    fn at(local_start: DateTime) -> Self {
        Self {
            id: MeetingId::generate(),
            programme: "inclusief".parse().unwrap(),
            local_start,
            zone: TimeZone::get("Europe/Amsterdam").unwrap(),
        }
    }

    fn start(&self) -> MeetingStart<'_> {
        MeetingStart {
            meeting: self.id,
            programme: Some(&self.programme),
            kind: MeetingKind::Network,
            local_start: self.local_start,
            zone: &self.zone,
            starts_at: self.zone.to_timestamp(self.local_start).unwrap(),
        }
    }
}

fn rule(reach: RuleReach, timing: ReminderTiming) -> ReminderRule {
    ReminderRule {
        id: ReminderRuleId::generate(),
        version: 1,
        reach,
        timing,
        audience: ReminderAudience::All,
        retired_at: None,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

fn days_before(days: i32, at: Time) -> ReminderTiming {
    ReminderTiming::Local { days, at }
}

fn minutes_before(minutes: i32) -> ReminderTiming {
    ReminderTiming::Elapsed { minutes }
}

fn utc(text: &str) -> Timestamp {
    text.parse().unwrap()
}

// mission: S1; domain: reminder due
#[test]
fn a_reminder_is_due_by_the_clock_of_the_meeting_or_by_time_that_passes() {
    let nine = time(9, 0, 0, 0);
    let afternoon = |day: Date| day.at(14, 0, 0, 0);
    let cases = [
        // Winter: an hour ahead of UTC.
        (
            afternoon(date(2026, 1, 15)),
            days_before(2, nine),
            "2026-01-13T08:00:00Z",
        ),
        // Summer: two hours.
        (
            afternoon(date(2026, 7, 15)),
            days_before(14, nine),
            "2026-07-01T07:00:00Z",
        ),
        // The clocks go forward on 29 March and back on 25 October 2026: nine stays nine.
        (
            afternoon(date(2026, 3, 30)),
            days_before(2, nine),
            "2026-03-28T08:00:00Z",
        ),
        (
            afternoon(date(2026, 10, 26)),
            days_before(2, nine),
            "2026-10-24T07:00:00Z",
        ),
        // Two hours before are two hours, also over the hour that is skipped or comes twice.
        (
            date(2026, 3, 29).at(4, 0, 0, 0),
            minutes_before(120),
            "2026-03-29T00:00:00Z",
        ),
        (
            date(2026, 10, 25).at(4, 0, 0, 0),
            minutes_before(120),
            "2026-10-25T01:00:00Z",
        ),
        // A time that is skipped lies as far ahead, one that comes twice is the first.
        (
            afternoon(date(2026, 3, 30)),
            days_before(1, time(2, 30, 0, 0)),
            "2026-03-29T01:30:00Z",
        ),
        (
            afternoon(date(2026, 10, 26)),
            days_before(1, time(2, 30, 0, 0)),
            "2026-10-25T00:30:00Z",
        ),
        // Thirty minutes before half past two, on a night on which it comes twice: the first.
        (
            date(2026, 10, 25).at(2, 30, 0, 0),
            minutes_before(30),
            "2026-10-25T00:00:00Z",
        ),
        // Over a month, a year and a leap day.
        (
            afternoon(date(2027, 1, 10)),
            days_before(14, nine),
            "2026-12-27T08:00:00Z",
        ),
        (
            afternoon(date(2028, 3, 1)),
            days_before(1, nine),
            "2028-02-29T08:00:00Z",
        ),
    ];
    for (local_start, timing, expected) in cases {
        let meeting = Planned::at(local_start);
        assert_eq!(
            due_at(timing, &meeting.start()),
            Some(utc(expected)),
            "{timing:?} before {local_start}"
        );
    }
    let meeting = Planned::at(afternoon(date(2026, 1, 15)));
    assert_eq!(due_at(ReminderTiming::Never, &meeting.start()), None);
}

// mission: S1
#[test]
fn only_the_most_particular_rules_count() {
    let meeting = Planned::at(date(2026, 4, 9).at(13, 0, 0, 0));
    let start = meeting.start();
    let timing = minutes_before(120);
    let programme = || Some("inclusief".parse().unwrap());
    let of_all = rule(RuleReach::default(), timing);
    let of_kind = rule(
        RuleReach {
            kind: Some(MeetingKind::Network),
            ..RuleReach::default()
        },
        timing,
    );
    let of_programme = rule(
        RuleReach {
            programme: programme(),
            ..RuleReach::default()
        },
        timing,
    );
    let of_both = rule(
        RuleReach {
            programme: programme(),
            kind: Some(MeetingKind::Network),
            meeting: None,
        },
        timing,
    );
    let of_it = rule(
        RuleReach {
            meeting: Some(meeting.id),
            ..RuleReach::default()
        },
        timing,
    );
    let of_another = rule(
        RuleReach {
            meeting: Some(MeetingId::generate()),
            ..RuleReach::default()
        },
        timing,
    );
    let of_another_kind = rule(
        RuleReach {
            kind: Some(MeetingKind::Local),
            ..RuleReach::default()
        },
        timing,
    );
    let mut rules = vec![of_another, of_another_kind, of_all.clone()];
    for expected in [of_all, of_kind, of_programme, of_both, of_it] {
        if !rules.contains(&expected) {
            rules.push(expected.clone());
        }
        let held: Vec<_> = holding(&rules, &start).iter().map(|it| it.id).collect();
        assert_eq!(held, [expected.id], "{:?}", expected.reach);
    }
    // Retired, the next most particular one holds.
    rules.last_mut().unwrap().retired_at = Some(Timestamp::UNIX_EPOCH);
    let held: Vec<_> = holding(&rules, &start).iter().map(|it| it.id).collect();
    assert_eq!(held, [rules[rules.len() - 2].id]);
}

// delivery: moved after planning
#[test]
fn a_move_takes_back_what_is_planned_and_never_repeats_what_was_sent() {
    let rules = [
        rule(RuleReach::default(), days_before(14, time(9, 0, 0, 0))),
        rule(RuleReach::default(), minutes_before(120)),
    ];
    let mut meeting = Planned::at(date(2026, 4, 20).at(13, 0, 0, 0));
    let now = utc("2026-03-01T12:00:00Z");
    let first = planned_changes(&meeting.start(), &rules, &[], now);
    let states = |plans: &[ReminderPlan]| plans.iter().map(|it| it.state).collect::<Vec<_>>();
    assert_eq!(states(&first), [PlanState::Planned, PlanState::Planned]);
    // Nothing is different, nothing changes.
    assert_eq!(planned_changes(&meeting.start(), &rules, &first, now), []);
    // The first went out; then the meeting moves.
    let mut known = first.clone();
    known[0].state = PlanState::Fired;
    meeting.local_start = date(2026, 4, 27).at(13, 0, 0, 0);
    let now = utc("2026-04-08T12:00:00Z");
    let moved = planned_changes(&meeting.start(), &rules, &known, now);
    assert_eq!(
        states(&moved),
        [PlanState::Withdrawn, PlanState::Planned, PlanState::Planned]
    );
    assert_eq!(moved[0].starts_at, first[1].starts_at);
    // And back again: what was fired stays so, what was withdrawn is planned anew.
    known[1].state = PlanState::Withdrawn;
    known.extend(&moved[1..]);
    meeting.local_start = date(2026, 4, 20).at(13, 0, 0, 0);
    let back = planned_changes(&meeting.start(), &rules, &known, now);
    assert_eq!(
        states(&back),
        [
            PlanState::Withdrawn,
            PlanState::Withdrawn,
            PlanState::Planned
        ]
    );
    assert_eq!(
        (back[2].rule, back[2].starts_at),
        (first[1].rule, first[1].starts_at)
    );
}

// lessons: moved to the past, and a reminder fires
#[test]
fn a_reminder_whose_time_has_gone_is_listed_as_passed() {
    let rules = [rule(RuleReach::default(), minutes_before(120))];
    let meeting = Planned::at(date(2026, 4, 20).at(13, 0, 0, 0));
    let due = utc("2026-04-20T09:00:00Z");
    let state = |now| planned_changes(&meeting.start(), &rules, &[], now)[0].state;
    assert_eq!(
        state(due - SignedDuration::from_secs(1)),
        PlanState::Planned
    );
    assert_eq!(state(due), PlanState::Passed);
}

// delivery: catch-up; invited an hour before a reminder
#[test]
fn a_reminder_may_be_late_by_a_quarter_and_needs_no_fresh_invitation() {
    let plan = |due: &str| ReminderPlan {
        meeting: MeetingId::generate(),
        rule: ReminderRuleId::generate(),
        starts_at: utc("2026-04-20T11:00:00Z"),
        due_at: utc(due),
        state: PlanState::Planned,
    };
    let hours = SignedDuration::from_hours;
    let two_hours = plan("2026-04-20T09:00:00Z");
    assert_eq!(expires_at(&two_hours), utc("2026-04-20T09:30:00Z"));
    assert!(is_timely(&two_hours, utc("2026-04-20T09:29:59Z")));
    assert!(!is_timely(&two_hours, utc("2026-04-20T09:30:00Z")));
    assert!(is_fresh(&two_hours, two_hours.due_at - hours(1)));
    assert!(!is_fresh(
        &two_hours,
        two_hours.due_at - hours(1) - SignedDuration::from_secs(1)
    ));
    let two_days = plan("2026-04-18T11:00:00Z");
    assert_eq!(expires_at(&two_days), two_days.due_at + hours(12));
    assert!(is_fresh(&two_days, two_days.due_at - hours(12)));
    assert!(!is_fresh(&two_days, two_days.due_at - hours(13)));
}
