//! Why an intake was not written or moved.

use jiff::civil::Date;

use super::{DraftProblem, InvalidIntakeTransition, Missing};
use crate::db::DbError;
use crate::municipalities::InvalidMunicipality;

/// Why the municipality of a new intake cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MunicipalityProblem {
    /// A caller who is bound to a municipality named one.
    #[error("the municipality comes from the caller's token")]
    Named,
    /// The institute named none.
    #[error("the municipality is missing")]
    Missing,
    /// It does not exist today.
    #[error(transparent)]
    Invalid(#[from] InvalidMunicipality),
}

/// Why an intake cannot be made or sent in now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotWelcome {
    /// There is no such programme.
    #[error("no such programme")]
    UnknownProgramme,
    /// The programme takes no intakes now.
    #[error("the programme is closed")]
    ProgrammeClosed,
    /// The programme has rounds and none is open today.
    #[error("no round is open")]
    NoOpenRound,
    /// The programme has no such round.
    #[error("no such round")]
    UnknownRound,
    /// The round is not open today.
    #[error("the round is open from {opens_on} to {closes_on}")]
    RoundClosed {
        /// Its first day.
        opens_on: Date,
        /// Its last day.
        closes_on: Date,
    },
    /// The municipality has an open intake for this programme and round.
    #[error("there is an open intake already")]
    OpenIntakeExists,
}

/// Why an intake was not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateIntakeError {
    /// The municipality cannot be used.
    #[error(transparent)]
    Municipality(#[from] MunicipalityProblem),
    /// The programme or its round does not take it.
    #[error(transparent)]
    NotWelcome(#[from] NotWelcome),
    /// The client has used this case number before.
    #[error("the external reference is in use")]
    ReferenceTaken,
    /// It says something that cannot be; everything at once.
    #[error("the draft is not valid")]
    Invalid(Vec<DraftProblem>),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Why an intake was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeIntakeError {
    /// There is no such intake, or it is another's.
    #[error("no such intake")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("the intake was changed in the meantime")]
    Stale,
    /// Its state does not allow it.
    #[error(transparent)]
    State(#[from] InvalidIntakeTransition),
    /// It would say something that cannot be; everything at once.
    #[error("the draft is not valid")]
    Invalid(Vec<DraftProblem>),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Why an intake was not sent in.
#[derive(Debug, thiserror::Error)]
pub enum SubmitIntakeError {
    /// There is no such intake, or it is another's.
    #[error("no such intake")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("the intake was changed in the meantime")]
    Stale,
    /// Its state does not allow it.
    #[error(transparent)]
    State(#[from] InvalidIntakeTransition),
    /// The programme or its round does not take it.
    #[error(transparent)]
    NotWelcome(#[from] NotWelcome),
    /// It lacks something; everything at once.
    #[error("the intake is incomplete")]
    Incomplete(Vec<Missing>),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}
