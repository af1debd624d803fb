//! Two databases behind one code: embedded SQLite and PostgreSQL.
//!
//! Query functions take `&mut DbConn`; they neither open nor know transactions. The executor
//! owns the connections and the transactions around them.

pub mod columns;
mod connection;
mod error;
pub mod schema;

pub use connection::{DbConn, MultiBackend};
pub use error::{DbError, DbResult};

/// Insists that a guarded update (`WHERE id = ? AND version = ?`) found its row.
pub fn one_row(changed: usize) -> DbResult<()> {
    if changed == 1 {
        Ok(())
    } else {
        Err(DbError::Conflict)
    }
}
