//! Answers of the operations on offers.

use jiff::Timestamp;
use jiff::civil::Date;
use koplopers_shared::access::PermitSet;
use koplopers_shared::catalogue::PersonRole;
use koplopers_shared::ids::{IntakeId, OfferId, PersonId};
use koplopers_shared::offers::{
    Offer, OfferAction, OfferBlock, OfferStatus, OfferStep, OptionKind, Principle,
};
use koplopers_shared::words::{Cents, MunicipalityCode, Slug};
use serde::Serialize;
use utoipa::ToSchema;

use super::expand::ExpandedOfferView;
use crate::actions::AllowedActionView;
use crate::words::{OfferStatusWord, OptionKindWord, PersonRoleWord};

/// A step of a building block.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OfferStep)]
pub struct OfferStepView {
    /// Its key, for a step that the block always has.
    key: Option<String>,
    /// What it is called; a fixed step has its Dutch name of the programme.
    name: String,
    /// The form it takes, a key of the block's `forms`.
    form: Option<String>,
    /// The method it uses, a key of the block's `methods`.
    method: Option<String>,
    /// The day it is planned on, or begins.
    #[schema(value_type = Option<String>, format = "date")]
    planned_on: Option<Date>,
}

impl From<OfferStep> for OfferStepView {
    fn from(step: OfferStep) -> Self {
        Self {
            key: step.key,
            name: step.name,
            form: step.form,
            method: step.method,
            planned_on: step.planned_on,
        }
    }
}

/// A building block as it is offered here.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OfferBlock)]
pub struct OfferBlockView {
    /// Its key in the programme version.
    key: String,
    /// What kind of option it is.
    #[schema(value_type = Option<OptionKindWord>)]
    kind: Option<OptionKind>,
    /// What it is in this case.
    description: String,
    /// Hours of the institute.
    hours: u32,
    /// What it costs, in cents.
    #[schema(value_type = i64)]
    cost: Cents,
    /// What the municipality pays of that, in cents.
    #[schema(value_type = i64)]
    own_contribution: Cents,
    /// Who asked for it, for a block that must be asked for.
    #[schema(value_type = Option<PersonRoleWord>)]
    asked_by: Option<PersonRole>,
    /// Its steps, in order.
    steps: Vec<OfferStepView>,
}

impl From<OfferBlock> for OfferBlockView {
    fn from(block: OfferBlock) -> Self {
        Self {
            key: block.key,
            kind: block.kind,
            description: block.description,
            hours: block.hours,
            cost: block.cost,
            own_contribution: block.own_contribution,
            asked_by: block.asked_by,
            steps: block.steps.into_iter().map(OfferStepView::from).collect(),
        }
    }
}

/// A guiding principle, as it was checked off.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OfferPrinciple)]
pub struct OfferPrincipleView {
    /// Its key in the programme version.
    key: String,
    /// Whether the offer meets it.
    ticked: bool,
    /// How, or why not.
    remark: Option<String>,
}

impl From<Principle> for OfferPrincipleView {
    fn from(principle: Principle) -> Self {
        Self {
            key: principle.key,
            ticked: principle.ticked,
            remark: principle.remark,
        }
    }
}

/// The sums over the blocks of an offer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OfferTotals)]
pub struct OfferTotalsView {
    /// Hours of the institute.
    hours: u64,
    /// What everything costs, in cents.
    #[schema(value_type = i64)]
    cost: Cents,
    /// What the municipality pays of that, in cents.
    #[schema(value_type = i64)]
    own_contribution: Cents,
}

/// To whom an offer was sent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OfferSponsor)]
pub struct OfferSponsorView {
    /// The person.
    #[schema(value_type = uuid::Uuid)]
    person: PersonId,
    /// The role they held with the municipality then.
    #[schema(value_type = PersonRoleWord)]
    role: PersonRole,
}

/// Who accepted an offer, as they typed it in.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OfferAnsweredBy)]
pub struct AnsweredByView {
    /// Their name.
    name: String,
    /// Their role or office.
    role: String,
}

/// What is proposed to a municipality after a match.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Offer)]
pub struct OfferView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: OfferId,
    /// Where it stands.
    #[schema(value_type = OfferStatusWord)]
    status: OfferStatus,
    /// The intake it answers.
    #[schema(value_type = uuid::Uuid)]
    intake: IntakeId,
    /// Counts the offers of the intake from 1.
    #[schema(example = 1)]
    number: i32,
    /// The municipality of the intake.
    #[schema(value_type = String, example = "GM0363")]
    municipality: MunicipalityCode,
    /// The programme of the intake.
    #[schema(value_type = String, example = "uitvoering")]
    programme: Slug,
    /// The version of the programme whose blocks these are.
    programme_version: i32,
    /// What the sponsor reads first.
    introduction: Option<String>,
    /// The building blocks, in the order in which they are offered.
    blocks: Vec<OfferBlockView>,
    /// The guiding principles that were looked at.
    principles: Vec<OfferPrincipleView>,
    /// The last day on which it can be accepted, inclusive.
    #[schema(value_type = Option<String>, format = "date")]
    valid_until_on: Option<Date>,
    /// The currency of every amount.
    #[schema(example = "EUR")]
    currency: &'static str,
    /// The sums over the blocks.
    totals: OfferTotalsView,
    /// To whom it was sent.
    sponsor: Option<OfferSponsorView>,
    /// When it was sent.
    #[schema(value_type = Option<String>, format = DateTime)]
    sent_at: Option<Timestamp>,
    /// Who accepted it.
    answered_by: Option<AnsweredByView>,
    /// When it was accepted or refused.
    #[schema(value_type = Option<String>, format = DateTime)]
    answered_at: Option<Timestamp>,
    /// Why it was refused or withdrawn.
    closed_reason: Option<String>,
    /// When it was refused, expired, superseded or withdrawn.
    #[schema(value_type = Option<String>, format = DateTime)]
    closed_at: Option<Timestamp>,
    /// When it was drafted.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// Every action on an offer, with whether the caller may do it now. The sponsor accepts or
    /// refuses by the link in the mail and in no other way.
    allowed_actions: Vec<AllowedActionView>,
    /// The children that `expand` asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    expanded: Option<Box<ExpandedOfferView>>,
}

impl OfferView {
    /// The offer with children.
    #[must_use]
    pub fn expanded(self, children: ExpandedOfferView) -> Self {
        Self {
            expanded: Some(Box::new(children)),
            ..self
        }
    }

    /// The offer as a caller with `permits` sees it.
    #[must_use]
    pub fn new(offer: Offer, permits: PermitSet) -> Self {
        let allowed = OfferAction::to_choose_from().map(|action| {
            AllowedActionView::new(
                action.as_str(),
                permits.contains(action.needs()),
                offer.status.after(action).is_ok(),
            )
        });
        let hours = offer.hours();
        Self {
            id: offer.id,
            status: offer.status,
            allowed_actions: allowed.collect(),
            intake: offer.intake,
            number: offer.number,
            municipality: offer.municipality,
            programme: offer.programme,
            programme_version: offer.programme_number,
            introduction: offer.introduction,
            blocks: offer
                .content
                .blocks
                .into_iter()
                .map(OfferBlockView::from)
                .collect(),
            principles: offer
                .content
                .principles
                .into_iter()
                .map(OfferPrincipleView::from)
                .collect(),
            valid_until_on: offer.valid_until_on,
            currency: "EUR",
            totals: OfferTotalsView {
                hours,
                cost: offer.totals.cost,
                own_contribution: offer.totals.own_contribution,
            },
            sponsor: offer.sponsor.map(|sponsor| OfferSponsorView {
                person: sponsor.person,
                role: sponsor.role,
            }),
            sent_at: offer.sent_at,
            answered_by: offer.answered_by.map(|by| AnsweredByView {
                name: by.name,
                role: by.role,
            }),
            answered_at: offer.answered_at,
            closed_reason: offer.closed_reason,
            closed_at: offer.closed_at,
            created_at: offer.created_at,
            updated_at: offer.updated_at,
            expanded: None,
        }
    }
}
