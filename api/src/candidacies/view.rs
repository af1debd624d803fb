//! What is shown of a candidacy.

use jiff::Timestamp;
use koplopers_shared::access::{Granted, Permit};
use koplopers_shared::candidacies::{
    Candidacy, CandidacyAction, CandidacyStatus, CandidateKind, Employer,
};
use koplopers_shared::ids::{CandidacyId, CohortId, OrganisationId, PersonId};
use koplopers_shared::nominations::Nomination;
use koplopers_shared::words::MunicipalityCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::actions::AllowedActionView;
use crate::nominations::NominationView;
use crate::words::{CandidacyStatusWord, CandidateKindWord};

/// One person's way to associate membership.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Candidacy)]
pub struct CandidacyView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: CandidacyId,
    /// Where it stands.
    #[schema(value_type = CandidacyStatusWord)]
    status: CandidacyStatus,
    /// The candidate, of `/people`.
    #[schema(value_type = uuid::Uuid)]
    person: PersonId,
    /// What makes them a candidate.
    #[schema(value_type = CandidateKindWord)]
    kind: CandidateKind,
    /// The cohort they would start in.
    #[schema(value_type = Option<uuid::Uuid>)]
    cohort: Option<CohortId>,
    /// The municipality they work for.
    #[schema(value_type = Option<String>, example = "GM0363")]
    municipality: Option<MunicipalityCode>,
    /// The organisation they work for.
    #[schema(value_type = Option<uuid::Uuid>)]
    organisation: Option<OrganisationId>,
    /// How many nominations it has that were not taken back.
    nomination_count: i64,
    /// When the candidate must have been told at the latest (AVG art. 14).
    #[schema(value_type = String, format = DateTime)]
    tell_by: Timestamp,
    /// When the candidate was told.
    #[schema(value_type = Option<String>, format = DateTime)]
    told_at: Option<Timestamp>,
    /// Whether the candidate should have been told and was not.
    notice_overdue: bool,
    /// When the candidate was invited to become a member.
    #[schema(value_type = Option<String>, format = DateTime)]
    invited_at: Option<Timestamp>,
    /// The candidacy that this one was merged into.
    #[schema(value_type = Option<uuid::Uuid>)]
    merged_into: Option<CandidacyId>,
    /// Why it was closed.
    closed_reason: Option<String>,
    /// When it was closed.
    #[schema(value_type = Option<String>, format = DateTime)]
    closed_at: Option<Timestamp>,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// Every nomination, for a single candidacy; lists leave it out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    nominations: Option<Vec<NominationView>>,
    /// Every action on a candidacy, with whether the caller may do it now.
    allowed_actions: Vec<AllowedActionView>,
}

impl CandidacyView {
    /// The candidacy in a list.
    #[must_use]
    pub fn row<P>(
        candidacy: Candidacy,
        nomination_count: i64,
        granted: &Granted<P>,
        now: Timestamp,
    ) -> Self {
        let allowed = CandidacyAction::to_choose_from().map(|action| {
            AllowedActionView::new(
                action.as_str(),
                granted.also(action.needs()),
                candidacy.allows(action),
            )
        });
        let untold = candidacy.told_at.is_none() && !candidacy.status.is_closed();
        Self {
            allowed_actions: allowed.collect(),
            notice_overdue: untold && candidacy.tell_by < now,
            id: candidacy.id,
            status: candidacy.status,
            person: candidacy.person,
            kind: candidacy.kind,
            cohort: candidacy.cohort,
            municipality: candidacy.employer.and_then(Employer::municipality),
            organisation: candidacy.employer.and_then(Employer::organisation),
            nomination_count,
            tell_by: candidacy.tell_by,
            told_at: candidacy.told_at,
            invited_at: candidacy.invited_at,
            merged_into: candidacy.merged_into,
            closed_reason: candidacy.closed_reason,
            closed_at: candidacy.closed_at,
            created_at: candidacy.created_at,
            updated_at: candidacy.updated_at,
            nominations: None,
        }
    }

    /// The candidacy with what was said of the candidate, for whoever may read nominations.
    #[must_use]
    pub fn with_nominations<P>(
        candidacy: Candidacy,
        nominations: Vec<Nomination>,
        granted: &Granted<P>,
        now: Timestamp,
    ) -> Self {
        use koplopers_shared::nominations::NominationStatus;
        let stands = |it: &&Nomination| it.status == NominationStatus::Submitted;
        let count = nominations.iter().filter(stands).count();
        let shown = granted.also(Permit::NominationsRead).then(|| {
            nominations
                .into_iter()
                .map(|nomination| NominationView::new(nomination, Some(&candidacy), granted))
                .collect()
        });
        Self {
            nominations: shown,
            ..Self::row(
                candidacy,
                i64::try_from(count).unwrap_or(i64::MAX),
                granted,
                now,
            )
        }
    }
}
