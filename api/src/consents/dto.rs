//! Bodies and answers of the operations on consent.

use jiff::Timestamp;
use koplopers_shared::access::PermitSet;
use koplopers_shared::candidacies::{Candidacy, CandidacyAction, CandidacyStatus, Employer};
use koplopers_shared::catalogue::{Language, PersonRole};
use koplopers_shared::consents::{AnsweredVia, Consent, ConsentAnswer, ConsentStatus, Signature};
use koplopers_shared::flows::{ChosenGiver, ConsentRequest};
use koplopers_shared::ids::{CandidacyId, ConsentId, MemberId, OrganisationId, PersonId};
use koplopers_shared::words::{EmailAddress, MunicipalityCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::actions::AllowedActionView;
use crate::problem::Problem;
use crate::words::{
    AnsweredViaWord, ConsentAnswerWord, ConsentStatusWord, LanguageWord, PersonRoleWord,
};

/// An executive who is not known yet.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewConsentGiverRequest {
    /// Their name.
    #[schema(min_length = 1, max_length = 200, example = "Joris Vermeulen")]
    name: String,
    /// Where the request goes.
    #[schema(format = "email", value_type = String, max_length = 254, example = "joris@example.nl")]
    email: EmailAddress,
    /// The language of the mail and the page; Dutch unless given.
    #[serde(default)]
    #[schema(value_type = LanguageWord, required = false)]
    language: Language,
}

/// Whom to ask for consent.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateConsentRequest {
    /// An executive who is known and holds the office today; else `newPerson`.
    #[schema(value_type = Option<uuid::Uuid>, nullable = false)]
    person: Option<PersonId>,
    /// An executive who is added together with the office; else `person`.
    #[schema(nullable = false)]
    new_person: Option<NewConsentGiverRequest>,
    /// Their office: the highest one with the candidate's employer. May be left out for who holds
    /// it already.
    #[schema(value_type = Option<PersonRoleWord>, nullable = false, example = "gemeentesecretaris")]
    role: Option<PersonRole>,
    /// Why this one; needed to ask somebody again who refused.
    #[schema(
        min_length = 1,
        max_length = 2_000,
        nullable = false,
        example = "Het was een misverstand."
    )]
    reason: Option<String>,
    /// True when you looked, and no text holds a citizen service number.
    #[serde(rename = "containsNoBsn")]
    #[schema(nullable = false)]
    _contains_no_bsn: Option<bool>,
}

impl TryFrom<CreateConsentRequest> for ConsentRequest {
    type Error = Problem;

    fn try_from(request: CreateConsentRequest) -> Result<Self, Problem> {
        let giver = match (request.person, request.new_person) {
            (Some(person), None) => ChosenGiver::Known(person),
            (None, Some(new)) => ChosenGiver::New {
                name: new.name,
                email: new.email,
                language: new.language,
            },
            (None, None) | (Some(_), Some(_)) => {
                return Err(Problem::invalid_field(
                    "/person",
                    "one-of",
                    "name either `person` or `newPerson`",
                ));
            }
        };
        Ok(Self {
            giver,
            role: request.role,
            reason: request.reason,
        })
    }
}

/// An answer that did not come by the link.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateConsentAnswerRequest {
    /// What they said.
    #[schema(value_type = ConsentAnswerWord, example = "give")]
    answer: AnswerWord,
    /// Who answered.
    #[schema(min_length = 1, max_length = 200, example = "Joris Vermeulen")]
    name: String,
    /// Their office.
    #[schema(min_length = 1, max_length = 200, example = "Gemeentesecretaris")]
    role: String,
    /// What shows it, and where it is kept.
    #[schema(
        min_length = 1,
        max_length = 2_000,
        example = "Brief van 4 maart 2026, map 12."
    )]
    evidence: String,
    /// Why they refused, if they said.
    #[schema(min_length = 1, max_length = 2_000, nullable = false)]
    reason: Option<String>,
    /// True when you looked, and no text holds a citizen service number.
    #[serde(rename = "containsNoBsn")]
    #[schema(nullable = false)]
    _contains_no_bsn: Option<bool>,
}

koplopers_shared::text_enum! {
    /// What an executive says.
    pub enum AnswerWord {
        /// Yes.
        Give => "give",
        /// No.
        Refuse => "refuse",
    }
}

impl From<CreateConsentAnswerRequest> for (ConsentAnswer, String) {
    fn from(request: CreateConsentAnswerRequest) -> Self {
        let by = Signature {
            name: request.name,
            role: request.role,
        };
        let answer = match request.answer {
            AnswerWord::Give => ConsentAnswer::Give(by),
            AnswerWord::Refuse => ConsentAnswer::Refuse {
                by,
                reason: request.reason,
            },
        };
        (answer, request.evidence)
    }
}

/// Why there is nobody to ask.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateConsentExemptionRequest {
    /// Why.
    #[schema(
        min_length = 1,
        max_length = 2_000,
        example = "Werkt als zelfstandige, zonder organisatie."
    )]
    pub reason: String,
    /// True when you looked, and no text holds a citizen service number.
    #[serde(rename = "containsNoBsn")]
    #[schema(nullable = false)]
    _contains_no_bsn: Option<bool>,
}

/// Who answered.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ConsentSignature)]
pub struct SignatureView {
    /// The name that was typed in.
    name: String,
    /// The office that was typed in.
    role: String,
    /// By the link, or on behalf.
    #[schema(value_type = Option<AnsweredViaWord>)]
    via: Option<AnsweredVia>,
}

/// What the highest executive of the candidate's employer was asked, and what they answered.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Consent)]
pub struct ConsentView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: ConsentId,
    /// Where it stands.
    #[schema(value_type = ConsentStatusWord, example = "requested")]
    status: ConsentStatus,
    /// The candidacy.
    #[schema(value_type = uuid::Uuid)]
    candidacy: CandidacyId,
    /// Where the candidacy stands.
    #[schema(value_type = String, example = "consent_requested")]
    candidacy_status: CandidacyStatus,
    /// The municipality that is the employer.
    #[schema(value_type = Option<String>, example = "GM0363")]
    municipality: Option<MunicipalityCode>,
    /// The other organisation that is the employer.
    #[schema(value_type = Option<uuid::Uuid>)]
    organisation: Option<OrganisationId>,
    /// Who is asked.
    #[schema(value_type = Option<uuid::Uuid>)]
    giver: Option<PersonId>,
    /// Their office.
    #[schema(value_type = Option<PersonRoleWord>)]
    giver_role: Option<PersonRole>,
    /// The version of the words that they agree to.
    #[schema(example = "2026-1")]
    wording: String,
    /// When they were asked.
    #[schema(value_type = String, format = DateTime)]
    requested_at: Timestamp,
    /// When the mail server took the request: days are counted from here.
    #[schema(value_type = Option<String>, format = DateTime)]
    accepted_at: Option<Timestamp>,
    /// When it lapses without an answer; null while the request has not left.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    /// The day of the last chaser: 7 or 14.
    last_chaser_day: Option<i32>,
    /// When a mail to the giver came back.
    #[schema(value_type = Option<String>, format = DateTime)]
    bounced_at: Option<Timestamp>,
    /// When it was answered.
    #[schema(value_type = Option<String>, format = DateTime)]
    answered_at: Option<Timestamp>,
    /// Who answered.
    answered_by: Option<SignatureView>,
    /// What staff hold of an answer that did not come by the link.
    evidence: Option<String>,
    /// Why it was refused, asked of this giver, or is not applicable.
    reason: Option<String>,
    /// When it stopped being open.
    #[schema(value_type = Option<String>, format = DateTime)]
    closed_at: Option<Timestamp>,
    /// What can be done about it now.
    allowed_actions: Vec<AllowedActionView>,
}

/// The actions on a candidacy that are about its consent.
const ACTIONS: [CandidacyAction; 5] = [
    CandidacyAction::RequestConsent,
    CandidacyAction::ReplaceGiver,
    CandidacyAction::SkipConsent,
    CandidacyAction::GiveConsent,
    CandidacyAction::RefuseConsent,
];

impl ConsentView {
    /// The consent of a candidacy as a caller with `permits` sees it.
    #[must_use]
    pub fn new(consent: Consent, candidacy: &Candidacy, permits: PermitSet) -> Self {
        let allowed = ACTIONS.iter().map(|action| {
            AllowedActionView::new(
                action.as_str(),
                permits.contains(action.needs()),
                candidacy.allows(*action),
            )
        });
        let via = consent.answered_via;
        Self {
            allowed_actions: allowed.collect(),
            id: consent.id,
            status: consent.status,
            candidacy: candidacy.id,
            candidacy_status: candidacy.status,
            municipality: consent.employer.and_then(Employer::municipality),
            organisation: consent.employer.and_then(Employer::organisation),
            giver: consent.giver.map(|giver| giver.person),
            giver_role: consent.giver.map(|giver| giver.role),
            expires_at: consent.lapses_at(),
            wording: consent.wording,
            requested_at: consent.requested_at,
            accepted_at: consent.accepted_at,
            last_chaser_day: consent.last_chaser,
            bounced_at: consent.bounced_at,
            answered_at: consent.answered_at,
            answered_by: consent.answered_by.map(|by| SignatureView {
                name: by.name,
                role: by.role,
                via,
            }),
            evidence: consent.evidence.map(|evidence| evidence.text),
            reason: consent.reason,
            closed_at: consent.closed_at,
        }
    }
}

/// A consent as ops see it: ids and times, and nothing about people.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ConsentSummary)]
pub struct ConsentSummaryView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: ConsentId,
    /// Where it stands.
    #[schema(value_type = ConsentStatusWord, example = "requested")]
    status: ConsentStatus,
    /// The candidacy it is about.
    #[schema(value_type = Option<uuid::Uuid>)]
    candidacy: Option<CandidacyId>,
    /// The member it is about.
    #[schema(value_type = Option<uuid::Uuid>)]
    member: Option<MemberId>,
    /// When it was asked.
    #[schema(value_type = String, format = DateTime)]
    requested_at: Timestamp,
    /// When the mail server took the request.
    #[schema(value_type = Option<String>, format = DateTime)]
    accepted_at: Option<Timestamp>,
    /// When it lapses without an answer.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    /// When a mail to the giver came back.
    #[schema(value_type = Option<String>, format = DateTime)]
    bounced_at: Option<Timestamp>,
    /// When it was answered.
    #[schema(value_type = Option<String>, format = DateTime)]
    answered_at: Option<Timestamp>,
}

impl From<Consent> for ConsentSummaryView {
    fn from(consent: Consent) -> Self {
        Self {
            id: consent.id,
            status: consent.status,
            candidacy: consent.subject.candidacy(),
            member: consent.subject.member(),
            requested_at: consent.requested_at,
            accepted_at: consent.accepted_at,
            expires_at: consent.lapses_at(),
            bounced_at: consent.bounced_at,
            answered_at: consent.answered_at,
        }
    }
}
