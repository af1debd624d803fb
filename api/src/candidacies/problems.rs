//! Refusals of the actions on candidacies, as problems.

use koplopers_shared::candidacies::{
    CandidacyAction, InvalidCandidacyTransition, MoveCandidacyError,
};
use koplopers_shared::flows::{CandidacyProblem, ChangeCandidacyError, NoticeError, RegroupError};

use crate::problem::{FieldError, Problem, kinds};

impl From<InvalidCandidacyTransition> for Problem {
    fn from(invalid: InvalidCandidacyTransition) -> Self {
        let possible: Vec<&str> = CandidacyAction::to_choose_from()
            .filter(|action| invalid.from.after(*action).is_ok())
            .map(CandidacyAction::as_str)
            .collect();
        Self::invalid_transition(invalid.from.as_str(), &possible).detail(invalid.to_string())
    }
}

impl From<MoveCandidacyError> for Problem {
    fn from(error: MoveCandidacyError) -> Self {
        match error {
            MoveCandidacyError::State(invalid) => invalid.into(),
            MoveCandidacyError::Db(error) => error.into(),
        }
    }
}

fn field(problem: CandidacyProblem) -> FieldError {
    let (name, code, reason) = match problem {
        CandidacyProblem::UnknownCohort => {
            ("/cohort", "unknown", "there is no such cohort that is open")
        }
        CandidacyProblem::CohortNeeded => (
            "/cohort",
            "required",
            "the candidate is invited to start in one; name another",
        ),
        CandidacyProblem::UnknownMunicipality => (
            "/municipality",
            "unknown",
            "must be a municipality that exists today",
        ),
        CandidacyProblem::UnknownOrganisation => {
            ("/organisation", "unknown", "there is no such organisation")
        }
        CandidacyProblem::TwoEmployers => (
            "/organisation",
            "too-many",
            "name a municipality or an organisation, not both",
        ),
        CandidacyProblem::EmployerAsked => (
            "/municipality",
            "not-allowed",
            "consent of the present employer was asked or given: it covers that employer only",
        ),
    };
    FieldError::new(name, code, reason)
}

impl From<ChangeCandidacyError> for Problem {
    fn from(error: ChangeCandidacyError) -> Self {
        match error {
            ChangeCandidacyError::NotFound => Self::not_found(),
            ChangeCandidacyError::Stale => Self::of(&kinds::STALE),
            ChangeCandidacyError::Closed(invalid) => invalid.into(),
            ChangeCandidacyError::Invalid(problems) => {
                Self::invalid(problems.into_iter().map(field).collect())
            }
            ChangeCandidacyError::Db(error) => error.into(),
        }
    }
}

impl From<RegroupError> for Problem {
    fn from(error: RegroupError) -> Self {
        match error {
            RegroupError::NotFound => Self::not_found(),
            RegroupError::Stale => Self::of(&kinds::STALE),
            RegroupError::UnknownOther => {
                Self::invalid_field("/candidacy", "unknown", "there is no such other candidacy")
            }
            RegroupError::State(invalid) => invalid.into(),
            RegroupError::UnknownNomination(number) => Self::invalid_field(
                format!("/nominations/{number}"),
                "unknown",
                "is no nomination of the candidacy that stands",
            ),
            RegroupError::NothingLeft => Self::invalid_field(
                "/nominations",
                "too-many",
                "at least one nomination must stay",
            ),
            RegroupError::UnknownPerson => {
                Self::invalid_field("/person", "unknown", "there is no such person")
            }
            RegroupError::HasCandidacy => Self::of(&kinds::ALREADY_EXISTS)
                .detail("the person has an open candidacy: merge with that one"),
            RegroupError::Db(error) => error.into(),
        }
    }
}

impl From<NoticeError> for Problem {
    fn from(error: NoticeError) -> Self {
        match error {
            NoticeError::NotFound => Self::not_found(),
            NoticeError::Stale => Self::of(&kinds::STALE),
            NoticeError::NoAddress => Self::of(&kinds::CANDIDATE_WITHOUT_ADDRESS),
            NoticeError::Move(error) => error.into(),
            NoticeError::Db(error) => error.into(),
        }
    }
}
