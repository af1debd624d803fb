//! What goes into a plan check, and what comes out.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::catalogue::programme::{MeetingPlan, PracticeTable};
use crate::catalogue::text::BilingualText;
use crate::catalogue::words::{MeetingKind, PartyKind};
use crate::ids::{MeetingId, PracticeId};
use crate::meetings::MeetingStatus;
use crate::text_enum;

text_enum! {
    /// A rule that meetings are held against.
    pub enum PlanRule {
        /// Fewer meetings of a kind than the plan asks.
        TooFew => "too_few",
        /// More meetings of a kind than the plan names.
        TooMany => "too_many",
        /// A meeting before one that the plan puts earlier.
        Order => "order",
        /// The last meeting lies too long after the first (L8).
        WithinMonths => "within_months",
        /// A group without a practice.
        Practices => "practices",
        /// Too few kinds of party around the table of a practice (L3).
        PartyKinds => "party_kinds",
    }
}

text_enum! {
    /// How bad a finding is.
    pub enum Severity {
        /// The plan is not met.
        Error => "error",
        /// Not as the plan has it in principle.
        Warning => "warning",
    }
}

/// How sure a meeting is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It took place, or has a date.
    Dated,
    /// It is in preparation: its date is not fixed.
    InPreparation,
}

impl Standing {
    /// How a meeting in this state counts; not at all when it did not or will not take place.
    #[must_use]
    pub const fn of(status: MeetingStatus) -> Option<Self> {
        match status {
            MeetingStatus::Held | MeetingStatus::Scheduled => Some(Self::Dated),
            MeetingStatus::Draft | MeetingStatus::Polling => Some(Self::InPreparation),
            MeetingStatus::NotHeld | MeetingStatus::Cancelled => None,
        }
    }
}

/// A meeting, as far as a plan minds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanMeeting {
    /// Which.
    pub meeting: MeetingId,
    /// What it is for.
    pub kind: MeetingKind,
    /// The practice whose meeting it is; none for one of the group as a whole.
    pub practice: Option<PracticeId>,
    /// Its day, on its own clock.
    pub on: Date,
    /// How sure it is.
    pub standing: Standing,
}

/// A practice, as far as a plan minds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PracticeInPlan {
    /// Which.
    pub practice: PracticeId,
    /// The kinds of party around its table.
    pub parties: BTreeSet<PartyKind>,
}

/// What is checked.
#[derive(Debug, Clone, Copy)]
pub struct PlanQuestion<'a> {
    /// The plan.
    pub plan: &'a MeetingPlan,
    /// Who sits at the table of a practice, where the programme says so.
    pub table: Option<&'a PracticeTable>,
    /// The practices that take part.
    pub practices: &'a [PracticeInPlan],
    /// The meetings, in any order.
    pub meetings: &'a [PlanMeeting],
    /// From when the year counts while no meeting has a date.
    pub starts_on: Option<Date>,
    /// The day of the check.
    pub today: Date,
}

/// How many there should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected {
    /// At least.
    pub minimum: Option<u32>,
    /// At most.
    pub maximum: Option<u32>,
}

/// Something that is not as the plan has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which rule.
    pub rule: PlanRule,
    /// How bad it is.
    pub severity: Severity,
    /// The kind of meeting, where one is meant.
    pub kind: Option<MeetingKind>,
    /// The practice; none for the group as a whole.
    pub practice: Option<PracticeId>,
    /// How many there are: meetings, months begun, practices, or kinds of party; for `order`, the
    /// meetings out of place.
    pub found: u32,
    /// How many are in preparation besides.
    pub in_preparation: u32,
    /// How many there should be.
    pub expected: Expected,
    /// The meetings that are meant, by day.
    pub meetings: Vec<MeetingId>,
    /// The same in words.
    pub explanation: BilingualText,
}

/// Where the meetings of a kind are heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forecast {
    /// The kind of meeting.
    pub kind: MeetingKind,
    /// The practice; none for the group as a whole, or for the network.
    pub practice: Option<PracticeId>,
    /// Meetings until today.
    pub held: u32,
    /// Meetings with a date after today, within the time.
    pub planned: u32,
    /// How many there will be at this pace, and never fewer than have a date.
    pub projected: u32,
    /// The least that the plan asks.
    pub minimum: u32,
    /// The last day that counts.
    pub by: Date,
    /// Whether there will be fewer than the plan asks.
    pub falls_short: bool,
    /// The same in words.
    pub explanation: BilingualText,
}

/// Meetings that the plan asks for and nobody prepares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missing {
    /// The kind of meeting.
    pub kind: MeetingKind,
    /// The practice; none for the group as a whole, or for the network.
    pub practice: Option<PracticeId>,
    /// How many.
    pub count: u32,
}

/// What a plan check found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PlanCheck {
    /// What is not as the plan has it, in the order of the plan.
    pub findings: Vec<Finding>,
    /// Where the repeated meetings are heading.
    pub forecasts: Vec<Forecast>,
    /// What is still to be planned.
    pub missing: Vec<Missing>,
}

impl PlanCheck {
    /// Whether nothing breaks the plan; warnings do not.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.findings
            .iter()
            .all(|finding| finding.severity != Severity::Error)
    }
}
