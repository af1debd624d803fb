//! Why a learning group, a practice or a membership was not written.

use super::InvalidGroupTransition;
use crate::db::DbError;

/// What a group says and cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupProblem {
    /// There is no such programme.
    UnknownProgramme,
    /// The programme has no such round.
    UnknownRound,
}

/// Why a group was not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateGroupError {
    /// The caller is bound to a municipality; groups are kept by the institute.
    #[error("learning groups are kept by the institute")]
    InstituteOnly,
    /// It says something that cannot be; everything at once.
    #[error("the learning group is not valid")]
    Invalid(Vec<GroupProblem>),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Why a group was not changed or closed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeGroupError {
    /// The caller is bound to a municipality; groups are kept by the institute.
    #[error("learning groups are kept by the institute")]
    InstituteOnly,
    /// There is none of this id.
    #[error("no such learning group")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("the learning group was changed in the meantime")]
    Stale,
    /// Its state does not allow it.
    #[error(transparent)]
    State(#[from] InvalidGroupTransition),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// What a practice says and cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PracticeProblem {
    /// There is no such municipality now.
    UnknownMunicipality,
    /// There is no such trajectory of the municipality and the programme of the group.
    UnknownTrajectory,
    /// The trajectory is the practice of a group already.
    TrajectoryTaken,
}

/// Why a practice was not written.
#[derive(Debug, thiserror::Error)]
pub enum ChangePracticeError {
    /// The group refuses it.
    #[error(transparent)]
    Group(#[from] ChangeGroupError),
    /// The practice is over.
    #[error("the practice ended")]
    Ended,
    /// It says something that cannot be; everything at once.
    #[error("the practice is not valid")]
    Invalid(Vec<PracticeProblem>),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Why nobody was added or taken out.
#[derive(Debug, thiserror::Error)]
pub enum AddMemberError {
    /// The group refuses it.
    #[error(transparent)]
    Group(#[from] ChangeGroupError),
    /// There is no such person.
    #[error("no such person")]
    UnknownPerson,
    /// The group has no such practice that takes part.
    #[error("no such practice")]
    UnknownPractice,
    /// They are in it.
    #[error("the person is a member already")]
    Member,
    /// They left before.
    #[error("the person left before")]
    Left,
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}
