//! Why a date poll was not opened, changed, decided or voted in.

use super::{InvalidPollTransition, MissingMunicipality};
use crate::access::PersonRequired;
use crate::db::DbError;
use crate::meetings::{InvalidMeetingTransition, PeriodError};

/// Something in a poll that cannot be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PollProblem {
    /// There is nothing to choose between: at least two options are needed.
    TooFew,
    /// There are more options than anybody compares.
    TooMany,
    /// An option cannot be then: which one, counted from 0.
    Period {
        /// Which one.
        at: usize,
        /// Why not.
        error: PeriodError,
    },
    /// Two options are at the same time: the second one, counted from 0.
    SameTime {
        /// Which one.
        at: usize,
    },
    /// The end has passed.
    EndPassed,
    /// The poll would end after its first option begins.
    EndsTooLate,
    /// Nobody of a required municipality is invited: which one in the list, counted from 0.
    NobodyOf {
        /// Which one.
        at: usize,
    },
    /// A required municipality stands in the list twice: the second one, counted from 0.
    SameMunicipality {
        /// Which one.
        at: usize,
    },
    /// A closed poll opens again only with an end that lies ahead.
    NeedsNewEnd,
}

/// Why a poll was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenPollError {
    /// There is no such meeting, or it is another's.
    #[error("no such meeting")]
    NotFound,
    /// The meeting was changed since the caller read it.
    #[error("the meeting was changed in the meantime")]
    Stale,
    /// The state of the meeting does not allow it.
    #[error(transparent)]
    State(#[from] InvalidMeetingTransition),
    /// Nobody could vote.
    #[error("nobody is invited")]
    NobodyInvited,
    /// It says something that cannot be; everything at once.
    #[error("the poll is not valid")]
    Invalid(Vec<PollProblem>),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Why a poll was not changed or closed.
#[derive(Debug, thiserror::Error)]
pub enum ChangePollError {
    /// There is no such meeting, it has no poll, or it is another's.
    #[error("no such poll")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("the poll was changed in the meantime")]
    Stale,
    /// Its state does not allow it.
    #[error(transparent)]
    State(#[from] InvalidPollTransition),
    /// It says something that cannot be; everything at once.
    #[error("the poll is not valid")]
    Invalid(Vec<PollProblem>),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Why no option was chosen.
#[derive(Debug, thiserror::Error)]
pub enum ChoosePollOptionError {
    /// There is no such meeting, it has no poll, or it is another's.
    #[error("no such poll")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("the poll was changed in the meantime")]
    Stale,
    /// Its state does not allow it.
    #[error(transparent)]
    State(#[from] InvalidPollTransition),
    /// The poll has no such option.
    #[error("no such option")]
    UnknownOption,
    /// The option has begun.
    #[error("the option has begun")]
    Begun,
    /// Municipalities that the meeting needs are not represented on it (L9).
    #[error("required municipalities are missing")]
    Missing(Vec<MissingMunicipality>),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Something in somebody's votes that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VoteProblem {
    /// The poll has no such option: which vote, counted from 0.
    UnknownOption {
        /// Which one.
        at: usize,
    },
    /// Two votes are on one option: the second one, counted from 0.
    Twice {
        /// Which one.
        at: usize,
    },
    /// Options are left out; a vote is on all of them.
    LeftOut {
        /// How many.
        options: usize,
    },
}

/// Why votes were not taken.
#[derive(Debug, thiserror::Error)]
pub enum VoteError {
    /// There is no such meeting, it has no poll, or it is another's.
    #[error("no such poll")]
    NotFound,
    /// The caller is a machine; people vote for themselves.
    #[error(transparent)]
    Person(#[from] PersonRequired),
    /// The caller is not invited, or sends somebody else.
    #[error("only invitees vote")]
    NotInvited,
    /// The poll was changed since the caller read it.
    #[error("the poll was changed in the meantime")]
    Stale,
    /// Its state does not allow it.
    #[error(transparent)]
    State(#[from] InvalidPollTransition),
    /// Its end has passed, though nobody has closed it yet.
    #[error("the poll has ended")]
    Over,
    /// They say something that cannot be; everything at once.
    #[error("the votes are not valid")]
    Invalid(Vec<VoteProblem>),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}
