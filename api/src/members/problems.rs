//! Refusals of the actions on members, as problems.

use koplopers_shared::consents::GiverProblem;
use koplopers_shared::flows::ChangeEmployerError;
use koplopers_shared::members::{ChangeMemberError, InvalidMemberTransition, MemberAction};

use crate::problem::{FieldError, Problem, kinds};

impl From<InvalidMemberTransition> for Problem {
    fn from(invalid: InvalidMemberTransition) -> Self {
        let possible: Vec<&str> = MemberAction::ALL
            .iter()
            .filter(|action| invalid.from.after(**action).is_ok())
            .map(|action| action.as_str())
            .collect();
        Self::invalid_transition(invalid.from.as_str(), &possible).detail(invalid.to_string())
    }
}

impl From<ChangeEmployerError> for Problem {
    fn from(error: ChangeEmployerError) -> Self {
        match error {
            ChangeEmployerError::Member(error) => error.into(),
            ChangeEmployerError::Giver(problems) => {
                let fields = problems.into_iter().map(|problem| {
                    let (code, reason) = in_words(problem);
                    FieldError::new("/giver", code, reason)
                });
                Self::invalid(fields.collect())
            }
            ChangeEmployerError::Db(error) => error.into(),
        }
    }
}

const fn in_words(problem: GiverProblem) -> (&'static str, &'static str) {
    match problem {
        GiverProblem::Unknown => ("unknown", "there is no such person"),
        GiverProblem::NoEmail => ("required", "has no address to be asked at"),
        GiverProblem::IsCandidate | GiverProblem::IsNominator => {
            ("not-allowed", "must be somebody else than the member")
        }
        GiverProblem::NotHighest | GiverProblem::RoleMissing | GiverProblem::NotHeld => (
            "not-held",
            "must hold the highest office with the employer today",
        ),
    }
}

impl From<ChangeMemberError> for Problem {
    fn from(error: ChangeMemberError) -> Self {
        match error {
            ChangeMemberError::NotFound => Self::not_found(),
            ChangeMemberError::NotOwn => {
                Self::of(&kinds::FORBIDDEN).detail("members keep their own profile only")
            }
            ChangeMemberError::InstituteOnly { field } => Self::invalid_field(
                format!("/{field}"),
                "not-allowed",
                "is changed by the institute only",
            ),
            ChangeMemberError::Stale => Self::of(&kinds::STALE),
            ChangeMemberError::State(invalid) => invalid.into(),
            ChangeMemberError::UnknownCohort => {
                Self::invalid_field("/cohort", "unknown", "there is no such cohort")
            }
            ChangeMemberError::UnknownTheme { list, at } => Self::invalid_field(
                format!("/{list}/{at}/theme"),
                "unknown",
                "must be a theme that is in use",
            ),
            ChangeMemberError::ThemeTwice { at } => Self::invalid_field(
                format!("/expertise/{at}/theme"),
                "duplicate",
                "stands here twice",
            ),
            ChangeMemberError::PauseOver => {
                Self::invalid_field("/untilOn", "out-of-range", "must not have passed")
            }
            ChangeMemberError::UnknownOrganisation => {
                Self::invalid_field("/organisation", "unknown", "there is no such organisation")
            }
            ChangeMemberError::UnknownMunicipality => Self::invalid_field(
                "/municipality",
                "unknown",
                "must be the code of a Dutch municipality that exists now",
            ),
            ChangeMemberError::SameEmployer => Self::of(&kinds::CONFLICT)
                .detail("this is the employer already: nothing was asked again"),
            ChangeMemberError::Db(error) => error.into(),
        }
    }
}
