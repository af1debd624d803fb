//! What can go wrong between us and the database.

use diesel::result::{DatabaseErrorKind, Error as Diesel};

/// The result of a query function.
pub type DbResult<T> = Result<T, DbError>;

/// A failure of the database, as opposed to a refusal by a rule of the domain.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// A statement failed.
    #[error("a statement failed")]
    Query(#[source] Diesel),
    /// A versioned row was changed by someone else since it was read.
    #[error("the row was changed in the meantime")]
    Conflict,
    /// What is stored cannot be read as what it should be.
    #[error("a stored {what} cannot be read")]
    Corrupt {
        /// The kind of thing, never its content.
        what: &'static str,
    },
    /// The queue of waiting work is full; nothing was tried.
    #[error("the database is busy")]
    Saturated,
    /// The database cannot be reached, or went away; nothing was stored.
    #[error("the database is out of reach")]
    Unreachable,
    /// A closure panicked; nothing was stored.
    #[error("the work on the database panicked")]
    Panicked,
}

impl DbError {
    /// Whether the connection may have come to harm, so that it must not be used again.
    ///
    /// Constraint violations and absent rows leave a connection sound; every other failure of
    /// a statement casts doubt on the transaction it ran in.
    #[must_use]
    pub fn breaks_connection(&self) -> bool {
        match self {
            Self::Query(Diesel::NotFound) | Self::Conflict | Self::Corrupt { .. } => false,
            Self::Query(Diesel::DatabaseError(kind, _)) => !matches!(
                kind,
                DatabaseErrorKind::UniqueViolation
                    | DatabaseErrorKind::ForeignKeyViolation
                    | DatabaseErrorKind::NotNullViolation
                    | DatabaseErrorKind::CheckViolation
                    | DatabaseErrorKind::RestrictViolation
                    | DatabaseErrorKind::ExclusionViolation
            ),
            Self::Query(_) | Self::Saturated | Self::Unreachable | Self::Panicked => true,
        }
    }

    /// Whether a unique key refused the row.
    #[must_use]
    pub fn is_unique_violation(&self) -> bool {
        matches!(
            self,
            Self::Query(Diesel::DatabaseError(DatabaseErrorKind::UniqueViolation, _))
        )
    }

    /// The database failure at the root of `error`, if that is what it is.
    #[must_use]
    pub fn in_chain<'e>(error: &'e (dyn std::error::Error + 'static)) -> Option<&'e Self> {
        std::iter::successors(Some(error), |error| error.source())
            .find_map(|error| error.downcast_ref::<Self>())
    }
}

impl From<Diesel> for DbError {
    fn from(error: Diesel) -> Self {
        Self::Query(error)
    }
}
