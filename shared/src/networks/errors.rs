//! Why a network or a membership was not written.

use super::{InvalidMembershipTransition, InvalidNetworkTransition};
use crate::db::DbError;

/// What a network says and cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NetworkProblem {
    /// The theme is not on the list, or was retired.
    UnknownTheme,
    /// The general network has no theme.
    ThemeOfGeneral,
}

/// Why a network was not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateNetworkError {
    /// The caller is bound to a municipality; networks are shared by all.
    #[error("learning networks are kept by the institute")]
    InstituteOnly,
    /// It says something that cannot be.
    #[error("the learning network is not valid")]
    Invalid(NetworkProblem),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Why a network was not changed or closed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeNetworkError {
    /// The caller is bound to a municipality; networks are shared by all.
    #[error("learning networks are kept by the institute")]
    InstituteOnly,
    /// There is none of this id.
    #[error("no such learning network")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("the learning network was changed in the meantime")]
    Stale,
    /// Its state or kind does not allow it.
    #[error(transparent)]
    State(#[from] InvalidNetworkTransition),
    /// It would say something that cannot be.
    #[error("the learning network is not valid")]
    Invalid(NetworkProblem),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Why somebody did not join.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// There is no such network.
    #[error("no such learning network")]
    NotFound,
    /// Its state or kind does not allow it.
    #[error(transparent)]
    State(#[from] InvalidNetworkTransition),
    /// There is no such person, or the caller does not see them.
    #[error("no such person")]
    UnknownPerson,
    /// The person holds no role with the caller's municipality today.
    #[error("the person holds no role with the municipality")]
    WithoutRole,
    /// They are in it.
    #[error("the person is a member already")]
    Member,
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Why somebody did not leave.
#[derive(Debug, thiserror::Error)]
pub enum LeaveError {
    /// There is no such membership, or the caller does not see it.
    #[error("no such membership")]
    NotFound,
    /// They left before.
    #[error(transparent)]
    State(#[from] InvalidMembershipTransition),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}
