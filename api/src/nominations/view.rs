//! What is shown of a nomination.

use jiff::Timestamp;
use koplopers_shared::access::{Granted, Permit};
use koplopers_shared::candidacies::{Candidacy, CandidateKind, Employer};
use koplopers_shared::catalogue::{Language, PersonRole};
use koplopers_shared::ids::{CandidacyId, NominationId, OrganisationId};
use koplopers_shared::nominations::{
    Channel, NamedEmployer, Nomination, NominationAction, NominationOutcome, NominationStatus,
    Viewer,
};
use koplopers_shared::words::{EmailAddress, MunicipalityCode};
use serde::Serialize;
use utoipa::ToSchema;

use crate::actions::AllowedActionView;
use crate::words::{
    CandidateKindWord, LanguageWord, NominationChannelWord, NominationOutcomeWord,
    NominationStatusWord, PersonRoleWord,
};

/// Somebody's name and address.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Nominator)]
struct NominatorView {
    /// Their name.
    #[schema(example = "Noor Voorbeeld")]
    name: String,
    /// Where mail to them goes.
    #[schema(example = "noor@example.nl")]
    email: Option<String>,
}

/// Who is nominated, as the nominator said it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NominatedCandidate)]
struct CandidateView {
    /// Their name.
    name: String,
    /// Where mail to them goes.
    email: Option<String>,
    /// What makes them a candidate.
    #[schema(value_type = CandidateKindWord)]
    kind: CandidateKind,
    /// The municipality they work for.
    #[schema(value_type = Option<String>, example = "GM0363")]
    municipality: Option<MunicipalityCode>,
    /// The organisation they work for.
    #[schema(value_type = Option<uuid::Uuid>)]
    organisation: Option<OrganisationId>,
    /// The name of the organisation they work for, when it is not on our list.
    organisation_name: Option<String>,
}

/// Who could consent, as the nominator said it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ProposedGiver)]
struct GiverView {
    /// Their name.
    name: String,
    /// Where mail to them goes.
    email: String,
    /// Their role with the employer.
    #[schema(value_type = PersonRoleWord)]
    role: PersonRole,
}

/// A nomination: one nominator's text, and what came of it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Nomination)]
pub struct NominationView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: NominationId,
    /// Where it stands.
    #[schema(value_type = NominationStatusWord)]
    status: NominationStatus,
    /// What came of it, as far as its nominator may know.
    #[schema(value_type = NominationOutcomeWord)]
    outcome: NominationOutcome,
    /// Why the candidate was not invited.
    outcome_reason: Option<String>,
    /// Where it came in.
    #[schema(value_type = NominationChannelWord)]
    channel: Channel,
    /// The number that the nominator's system gave it.
    external_reference: Option<String>,
    /// The candidacy that it belongs to; for staff only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<uuid::Uuid>, nullable = false)]
    candidacy: Option<CandidacyId>,
    /// The municipality whose system nominated.
    #[schema(value_type = Option<String>, example = "GM0363")]
    municipality: Option<MunicipalityCode>,
    /// Who nominates.
    nominator: NominatorView,
    /// The language of mails about it.
    #[schema(value_type = LanguageWord)]
    language: Language,
    /// How the nominator knows the candidate.
    relation: String,
    /// Who is nominated.
    candidate: CandidateView,
    /// Why this person.
    motivation: String,
    /// What is new in how the candidate works.
    innovation: String,
    /// What it brings about.
    impact: String,
    /// Who could consent.
    giver: Option<GiverView>,
    /// Why it was taken back.
    withdrawn_reason: Option<String>,
    /// When it came in.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When its nominator stood by it.
    #[schema(value_type = Option<String>, format = DateTime)]
    confirmed_at: Option<Timestamp>,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// Every action on a nomination, with whether the caller may do it now.
    allowed_actions: Vec<AllowedActionView>,
}

impl NominationView {
    /// The nomination as a caller sees it; `candidacy` is the one it belongs to.
    #[must_use]
    pub fn new<P>(
        nomination: Nomination,
        candidacy: Option<&Candidacy>,
        granted: &Granted<P>,
    ) -> Self {
        let staff = granted.also(Permit::CandidaciesRead) && granted.scope().codes().is_none();
        let outcome = NominationOutcome::of(&nomination, candidacy);
        let email = |address: EmailAddress| address.as_str().to_owned();
        let employer = nomination.candidate.employer.as_ref();
        let known = employer.and_then(NamedEmployer::known);
        Self {
            allowed_actions: allowed(&nomination, granted),
            outcome_reason: outcome.reason(candidacy).map(str::to_owned),
            outcome,
            candidacy: nomination.candidacy.filter(|_| staff),
            candidate: CandidateView {
                municipality: known.and_then(Employer::municipality),
                organisation: known.and_then(Employer::organisation),
                organisation_name: employer.and_then(NamedEmployer::name).map(str::to_owned),
                name: nomination.candidate.name,
                email: nomination.candidate.email.map(email),
                kind: nomination.candidate.kind,
            },
            nominator: NominatorView {
                name: nomination.nominator_name,
                email: nomination.nominator_email.map(email),
            },
            giver: nomination.giver.map(|giver| GiverView {
                name: giver.name,
                email: email(giver.email),
                role: giver.role,
            }),
            id: nomination.id,
            status: nomination.status,
            channel: nomination.channel,
            external_reference: nomination.external_reference,
            municipality: nomination.nominated_by,
            language: nomination.language,
            relation: nomination.relation,
            motivation: nomination.motivation,
            innovation: nomination.innovation,
            impact: nomination.impact,
            withdrawn_reason: nomination.withdrawn_reason,
            created_at: nomination.created_at,
            confirmed_at: nomination.confirmed_at,
            updated_at: nomination.updated_at,
        }
    }
}

fn allowed<P>(nomination: &Nomination, granted: &Granted<P>) -> Vec<AllowedActionView> {
    let is_own = Viewer::own(granted).sees(nomination);
    NominationAction::ALL
        .iter()
        .map(|action| {
            let permitted = action.needs().is_some_and(|permit| granted.also(permit));
            AllowedActionView::new(
                action.as_str(),
                permitted && is_own,
                nomination.allows(*action),
            )
        })
        .collect()
}
