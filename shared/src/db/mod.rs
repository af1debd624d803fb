//! Two databases behind one code: embedded SQLite and PostgreSQL.
//!
//! Query functions take `&mut DbConn`; they neither open nor know transactions. The executor
//! owns the connections and the transactions around them.

mod backup;
pub mod columns;
mod connection;
mod error;
mod executor;
mod lane;
mod limited;
mod migrate;
mod open;
mod prepared;
mod queue;
pub mod schema;
mod transaction;
mod url;
mod wakes;
mod work;
mod writer;

pub use backup::{BackupError, Staged, back_up, stage};
pub use connection::{DbConn, MultiBackend};
pub use error::{DbError, DbResult};
pub use executor::{Db, DbOptions};
pub(crate) use limited::Limited;
pub use migrate::{MigrateError, check, migrate};
pub use open::OpenError;
pub(crate) use prepared::{Prepared, Values};
pub use queue::ThreadUse;
pub(crate) use transaction::commit_without_waiting;
pub use url::{DatabaseKind, DatabaseUrl, DatabaseUrlError};
pub use wakes::wake_after_commit;

/// Runs a query on the connection inside a [`DbConn`], once written and compiled for both.
///
/// For the few reads that every request makes. Through the enum diesel writes the SQL anew several
/// times per run, which costs more than the read itself; on the connection a query of a fixed form
/// is found by its type. The query must be made inside, so that each arm has its own.
#[macro_export]
macro_rules! on_connection {
    ($conn:expr, |$inner:ident| $query:expr) => {
        match $conn {
            $crate::db::DbConn::Sqlite($inner) => $query,
            $crate::db::DbConn::Postgres($inner) => $query,
        }
    };
}

/// Insists that a guarded update (`WHERE id = ? AND version = ?`) found its row.
pub fn one_row(changed: usize) -> DbResult<()> {
    if changed == 1 {
        Ok(())
    } else {
        Err(DbError::Conflict)
    }
}
