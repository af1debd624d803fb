//! Refusals of the actions on learning networks, as problems.

use koplopers_shared::networks::{
    ChangeNetworkError, CreateNetworkError, InvalidMembershipTransition, InvalidNetworkTransition,
    JoinError, LeaveError, MembershipAction, NetworkAction, NetworkProblem,
};

use crate::problem::{Problem, kinds};

impl From<InvalidNetworkTransition> for Problem {
    fn from(invalid: InvalidNetworkTransition) -> Self {
        let possible: Vec<&str> = NetworkAction::ALL
            .iter()
            .filter(|action| invalid.from.after(invalid.kind, **action).is_ok())
            .map(|action| action.as_str())
            .collect();
        Self::invalid_transition(invalid.from.as_str(), &possible).detail(invalid.to_string())
    }
}

impl From<InvalidMembershipTransition> for Problem {
    fn from(invalid: InvalidMembershipTransition) -> Self {
        let possible: Vec<&str> = MembershipAction::ALL
            .iter()
            .filter(|action| invalid.from.after(**action).is_ok())
            .map(|action| action.as_str())
            .collect();
        Self::invalid_transition(invalid.from.as_str(), &possible).detail(invalid.to_string())
    }
}

impl From<NetworkProblem> for Problem {
    fn from(problem: NetworkProblem) -> Self {
        match problem {
            NetworkProblem::UnknownTheme => {
                Self::invalid_field("/theme", "unknown", "must be a theme that is in use")
            }
            NetworkProblem::ThemeOfGeneral => {
                Self::invalid_field("/theme", "not-allowed", "the general network has no theme")
            }
        }
    }
}

fn institute_only() -> Problem {
    Problem::of(&kinds::FORBIDDEN).detail("learning networks are kept by the institute")
}

impl From<CreateNetworkError> for Problem {
    fn from(error: CreateNetworkError) -> Self {
        match error {
            CreateNetworkError::InstituteOnly => institute_only(),
            CreateNetworkError::Invalid(problem) => problem.into(),
            CreateNetworkError::Db(error) => error.into(),
        }
    }
}

impl From<ChangeNetworkError> for Problem {
    fn from(error: ChangeNetworkError) -> Self {
        match error {
            ChangeNetworkError::InstituteOnly => institute_only(),
            ChangeNetworkError::NotFound => Self::not_found(),
            ChangeNetworkError::Stale => Self::of(&kinds::STALE),
            ChangeNetworkError::State(invalid) => invalid.into(),
            ChangeNetworkError::Invalid(problem) => problem.into(),
            ChangeNetworkError::Db(error) => error.into(),
        }
    }
}

impl From<JoinError> for Problem {
    fn from(error: JoinError) -> Self {
        let member =
            || Self::of(&kinds::ALREADY_EXISTS).detail("the person is in the network already");
        match error {
            JoinError::NotFound => Self::not_found(),
            JoinError::State(invalid) => invalid.into(),
            JoinError::UnknownPerson => {
                Self::invalid_field("/person", "unknown", "there is no such person")
            }
            JoinError::WithoutRole => Self::invalid_field(
                "/person",
                "not-held",
                "the person must hold a role with the municipality today",
            ),
            JoinError::Member => member(),
            // Two requests at once: the other one was first.
            JoinError::Db(error) if error.is_unique_violation() => member(),
            JoinError::Db(error) => error.into(),
        }
    }
}

impl From<LeaveError> for Problem {
    fn from(error: LeaveError) -> Self {
        match error {
            LeaveError::NotFound => Self::not_found(),
            LeaveError::State(invalid) => invalid.into(),
            LeaveError::Db(error) => error.into(),
        }
    }
}
