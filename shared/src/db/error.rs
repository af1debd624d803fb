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
    /// The queue of waiting work is full, or another process holds the database; nothing was
    /// stored.
    #[error("the database is busy")]
    Saturated,
    /// The database cannot be reached, or went away; nothing was stored.
    #[error("the database is out of reach")]
    Unreachable,
    /// The disk is full, or refuses to be written; nothing was stored.
    #[error("the database has no room")]
    Full,
    /// The deadline passed, or the connection was lost during the commit. A write may have been
    /// stored: its `Idempotency-Key` tells.
    #[error("the database did not answer in time")]
    Overdue,
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
            Self::Query(_)
            | Self::Saturated
            | Self::Unreachable
            | Self::Full
            | Self::Overdue
            | Self::Panicked => true,
        }
    }

    /// Whether the same request may succeed later: answered with 503 and `Retry-After`.
    #[must_use]
    pub const fn is_temporary(&self) -> bool {
        match self {
            Self::Saturated | Self::Unreachable | Self::Full | Self::Overdue => true,
            Self::Query(_) | Self::Conflict | Self::Corrupt { .. } | Self::Panicked => false,
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

    /// Whether two transactions stood in each other's way, so that running this one again from
    /// its beginning is right.
    #[must_use]
    pub(super) fn is_collision(&self) -> bool {
        let Self::Query(Diesel::DatabaseError(kind, about)) = self else {
            return false;
        };
        // SQLSTATE 40P01 reaches us as its message only.
        matches!(kind, DatabaseErrorKind::SerializationFailure)
            || about.message() == "deadlock detected"
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
        let Diesel::DatabaseError(kind, about) = &error else {
            return Self::Query(error);
        };
        if matches!(kind, DatabaseErrorKind::ClosedConnection) {
            return Self::Unreachable;
        }
        circumstance(about.message()).unwrap_or(Self::Query(error))
    }
}

/// Diesel keeps neither SQLite's result code nor most of PostgreSQL's SQLSTATEs; the messages of
/// conditions that pass are fixed texts of the two databases (`sqlite3_errstr`, `errmsg`) and libpq.
fn circumstance(message: &str) -> Option<DbError> {
    const CIRCUMSTANCES: [(&str, DbError); 17] = [
        ("database is locked", DbError::Saturated),
        ("database table is locked", DbError::Saturated),
        ("database or disk is full", DbError::Full),
        ("attempt to write a readonly database", DbError::Full),
        ("disk I/O error", DbError::Full),
        ("unable to open database file", DbError::Full),
        ("No space left on device", DbError::Full),
        ("Disk quota exceeded", DbError::Full),
        ("due to statement timeout", DbError::Overdue),
        ("due to lock timeout", DbError::Saturated),
        ("terminating connection", DbError::Unreachable),
        ("in a read-only transaction", DbError::Unreachable),
        // libpq's words when a server crashed; diesel knows only some of them as a closed
        // connection.
        (
            "server closed the connection unexpectedly",
            DbError::Unreachable,
        ),
        (
            "SSL connection has been closed unexpectedly",
            DbError::Unreachable,
        ),
        ("could not receive data from server", DbError::Unreachable),
        ("could not send data to server", DbError::Unreachable),
        ("no connection to the server", DbError::Unreachable),
    ];
    CIRCUMSTANCES
        .into_iter()
        .find(|(text, _)| message.contains(text))
        .map(|(_, error)| error)
}
