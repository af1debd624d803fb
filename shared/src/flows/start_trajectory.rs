//! Turning a matched intake with an accepted offer into a trajectory (T4).

use super::decide::forget_prepared;
use crate::access::{Granted, TrajectoriesWrite};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError};
use crate::ids::{IntakeId, PersonId};
use crate::intakes::{self, ChangeIntakeError, IntakeAction, InvalidIntakeTransition};
use crate::offers;
use crate::trajectories::{self, NewTrajectory, StartError, Trajectory, TrajectoryProblem};

/// Why no trajectory was started.
#[derive(Debug, thiserror::Error)]
pub enum StartTrajectoryError {
    /// There is no such intake, or it is another's.
    #[error("no such intake")]
    UnknownIntake,
    /// The state of the intake does not allow it.
    #[error(transparent)]
    State(#[from] InvalidIntakeTransition),
    /// None of its offers was accepted.
    #[error("no offer was accepted")]
    NoAcceptedOffer,
    /// Somebody cannot be an official of it; all of them at once.
    #[error("the officials are not valid")]
    Invalid(Vec<TrajectoryProblem>),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Starts the trajectory of an intake. Its contact person and its sponsor are officials of it,
/// next to those in `officials`, who must hold a role with the municipality.
pub fn start_trajectory(
    conn: &mut DbConn,
    granted: &Granted<TrajectoriesWrite>,
    now: LocalNow,
    intake: IntakeId,
    officials: Vec<PersonId>,
) -> Result<Trajectory, StartTrajectoryError> {
    let found = intakes::find(conn, granted.scope(), intake)?;
    let intake = found.ok_or(StartTrajectoryError::UnknownIntake)?;
    intake.status.after(IntakeAction::StartTrajectory)?;
    let offer = offers::accepted_of(conn, intake.id)?;
    let offer = offer.ok_or(StartTrajectoryError::NoAcceptedOffer)?;
    let actor = granted.actor();
    let action = IntakeAction::StartTrajectory;
    let intake = intakes::move_on(conn, actor, now, intake, action, None)?;
    forget_prepared(conn, actor, now, &intake)?;
    let new = NewTrajectory {
        intake,
        offer,
        officials,
    };
    Ok(trajectories::start(conn, actor, now, new)?)
}

impl From<ChangeIntakeError> for StartTrajectoryError {
    fn from(error: ChangeIntakeError) -> Self {
        match error {
            ChangeIntakeError::State(invalid) => Self::State(invalid),
            ChangeIntakeError::Db(error) => Self::Db(error),
            // The intake was read in this very transaction.
            ChangeIntakeError::NotFound
            | ChangeIntakeError::Stale
            | ChangeIntakeError::Invalid(_) => Self::Db(DbError::Conflict),
        }
    }
}

impl From<StartError> for StartTrajectoryError {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Invalid(problems) => Self::Invalid(problems),
            StartError::Db(error) => Self::Db(error),
        }
    }
}
