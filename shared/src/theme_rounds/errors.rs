//! Why a theme round was not written, and why nothing was chosen in it.

use jiff::civil::Date;

use super::InvalidThemeRoundTransition;
use crate::access::PersonRequired;
use crate::db::DbError;

/// Why a round was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenThemeRoundError {
    /// Its last day has passed.
    #[error("the last day has passed")]
    Past,
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Why a round was not changed, closed or called off.
#[derive(Debug, thiserror::Error)]
pub enum ChangeThemeRoundError {
    /// There is none of this id.
    #[error("no such theme round")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("the theme round was changed in the meantime")]
    Stale,
    /// Its state does not allow it.
    #[error(transparent)]
    State(#[from] InvalidThemeRoundTransition),
    /// The new last day has passed.
    #[error("the last day has passed")]
    Past,
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Why a member neither proposed nor voted.
#[derive(Debug, thiserror::Error)]
pub enum ChooseThemeError {
    /// There is no such round.
    #[error("no such theme round")]
    NotFound,
    /// A machine has no experience and no interest.
    #[error(transparent)]
    Person(#[from] PersonRequired),
    /// The caller is no member, or does not take part now.
    #[error("only members who take part choose themes")]
    NoMember,
    /// The round is closed or was called off.
    #[error(transparent)]
    State(#[from] InvalidThemeRoundTransition),
    /// The last day of the round is over.
    #[error("the round ended on {closed_on}")]
    Over {
        /// Its last day.
        closed_on: Date,
    },
    /// The theme is not on the list, or was retired.
    #[error("an unknown theme")]
    UnknownTheme,
    /// Somebody proposed it before.
    #[error("the theme was proposed already")]
    Proposed,
    /// A vote is on nothing that was proposed in this round: which one, counted from 0.
    #[error("an unknown proposal")]
    UnknownProposal {
        /// Which one.
        at: usize,
    },
    /// Two votes are on one proposal: the second one, counted from 0.
    #[error("two votes on one proposal")]
    VotedTwice {
        /// Which one.
        at: usize,
    },
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}
