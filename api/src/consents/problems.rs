//! Refusals of the actions on consent, as problems.

use koplopers_shared::consents::GiverProblem;
use koplopers_shared::flows::{RecordConsentError, RequestConsentError};

use crate::problem::{FieldError, Problem, kinds};

fn giver_field(problem: GiverProblem, is_new: bool) -> FieldError {
    let person = if is_new { "/newPerson" } else { "/person" };
    let address = if is_new {
        "/newPerson/email"
    } else {
        "/person"
    };
    match problem {
        GiverProblem::Unknown => FieldError::new(person, "unknown", "there is no such person"),
        GiverProblem::NoEmail => {
            FieldError::new(address, "no-email", "the person needs an e-mail address")
        }
        GiverProblem::IsCandidate => FieldError::new(
            address,
            "is-candidate",
            "nobody consents to their own candidacy: the mailbox is the candidate's",
        ),
        GiverProblem::IsNominator => FieldError::new(
            address,
            "is-nominator",
            "who nominates does not consent: the mailbox is a nominator's",
        ),
        GiverProblem::NotHighest => FieldError::new(
            "/role",
            "not-highest-executive",
            "must be the highest office with this kind of employer: gemeentesecretaris or hoogste_leidinggevende_sociaal_domein at a municipality, director elsewhere",
        ),
        GiverProblem::RoleMissing => {
            FieldError::new("/role", "required", "the office of a new person is needed")
        }
        GiverProblem::NotHeld => FieldError::new(
            person,
            "not-held",
            "the person must hold the office with the candidate's employer today",
        ),
    }
}

impl From<RequestConsentError> for Problem {
    fn from(error: RequestConsentError) -> Self {
        match error {
            RequestConsentError::NotFound => Self::not_found(),
            RequestConsentError::Stale => Self::of(&kinds::STALE),
            RequestConsentError::State(invalid) => invalid.into(),
            RequestConsentError::NoEmployer => Self::of(&kinds::CANDIDATE_WITHOUT_EMPLOYER),
            RequestConsentError::Untold => Self::of(&kinds::CANDIDATE_WITHOUT_ADDRESS),
            RequestConsentError::OpenElsewhere => Self::of(&kinds::CONSENT_OPEN),
            RequestConsentError::Giver { is_new, problems } => {
                let field = |problem| giver_field(problem, is_new);
                Self::invalid(problems.into_iter().map(field).collect())
            }
            RequestConsentError::RefusedBefore => Self::of(&kinds::GIVER_REFUSED_BEFORE),
            RequestConsentError::NotGranted(missing) => missing.into(),
            RequestConsentError::Db(error) => error.into(),
        }
    }
}

impl From<RecordConsentError> for Problem {
    fn from(error: RecordConsentError) -> Self {
        match error {
            RecordConsentError::NotFound => Self::not_found(),
            RecordConsentError::Stale => Self::of(&kinds::STALE),
            RecordConsentError::State(invalid) => invalid.into(),
            RecordConsentError::HasEmployer => Self::of(&kinds::CANDIDATE_HAS_EMPLOYER),
            RecordConsentError::Expired => Self::of(&kinds::CONSENT_EXPIRED),
            RecordConsentError::Db(error) => error.into(),
        }
    }
}
