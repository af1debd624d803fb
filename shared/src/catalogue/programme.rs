//! What one version of a programme says: its texts, criteria, questions, building blocks and
//! meeting plan (P1).
//!
//! The same structs read the shipped TOML, travel as JSON over the API and are stored as JSON
//! per version, so that an intake can be judged by the version it was made under. Reading says
//! whether the shape is right; [`ProgrammeContent::problems`] says whether the content is.

use serde::{Deserialize, Serialize};

use super::text::{BilingualText, Named};
use super::words::{
    CoFundingBase, MeetingKind, MunicipalBody, PartyKind, PersonRole, RoundsRule,
    StandingCriterion, SupportKind, TalkKind,
};
use crate::words::Slug;

/// One version of a programme, without its contact persons (those are people, not content).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProgrammeContent {
    /// The name in paths.
    pub slug: Slug,
    /// What people call it.
    pub name: BilingualText,
    /// One or two sentences, for a list.
    pub summary: BilingualText,
    /// The whole text; paragraphs are separated by a blank line.
    pub description: BilingualText,
    /// Which talk an intake leads to (I1, T1).
    pub talk_kind: TalkKind,
    /// Whether an intake belongs to a round.
    pub rounds: RoundsRule,
    /// How much one round holds (L1). None where there are no rounds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<CapacityRule>,
    /// What the conditions for applying are (C1-C11).
    pub criteria: Vec<Criterion>,
    /// What the municipality answers on the intake.
    pub questions: Vec<Question>,
    /// Kinds of party that must be heard before a case is closed (T6).
    pub required_parties: Vec<PartyKind>,
    /// Who sits at the table of a practice (L3). None where there are no practices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub practice_table: Option<PracticeTable>,
    /// What an offer is made of (T5).
    pub building_blocks: Vec<BuildingBlock>,
    /// Which meetings are held, in this order (L4-L8).
    pub meeting_plan: MeetingPlan,
    /// The knowledge product that a trajectory owes (K2). None where it owes none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_product: Option<EndProduct>,
    /// The principles that are checked off on every offer (T4).
    pub guiding_principles: Vec<GuidingPrinciple>,
    /// Keys of the partners it is run jointly with (P2), from `data/partners.toml`.
    pub partners: Vec<String>,
}

/// How much a round holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CapacityRule {
    /// Local practices, each of one municipality.
    pub practices_per_round: u16,
}

/// A condition of the programme, assessed in the talk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Criterion {
    /// Names it within the programme; assessments refer to it.
    pub key: String,
    /// The standing condition it states, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<StandingCriterion>,
    /// The condition as the municipality reads it.
    pub text: BilingualText,
    /// Whether a match needs it met or waived.
    pub required: bool,
    /// What is checked besides the judgement of the assessor.
    pub gate: Gate,
}

/// What must be recorded before a criterion can count as met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum Gate {
    /// Nothing: the assessor judges. (Braces, because serde lets a tagged unit variant carry
    /// unknown keys.)
    Open {},
    /// The sponsor holds one of these roles in the municipality (C5).
    SponsorRole {
        /// The roles that qualify.
        roles: Vec<PersonRole>,
    },
    /// Each of these supports is recorded apart (C6).
    ThreeSupports {
        /// Which supports; all three unless a programme asks less.
        supports: Vec<SupportKind>,
    },
    /// Each part of the question was answered at submission (C7).
    TwoPartQuestion {
        /// The keys of the two questions, in order.
        questions: Vec<String>,
    },
    /// A commitment of each of these bodies is recorded (C9).
    NamedBodies {
        /// The bodies.
        bodies: Vec<MunicipalBody>,
    },
    /// The municipality committed to pay at least this share (C10).
    CoFunding {
        /// The own contribution, 1-100.
        percent: u8,
        /// The cost it is counted over.
        base: CoFundingBase,
    },
}

/// Something the municipality answers on the intake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Question {
    /// Names it within the programme; answers refer to it.
    pub key: String,
    /// The question itself.
    pub text: BilingualText,
    /// What helps to answer it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<BilingualText>,
    /// Whether an intake can be submitted without an answer.
    pub required: bool,
    /// The longest answer, in characters.
    pub max_length: u16,
    /// Keys of the criteria that the answer speaks to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub criteria: Vec<String>,
}

/// Who sits at the table of a practice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PracticeTable {
    /// How many different kinds there must be.
    pub minimum_kinds: u8,
    /// The kinds that count.
    pub kinds: Vec<PartyKind>,
}

/// A part of an offer (T5), with a cost and an own contribution of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BuildingBlock {
    /// Names it within the programme; lines of an offer refer to it.
    pub key: String,
    /// The number people know it by, 0-4. None for a block that is known by name only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u8>,
    /// Its name.
    pub name: BilingualText,
    /// What it is.
    pub text: BilingualText,
    /// Whether its cost belongs to the local practice (C10).
    pub local_practice: bool,
    /// Forms its steps can take, such as a working group (B1).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forms: Vec<Named>,
    /// Methods its steps can use (B1).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<Named>,
    /// Steps it always has, in order, each dated in the trajectory (B3).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Named>,
    /// Who must have asked for it (B2). Empty when anyone may.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asked_by: Vec<PersonRole>,
}

/// Which meetings are held, and within what time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MeetingPlan {
    /// The meetings, in the order in which they are held.
    pub meetings: Vec<PlannedMeetings>,
    /// Months from first to last meeting. Longer is a warning, not a failure (L8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within_months: Option<u16>,
}

/// How often one kind of meeting is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlannedMeetings {
    /// The kind.
    pub kind: MeetingKind,
    /// Fewer than this is a shortfall.
    pub minimum: u8,
    /// More than this is named as more than planned.
    pub maximum: u8,
    /// What the numbers are counted over.
    pub per: PlanUnit,
}

crate::text_enum! {
    /// What the numbers of a meeting plan are counted over.
    pub enum PlanUnit {
        /// Each practice: one municipality's part, or a trajectory on its own.
        Practice => "practice",
        /// The learning group as a whole.
        Group => "group",
        /// Each calendar year.
        Year => "year",
    }
}

/// The knowledge product that a trajectory owes (K2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EndProduct {
    /// What is owed.
    pub text: BilingualText,
    /// Months after the trajectory began to run.
    pub due_within_months: u16,
}

/// A principle that is checked off on every offer (T4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GuidingPrinciple {
    /// Names it within the programme; offers refer to it.
    pub key: String,
    /// The principle.
    pub text: BilingualText,
}

impl ProgrammeContent {
    /// The criterion with this key.
    #[must_use]
    pub fn criterion(&self, key: &str) -> Option<&Criterion> {
        self.criteria.iter().find(|criterion| criterion.key == key)
    }

    /// The question with this key.
    #[must_use]
    pub fn question(&self, key: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.key == key)
    }

    /// The building block with this key.
    #[must_use]
    pub fn building_block(&self, key: &str) -> Option<&BuildingBlock> {
        self.building_blocks.iter().find(|block| block.key == key)
    }

    /// The roles that the sponsor of an intake may hold (C5), when a required criterion says
    /// so; otherwise the sponsor may be anyone with a role.
    #[must_use]
    pub fn sponsor_roles(&self) -> Option<&[PersonRole]> {
        self.criteria.iter().find_map(|criterion| {
            if let Gate::SponsorRole { roles } = &criterion.gate
                && criterion.required
            {
                Some(roles.as_slice())
            } else {
                None
            }
        })
    }

    /// The own contribution that an offer must ask (C10), when a required criterion says so.
    #[must_use]
    pub fn co_funding(&self) -> Option<(u8, CoFundingBase)> {
        self.criteria.iter().find_map(|criterion| {
            if let Gate::CoFunding { percent, base } = criterion.gate
                && criterion.required
            {
                Some((percent, base))
            } else {
                None
            }
        })
    }

    /// Keys of the questions that must be answered before an intake is submitted: those marked
    /// required and the parts of a two-part question (C7).
    pub fn required_answers(&self) -> impl Iterator<Item = &str> {
        self.questions
            .iter()
            .filter(|question| question.required)
            .map(|question| question.key.as_str())
    }
}
