//! Bodies of the operations on candidacies.

use koplopers_shared::candidacies::{CandidacyFilter, CandidacyStatus, CandidateKind};
use koplopers_shared::flows::CandidacyChange;
use koplopers_shared::ids::{CohortId, OrganisationId};
use koplopers_shared::words::MunicipalityCode;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::patch::patched;
use crate::words::{CandidacyStatusWord, CandidateKindWord};

/// Which candidacies are listed.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct CandidacyListFilter {
    /// Only those in this state.
    #[param(value_type = Option<CandidacyStatusWord>, inline)]
    status: Option<CandidacyStatus>,
    /// Only those of this kind of candidate.
    #[param(value_type = Option<CandidateKindWord>, inline)]
    kind: Option<CandidateKind>,
    /// Only those for this cohort.
    #[param(value_type = Option<uuid::Uuid>)]
    cohort: Option<CohortId>,
    /// Only those whose candidate works for this municipality.
    #[param(format = "municipality-code", value_type = Option<String>)]
    municipality: Option<MunicipalityCode>,
    /// With `true`: only open ones whose candidate was not told yet that they were nominated.
    untold: Option<bool>,
}

impl From<CandidacyListFilter> for CandidacyFilter {
    fn from(filter: CandidacyListFilter) -> Self {
        Self {
            status: filter.status,
            kind: filter.kind,
            cohort: filter.cohort,
            municipality: filter.municipality,
            untold: filter.untold.unwrap_or(false),
        }
    }
}

/// What is to change of a candidacy, as a JSON Merge Patch (RFC 7396): a key left out stays as it
/// is, null takes a value away.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(
    clippy::option_option,
    reason = "a key left out and null differ in a merge patch"
)]
pub struct ChangeCandidacyRequest {
    /// What makes them a candidate.
    #[schema(value_type = Option<CandidateKindWord>, nullable = false)]
    kind: Option<CandidateKind>,
    /// The cohort they would start in.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<uuid::Uuid>)]
    cohort: Option<Option<CohortId>>,
    /// The municipality they work for; takes the organisation away.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<String>, format = "municipality-code")]
    municipality: Option<Option<MunicipalityCode>>,
    /// The organisation they work for; takes the municipality away.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<uuid::Uuid>)]
    organisation: Option<Option<OrganisationId>>,
}

impl From<ChangeCandidacyRequest> for CandidacyChange {
    fn from(request: ChangeCandidacyRequest) -> Self {
        Self {
            kind: request.kind,
            cohort: request.cohort,
            municipality: request.municipality,
            organisation: request.organisation,
        }
    }
}
