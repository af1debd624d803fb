//! Bodies of the operations on members.

use jiff::civil::Date;
use koplopers_shared::candidacies::{CandidateKind, Employer};
use koplopers_shared::catalogue::LearningPractice;
use koplopers_shared::ids::{CohortId, OrganisationId, PersonId};
use koplopers_shared::members::{
    Expertise, Issue, MemberChange, MemberFilter, MemberStatus, Topics, Visibilities, Visibility,
};
use koplopers_shared::words::{MunicipalityCode, Slug};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::patch::patched;
use crate::words::{CandidateKindWord, LearningPracticeWord, MemberStatusWord, VisibilityWord};

/// Which members are listed.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct MemberListFilter {
    /// Only those in this state.
    #[param(value_type = Option<MemberStatusWord>, inline)]
    status: Option<MemberStatus>,
    /// Only those of this cohort.
    #[param(value_type = Option<String>, format = "uuid")]
    cohort: Option<CohortId>,
    /// Only those of this kind.
    #[param(value_type = Option<CandidateKindWord>, inline)]
    kind: Option<CandidateKind>,
    /// Only those who know this theme, as far as they show it to the caller.
    #[param(format = "slug", value_type = Option<String>)]
    theme: Option<Slug>,
    /// Only those who await the consent of a new employer, or only those who do not.
    consent_review: Option<bool>,
}

impl From<MemberListFilter> for MemberFilter {
    fn from(filter: MemberListFilter) -> Self {
        Self {
            status: filter.status,
            cohort: filter.cohort,
            kind: filter.kind,
            theme: filter.theme,
            consent_review: filter.consent_review,
        }
    }
}

/// Which members the public directory holds.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct DirectoryFilter {
    /// Only those of this kind.
    #[param(value_type = Option<CandidateKindWord>, inline)]
    kind: Option<CandidateKind>,
    /// Only those who know this theme and show it to everybody.
    #[param(format = "slug", value_type = Option<String>)]
    theme: Option<Slug>,
}

impl From<DirectoryFilter> for MemberFilter {
    fn from(filter: DirectoryFilter) -> Self {
        Self {
            // Who does not take part now is not looked for.
            status: Some(MemberStatus::Active),
            kind: filter.kind,
            theme: filter.theme,
            ..Self::default()
        }
    }
}

/// Who sees each part of a profile. A part is seen by nobody who does not see the profile.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = MemberVisibility)]
pub struct VisibilityBody {
    /// Of name, kind, cohort and introduction.
    #[schema(value_type = VisibilityWord)]
    profile: Visibility,
    /// Of the employer.
    #[schema(value_type = VisibilityWord)]
    employer: Visibility,
    /// Of themes, issues and learning practices.
    #[schema(value_type = VisibilityWord)]
    expertise: Visibility,
    /// Of address and telephone.
    #[schema(value_type = VisibilityWord)]
    contact: Visibility,
}

impl From<VisibilityBody> for Visibilities {
    fn from(body: VisibilityBody) -> Self {
        Self {
            profile: body.profile,
            employer: body.employer,
            expertise: body.expertise,
            contact: body.contact,
        }
    }
}

impl From<Visibilities> for VisibilityBody {
    fn from(visible: Visibilities) -> Self {
        Self {
            profile: visible.profile,
            employer: visible.employer,
            expertise: visible.expertise,
            contact: visible.contact,
        }
    }
}

/// What is to change of a member, as a JSON Merge Patch (RFC 7396): a key left out stays as it
/// is, null takes a value away.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(
    clippy::option_option,
    reason = "a key left out and null differ in a merge patch"
)]
pub struct ChangeMemberRequest {
    /// Who they are, in their own words.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 5_000)]
    introduction: Option<Option<String>>,
    /// Hours a month that they have for the network.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<i32>, minimum = 0, maximum = 200, example = 8)]
    hours_per_month: Option<Option<i32>>,
    /// When they have time, in their own words.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 1_000, example = "Niet op woensdag")]
    availability: Option<Option<String>>,
    /// Who sees what from now on.
    #[schema(nullable = false)]
    visibility: Option<VisibilityBody>,
    /// Their cohort; only the institute changes it.
    #[schema(value_type = Option<uuid::Uuid>, nullable = false)]
    cohort: Option<CohortId>,
    /// What makes them a member; only the institute changes it.
    #[schema(value_type = Option<CandidateKindWord>, nullable = false)]
    kind: Option<CandidateKind>,
}

impl From<ChangeMemberRequest> for MemberChange {
    fn from(request: ChangeMemberRequest) -> Self {
        Self {
            hours_per_month: request.hours_per_month,
            availability: request.availability,
            introduction: request.introduction,
            visible: request.visibility.map(Visibilities::from),
            cohort: request.cohort,
            kind: request.kind,
        }
    }
}

/// All that a member knows and wants to work on.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReplaceMemberExpertiseRequest {
    /// Themes they know, each once.
    #[serde(default)]
    #[schema(max_items = 30)]
    expertise: Vec<ExpertiseRequest>,
    /// Social issues they want to work on.
    #[serde(default)]
    #[schema(max_items = 30)]
    issues: Vec<MemberIssueRequest>,
    /// Ways of learning they know.
    #[serde(default)]
    #[schema(value_type = Vec<LearningPracticeWord>, max_items = 10)]
    learning_practices: Vec<LearningPractice>,
}

impl From<ReplaceMemberExpertiseRequest> for Topics {
    fn from(request: ReplaceMemberExpertiseRequest) -> Self {
        Self {
            expertise: request.expertise.into_iter().map(Into::into).collect(),
            issues: request.issues.into_iter().map(Into::into).collect(),
            learning_practices: request.learning_practices.into_iter().collect(),
        }
    }
}

/// What a member knows of a theme.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExpertiseRequest {
    /// The theme, from `/themes`.
    #[schema(value_type = String, format = "slug", example = "debt")]
    theme: Slug,
    /// What of it, in their own words.
    #[schema(
        min_length = 1,
        max_length = 1_000,
        nullable = false,
        example = "Vroegsignalering"
    )]
    description: Option<String>,
    /// How much they know, from 1 (little) to 5 (much).
    #[schema(minimum = 1, maximum = 5, example = 4)]
    level: i32,
    /// How gladly they work on it, from 1 (little) to 5 (much).
    #[schema(minimum = 1, maximum = 5, example = 5)]
    interest: i32,
}

impl From<ExpertiseRequest> for Expertise {
    fn from(request: ExpertiseRequest) -> Self {
        Self {
            theme: request.theme,
            description: request.description,
            level: request.level,
            interest: request.interest,
        }
    }
}

/// A social issue that a member wants to work on.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MemberIssueRequest {
    /// The issue, in their own words.
    #[schema(
        min_length = 1,
        max_length = 1_000,
        example = "Jongeren die uit beeld raken"
    )]
    description: String,
    /// The theme it belongs to, from `/themes`.
    #[schema(value_type = Option<String>, format = "slug", nullable = false, example = "youth")]
    theme: Option<Slug>,
    /// How much they know, from 1 (little) to 5 (much).
    #[schema(minimum = 1, maximum = 5, example = 3)]
    level: i32,
    /// How gladly they work on it, from 1 (little) to 5 (much).
    #[schema(minimum = 1, maximum = 5, example = 5)]
    interest: i32,
}

impl From<MemberIssueRequest> for Issue {
    fn from(request: MemberIssueRequest) -> Self {
        Self {
            description: request.description,
            theme: request.theme,
            level: request.level,
            interest: request.interest,
        }
    }
}

/// For how long, and why, a member does not take part.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PauseMemberRequest {
    /// The last day of the pause: the membership goes on by itself after it. Without one it
    /// lasts until somebody resumes it.
    #[schema(value_type = Option<String>, format = "date", nullable = false, example = "2026-12-31")]
    pub until_on: Option<Date>,
    /// Why; for the member and the staff of the institute.
    #[schema(
        min_length = 1,
        max_length = 1_000,
        nullable = false,
        example = "Ouderschapsverlof"
    )]
    pub reason: Option<String>,
    /// True when you looked, and no text holds a citizen service number.
    #[serde(rename = "containsNoBsn")]
    #[schema(nullable = false)]
    _contains_no_bsn: Option<bool>,
}

/// Why a membership ends.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EndMembershipRequest {
    /// Why; for the member and the staff of the institute.
    #[schema(
        min_length = 1,
        max_length = 1_000,
        nullable = false,
        example = "Andere baan"
    )]
    pub reason: Option<String>,
    /// True when you looked, and no text holds a citizen service number.
    #[serde(rename = "containsNoBsn")]
    #[schema(nullable = false)]
    _contains_no_bsn: Option<bool>,
}

/// Whom a member works for from now on: a municipality, an organisation, or nobody.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReplaceMemberEmployerRequest {
    /// The municipality.
    #[schema(value_type = Option<String>, format = "municipality-code", example = "GM0344")]
    pub municipality: Option<MunicipalityCode>,
    /// The organisation.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub organisation: Option<OrganisationId>,
    /// The person who is asked for consent, who must hold the highest office there today. Left
    /// out, it is one who is known to.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub giver: Option<PersonId>,
}

impl ReplaceMemberEmployerRequest {
    /// The employer; `None` when both are named.
    #[must_use]
    pub fn employer(self) -> Option<Option<Employer>> {
        match (self.municipality, self.organisation) {
            (Some(_), Some(_)) => None,
            (municipality, organisation) => Some(Employer::from_parts(municipality, organisation)),
        }
    }
}
