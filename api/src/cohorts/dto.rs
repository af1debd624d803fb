//! Bodies and answers of the operations on cohorts.

use jiff::Timestamp;
use jiff::civil::Date;
use koplopers_shared::access::PermitSet;
use koplopers_shared::candidacies::CandidateKind;
use koplopers_shared::catalogue::shipped;
use koplopers_shared::cohorts::{Cohort, CohortAction, CohortChange, NewCohort};
use koplopers_shared::ids::CohortId;
use koplopers_shared::members::Spread;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::actions::AllowedActionView;
use crate::words::CandidateKindWord;

/// A cohort to be made.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateCohortRequest {
    /// What people call it; no two cohorts share a name.
    #[schema(min_length = 1, max_length = 100, example = "Lichting 2026")]
    name: String,
    /// How many members it should start with, 40 unless given: a target and not a cap.
    #[schema(minimum = 1, maximum = 1_000, nullable = false, example = 40)]
    target: Option<i32>,
    /// The day on which it starts.
    #[schema(value_type = String, format = "date", example = "2026-09-01")]
    starts_on: Date,
}

impl From<CreateCohortRequest> for NewCohort {
    fn from(request: CreateCohortRequest) -> Self {
        let usual = i32::from(shipped().network.cohort_target);
        Self {
            name: request.name,
            target: request.target.unwrap_or(usual),
            starts_on: request.starts_on,
        }
    }
}

/// What is to change of a cohort, as a JSON Merge Patch (RFC 7396).
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangeCohortRequest {
    /// What people call it.
    #[schema(
        min_length = 1,
        max_length = 100,
        nullable = false,
        example = "Lichting 2026"
    )]
    name: Option<String>,
    /// How many members it should start with.
    #[schema(minimum = 1, maximum = 1_000, nullable = false, example = 45)]
    target: Option<i32>,
    /// The day on which it starts.
    #[schema(value_type = Option<String>, format = "date", nullable = false, example = "2026-09-01")]
    starts_on: Option<Date>,
}

impl From<ChangeCohortRequest> for CohortChange {
    fn from(request: ChangeCohortRequest) -> Self {
        Self {
            name: request.name,
            target: request.target,
            starts_on: request.starts_on,
        }
    }
}

/// A cohort.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Cohort)]
pub struct CohortView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: CohortId,
    /// What people call it.
    #[schema(example = "Lichting 2026")]
    name: String,
    /// How many members it should start with: a target and not a cap.
    #[schema(example = 40)]
    target: i32,
    /// The day on which it starts.
    #[schema(value_type = String, format = "date")]
    starts_on: Date,
    /// How many members it has; those who left do not count.
    member_count: i64,
    /// How they are spread.
    spread: SpreadView,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// Every action on a cohort, with whether the caller may do it now.
    allowed_actions: Vec<AllowedActionView>,
}

/// How the members of a cohort are spread.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CohortSpread)]
pub struct SpreadView {
    /// Over the provinces of their employers; those without anybody show as 0.
    provinces: Vec<ProvinceCountView>,
    /// Members whose employer is no municipality.
    without_province: i64,
    /// Over the kinds of member; those without anybody show as 0.
    kinds: Vec<KindCountView>,
}

/// How many members are from a province.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ProvinceCount)]
pub struct ProvinceCountView {
    /// The province.
    #[schema(example = "Fryslân")]
    province: String,
    /// How many.
    count: i64,
}

/// How many members are of a kind.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CandidateKindCount)]
pub struct KindCountView {
    /// The kind.
    #[schema(value_type = CandidateKindWord)]
    kind: CandidateKind,
    /// How many.
    count: i64,
}

impl CohortView {
    /// The cohort as a caller with `permits` sees it.
    #[must_use]
    pub fn new(cohort: Cohort, spread: Spread, permits: PermitSet) -> Self {
        let allowed = CohortAction::ALL.iter().map(|action| {
            AllowedActionView::new(action.as_str(), permits.contains(action.needs()), true)
        });
        Self {
            id: cohort.id,
            name: cohort.name,
            target: cohort.target,
            starts_on: cohort.starts_on,
            member_count: spread.members,
            spread: SpreadView {
                provinces: spread
                    .provinces
                    .into_iter()
                    .map(|(province, count)| ProvinceCountView { province, count })
                    .collect(),
                without_province: spread.without_province,
                kinds: spread
                    .kinds
                    .into_iter()
                    .map(|(kind, count)| KindCountView { kind, count })
                    .collect(),
            },
            created_at: cohort.created_at,
            updated_at: cohort.updated_at,
            allowed_actions: allowed.collect(),
        }
    }
}
