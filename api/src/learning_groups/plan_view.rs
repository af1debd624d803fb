//! Plan checks and proposed dates, as they are told.

use jiff::civil::Date;
use koplopers_shared::catalogue::words::MeetingKind;
use koplopers_shared::ids::{MeetingId, PracticeId};
use koplopers_shared::plan_checks::{
    Expected, Finding, Forecast, PlanCheck, PlanRule, ProposedDate, Severity,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::text::BilingualTextView;
use crate::words::{MeetingKindWord, PlanRuleWord, SeverityWord};

/// How many there should be.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlanExpectation)]
pub struct ExpectedView {
    /// At least.
    minimum: Option<u32>,
    /// At most.
    maximum: Option<u32>,
}

impl From<Expected> for ExpectedView {
    fn from(expected: Expected) -> Self {
        Self {
            minimum: expected.minimum,
            maximum: expected.maximum,
        }
    }
}

/// Something that is not as the plan has it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PlanFinding)]
pub struct FindingView {
    /// Which rule.
    #[schema(value_type = PlanRuleWord)]
    rule: PlanRule,
    /// How bad it is.
    #[schema(value_type = SeverityWord)]
    severity: Severity,
    /// The kind of meeting, where one is meant.
    #[schema(value_type = Option<MeetingKindWord>)]
    kind: Option<MeetingKind>,
    /// The practice; null for the group as a whole.
    #[schema(value_type = Option<uuid::Uuid>)]
    practice: Option<PracticeId>,
    /// How many there are: meetings with a date, months begun, practices, or kinds of party; for
    /// `order`, meetings out of place.
    #[schema(example = 2)]
    found: u32,
    /// Meetings in preparation besides.
    in_preparation: u32,
    /// How many there should be.
    expected: ExpectedView,
    /// The meetings that are meant, by day.
    #[schema(value_type = Vec<uuid::Uuid>)]
    meetings: Vec<MeetingId>,
    /// The same in words.
    explanation: BilingualTextView,
}

impl From<Finding> for FindingView {
    fn from(finding: Finding) -> Self {
        Self {
            rule: finding.rule,
            severity: finding.severity,
            kind: finding.kind,
            practice: finding.practice,
            found: finding.found,
            in_preparation: finding.in_preparation,
            expected: finding.expected.into(),
            meetings: finding.meetings,
            explanation: finding.explanation.into(),
        }
    }
}

/// Where the meetings of a kind are heading.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PlanForecast)]
pub struct ForecastView {
    /// The kind of meeting.
    #[schema(value_type = MeetingKindWord)]
    kind: MeetingKind,
    /// The practice; null for the group as a whole, or for the network.
    #[schema(value_type = Option<uuid::Uuid>)]
    practice: Option<PracticeId>,
    /// Meetings until today.
    held: u32,
    /// Meetings with a date after today, in time.
    planned: u32,
    /// How many there will be at this pace, and never fewer than have a date.
    #[schema(example = 3)]
    projected: u32,
    /// The least that the plan asks.
    #[schema(example = 4)]
    minimum: u32,
    /// The last day that counts.
    #[schema(value_type = String, format = Date, example = "2026-12-31")]
    by_on: Date,
    /// Whether there will be fewer than the plan asks.
    falls_short: bool,
    /// The same in words.
    explanation: BilingualTextView,
}

impl From<Forecast> for ForecastView {
    fn from(forecast: Forecast) -> Self {
        Self {
            kind: forecast.kind,
            practice: forecast.practice,
            held: forecast.held,
            planned: forecast.planned,
            projected: forecast.projected,
            minimum: forecast.minimum,
            by_on: forecast.by,
            falls_short: forecast.falls_short,
            explanation: forecast.explanation.into(),
        }
    }
}

/// Meetings held against a plan.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlanCheck)]
pub struct PlanCheckView {
    /// Whether nothing breaks the plan; warnings do not.
    holds: bool,
    /// What is not as the plan has it, in the order of the plan.
    findings: Vec<FindingView>,
    /// Where the repeated meetings are heading.
    forecasts: Vec<ForecastView>,
}

impl From<PlanCheck> for PlanCheckView {
    fn from(checked: PlanCheck) -> Self {
        Self {
            holds: checked.holds(),
            findings: checked
                .findings
                .into_iter()
                .map(FindingView::from)
                .collect(),
            forecasts: (checked.forecasts.into_iter())
                .map(ForecastView::from)
                .collect(),
        }
    }
}

/// A day for a meeting that is missing.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ProposedDate)]
pub struct ProposedDateView {
    /// The kind of meeting.
    #[schema(value_type = MeetingKindWord)]
    kind: MeetingKind,
    /// The practice; null for the group as a whole, or for the network.
    #[schema(value_type = Option<uuid::Uuid>)]
    practice: Option<PracticeId>,
    /// The day; null when no day suits in the time that is left.
    #[schema(value_type = Option<String>, format = Date, example = "2026-04-09")]
    proposed_on: Option<Date>,
}

impl From<ProposedDate> for ProposedDateView {
    fn from(proposed: ProposedDate) -> Self {
        Self {
            kind: proposed.missing.kind,
            practice: proposed.missing.practice,
            proposed_on: proposed.on,
        }
    }
}

/// Days for the meetings that a plan misses.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProposedDates)]
pub struct ProposedDatesView {
    /// One for each meeting, in the order of the plan.
    items: Vec<ProposedDateView>,
}

impl From<Vec<ProposedDate>> for ProposedDatesView {
    fn from(proposed: Vec<ProposedDate>) -> Self {
        Self {
            items: proposed.into_iter().map(ProposedDateView::from).collect(),
        }
    }
}
