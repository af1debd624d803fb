//! Whether meetings come in the order of the plan: a kick-off, local meetings, exchange meetings
//! and a closing meeting, "in that order" (L4-L8).
//!
//! Strictly read, no exchange meeting comes before the last local one. In practice the two run
//! through each other, and a group learns from it. So that is a warning; it is an error to exchange
//! before anything was done locally, before the kick-off, or after the closing meeting.

use super::check::{dated, size};
use super::model::{Expected, Finding, PlanMeeting, PlanQuestion, PlanRule, Severity};
use super::words;
use crate::catalogue::programme::{PlanUnit, PlannedMeetings};
use crate::ids::PracticeId;

pub(super) fn findings(question: &PlanQuestion<'_>) -> Vec<Finding> {
    let meetings = dated(question);
    let steps: Vec<PlannedMeetings> = question
        .plan
        .meetings
        .iter()
        .filter(|item| item.per != PlanUnit::Year)
        .copied()
        .collect();
    let mut findings = Vec::new();
    for (place, later) in steps.iter().enumerate() {
        for earlier in steps.iter().take(place) {
            let per_practice = later.per == PlanUnit::Practice || earlier.per == PlanUnit::Practice;
            let owners: Vec<Option<PracticeId>> = if per_practice {
                let practices = question.practices.iter();
                practices.map(|it| Some(it.practice)).collect()
            } else {
                vec![None]
            };
            for owner in owners {
                findings.extend(too_early(&meetings, *earlier, *later, owner));
            }
        }
    }
    findings
}

/// The meetings of the step `later` that come before one of the step `earlier`, for one practice
/// or for the group as a whole. Two on one day are in order.
fn too_early(
    meetings: &[PlanMeeting],
    earlier: PlannedMeetings,
    later: PlannedMeetings,
    owner: Option<PracticeId>,
) -> Option<Finding> {
    let of = |step: PlannedMeetings| {
        meetings.iter().filter(move |meeting| {
            let own = step.per != PlanUnit::Practice || meeting.practice == owner;
            own && meeting.kind == step.kind
        })
    };
    let last = of(earlier).next_back()?;
    let out_of_place: Vec<&PlanMeeting> = of(later).filter(|it| it.on < last.on).collect();
    let first_out = *out_of_place.first()?;
    let both_repeat = earlier.maximum > 1 && later.maximum > 1;
    let begun = of(earlier).next().is_some_and(|it| it.on <= first_out.on);
    let severity = if both_repeat && begun {
        Severity::Warning
    } else {
        Severity::Error
    };
    Some(Finding {
        rule: PlanRule::Order,
        severity,
        kind: Some(later.kind),
        practice: owner,
        found: size(out_of_place.len()),
        in_preparation: 0,
        expected: Expected {
            minimum: None,
            maximum: Some(0),
        },
        meetings: out_of_place.iter().map(|it| it.meeting).collect(),
        explanation: words::order(first_out, last),
    })
}
