//! Bodies of the operations on offers.

use jiff::civil::Date;
use koplopers_shared::catalogue::PersonRole;
use koplopers_shared::ids::IntakeId;
use koplopers_shared::offers::{
    NewBlock, NewOffer, NewStep, OfferChange, OfferFilter, OfferStatus, OptionKind, Principle,
};
use koplopers_shared::overviews::OfferPart;
use koplopers_shared::words::{Cents, MunicipalityCode, Slug};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::patch::patched;
use crate::words::{OfferPartWord, OfferStatusWord, OptionKindWord, PersonRoleWord};

/// A step of a building block: a fixed one by its `key`, any other by its `name`.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OfferStepRequest {
    /// The key of a step that the block always has; its name is the programme's.
    #[schema(min_length = 1, max_length = 60, example = json!(null))]
    key: Option<String>,
    /// What a step of this offer's own is called.
    #[schema(min_length = 1, max_length = 200, example = "Eerste overlegtafel")]
    name: Option<String>,
    /// The form it takes, a key of the block's `forms`.
    #[schema(min_length = 1, max_length = 60, example = "consultation_table")]
    form: Option<String>,
    /// The method it uses, a key of the block's `methods`.
    #[schema(min_length = 1, max_length = 60, example = "participation_wheel")]
    method: Option<String>,
    /// The day it is planned on, or begins.
    #[schema(value_type = Option<String>, format = "date", example = "2027-03-04")]
    planned_on: Option<Date>,
}

impl From<OfferStepRequest> for NewStep {
    fn from(request: OfferStepRequest) -> Self {
        Self {
            key: request.key,
            name: request.name,
            form: request.form,
            method: request.method,
            planned_on: request.planned_on,
        }
    }
}

/// A building block as it is offered here.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OfferBlockRequest {
    /// Its key in the programme version of the intake; each block once.
    #[schema(min_length = 1, max_length = 60, example = "knowledge_partnership")]
    key: String,
    /// What kind of option it is: a `partnership` has forms or methods, `participatory_research`
    /// has fixed steps, and any block can be something else.
    #[schema(value_type = Option<OptionKindWord>)]
    kind: Option<OptionKind>,
    /// What it is in this case. Never about a person or a family.
    #[schema(
        min_length = 1,
        max_length = 5_000,
        example = "Een jaar lang trekken we op met het wijkteam, aan een vaste overlegtafel."
    )]
    description: String,
    /// Hours of the institute.
    #[schema(maximum = 100_000, example = 80)]
    hours: u32,
    /// What it costs, in cents.
    #[schema(value_type = i64, minimum = 0, maximum = 9_007_199_254_740_991_i64, example = 1_250_000)]
    cost: Cents,
    /// What the municipality pays of that, in cents.
    #[schema(value_type = i64, minimum = 0, maximum = 9_007_199_254_740_991_i64, example = 625_000)]
    own_contribution: Cents,
    /// Who asked for it, for a block whose programme names who may; left out for any other.
    #[schema(value_type = Option<PersonRoleWord>)]
    asked_by: Option<PersonRole>,
    /// Its steps, in order.
    #[serde(default)]
    #[schema(max_items = 50)]
    steps: Vec<OfferStepRequest>,
}

impl From<OfferBlockRequest> for NewBlock {
    fn from(request: OfferBlockRequest) -> Self {
        Self {
            key: request.key,
            kind: request.kind,
            description: request.description,
            hours: request.hours,
            cost: request.cost,
            own_contribution: request.own_contribution,
            asked_by: request.asked_by,
            steps: request.steps.into_iter().map(NewStep::from).collect(),
        }
    }
}

/// A guiding principle, as it was checked off.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OfferPrincipleRequest {
    /// Its key in the programme version of the intake.
    #[schema(min_length = 1, max_length = 60, example = "everyone_heard")]
    key: String,
    /// Whether the offer meets it.
    ticked: bool,
    /// How, or why not.
    #[schema(
        min_length = 1,
        max_length = 2_000,
        example = "Bewoners zitten aan de overlegtafel."
    )]
    remark: Option<String>,
}

impl From<OfferPrincipleRequest> for Principle {
    fn from(request: OfferPrincipleRequest) -> Self {
        Self {
            key: request.key,
            ticked: request.ticked,
            remark: request.remark,
        }
    }
}

/// A new offer; it starts as a draft, and everything can be filled in later.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateOfferRequest {
    /// What the sponsor reads first.
    #[schema(min_length = 1, max_length = 5_000, nullable = false)]
    introduction: Option<String>,
    /// The building blocks, in the order in which they are offered.
    #[serde(default)]
    #[schema(max_items = 20)]
    blocks: Vec<OfferBlockRequest>,
    /// The guiding principles that were looked at.
    #[serde(default)]
    #[schema(max_items = 50)]
    principles: Vec<OfferPrincipleRequest>,
    /// The last day on which it can be accepted, inclusive.
    #[schema(value_type = Option<String>, format = "date", nullable = false, example = "2027-01-31")]
    valid_until_on: Option<Date>,
    /// True when you looked, and no text holds a citizen service number.
    #[serde(rename = "containsNoBsn")]
    #[schema(nullable = false)]
    _contains_no_bsn: Option<bool>,
}

impl From<CreateOfferRequest> for NewOffer {
    fn from(request: CreateOfferRequest) -> Self {
        Self {
            introduction: request.introduction,
            blocks: request.blocks.into_iter().map(NewBlock::from).collect(),
            principles: request
                .principles
                .into_iter()
                .map(Principle::from)
                .collect(),
            valid_until_on: request.valid_until_on,
        }
    }
}

/// Changes to a draft, as a JSON Merge Patch (RFC 7396): a key left out stays as it is, null
/// takes a value away, a list takes the place of the whole list.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangeOfferRequest {
    /// What the sponsor reads first.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 5_000)]
    introduction: Option<Option<String>>,
    /// Other building blocks in the place of all there were.
    #[schema(max_items = 20, nullable = false)]
    blocks: Option<Vec<OfferBlockRequest>>,
    /// Other guiding principles in the place of all there were.
    #[schema(max_items = 50, nullable = false)]
    principles: Option<Vec<OfferPrincipleRequest>>,
    /// The last day on which it can be accepted, inclusive.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<String>, format = "date", example = "2027-01-31")]
    valid_until_on: Option<Option<Date>>,
    /// True when you looked, and no text holds a citizen service number.
    #[serde(rename = "containsNoBsn")]
    #[schema(nullable = false)]
    _contains_no_bsn: Option<bool>,
}

impl From<ChangeOfferRequest> for OfferChange {
    fn from(request: ChangeOfferRequest) -> Self {
        let (blocks, principles) = (request.blocks, request.principles);
        Self {
            introduction: request.introduction,
            blocks: blocks.map(|blocks| blocks.into_iter().map(NewBlock::from).collect()),
            principles: principles
                .map(|principles| principles.into_iter().map(Principle::from).collect()),
            valid_until_on: request.valid_until_on,
        }
    }
}

/// Why an offer is taken back.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WithdrawOfferRequest {
    /// The reason, as the municipality may read it.
    #[schema(
        min_length = 1,
        max_length = 2_000,
        example = "De uren kloppen niet. U krijgt een nieuwe offerte."
    )]
    pub reason: String,
    /// True when you looked, and no text holds a citizen service number.
    #[serde(rename = "containsNoBsn")]
    #[schema(nullable = false)]
    _contains_no_bsn: Option<bool>,
}

/// What a list of offers is narrowed to.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct OfferListFilter {
    /// Only those in this state.
    #[param(value_type = Option<OfferStatusWord>, inline)]
    status: Option<OfferStatus>,
    /// Only those to this municipality.
    #[param(format = "municipality-code", value_type = Option<String>)]
    municipality: Option<MunicipalityCode>,
    /// Only those for this programme.
    #[param(format = "slug", value_type = Option<String>)]
    programme: Option<Slug>,
    /// Only those of this intake.
    #[param(value_type = Option<uuid::Uuid>)]
    intake: Option<IntakeId>,
    /// Children to show with each, in `expanded`.
    #[serde(default)]
    #[param(value_type = Vec<OfferPartWord>, inline)]
    pub expand: Vec<OfferPart>,
}

impl From<OfferListFilter> for OfferFilter {
    fn from(filter: OfferListFilter) -> Self {
        Self {
            status: filter.status,
            municipality: filter.municipality,
            programme: filter.programme,
            intake: filter.intake,
        }
    }
}
