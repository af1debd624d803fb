//! Refusals of the actions on trajectories, as problems.

use koplopers_shared::flows::StartTrajectoryError;
use koplopers_shared::trajectories::{
    ChangeTrajectoryError, InvalidTrajectoryTransition, TrajectoryAction, TrajectoryProblem,
};

use crate::problem::{FieldError, Problem, kinds};

impl From<InvalidTrajectoryTransition> for Problem {
    fn from(invalid: InvalidTrajectoryTransition) -> Self {
        let possible: Vec<&str> = TrajectoryAction::ALL
            .iter()
            .filter(|action| action.possible_in().contains(&invalid.from))
            .map(|action| action.as_str())
            .collect();
        Self::invalid_transition(invalid.from.as_str(), &possible).detail(invalid.to_string())
    }
}

fn field(problem: &TrajectoryProblem) -> FieldError {
    match problem {
        TrajectoryProblem::UnknownOfficial { official } => FieldError::new(
            format!("/officials/{official}"),
            "unknown",
            "there is no such person",
        ),
        TrajectoryProblem::OfficialWithoutRole { official } => FieldError::new(
            format!("/officials/{official}"),
            "not-held",
            "the person must hold a role with the municipality today",
        ),
        TrajectoryProblem::OfficialTwice { official } => FieldError::new(
            format!("/officials/{official}"),
            "duplicate",
            "the person is in the list already",
        ),
        TrajectoryProblem::UnknownBlock => {
            FieldError::new("/block", "unknown", "the trajectory has no such block")
        }
        TrajectoryProblem::UnknownForm => {
            FieldError::new("/form", "unknown", "the block has no such form")
        }
        TrajectoryProblem::UnknownMethod => {
            FieldError::new("/method", "unknown", "the block has no such method")
        }
        TrajectoryProblem::UnknownItem => FieldError::new(
            "/knowledgeItem",
            "unknown",
            "there is no such knowledge item",
        ),
        TrajectoryProblem::RetiredItem => FieldError::new(
            "/knowledgeItem",
            "retired",
            "the knowledge item must not be retired",
        ),
        TrajectoryProblem::DeliveredLater => {
            FieldError::new("/deliveredOn", "future", "must not be after today")
        }
    }
}

fn invalid(problems: &[TrajectoryProblem]) -> Problem {
    Problem::invalid(problems.iter().map(field).collect())
}

impl From<StartTrajectoryError> for Problem {
    fn from(error: StartTrajectoryError) -> Self {
        match error {
            StartTrajectoryError::UnknownIntake => {
                Self::invalid_field("/intake", "unknown", "there is no such intake")
            }
            StartTrajectoryError::State(invalid) => invalid.into(),
            StartTrajectoryError::NoAcceptedOffer => Self::of(&kinds::OFFER_NOT_ACCEPTED),
            StartTrajectoryError::Invalid(problems) => invalid(&problems),
            StartTrajectoryError::Db(error) => error.into(),
        }
    }
}

impl From<ChangeTrajectoryError> for Problem {
    fn from(error: ChangeTrajectoryError) -> Self {
        match error {
            ChangeTrajectoryError::NotFound => Self::not_found(),
            ChangeTrajectoryError::Stale => Self::of(&kinds::STALE),
            ChangeTrajectoryError::State(invalid) => invalid.into(),
            ChangeTrajectoryError::Invalid(problems) => invalid(&problems),
            ChangeTrajectoryError::EndProductOwed { due_on } => {
                Self::of(&kinds::END_PRODUCT_OWED).member("dueOn", due_on.to_string())
            }
            // Two requests at once plan the same next step, or bring in the same person.
            ChangeTrajectoryError::Db(error) if error.is_unique_violation() => {
                Self::of(&kinds::CONFLICT)
                    .detail("another request came in between; send this one again")
            }
            ChangeTrajectoryError::Db(error) => error.into(),
        }
    }
}
