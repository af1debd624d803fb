//! Transactions: opened, judged and closed here and nowhere else.

use diesel::connection::{AnsiTransactionManager, TransactionManager, TransactionManagerStatus};
use diesel::result::{DatabaseErrorKind, Error as Diesel};

use super::{DbConn, DbError};

type Manager = AnsiTransactionManager;

/// Opens the transaction. On SQLite it takes the write lock at once: a transaction that reads
/// first and writes later fails as soon as another wrote in between.
pub(super) fn begin(conn: &mut DbConn) -> Result<(), DbError> {
    match conn {
        DbConn::Sqlite(conn) => Manager::begin_transaction_sql(conn, "BEGIN IMMEDIATE")?,
        DbConn::Postgres(conn) => Manager::begin_transaction_sql(conn, "BEGIN")?,
    }
    Ok(())
}

/// Opens a savepoint inside the transaction.
pub(super) fn begin_savepoint(conn: &mut DbConn) -> Result<(), DbError> {
    match conn {
        DbConn::Sqlite(conn) => Manager::begin_transaction(conn)?,
        DbConn::Postgres(conn) => Manager::begin_transaction(conn)?,
    }
    Ok(())
}

/// Ends the innermost savepoint, or the transaction: keeps what it did.
pub(super) fn commit(conn: &mut DbConn) -> Result<(), DbError> {
    match conn {
        DbConn::Sqlite(conn) => Manager::commit_transaction(conn)?,
        DbConn::Postgres(conn) => Manager::commit_transaction(conn)?,
    }
    Ok(())
}

/// Ends the innermost savepoint, or the transaction: undoes what it did.
pub(super) fn roll_back(conn: &mut DbConn) -> Result<(), DbError> {
    match conn {
        DbConn::Sqlite(conn) => Manager::rollback_transaction(conn)?,
        DbConn::Postgres(conn) => Manager::rollback_transaction(conn)?,
    }
    Ok(())
}

/// Whether exactly `depth` transactions are open, counting savepoints, and none has failed.
///
/// Whoever swallows an error of PostgreSQL leaves a transaction of which COMMIT reports success
/// and stores nothing; whoever panics leaves a savepoint open that a later COMMIT would close
/// instead of the transaction.
pub(super) fn is_sound(conn: &mut DbConn, depth: u32) -> bool {
    let status = match conn {
        DbConn::Sqlite(conn) => Manager::transaction_manager_status_mut(conn),
        DbConn::Postgres(conn) => Manager::transaction_manager_status_mut(conn),
    };
    let TransactionManagerStatus::Valid(status) = status else {
        return false;
    };
    match &status.in_transaction {
        None => depth == 0,
        Some(open) => {
            open.transaction_depth.get() == depth && !open.requires_rollback_maybe_up_to_top_level
        }
    }
}

/// What a failing COMMIT of the whole transaction means to those who wait for it.
pub(super) fn judge_commit(conn: &DbConn, error: DbError) -> DbError {
    match (conn, error) {
        // The server may have stored it before it went away.
        (DbConn::Postgres(_), DbError::Unreachable) => DbError::Overdue,
        (_, DbError::Query(Diesel::RollbackErrorOnCommit { commit_error, .. })) => {
            match (conn, *commit_error) {
                (
                    DbConn::Postgres(_),
                    Diesel::DatabaseError(DatabaseErrorKind::ClosedConnection, _),
                ) => DbError::Overdue,
                (_, commit_error) => DbError::from(commit_error),
            }
        }
        (_, error) => error,
    }
}
