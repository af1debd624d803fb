//! Refusals of the actions on nominations, as problems.

use koplopers_shared::access::Permit;
use koplopers_shared::nominations::{
    InvalidNominationTransition, NominateError, NominationAction, NominationProblem,
    WithdrawNominationError,
};

use crate::problem::{FieldError, Problem, kinds};

impl From<InvalidNominationTransition> for Problem {
    fn from(invalid: InvalidNominationTransition) -> Self {
        let possible: Vec<&str> = NominationAction::ALL
            .iter()
            .filter(|action| invalid.from.after(**action).is_ok())
            .map(|action| action.as_str())
            .collect();
        Self::invalid_transition(invalid.from.as_str(), &possible).detail(invalid.to_string())
    }
}

fn field(problem: &NominationProblem) -> FieldError {
    use NominationProblem as P;
    let (name, code, reason) = match problem {
        P::NominatorMissing => (
            "/nominator",
            "required",
            "must be given by who is not a linked person",
        ),
        P::NominatorNamed => (
            "/nominator",
            "not-allowed",
            "leave it out: you nominate in your own name",
        ),
        P::MotivationTooShort => (
            "/motivation",
            "too-short",
            "must have at least 50 characters, blanks around it not counted",
        ),
        P::Municipality(_) => (
            "/candidate/municipality",
            "unknown",
            "must be a municipality that exists today",
        ),
        P::UnknownOrganisation => (
            "/candidate/organisation",
            "unknown",
            "there is no such organisation",
        ),
        P::EmployerMissing => (
            "/candidate/kind",
            "employer-missing",
            "a municipal professional works for a municipality or an organisation",
        ),
        P::GiverWithoutEmployer => (
            "/giver",
            "not-allowed",
            "a candidate without employer needs no consent",
        ),
        P::GiverIsCandidate => (
            "/giver",
            "is-candidate",
            "the candidate cannot consent for themselves",
        ),
        P::GiverIsNominator => ("/giver", "is-nominator", "the nominator cannot consent"),
        P::GiverNotHighest => (
            "/giver/role",
            "not-highest-executive",
            "must be the highest executive of such an employer",
        ),
    };
    FieldError::new(name, code, reason)
}

/// Everything that is wrong with what a nomination says.
pub fn invalid(problems: &[NominationProblem]) -> Problem {
    Problem::invalid(problems.iter().map(field).collect())
}

impl From<NominateError> for Problem {
    fn from(error: NominateError) -> Self {
        let taken = || {
            Self::of(&kinds::ALREADY_EXISTS).detail("you have used the external reference before")
        };
        match error {
            NominateError::Invalid(problems) => invalid(&problems),
            NominateError::ReferenceTaken => taken(),
            // Two requests at once: the other one was first.
            NominateError::Db(error) if error.is_unique_violation() => taken(),
            NominateError::Db(error) => error.into(),
        }
    }
}

impl From<WithdrawNominationError> for Problem {
    fn from(error: WithdrawNominationError) -> Self {
        match error {
            WithdrawNominationError::NotFound => Self::not_found(),
            WithdrawNominationError::NotOwn => Self::forbidden(Permit::CandidaciesWrite.as_str()),
            WithdrawNominationError::Stale => Self::of(&kinds::STALE),
            WithdrawNominationError::State(invalid) => invalid.into(),
            WithdrawNominationError::Candidacy(error) => error.into(),
            WithdrawNominationError::Db(error) => error.into(),
        }
    }
}
