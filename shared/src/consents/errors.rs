//! Why an answer was not taken.

use super::ConsentStatus;
use crate::db::DbError;

/// Why an answer to a request for consent was not taken.
#[derive(Debug, thiserror::Error)]
pub enum AnswerConsentError {
    /// There is no such request, or somebody else was asked.
    #[error("no such consent")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("the consent was changed in the meantime")]
    Stale,
    /// It takes no answer any more.
    #[error("a consent that is {0} takes no answer")]
    Closed(ConsentStatus),
    /// Its time is over.
    #[error("the request for consent has expired")]
    Expired,
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}
