//! Bodies of the operations on nominations.

use koplopers_shared::candidacies::{CandidateKind, Employer};
use koplopers_shared::catalogue::{Language, PersonRole};
use koplopers_shared::ids::{CandidacyId, OrganisationId};
use koplopers_shared::nominations::{
    CandidateDetails, Channel, NamedEmployer, NewNomination, NominationFilter, NominationStatus,
    Nominator, ProposedGiver, rules,
};
use koplopers_shared::words::{EmailAddress, MunicipalityCode};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::problem::{FieldError, Problem};
use crate::words::{
    CandidateKindWord, LanguageWord, NominationChannelWord, NominationStatusWord, PersonRoleWord,
};

/// Who is nominated.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CandidateRequest {
    /// Their name.
    #[schema(min_length = 1, max_length = 200, example = "Kim Kandidaat")]
    name: String,
    /// Where mail to them goes. Without it the institute must find another way to tell them.
    #[schema(format = "email", value_type = Option<String>, max_length = 254, nullable = false, example = "kim@example.nl")]
    email: Option<EmailAddress>,
    /// What makes them a candidate.
    #[schema(value_type = CandidateKindWord)]
    kind: CandidateKind,
    /// The municipality they work for (CBS code). At most one of this and the next two.
    #[schema(format = "municipality-code", value_type = Option<String>, nullable = false, example = "GM0363")]
    municipality: Option<MunicipalityCode>,
    /// The organisation they work for, of `/organisations`.
    #[schema(value_type = Option<uuid::Uuid>, nullable = false)]
    organisation: Option<OrganisationId>,
    /// The name of the organisation they work for, when it is not on our list.
    #[schema(
        min_length = 1,
        max_length = 200,
        nullable = false,
        example = "Stichting Voorbeeld"
    )]
    organisation_name: Option<String>,
}

impl CandidateRequest {
    fn read(self) -> Result<CandidateDetails, FieldError> {
        let employers = [
            self.municipality
                .map(|code| NamedEmployer::Known(Employer::Municipality(code))),
            self.organisation
                .map(|id| NamedEmployer::Known(Employer::Organisation(id))),
            self.organisation_name
                .map(|name| NamedEmployer::Named(rules::tidy_name(&name))),
        ];
        let mut employers = employers.into_iter().flatten();
        let employer = employers.next();
        if employers.next().is_some() {
            return Err(FieldError::new(
                "/candidate",
                "too-many",
                "name one employer: a municipality, an organisation or its name",
            ));
        }
        Ok(CandidateDetails {
            name: rules::tidy_name(&self.name),
            email: self.email,
            kind: self.kind,
            employer,
        })
    }
}

/// Who nominates.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NominatorRequest {
    /// Their name.
    #[schema(min_length = 1, max_length = 200, example = "Noor Voorbeeld")]
    name: String,
    /// Where mail to them goes.
    #[schema(format = "email", value_type = String, max_length = 254, example = "noor@example.nl")]
    email: EmailAddress,
}

impl From<NominatorRequest> for Nominator {
    fn from(request: NominatorRequest) -> Self {
        Self {
            name: rules::tidy_name(&request.name),
            email: Some(request.email),
        }
    }
}

/// The highest executive of the candidate's employer, who could consent (N3).
#[derive(Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProposedGiverRequest {
    /// Their name.
    #[schema(min_length = 1, max_length = 200, example = "Gerda Voorbeeld")]
    name: String,
    /// Where mail to them goes: not the candidate's address, nor the nominator's.
    #[schema(format = "email", value_type = String, max_length = 254, example = "gerda@example.nl")]
    email: EmailAddress,
    /// Their role: `gemeentesecretaris` or `hoogste_leidinggevende_sociaal_domein` of a
    /// municipality, `director` of another organisation.
    #[schema(value_type = PersonRoleWord)]
    role: PersonRole,
}

impl From<ProposedGiverRequest> for ProposedGiver {
    fn from(request: ProposedGiverRequest) -> Self {
        Self {
            name: rules::tidy_name(&request.name),
            email: request.email,
            role: request.role,
        }
    }
}

/// A nomination to be made.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateNominationRequest {
    /// Your own number for it; unique among the nominations that you made.
    #[schema(
        min_length = 1,
        max_length = 100,
        nullable = false,
        example = "VOORDRACHT-2026-7"
    )]
    external_reference: Option<String>,
    /// Who nominates. A person with a token nominates in their own name and leaves it out.
    #[schema(nullable = false)]
    nominator: Option<NominatorRequest>,
    /// The language of mails about it; Dutch unless given.
    #[serde(default)]
    #[schema(value_type = LanguageWord, required = false)]
    language: Language,
    /// Who is nominated.
    candidate: CandidateRequest,
    /// How the nominator knows the candidate.
    #[schema(
        min_length = 1,
        max_length = 500,
        example = "Wij werken samen in de wijk."
    )]
    relation: String,
    /// Why this person: 50 to 5,000 characters.
    #[schema(
        min_length = 50,
        max_length = 5_000,
        example = "Kim brengt bewoners en ambtenaren aan één tafel, en houdt vol als het lastig wordt."
    )]
    motivation: String,
    /// What is new in how the candidate works.
    #[schema(
        min_length = 1,
        max_length = 2_000,
        example = "Bewoners leiden de gesprekken zelf."
    )]
    innovation: String,
    /// What it brings about.
    #[schema(
        min_length = 1,
        max_length = 2_000,
        example = "Veertig gezinnen minder met schulden."
    )]
    impact: String,
    /// Who could consent; not for a candidate without employer.
    #[schema(nullable = false)]
    giver: Option<ProposedGiverRequest>,
    /// True when you looked, and no text holds a citizen service number.
    #[serde(rename = "containsNoBsn")]
    #[schema(nullable = false)]
    _contains_no_bsn: Option<bool>,
}

impl CreateNominationRequest {
    /// The nomination that came in at `channel`.
    pub fn read(self, channel: Channel) -> Result<NewNomination, Problem> {
        let candidate = self
            .candidate
            .read()
            .map_err(|field| Problem::invalid(vec![field]))?;
        Ok(NewNomination {
            channel,
            external_reference: self.external_reference,
            nominator: self.nominator.map(Nominator::from),
            language: self.language,
            candidate,
            relation: self.relation,
            motivation: self.motivation.trim().to_owned(),
            innovation: self.innovation,
            impact: self.impact,
            giver: self.giver.map(ProposedGiver::from),
        })
    }
}

/// Why a nomination is taken back.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WithdrawNominationRequest {
    /// The reason, as the institute may read it.
    #[schema(
        min_length = 1,
        max_length = 2_000,
        nullable = false,
        example = "De kandidaat heeft een andere baan."
    )]
    pub reason: Option<String>,
    /// True when you looked, and no text holds a citizen service number.
    #[serde(rename = "containsNoBsn")]
    #[schema(nullable = false)]
    _contains_no_bsn: Option<bool>,
}

/// Which nominations are listed.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct NominationListFilter {
    /// Only those in this state.
    #[param(value_type = Option<NominationStatusWord>, inline)]
    status: Option<NominationStatus>,
    /// Only those of this candidacy; for staff, others find none.
    #[param(value_type = Option<uuid::Uuid>)]
    candidacy: Option<CandidacyId>,
    /// Only those with this number of the caller.
    #[param(min_length = 1, max_length = 100)]
    external_reference: Option<String>,
    /// Only those that came in here.
    #[param(value_type = Option<NominationChannelWord>, inline)]
    channel: Option<Channel>,
}

impl NominationListFilter {
    /// The filter of whom; `None` when nothing can be found.
    pub fn of(self, staff: bool) -> Option<NominationFilter> {
        if self.candidacy.is_some() && !staff {
            return None;
        }
        Some(NominationFilter {
            status: self.status,
            candidacy: self.candidacy,
            external_reference: self.external_reference,
            channel: self.channel,
        })
    }
}
