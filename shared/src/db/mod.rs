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
mod migrate;
mod open;
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
pub use migrate::{MigrateError, check, migrate};
pub use open::OpenError;
pub use queue::ThreadUse;
pub use url::{DatabaseKind, DatabaseUrl, DatabaseUrlError};
pub use wakes::wake_after_commit;

/// Insists that a guarded update (`WHERE id = ? AND version = ?`) found its row.
pub fn one_row(changed: usize) -> DbResult<()> {
    if changed == 1 {
        Ok(())
    } else {
        Err(DbError::Conflict)
    }
}
