//! Why a candidacy was not changed.

use super::InvalidCandidacyTransition;
use crate::db::DbError;

/// Why a candidacy did not move along its life.
#[derive(Debug, thiserror::Error)]
pub enum MoveCandidacyError {
    /// Its state does not allow it.
    #[error(transparent)]
    State(#[from] InvalidCandidacyTransition),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}
