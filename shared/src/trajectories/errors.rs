//! Why a trajectory was not written.

use jiff::civil::Date;

use super::InvalidTrajectoryTransition;
use crate::db::DbError;

/// What was said about a trajectory and cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrajectoryProblem {
    /// There is no such person.
    UnknownOfficial {
        /// Which of the list.
        official: usize,
    },
    /// The person holds no role with the municipality today.
    OfficialWithoutRole {
        /// Which of the list.
        official: usize,
    },
    /// The person is in the list already.
    OfficialTwice {
        /// Which of the list.
        official: usize,
    },
    /// The trajectory has no such block.
    UnknownBlock,
    /// The block has no such form in its programme.
    UnknownForm,
    /// The block has no such method in its programme.
    UnknownMethod,
    /// There is no such knowledge item.
    UnknownItem,
    /// The knowledge item was retired.
    RetiredItem,
    /// The day of delivery lies after today.
    DeliveredLater,
}

/// Why a trajectory was not changed or moved.
#[derive(Debug, thiserror::Error)]
pub enum ChangeTrajectoryError {
    /// There is no such trajectory or step, or it is another's.
    #[error("no such trajectory")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("the trajectory was changed in the meantime")]
    Stale,
    /// Its state does not allow it.
    #[error(transparent)]
    State(#[from] InvalidTrajectoryTransition),
    /// Something that was said cannot be; everything at once.
    #[error("the trajectory is not valid")]
    Invalid(Vec<TrajectoryProblem>),
    /// It cannot be completed before its end product was handed in (K2).
    #[error("an end product is owed since {due_on}")]
    EndProductOwed {
        /// The last day for it.
        due_on: Date,
    },
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}
