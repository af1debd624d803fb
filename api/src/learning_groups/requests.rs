//! Bodies and queries of the operations on learning groups.

use jiff::civil::Date;
use koplopers_shared::catalogue::words::PartyKind;
use koplopers_shared::ids::{PersonId, PracticeId, RoundId, TrajectoryId};
use koplopers_shared::learning_groups::{
    GroupChange, GroupStatus, NewGroup, NewPractice, PracticeChange,
};
use koplopers_shared::words::{MunicipalityCode, Slug};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::patch::patched;
use crate::words::{GroupStatusWord, PartyKindWord};

/// A learning group to be made.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateLearningGroupRequest {
    /// What people call it.
    #[schema(min_length = 1, max_length = 200, example = "Leergroep 2026")]
    name: String,
    /// What it is about.
    #[schema(min_length = 1, max_length = 2_000, nullable = false)]
    description: Option<String>,
    /// Its programme; the group is held to the meeting plan of its current version.
    #[schema(format = "slug", value_type = String, example = "inclusief")]
    programme: Slug,
    /// The round whose intakes came together in it.
    #[schema(value_type = Option<uuid::Uuid>, nullable = false)]
    round: Option<RoundId>,
    /// From when its year is counted while no meeting has a date.
    #[schema(value_type = Option<String>, format = Date, nullable = false, example = "2027-01-11")]
    starts_on: Option<Date>,
}

impl From<CreateLearningGroupRequest> for NewGroup {
    fn from(request: CreateLearningGroupRequest) -> Self {
        Self {
            name: request.name,
            description: request.description,
            programme: request.programme,
            round: request.round,
            starts_on: request.starts_on,
        }
    }
}

/// What is to change of a learning group, as a JSON Merge Patch (RFC 7396).
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(
    clippy::option_option,
    reason = "a key left out and null differ in a merge patch"
)]
pub struct ChangeLearningGroupRequest {
    /// What people call it.
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    name: Option<String>,
    /// What it is about.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 2_000)]
    description: Option<Option<String>>,
    /// From when its year is counted while no meeting has a date.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<String>, format = Date)]
    starts_on: Option<Option<Date>>,
}

impl From<ChangeLearningGroupRequest> for GroupChange {
    fn from(request: ChangeLearningGroupRequest) -> Self {
        Self {
            name: request.name,
            description: request.description,
            starts_on: request.starts_on,
        }
    }
}

/// Which learning groups are listed.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct LearningGroupListFilter {
    /// Only those in this state.
    #[param(value_type = Option<GroupStatusWord>, inline)]
    pub status: Option<GroupStatus>,
    /// Only those of this programme.
    #[param(format = "slug", value_type = Option<String>)]
    pub programme: Option<Slug>,
    /// Only those of this round.
    #[param(value_type = Option<uuid::Uuid>)]
    pub round: Option<RoundId>,
}

/// A practice to be added to a learning group.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreatePracticeRequest {
    /// The municipality whose practice it is.
    #[schema(format = "municipality-code", value_type = String, example = "GM0363")]
    municipality: MunicipalityCode,
    /// The trajectory it belongs to, of the same municipality and programme.
    #[schema(value_type = Option<uuid::Uuid>, nullable = false)]
    trajectory: Option<TrajectoryId>,
    /// What people call it.
    #[schema(min_length = 1, max_length = 200, example = "Samen aan tafel in Noord")]
    name: String,
    /// The social issue that it chose itself.
    #[schema(
        min_length = 1,
        max_length = 2_000,
        example = "Hoe doen mensen die weinig lezen mee in hun buurt?"
    )]
    issue: String,
    /// The kinds of party around its table; the programme says which count and how many.
    #[serde(default)]
    #[schema(value_type = Vec<PartyKindWord>, max_items = 8)]
    parties: Vec<PartyKind>,
}

impl From<CreatePracticeRequest> for NewPractice {
    fn from(request: CreatePracticeRequest) -> Self {
        Self {
            municipality: request.municipality,
            trajectory: request.trajectory,
            name: request.name,
            issue: request.issue,
            parties: request.parties.into_iter().collect(),
        }
    }
}

/// What is to change of a practice, as a JSON Merge Patch (RFC 7396).
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangePracticeRequest {
    /// What people call it.
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    name: Option<String>,
    /// The social issue that it chose itself.
    #[schema(min_length = 1, max_length = 2_000, nullable = false)]
    issue: Option<String>,
    /// The kinds of party around its table, all of them.
    #[schema(value_type = Option<Vec<PartyKindWord>>, max_items = 8, nullable = false)]
    parties: Option<Vec<PartyKind>>,
}

impl From<ChangePracticeRequest> for PracticeChange {
    fn from(request: ChangePracticeRequest) -> Self {
        Self {
            name: request.name,
            issue: request.issue,
            parties: request.parties.map(|parties| parties.into_iter().collect()),
        }
    }
}

/// Somebody who is to join a learning group.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateGroupMemberRequest {
    /// The person.
    #[schema(value_type = uuid::Uuid)]
    pub person: PersonId,
    /// Their practice; left out for who guides the group as a whole.
    #[schema(value_type = Option<uuid::Uuid>, nullable = false)]
    pub practice: Option<PracticeId>,
}

/// Which members are listed.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct GroupMemberListFilter {
    /// Only those of this practice.
    #[param(value_type = Option<uuid::Uuid>)]
    pub practice: Option<PracticeId>,
    /// Whether those who left are shown too; no unless said otherwise.
    #[param(inline)]
    pub with_left: Option<bool>,
}
