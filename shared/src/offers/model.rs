//! An offer and what it is composed of.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{InvalidOfferTransition, OfferAction, OfferStatus};
use crate::catalogue::programme::BuildingBlock;
use crate::catalogue::words::PersonRole;
use crate::ids::{IntakeId, OfferId};
use crate::intakes::Sponsor;
use crate::text_enum;
use crate::words::{Cents, MunicipalityCode, Slug};

text_enum! {
    /// What kind of option a block is, when the question is not a light one (T3).
    pub enum OptionKind {
        /// A knowledge partnership.
        Partnership => "partnership",
        /// Research together with residents.
        ParticipatoryResearch => "participatory_research",
        /// Anything else.
        Other => "other",
    }
}

impl OptionKind {
    /// Whether a block can be this kind of option: a partnership meets in forms or by methods
    /// (B1), and research has fixed steps (B3). Any block can be something else.
    #[must_use]
    pub fn fits(self, block: &BuildingBlock) -> bool {
        match self {
            Self::Partnership => !block.forms.is_empty() || !block.methods.is_empty(),
            Self::ParticipatoryResearch => !block.steps.is_empty(),
            Self::Other => true,
        }
    }
}

/// What an offer says, besides its introduction.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OfferContent {
    /// The building blocks, in the order in which they are offered.
    pub blocks: Vec<OfferBlock>,
    /// The guiding principles that were looked at (T4).
    pub principles: Vec<Principle>,
}

/// A building block as it is offered here (T5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OfferBlock {
    /// Its key in the programme.
    pub key: String,
    /// What kind of option it is (T3).
    pub kind: Option<OptionKind>,
    /// What it is in this case.
    pub description: String,
    /// Hours of the institute.
    pub hours: u32,
    /// What it costs.
    pub cost: Cents,
    /// What the municipality pays of that.
    pub own_contribution: Cents,
    /// Who asked for it, for a block that must be asked for (B2).
    pub asked_by: Option<PersonRole>,
    /// Its steps, in order.
    pub steps: Vec<OfferStep>,
}

/// A step of a block (B1, B3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OfferStep {
    /// Its key, for a step that the block always has; `None` for one of this offer's own.
    pub key: Option<String>,
    /// What it is called; a fixed step has its Dutch name of the programme.
    pub name: String,
    /// The form it takes, a key of the block's list (B1).
    pub form: Option<String>,
    /// The method it uses, a key of the block's list (B1).
    pub method: Option<String>,
    /// The day it is planned on, or begins.
    pub planned_on: Option<Date>,
}

/// A guiding principle, as it was checked off (T4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Principle {
    /// Its key in the programme.
    pub key: String,
    /// Whether the offer meets it.
    pub ticked: bool,
    /// How, or why not.
    pub remark: Option<String>,
}

/// A block about to be written into an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBlock {
    /// As in [`OfferBlock`].
    pub key: String,
    /// As in [`OfferBlock`].
    pub kind: Option<OptionKind>,
    /// As in [`OfferBlock`].
    pub description: String,
    /// As in [`OfferBlock`].
    pub hours: u32,
    /// As in [`OfferBlock`].
    pub cost: Cents,
    /// As in [`OfferBlock`].
    pub own_contribution: Cents,
    /// As in [`OfferBlock`].
    pub asked_by: Option<PersonRole>,
    /// Its steps, in order.
    pub steps: Vec<NewStep>,
}

/// A step about to be written into a block: a fixed one by its key, any other by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewStep {
    /// The key of a fixed step.
    pub key: Option<String>,
    /// The name of any other.
    pub name: Option<String>,
    /// As in [`OfferStep`].
    pub form: Option<String>,
    /// As in [`OfferStep`].
    pub method: Option<String>,
    /// As in [`OfferStep`].
    pub planned_on: Option<Date>,
}

/// The sums over the blocks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// What everything costs.
    pub cost: Cents,
    /// What the municipality pays of that.
    pub own_contribution: Cents,
}

impl Totals {
    /// The sums over `blocks`; `None` when one is more than an amount can be.
    #[must_use]
    pub fn of<'b>(blocks: impl IntoIterator<Item = &'b OfferBlock>) -> Option<Self> {
        blocks.into_iter().try_fold(Self::default(), |sum, block| {
            Some(Self {
                cost: sum.cost.plus(block.cost)?,
                own_contribution: sum.own_contribution.plus(block.own_contribution)?,
            })
        })
    }
}

/// Who accepted an offer, as they typed it in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnsweredBy {
    /// Their name.
    pub name: String,
    /// Their role or office.
    pub role: String,
}

/// A proposal to a municipality.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Its id.
    pub id: OfferId,
    /// Rises on every write; the ETag.
    pub version: i64,
    /// The intake it answers.
    pub intake: IntakeId,
    /// Counts the offers of the intake from 1.
    pub number: i32,
    /// Where it stands.
    pub status: OfferStatus,
    /// The municipality of the intake.
    pub municipality: MunicipalityCode,
    /// The programme of the intake.
    pub programme: Slug,
    /// The programme version of the intake, whose blocks these are.
    pub programme_number: i32,
    /// What comes before the blocks.
    pub introduction: Option<String>,
    /// What is offered.
    pub content: OfferContent,
    /// The last day on which it can be accepted.
    pub valid_until_on: Option<Date>,
    /// The sums over its blocks.
    pub totals: Totals,
    /// To whom it was sent, in the role they had then.
    pub sponsor: Option<Sponsor>,
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
    /// Who accepted it.
    pub answered_by: Option<AnsweredBy>,
    /// When it was accepted or refused.
    pub answered_at: Option<Timestamp>,
    /// Why it was refused or withdrawn.
    pub closed_reason: Option<String>,
    /// When it was refused, expired, superseded or withdrawn.
    pub closed_at: Option<Timestamp>,
    /// When it was drafted.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Offer {
    /// Hours of the institute, over all blocks.
    #[must_use]
    pub fn hours(&self) -> u64 {
        let hours = self
            .content
            .blocks
            .iter()
            .map(|block| u64::from(block.hours));
        hours.sum()
    }

    /// Whether its last day is over on `today`. Its state may say so a moment later.
    #[must_use]
    pub fn has_lapsed(&self, today: Date) -> bool {
        self.valid_until_on.is_some_and(|last| last < today)
    }

    /// The offer after `action`, with the instants that belong to it.
    pub fn after(
        self,
        action: OfferAction,
        now: Timestamp,
    ) -> Result<Self, InvalidOfferTransition> {
        let status = self.status.after(action)?;
        let closes = matches!(
            status,
            OfferStatus::Refused
                | OfferStatus::Expired
                | OfferStatus::Superseded
                | OfferStatus::Withdrawn
        );
        let answers = matches!(action, OfferAction::Accept | OfferAction::Refuse);
        Ok(Self {
            status,
            updated_at: now,
            sent_at: if action == OfferAction::Send {
                Some(now)
            } else {
                self.sent_at
            },
            answered_at: if answers { Some(now) } else { self.answered_at },
            closed_at: if closes { Some(now) } else { self.closed_at },
            ..self
        })
    }
}
