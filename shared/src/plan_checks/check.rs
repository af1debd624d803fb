//! Counting meetings against a plan.

use std::ops::RangeInclusive;

use jiff::ToSpan as _;
use jiff::civil::{Date, date};

use super::model::{
    Expected, Finding, Forecast, Missing, PlanCheck, PlanMeeting, PlanQuestion, PlanRule,
    PracticeInPlan, Severity, Standing,
};
use super::{forecast, order, words};
use crate::catalogue::programme::{MeetingPlan, PlanUnit, PlannedMeetings, PracticeTable};
use crate::catalogue::words::MeetingKind;
use crate::ids::PracticeId;

/// Checks the meetings of a learning group, or of a trajectory on its own, against the plan of its
/// programme (L3-L8). What the plan counts per calendar year is no part of it: see [`check_year`].
#[must_use]
pub fn check_plan(question: &PlanQuestion<'_>) -> PlanCheck {
    let mut checked = PlanCheck::default();
    if question.practices.is_empty() {
        checked.findings.push(Finding {
            rule: PlanRule::Practices,
            severity: Severity::Error,
            kind: None,
            practice: None,
            found: 0,
            in_preparation: 0,
            expected: at_least(1),
            meetings: Vec::new(),
            explanation: words::no_practices(),
        });
    }
    if let Some(table) = question.table {
        let tables = question.practices.iter();
        let findings = tables.filter_map(|practice| table_finding(practice, table));
        checked.findings.extend(findings);
    }
    let year = year(question);
    for item in &question.plan.meetings {
        let owners: Vec<Option<PracticeId>> = match item.per {
            PlanUnit::Group => vec![None],
            PlanUnit::Practice => {
                let practices = question.practices.iter();
                practices.map(|it| Some(it.practice)).collect()
            }
            PlanUnit::Year => Vec::new(),
        };
        for owner in owners {
            let counted = of_kind(question.meetings, item.kind, owner);
            count(&mut checked, *item, owner, &counted);
            if let Some(year) = year.clone() {
                let forecast = forecast::forecast(*item, owner, &counted, &year, question.today);
                checked.forecasts.extend(forecast);
            }
        }
    }
    checked.findings.extend(order::findings(question));
    checked.findings.extend(duration(question));
    checked
}

/// Checks the meetings of one calendar year against what a plan asks per year (N5): the network's
/// 4 to 6 meetings.
#[must_use]
pub fn check_year(
    plan: &MeetingPlan,
    year: i16,
    meetings: &[PlanMeeting],
    today: Date,
) -> PlanCheck {
    let (first, last) = first_and_last_of_year(year);
    let days = first..=last;
    let within: Vec<PlanMeeting> = meetings
        .iter()
        .filter(|meeting| days.contains(&meeting.on))
        .copied()
        .collect();
    let mut checked = PlanCheck::default();
    let yearly = plan.meetings.iter().filter(|it| it.per == PlanUnit::Year);
    for item in yearly {
        let counted = of_kind(&within, item.kind, None);
        count(&mut checked, *item, None, &counted);
        let forecast: Option<Forecast> = forecast::forecast(*item, None, &counted, &days, today);
        checked.forecasts.extend(forecast);
    }
    checked
}

/// New Year's Day and the last of December.
pub(super) fn first_and_last_of_year(year: i16) -> (Date, Date) {
    let year = year.clamp(1, 9_999);
    (date(year, 1, 1), date(year, 12, 31))
}

/// The meetings of a kind and owner, by day and id.
pub(super) fn of_kind(
    meetings: &[PlanMeeting],
    kind: MeetingKind,
    owner: Option<PracticeId>,
) -> Vec<PlanMeeting> {
    let mut found: Vec<PlanMeeting> = meetings
        .iter()
        .filter(|meeting| meeting.kind == kind && (owner.is_none() || meeting.practice == owner))
        .copied()
        .collect();
    found.sort_unstable_by_key(|meeting| (meeting.on, meeting.meeting));
    found
}

fn count(
    checked: &mut PlanCheck,
    item: PlannedMeetings,
    owner: Option<PracticeId>,
    meetings: &[PlanMeeting],
) {
    let (dated, preparing): (Vec<&PlanMeeting>, Vec<&PlanMeeting>) =
        (meetings.iter()).partition(|meeting| meeting.standing == Standing::Dated);
    let (found, in_preparation) = (size(dated.len()), size(preparing.len()));
    let (minimum, maximum) = (u32::from(item.minimum), u32::from(item.maximum));
    let (rule, severity) = if found < minimum {
        (PlanRule::TooFew, Severity::Error)
    } else if found > maximum {
        (PlanRule::TooMany, Severity::Warning)
    } else {
        return;
    };
    checked.findings.push(Finding {
        rule,
        severity,
        kind: Some(item.kind),
        practice: owner,
        found,
        in_preparation,
        expected: Expected {
            minimum: Some(minimum),
            maximum: Some(maximum),
        },
        meetings: dated.iter().map(|meeting| meeting.meeting).collect(),
        explanation: words::count(item, found, in_preparation),
    });
    let open = minimum.saturating_sub(found + in_preparation);
    if open > 0 {
        checked.missing.push(Missing {
            kind: item.kind,
            practice: owner,
            count: open,
        });
    }
}

fn table_finding(practice: &PracticeInPlan, table: &PracticeTable) -> Option<Finding> {
    let present = table
        .kinds
        .iter()
        .filter(|kind| practice.parties.contains(kind));
    let found = size(present.count());
    let minimum = u32::from(table.minimum_kinds);
    let absent: Vec<_> = table
        .kinds
        .iter()
        .copied()
        .filter(|kind| !practice.parties.contains(kind))
        .collect();
    (found < minimum).then(|| Finding {
        rule: PlanRule::PartyKinds,
        severity: Severity::Error,
        kind: None,
        practice: Some(practice.practice),
        found,
        in_preparation: 0,
        expected: at_least(minimum),
        meetings: Vec::new(),
        explanation: words::party_kinds(found, minimum, &absent),
    })
}

/// The year of a group: from its first meeting, or from the day it said it starts, until the plan's
/// months are over. None where the plan sets no months or nothing says when it begins.
fn year(question: &PlanQuestion<'_>) -> Option<RangeInclusive<Date>> {
    let months = question.plan.within_months?;
    let first = dated(question).first().map(|meeting| meeting.on);
    let begins = first.or(question.starts_on)?;
    Some(begins..=begins.saturating_add(i32::from(months).months()))
}

/// The meetings that the plan names and that have a date, by day and id.
pub(super) fn dated(question: &PlanQuestion<'_>) -> Vec<PlanMeeting> {
    let kinds: Vec<MeetingKind> = question
        .plan
        .meetings
        .iter()
        .filter(|item| item.per != PlanUnit::Year)
        .map(|item| item.kind)
        .collect();
    let mut found: Vec<PlanMeeting> = question
        .meetings
        .iter()
        .filter(|meeting| meeting.standing == Standing::Dated && kinds.contains(&meeting.kind))
        .copied()
        .collect();
    found.sort_unstable_by_key(|meeting| (meeting.on, meeting.meeting));
    found
}

/// Twelve months from first to last are a year, and a day more is not (L8). In February of a leap
/// year the months end on the last day there is.
fn duration(question: &PlanQuestion<'_>) -> Option<Finding> {
    let months = question.plan.within_months?;
    let dated = dated(question);
    let (first, last) = (dated.first()?, dated.last()?);
    let limit = first.on.saturating_add(i32::from(months).months());
    (last.on > limit).then(|| Finding {
        rule: PlanRule::WithinMonths,
        severity: Severity::Warning,
        kind: Some(last.kind),
        practice: None,
        found: months_begun(first.on, last.on),
        in_preparation: 0,
        expected: Expected {
            minimum: None,
            maximum: Some(u32::from(months)),
        },
        meetings: vec![first.meeting, last.meeting],
        explanation: words::within_months(first.on, last.on, months),
    })
}

/// The months that begin between two days: twelve and a day are thirteen.
fn months_begun(first: Date, last: Date) -> u32 {
    let mut months = 0_u16;
    while first.saturating_add(i32::from(months).months()) < last {
        months += 1;
    }
    u32::from(months)
}

const fn at_least(minimum: u32) -> Expected {
    Expected {
        minimum: Some(minimum),
        maximum: None,
    }
}

pub(super) fn size(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
