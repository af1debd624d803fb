//! Bodies and filters of the operations on trajectories.

use jiff::civil::Date;
use koplopers_shared::ids::{IntakeId, KnowledgeItemId, PersonId, RoundId, TrajectoryBlockId};
use koplopers_shared::overviews::TrajectoryPart;
use koplopers_shared::trajectories::{
    Conclusion, Judged, Judgement, NewStep, StepChange, StepStatus, TrajectoryStatus,
};
use koplopers_shared::words::{MunicipalityCode, Slug};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::patch::patched;
use crate::words::{JudgementWord, StepStatusWord, TrajectoryPartWord, TrajectoryStatusWord};

/// A trajectory to be started from an accepted offer.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StartTrajectoryRequest {
    /// The intake that was matched.
    #[schema(value_type = uuid::Uuid)]
    pub intake: IntakeId,
    /// Officials of the municipality who take part besides the contact person and the sponsor of
    /// the intake.
    #[serde(default)]
    #[schema(max_items = 50, value_type = Vec<uuid::Uuid>)]
    pub officials: Vec<PersonId>,
}

/// The officials who take part, in the place of those there were.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetTrajectoryOfficialsRequest {
    /// The officials; whoever is new must hold a role with the municipality.
    #[schema(min_items = 1, max_items = 50, value_type = Vec<uuid::Uuid>)]
    pub officials: Vec<PersonId>,
}

/// The end product that was handed in.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetEndProductRequest {
    /// The knowledge item.
    #[schema(value_type = uuid::Uuid)]
    pub knowledge_item: KnowledgeItemId,
    /// The day on which it was handed in; not after today.
    #[schema(format = "date", value_type = String, example = "2027-02-15")]
    pub delivered_on: Date,
}

/// A judgement, in words as well.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = TrajectoryJudgement)]
pub struct JudgedBody {
    /// The judgement.
    #[schema(value_type = JudgementWord)]
    judgement: Judgement,
    /// What they say about it.
    #[schema(
        min_length = 1,
        max_length = 2_000,
        example = "We weten elkaar nu te vinden."
    )]
    remark: String,
}

impl From<JudgedBody> for Judged {
    fn from(body: JudgedBody) -> Self {
        Self {
            judgement: body.judgement,
            remark: body.remark,
        }
    }
}

impl From<Judged> for JudgedBody {
    fn from(judged: Judged) -> Self {
        Self {
            judgement: judged.judgement,
            remark: judged.remark,
        }
    }
}

/// What a trajectory came to.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CompleteTrajectoryRequest {
    /// What it brought.
    #[schema(
        min_length = 1,
        max_length = 10_000,
        example = "Bewoners komen eerder met hun vraag, en krijgen binnen een week antwoord."
    )]
    outcome: String,
    /// How that gets a lasting place in the municipality's own organisation.
    #[schema(
        min_length = 1,
        max_length = 10_000,
        example = "Het wijkteam neemt de werkwijze over in zijn jaarplan."
    )]
    anchoring: String,
    /// What the municipality thinks of it.
    municipality: JudgedBody,
    /// What the residents think of it.
    residents: JudgedBody,
    /// True when you looked, and no text holds a citizen service number.
    #[serde(rename = "containsNoBsn")]
    #[schema(nullable = false)]
    _contains_no_bsn: Option<bool>,
}

impl From<CompleteTrajectoryRequest> for Conclusion {
    fn from(request: CompleteTrajectoryRequest) -> Self {
        Self {
            outcome: request.outcome,
            anchoring: request.anchoring,
            municipality: request.municipality.into(),
            residents: request.residents.into(),
        }
    }
}

/// Why a trajectory ends early.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StopTrajectoryRequest {
    /// The reason, as the municipality may read it.
    #[schema(
        min_length = 1,
        max_length = 2_000,
        example = "De gemeente kiest voor een andere aanpak."
    )]
    pub reason: String,
    /// True when you looked, and no text holds a citizen service number.
    #[serde(rename = "containsNoBsn")]
    #[schema(nullable = false)]
    _contains_no_bsn: Option<bool>,
}

/// A step to be planned.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateTrajectoryStepRequest {
    /// The block of the trajectory that it belongs to.
    #[schema(value_type = uuid::Uuid)]
    block: TrajectoryBlockId,
    /// What it is called.
    #[schema(min_length = 1, max_length = 200, example = "Gesprek met de buurt")]
    name: String,
    /// The form it takes, a key of the block's forms in the programme.
    #[schema(
        min_length = 1,
        max_length = 60,
        nullable = false,
        example = "working_group"
    )]
    form: Option<String>,
    /// The method it uses, a key of the block's methods in the programme.
    #[schema(min_length = 1, max_length = 60, nullable = false, example = "theatre")]
    method: Option<String>,
    /// The day it is planned on, or begins.
    #[schema(format = "date", value_type = Option<String>, nullable = false, example = "2026-06-11")]
    planned_on: Option<Date>,
    /// What there is to say about it.
    #[schema(min_length = 1, max_length = 2_000, nullable = false)]
    note: Option<String>,
    /// True when you looked, and no text holds a citizen service number.
    #[serde(rename = "containsNoBsn")]
    #[schema(nullable = false)]
    _contains_no_bsn: Option<bool>,
}

impl From<CreateTrajectoryStepRequest> for NewStep {
    fn from(request: CreateTrajectoryStepRequest) -> Self {
        Self {
            block: request.block,
            name: request.name,
            form: request.form,
            method: request.method,
            planned_on: request.planned_on,
            note: request.note,
        }
    }
}

/// What is to change of a step, as a JSON Merge Patch (RFC 7396): a key left out stays as it is,
/// null takes a value away.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(
    clippy::option_option,
    reason = "a key left out and null differ in a merge patch"
)]
pub struct ChangeTrajectoryStepRequest {
    /// Where it stands now.
    #[schema(value_type = Option<StepStatusWord>, nullable = false)]
    status: Option<StepStatus>,
    /// The day it is planned on, or begins.
    #[serde(default, deserialize_with = "patched")]
    #[schema(format = "date", value_type = Option<String>)]
    planned_on: Option<Option<Date>>,
    /// The form it takes.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 60)]
    form: Option<Option<String>>,
    /// The method it uses.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 60)]
    method: Option<Option<String>>,
    /// What there is to say about it.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 2_000)]
    note: Option<Option<String>>,
    /// True when you looked, and no text holds a citizen service number.
    #[serde(rename = "containsNoBsn")]
    #[schema(nullable = false)]
    _contains_no_bsn: Option<bool>,
}

impl From<ChangeTrajectoryStepRequest> for StepChange {
    fn from(request: ChangeTrajectoryStepRequest) -> Self {
        Self {
            status: request.status,
            planned_on: request.planned_on,
            form: request.form,
            method: request.method,
            note: request.note,
        }
    }
}

/// Which trajectories are listed.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct TrajectoryListFilter {
    /// Only those in this state.
    #[param(value_type = Option<TrajectoryStatusWord>, inline)]
    pub status: Option<TrajectoryStatus>,
    /// Only those of this municipality.
    #[param(format = "municipality-code", value_type = Option<String>)]
    pub municipality: Option<MunicipalityCode>,
    /// Only those in this programme.
    #[param(format = "slug", value_type = Option<String>)]
    pub programme: Option<Slug>,
    /// Only those in this round.
    #[param(value_type = Option<uuid::Uuid>)]
    pub round: Option<RoundId>,
    /// Children to show with each, in `expanded`.
    #[serde(default)]
    #[param(value_type = Vec<TrajectoryPartWord>, inline)]
    pub expand: Vec<TrajectoryPart>,
}
