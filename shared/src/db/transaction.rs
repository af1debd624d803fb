//! Transactions: opened, judged and closed here and nowhere else.

use diesel::connection::{
    AnsiTransactionManager, SimpleConnection as _, TransactionManager, TransactionManagerStatus,
};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::Error as Diesel;
use diesel::sqlite::{Sqlite, SqliteConnection};
use diesel::{PgConnection, QueryResult, RunQueryDsl};

use super::{DbConn, DbError, DbResult};

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

/// A statement without values that a connection to the embedded database prepares once. Given to
/// the transaction manager as text, it would be parsed at every run.
macro_rules! prepared {
    ($name:ident => $sql:literal) => {
        #[derive(QueryId)]
        struct $name;

        impl QueryFragment<Sqlite> for $name {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
                out.push_sql($sql);
                Ok(())
            }
        }

        impl RunQueryDsl<SqliteConnection> for $name {}
    };
}

prepared! { BeginRead => "BEGIN" }
prepared! { EndRead => "COMMIT" }

/// Lets all statements that follow see one state of the embedded database, and lock it once
/// instead of once each. The transaction manager is not told: within, nothing opens a transaction.
pub(super) fn begin_read(conn: &mut DbConn) -> Result<(), DbError> {
    if let DbConn::Sqlite(conn) = conn {
        BeginRead.execute(conn)?;
    }
    Ok(())
}

/// Ends what [`begin_read`] began.
pub(super) fn end_read(conn: &mut DbConn) -> Result<(), DbError> {
    if let DbConn::Sqlite(conn) = conn {
        EndRead.execute(conn)?;
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

/// Has this transaction count as committed before it is on disk.
///
/// For changes that may go with the last moments of a server that fails. The next commit that is
/// waited for brings this one to disk before itself, so nothing durable can rest on what was lost.
pub(crate) fn commit_without_waiting(conn: &mut PgConnection) -> DbResult<()> {
    Ok(conn.batch_execute("SET LOCAL synchronous_commit = off")?)
}

/// Undoes everything on a connection that is about to be thrown away. A server notices a closed
/// connection only after a while, and what it locked stays locked until then.
pub(super) fn abandon(conn: &mut DbConn) {
    if let DbConn::Postgres(conn) = conn
        && let Err(error) = conn.batch_execute("ROLLBACK")
    {
        tracing::debug!(%error, "nothing was left to roll back");
    }
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
    let error = if let DbError::Query(Diesel::RollbackErrorOnCommit { commit_error, .. }) = error {
        DbError::from(*commit_error)
    } else {
        error
    };
    match (conn, error) {
        // The server may have stored it before it went away.
        (DbConn::Postgres(_), DbError::Unreachable) => DbError::Overdue,
        (_, error) => error,
    }
}
