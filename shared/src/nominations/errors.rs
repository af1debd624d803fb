//! Why a nomination was not made or taken back.

use super::InvalidNominationTransition;
use crate::candidacies::MoveCandidacyError;
use crate::db::DbError;
use crate::municipalities::InvalidMunicipality;

/// Something that a nomination says and cannot be.
#[derive(Debug, thiserror::Error)]
pub enum NominationProblem {
    /// A machine must say who nominates.
    #[error("the nominator is missing")]
    NominatorMissing,
    /// A person with a token nominates in their own name.
    #[error("the nominator is the caller")]
    NominatorNamed,
    /// The motivation has fewer characters than it needs, blanks around it not counted.
    #[error("the motivation is too short")]
    MotivationTooShort,
    /// The employer is no municipality of today.
    #[error("municipality")]
    Municipality(InvalidMunicipality),
    /// The employer is no organisation that we know.
    #[error("there is no such organisation")]
    UnknownOrganisation,
    /// A municipal professional works for somebody.
    #[error("a municipal professional has an employer")]
    EmployerMissing,
    /// A candidate without employer has nobody to ask.
    #[error("a candidate without employer needs no consent")]
    GiverWithoutEmployer,
    /// The candidate cannot consent for themselves.
    #[error("the giver is the candidate")]
    GiverIsCandidate,
    /// The nominator cannot consent.
    #[error("the giver is the nominator")]
    GiverIsNominator,
    /// The role is not the highest of such an employer.
    #[error("the giver is no highest executive of such an employer")]
    GiverNotHighest,
}

/// Why a nomination was not made.
#[derive(Debug, thiserror::Error)]
pub enum NominateError {
    /// It says what cannot be; everything at once.
    #[error("the nomination is not valid")]
    Invalid(Vec<NominationProblem>),
    /// The client used the external reference before.
    #[error("the external reference is taken")]
    ReferenceTaken,
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Why a nomination was not taken back.
#[derive(Debug, thiserror::Error)]
pub enum WithdrawNominationError {
    /// There is none of this id, or the caller does not see it.
    #[error("no such nomination")]
    NotFound,
    /// The caller sees it, and it is another's.
    #[error("the nomination is another's")]
    NotOwn,
    /// It was changed since the caller read it.
    #[error("the nomination was changed in the meantime")]
    Stale,
    /// Its state does not allow it.
    #[error(transparent)]
    State(#[from] InvalidNominationTransition),
    /// Its candidacy could not be closed.
    #[error("the candidacy")]
    Candidacy(#[from] MoveCandidacyError),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}
