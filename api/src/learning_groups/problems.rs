//! Refusals of the actions on learning groups, as problems.

use koplopers_shared::learning_groups::{
    AddMemberError, ChangeGroupError, ChangePracticeError, CreateGroupError, GroupAction,
    GroupProblem, InvalidGroupTransition, PracticeProblem,
};

use crate::problem::{FieldError, Problem, kinds};

impl From<InvalidGroupTransition> for Problem {
    fn from(invalid: InvalidGroupTransition) -> Self {
        let possible: Vec<&str> = GroupAction::ALL
            .iter()
            .filter(|action| invalid.from.after(**action).is_ok())
            .map(|action| action.as_str())
            .collect();
        Self::invalid_transition(invalid.from.as_str(), &possible).detail(invalid.to_string())
    }
}

fn institute_only() -> Problem {
    Problem::of(&kinds::FORBIDDEN).detail("learning groups are kept by the institute")
}

impl From<CreateGroupError> for Problem {
    fn from(error: CreateGroupError) -> Self {
        let field = |problem: &GroupProblem| match problem {
            GroupProblem::UnknownProgramme => {
                FieldError::new("/programme", "unknown", "there is no such programme")
            }
            GroupProblem::UnknownRound => {
                FieldError::new("/round", "unknown", "the programme has no such round")
            }
        };
        match error {
            CreateGroupError::InstituteOnly => institute_only(),
            CreateGroupError::Invalid(problems) => {
                Self::invalid(problems.iter().map(field).collect())
            }
            CreateGroupError::Db(error) => error.into(),
        }
    }
}

impl From<ChangeGroupError> for Problem {
    fn from(error: ChangeGroupError) -> Self {
        match error {
            ChangeGroupError::InstituteOnly => institute_only(),
            ChangeGroupError::NotFound => Self::not_found(),
            ChangeGroupError::Stale => Self::of(&kinds::STALE),
            ChangeGroupError::State(invalid) => invalid.into(),
            ChangeGroupError::Db(error) => error.into(),
        }
    }
}

fn practice_field(problem: PracticeProblem) -> FieldError {
    match problem {
        PracticeProblem::UnknownMunicipality => {
            FieldError::new("/municipality", "unknown", "there is no such municipality")
        }
        PracticeProblem::UnknownTrajectory => FieldError::new(
            "/trajectory",
            "unknown",
            "there is no such trajectory of this municipality and programme",
        ),
        PracticeProblem::TrajectoryTaken => FieldError::new(
            "/trajectory",
            "duplicate",
            "the trajectory is a practice of a learning group already",
        ),
    }
}

impl From<ChangePracticeError> for Problem {
    fn from(error: ChangePracticeError) -> Self {
        match error {
            ChangePracticeError::Group(error) => error.into(),
            ChangePracticeError::Ended => {
                Self::invalid_transition("ended", &[]).detail("the practice has ended")
            }
            ChangePracticeError::Invalid(problems) => {
                Self::invalid(problems.into_iter().map(practice_field).collect())
            }
            // Two requests at once: the other one was first.
            ChangePracticeError::Db(error) if error.is_unique_violation() => {
                Self::invalid(vec![practice_field(PracticeProblem::TrajectoryTaken)])
            }
            ChangePracticeError::Db(error) => error.into(),
        }
    }
}

impl From<AddMemberError> for Problem {
    fn from(error: AddMemberError) -> Self {
        let member =
            || Self::of(&kinds::ALREADY_EXISTS).detail("the person is in the group already");
        match error {
            AddMemberError::Group(error) => error.into(),
            AddMemberError::UnknownPerson => {
                Self::invalid_field("/person", "unknown", "there is no such person")
            }
            AddMemberError::UnknownPractice => Self::invalid_field(
                "/practice",
                "unknown",
                "the learning group has no such practice that takes part",
            ),
            AddMemberError::Member => member(),
            AddMemberError::Left => {
                Self::invalid_transition("left", &[]).detail("the person left before")
            }
            AddMemberError::Db(error) if error.is_unique_violation() => member(),
            AddMemberError::Db(error) => error.into(),
        }
    }
}
