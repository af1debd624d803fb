//! Every boundary of the plan, as a table.
//!
//! A meeting is a letter and a day: `k` kick-off, `a` and `b` local meetings of practice A and B,
//! `x` exchange, `c` closing, `n` network, `p` presentation; `~` before it when its date is not
//! fixed. A finding is its severity, rule, kind, practice, and what was found of what is expected.
#![expect(clippy::unwrap_used, reason = "tests")]

use jiff::civil::{Date, date};
use uuid::Uuid;

use super::*;
use crate::catalogue::words::{MeetingKind, PartyKind};
use crate::catalogue::{MeetingPlan, shipped};
use crate::ids::{MeetingId, PracticeId};
use crate::meetings::MeetingStatus;

const A: PracticeId = PracticeId(Uuid::from_u128(10));
const B: PracticeId = PracticeId(Uuid::from_u128(11));

fn meeting(place: usize, text: &str) -> PlanMeeting {
    let (standing, text) = text
        .strip_prefix('~')
        .map_or((Standing::Dated, text), |rest| {
            (Standing::InPreparation, rest)
        });
    let (letter, day) = text.split_once(' ').unwrap();
    let (kind, practice) = match letter {
        "k" => (MeetingKind::KickOff, None),
        "a" => (MeetingKind::Local, Some(A)),
        "b" => (MeetingKind::Local, Some(B)),
        "x" => (MeetingKind::Exchange, None),
        "c" => (MeetingKind::Closing, None),
        "n" => (MeetingKind::Network, None),
        _ => (MeetingKind::Presentation, None),
    };
    PlanMeeting {
        meeting: MeetingId(Uuid::from_u128(place as u128)),
        kind,
        practice,
        on: day.parse().unwrap(),
        standing,
    }
}

fn meetings(texts: &[&str]) -> Vec<PlanMeeting> {
    let numbered = texts.iter().enumerate();
    numbered.map(|(place, text)| meeting(place, text)).collect()
}

fn practice(practice: PracticeId) -> PracticeInPlan {
    use PartyKind::{Aanbieder, Bewonersinitiatief, Gemeente, Inwoner};
    let parties = [Gemeente, Bewonersinitiatief, Inwoner, Aanbieder].into();
    PracticeInPlan { practice, parties }
}

fn told(finding: &Finding) -> String {
    let mut told = format!("{} {}", finding.severity, finding.rule);
    if let Some(kind) = finding.kind {
        told = format!("{told} {kind}");
    }
    match finding.practice {
        Some(A) => told.push_str(" A"),
        Some(_) => told.push_str(" B"),
        None => {}
    }
    let bound = |bound: Option<u32>| bound.map_or_else(String::new, |bound| bound.to_string());
    let Expected { minimum, maximum } = finding.expected;
    told = format!(
        "{told} {}/{}-{}",
        finding.found,
        bound(minimum),
        bound(maximum)
    );
    if finding.in_preparation > 0 {
        told = format!("{told} +{}", finding.in_preparation);
    }
    told
}

fn plan() -> &'static MeetingPlan {
    &shipped().programme("inclusief").unwrap().meeting_plan
}

fn question<'a>(
    practices: &'a [PracticeInPlan],
    meetings: &'a [PlanMeeting],
    today: Date,
) -> PlanQuestion<'a> {
    PlanQuestion {
        plan: plan(),
        table: shipped()
            .programme("inclusief")
            .unwrap()
            .practice_table
            .as_ref(),
        practices,
        meetings,
        starts_on: None,
        today,
    }
}

fn findings(practices: &[PracticeInPlan], texts: &[&str]) -> Vec<String> {
    let meetings = meetings(texts);
    let checked = check_plan(&question(practices, &meetings, date(2026, 9, 1)));
    checked.findings.iter().map(told).collect()
}

/// A year in which all is well, for one practice with `local` meetings and `exchange` meetings.
fn year(local: usize, exchange: usize) -> Vec<String> {
    let mut year = vec!["k 2026-03-02".to_owned()];
    year.extend((1..=local).map(|n| format!("a 2026-04-{:02}", n * 3)));
    year.extend((1..=exchange).map(|n| format!("x 2026-09-{:02}", n * 3)));
    year.push("c 2027-02-01".to_owned());
    year
}

#[test]
fn every_number_of_meetings_is_judged_at_its_boundaries() {
    // mission: L4, L5, L6, L7
    let few_local = |n: usize| vec![format!("error too_few local A {n}/3-5")];
    let few_exchange = |n: usize| vec![format!("error too_few exchange {n}/2-3")];
    let table: Vec<(usize, usize, Vec<String>)> = vec![
        (0, 2, few_local(0)),
        (1, 2, few_local(1)),
        (2, 2, few_local(2)),
        (3, 2, vec![]),
        (4, 2, vec![]),
        (5, 2, vec![]),
        (6, 2, vec!["warning too_many local A 6/3-5".to_owned()]),
        (3, 0, few_exchange(0)),
        (3, 1, few_exchange(1)),
        (3, 3, vec![]),
        (3, 4, vec!["warning too_many exchange 4/2-3".to_owned()]),
        (2, 1, [few_local(2), few_exchange(1)].concat()),
    ];
    for (local, exchange, expected) in table {
        let year = year(local, exchange);
        let texts: Vec<&str> = year.iter().map(String::as_str).collect();
        let found = findings(&[practice(A)], &texts);
        assert_eq!(found, expected, "{local} local, {exchange} exchange");
    }
}

/// A whole year but for what a case adds.
const REST: [&str; 5] = [
    "a 2026-04-06",
    "a 2026-05-06",
    "a 2026-06-03",
    "x 2026-09-02",
    "x 2026-10-07",
];

#[test]
fn what_is_missing_or_in_the_wrong_order_is_named() {
    // mission: L4, L5, L6, L7, L8
    let table: &[(&str, &[&str], &[&str])] = &[
        (
            "no kick-off",
            &["c 2027-02-01"],
            &["error too_few kick_off 0/1-1"],
        ),
        (
            "two kick-offs",
            &["k 2026-03-02", "k 2026-03-09", "c 2027-02-01"],
            &["warning too_many kick_off 2/1-1"],
        ),
        (
            "no closing",
            &["k 2026-03-02"],
            &["error too_few closing 0/1-1"],
        ),
        (
            "two closings",
            &["k 2026-03-02", "c 2027-02-01", "c 2027-02-02"],
            &["warning too_many closing 2/1-1"],
        ),
        (
            "a closing whose date is being agreed",
            &["k 2026-03-02", "~c 2027-02-01"],
            &["error too_few closing 0/1-1 +1"],
        ),
        (
            "a local meeting before the kick-off",
            &["k 2026-04-13", "c 2027-02-01"],
            &["error order local A 1/-0"],
        ),
        (
            "everything before the kick-off",
            &["k 2027-01-11", "c 2027-02-01"],
            &["error order local A 3/-0", "error order exchange 2/-0"],
        ),
        (
            "a closing meeting before the last exchange",
            &["k 2026-03-02", "c 2026-09-30"],
            &["error order closing 1/-0"],
        ),
        (
            "a closing meeting before the kick-off",
            &["k 2026-03-03", "c 2026-03-02"],
            &[
                "error order closing 1/-0",
                "error order closing A 1/-0",
                "error order closing 1/-0",
            ],
        ),
        (
            "an exchange before any local meeting",
            &["k 2026-03-02", "x 2026-03-16", "c 2027-02-01"],
            &["error order exchange A 1/-0"],
        ),
        (
            "an exchange between local meetings",
            &["k 2026-03-02", "x 2026-05-20", "c 2027-02-01"],
            &["warning order exchange A 1/-0"],
        ),
        (
            "kick-off and first local meeting on one day",
            &["k 2026-04-06", "c 2027-02-01"],
            &[],
        ),
        (
            "a presentation, which the plan does not name",
            &["p 2026-01-05", "k 2026-03-02", "c 2027-02-01"],
            &[],
        ),
    ];
    for (case, added, expected) in table {
        let texts = [added, &REST[..]].concat();
        assert_eq!(findings(&[practice(A)], &texts), *expected, "{case}");
    }
}

#[test]
fn a_year_is_twelve_months_and_a_day_more_is_warned_of() {
    // mission: L8
    let table = [
        ("2026-03-02", "2027-03-01", None),
        ("2026-03-02", "2027-03-02", None),
        ("2026-03-02", "2027-03-03", Some("13/-12")),
        ("2026-03-02", "2027-04-02", Some("13/-12")),
        ("2026-03-02", "2027-04-03", Some("14/-12")),
        // 29 February has no anniversary the year after: the month ends a day earlier.
        ("2028-02-29", "2029-02-28", None),
        ("2028-02-29", "2029-03-01", Some("13/-12")),
        ("2027-02-28", "2028-02-28", None),
        ("2027-02-28", "2028-02-29", Some("13/-12")),
        ("2026-12-31", "2027-12-31", None),
        ("2026-12-31", "2028-01-01", Some("13/-12")),
    ];
    for (first, last, expected) in table {
        let meetings = meetings(&[&format!("k {first}"), &format!("c {last}")]);
        let today = first.parse().unwrap();
        let checked = check_plan(&question(&[practice(A)], &meetings, today));
        let found: Vec<String> = checked
            .findings
            .iter()
            .filter(|finding| finding.rule == PlanRule::WithinMonths)
            .map(told)
            .collect();
        let expected: Vec<String> = expected
            .into_iter()
            .map(|numbers| format!("warning within_months closing {numbers}"))
            .collect();
        assert_eq!(found, expected, "{first} to {last}");
    }
}

#[test]
fn each_practice_is_judged_by_its_own_meetings() {
    // mission: L5
    let both = [practice(A), practice(B)];
    let texts = [&["k 2026-03-02", "c 2027-02-01"][..], &REST[..]].concat();
    let only_a = findings(&both, &texts);
    assert_eq!(only_a, ["error too_few local B 0/3-5"]);
    let with_b = [
        &texts[..],
        &["b 2026-04-07", "b 2026-05-07", "b 2026-09-03"],
    ]
    .concat();
    assert_eq!(
        findings(&both, &with_b),
        ["warning order exchange B 1/-0"],
        "practice A met before the first exchange, practice B went on after it"
    );
}

#[test]
fn a_practice_has_four_kinds_of_party_around_its_table() {
    // mission: L3
    let texts = [&["k 2026-03-02", "c 2027-02-01"][..], &REST[..]].concat();
    let mut three = practice(A);
    three.parties.remove(&PartyKind::Inwoner);
    // A kind that the programme does not count makes up for nothing.
    three.parties.insert(PartyKind::Adviesraad);
    let meetings = meetings(&texts);
    let three = [three];
    let checked = check_plan(&question(&three, &meetings, date(2026, 9, 1)));
    let found: Vec<String> = checked.findings.iter().map(told).collect();
    assert_eq!(found, ["error party_kinds A 3/4-"]);
    let explained = &checked.findings[0].explanation;
    assert!(explained.nl.contains("inwoner"), "{}", explained.nl);
    assert!(!checked.holds());
    assert_eq!(
        findings(
            &[],
            &[
                "k 2026-03-02",
                "c 2027-02-01",
                "x 2026-09-01",
                "x 2026-09-08"
            ]
        ),
        ["error practices 0/1-"]
    );
}

#[test]
fn a_meeting_counts_by_its_state() {
    for (status, standing) in [
        (MeetingStatus::Draft, Some(Standing::InPreparation)),
        (MeetingStatus::Polling, Some(Standing::InPreparation)),
        (MeetingStatus::Scheduled, Some(Standing::Dated)),
        (MeetingStatus::Held, Some(Standing::Dated)),
        (MeetingStatus::NotHeld, None),
        (MeetingStatus::Cancelled, None),
    ] {
        assert_eq!(Standing::of(status), standing, "{status}");
    }
}

#[test]
fn the_network_meets_four_to_six_times_a_calendar_year() {
    // mission: N5
    let network = &shipped().network.meeting_plan;
    let days = [
        "n 2025-12-31",
        "n 2026-01-01",
        "n 2026-03-05",
        "n 2026-06-04",
        "n 2026-09-03",
        "n 2026-11-05",
        "n 2026-12-31",
        "n 2026-12-30",
    ];
    let table: &[(usize, &[&str])] = &[
        (1, &["error too_few network 0/4-6"]),
        (4, &["error too_few network 3/4-6"]),
        (5, &[]),
        (7, &[]),
        (8, &["warning too_many network 7/4-6"]),
    ];
    for (taken, expected) in table {
        let meetings = meetings(&days[..*taken]);
        let checked = check_year(network, 2026, &meetings, date(2026, 7, 1));
        let found: Vec<String> = checked.findings.iter().map(told).collect();
        assert_eq!(found, *expected, "{taken} of the days");
    }
}

#[test]
fn a_forecast_draws_out_the_pace_and_never_below_what_has_a_date() {
    // mission: N5
    /// Held, planned, projected, and whether that falls short.
    type Numbers = (u32, u32, u32, bool);
    let network = &shipped().network.meeting_plan;
    let table: &[(&[&str], &str, Numbers)] = &[
        // Two in half a year: four at this pace.
        (
            &["n 2026-02-05", "n 2026-05-07"],
            "2026-07-02",
            (2, 0, 3, true),
        ),
        (
            &["n 2026-02-05", "n 2026-05-07"],
            "2026-07-01",
            (2, 0, 4, false),
        ),
        (&["n 2026-02-05"], "2026-06-30", (1, 0, 2, true)),
        // What has a date counts, whatever the pace.
        (
            &["n 2026-02-05", "n 2026-10-01", "n 2026-11-05"],
            "2026-06-30",
            (1, 2, 3, true),
        ),
        (
            &[
                "n 2026-02-05",
                "n 2026-09-03",
                "n 2026-10-01",
                "n 2026-11-05",
            ],
            "2026-06-30",
            (1, 3, 4, false),
        ),
        // A pace promises no more than the plan names.
        (&["n 2026-01-08"], "2026-01-08", (1, 0, 6, false)),
        (&[], "2026-01-02", (0, 0, 0, true)),
        (
            &["n 2026-02-05", "~n 2026-11-05"],
            "2026-12-31",
            (1, 0, 1, true),
        ),
        // Before the year and after it.
        (&["n 2026-02-05"], "2025-06-01", (0, 1, 1, true)),
        (&["n 2026-02-05"], "2027-06-01", (1, 0, 1, true)),
    ];
    for (texts, today, expected) in table {
        let meetings = meetings(texts);
        let checked = check_year(network, 2026, &meetings, today.parse().unwrap());
        let [forecast] = &checked.forecasts[..] else {
            panic!("one forecast")
        };
        let Forecast {
            held,
            planned,
            projected,
            falls_short,
            ..
        } = *forecast;
        assert_eq!(
            (held, planned, projected, falls_short),
            *expected,
            "{texts:?} on {today}"
        );
        assert_eq!((forecast.minimum, forecast.by), (4, date(2026, 12, 31)));
    }
    let meetings = meetings(&["n 2026-02-05", "n 2026-05-07"]);
    let checked = check_year(network, 2026, &meetings, date(2026, 7, 2));
    let explained = &checked.forecasts[0].explanation;
    assert_eq!(
        explained.en,
        "At this pace 3 of at least 4 by Thursday 31 December 2026."
    );
    assert_eq!(
        explained.nl,
        "In dit tempo 3 van minstens 4 tot en met donderdag 31 december 2026."
    );
}

#[test]
fn a_group_is_forecast_over_its_own_year() {
    // mission: L5, L6
    let meetings = meetings(&["k 2026-03-02", "a 2026-04-06"]);
    let practices = [practice(A)];
    let asked = question(&practices, &meetings, date(2026, 9, 1));
    let checked = check_plan(&asked);
    let told: Vec<(MeetingKind, u32, bool)> = checked
        .forecasts
        .iter()
        .map(|it| (it.kind, it.projected, it.falls_short))
        .collect();
    assert_eq!(
        told,
        [
            (MeetingKind::Local, 1, true),
            (MeetingKind::Exchange, 0, true)
        ]
    );
    assert_eq!(checked.forecasts[0].by, date(2027, 3, 2));
    let none = PlanQuestion {
        meetings: &[],
        ..asked
    };
    assert!(
        check_plan(&none).forecasts.is_empty(),
        "nothing says when the year began"
    );
    let said = PlanQuestion {
        starts_on: Some(date(2026, 10, 1)),
        ..none
    };
    assert_eq!(check_plan(&said).forecasts[0].by, date(2027, 10, 1));
}

fn proposed(
    practices: &[PracticeInPlan],
    texts: &[&str],
    busy: &BusyDays,
    today: Date,
) -> Vec<String> {
    let meetings = meetings(texts);
    let asked = question(practices, &meetings, today);
    let checked = check_plan(&asked);
    let found = propose(&ProposalQuestion::of_plan(&asked, &checked.missing, busy));
    found.iter().map(told_day).collect()
}

fn told_day(proposed: &ProposedDate) -> String {
    let owner = match proposed.missing.practice {
        Some(A) => " A",
        Some(_) => " B",
        None => "",
    };
    let day = proposed
        .on
        .map_or_else(|| "none".to_owned(), |day| day.to_string());
    format!("{}{owner} {day}", proposed.missing.kind)
}

#[test]
fn a_day_is_proposed_for_all_that_is_missing_and_it_meets_the_plan() {
    // mission: L4, L5, L6, L7
    let both = [practice(A), practice(B)];
    for texts in [
        &[][..],
        &["k 2026-03-02"],
        &["k 2026-03-02", "a 2026-04-06", "c 2027-02-01"],
        &[
            "k 2026-03-02",
            "a 2026-04-06",
            "b 2026-04-07",
            "x 2026-10-07",
            "c 2027-02-01",
        ],
    ] {
        let known = meetings(texts);
        let today = date(2026, 3, 10);
        let asked = question(&both, &known, today);
        let checked = check_plan(&asked);
        let busy = BusyDays::default();
        let found = propose(&ProposalQuestion::of_plan(&asked, &checked.missing, &busy));
        let missing: u32 = checked.missing.iter().map(|it| it.count).sum();
        assert_eq!(found.len(), missing as usize);
        let mut after = known.clone();
        for (place, it) in found.iter().enumerate() {
            after.push(PlanMeeting {
                meeting: MeetingId(Uuid::from_u128(1_000 + place as u128)),
                kind: it.missing.kind,
                practice: it.missing.practice,
                on: it.on.unwrap(),
                standing: Standing::Dated,
            });
        }
        let then = check_plan(&PlanQuestion {
            meetings: &after,
            ..asked
        });
        let left: Vec<String> = then.findings.iter().map(told).collect();
        assert!(
            left.is_empty(),
            "{texts:?}: {left:?} of {:?}",
            found.iter().map(told_day).collect::<Vec<_>>()
        );
    }
}

#[test]
fn no_day_is_proposed_in_a_weekend_on_a_holiday_or_when_somebody_has_a_meeting() {
    let one = [practice(A)];
    let rest = [
        "k 2026-01-05",
        "a 2026-01-12",
        "a 2026-01-19",
        "a 2026-01-26",
        "x 2026-02-02",
        "x 2026-02-09",
    ];
    let closing = |busy: &BusyDays, today| proposed(&one, &rest, busy, today);
    let free = BusyDays::default();
    // The year ends on Tuesday 5 January 2027.
    assert_eq!(closing(&free, date(2026, 3, 2)), ["closing 2027-01-05"]);
    let taken = BusyDays {
        anybody: [date(2027, 1, 5), date(2027, 1, 4)].into(),
        ..free
    };
    // Before it come a weekend and New Year's Day.
    assert_eq!(closing(&taken, date(2026, 3, 2)), ["closing 2026-12-31"]);
}

#[test]
fn without_a_free_day_in_the_time_that_is_left_there_is_no_proposal() {
    let network = &shipped().network.meeting_plan;
    let known = meetings(&["n 2026-02-05", "n 2026-05-07", "n 2026-09-03"]);
    let ask = |today: Date| {
        let checked = check_year(network, 2026, &known, today);
        let asked = PlanQuestion {
            plan: network,
            table: None,
            practices: &[],
            meetings: &known,
            starts_on: None,
            today,
        };
        let busy = BusyDays::default();
        let found = propose(&ProposalQuestion::of_year(
            &asked,
            2026,
            &checked.missing,
            &busy,
        ));
        found.iter().map(told_day).collect::<Vec<_>>()
    };
    assert_eq!(ask(date(2026, 9, 4)).len(), 1);
    assert_eq!(ask(date(2026, 12, 20)), ["network none"]);
}
