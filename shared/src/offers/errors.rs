//! Why an offer was not written, sent or answered.

use super::rules::{OfferProblem, OwnContribution, SendingProblem};
use super::{InvalidOfferTransition, OfferStatus};
use crate::db::DbError;
use crate::intakes::IntakeStatus;

/// Why an offer was not drafted or changed.
#[derive(Debug, thiserror::Error)]
pub enum DraftOfferError {
    /// There is no such intake or offer, or it is another's.
    #[error("no such intake or offer")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("the offer was changed in the meantime")]
    Stale,
    /// Its state does not allow it.
    #[error(transparent)]
    State(#[from] InvalidOfferTransition),
    /// The intake is not matched (T4).
    #[error("an intake that is {0} gets no offer")]
    NotMatched(IntakeStatus),
    /// An offer of this intake was accepted already.
    #[error("an offer was accepted already")]
    AlreadyAccepted,
    /// It would say something that cannot be; everything at once.
    #[error("the offer is not valid")]
    Invalid(Vec<OfferProblem>),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Why an offer was not sent.
#[derive(Debug, thiserror::Error)]
pub enum SendOfferError {
    /// There is no such offer, or it is another's.
    #[error("no such offer")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("the offer was changed in the meantime")]
    Stale,
    /// Its state does not allow it.
    #[error(transparent)]
    State(#[from] InvalidOfferTransition),
    /// The intake is not matched any more (T4).
    #[error("an intake that is {0} gets no offer")]
    NotMatched(IntakeStatus),
    /// An offer of this intake was accepted already.
    #[error("an offer was accepted already")]
    AlreadyAccepted,
    /// It lacks something; everything at once.
    #[error("the offer is incomplete")]
    Incomplete(Vec<SendingProblem>),
    /// The municipality pays too small a share (C10).
    #[error("the own contribution is too low")]
    OwnContributionTooLow(OwnContribution),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Why an offer was not taken back.
#[derive(Debug, thiserror::Error)]
pub enum WithdrawOfferError {
    /// There is no such offer, or it is another's.
    #[error("no such offer")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("the offer was changed in the meantime")]
    Stale,
    /// Its state does not allow it.
    #[error(transparent)]
    State(#[from] InvalidOfferTransition),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Why an answer to an offer was not taken.
#[derive(Debug, thiserror::Error)]
pub enum AnswerOfferError {
    /// There is no such offer, or it was sent to somebody else.
    #[error("no such offer")]
    NotFound,
    /// It cannot be answered any more.
    #[error("an offer that is {0} takes no answer")]
    Closed(OfferStatus),
    /// Its last day is over.
    #[error("the offer has expired")]
    Expired,
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}
