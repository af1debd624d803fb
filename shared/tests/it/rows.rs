//! Rows that stand for anything written.

use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Text};
use koplopers_shared::db::{DbConn, DbError};

/// How many rows `table` has.
pub(crate) fn count(conn: &mut DbConn, table: &str) -> i64 {
    diesel::dsl::sql::<BigInt>(&format!("SELECT count(*) FROM {table}"))
        .get_result(conn)
        .unwrap()
}

/// Stores a row named `code`; a second one of that name is refused.
pub(crate) fn insert(conn: &mut DbConn, code: &str) -> Result<(), DbError> {
    run(
        conn,
        &format!(
            "INSERT INTO municipalities (code, version, name, province, source, source_year) \
             VALUES ('{code}', 1, 'Voorbeeld', 'Utrecht', 'test', 2026)"
        ),
    )
}

/// Runs statements as they are.
pub(crate) fn run(conn: &mut DbConn, sql: &str) -> Result<(), DbError> {
    conn.batch_execute(sql).map_err(DbError::from)
}

/// The names of the stored rows, in order.
pub(crate) fn names(conn: &mut DbConn) -> Vec<String> {
    try_names(conn).unwrap()
}

/// As [`names`], where the database may be away.
pub(crate) fn try_names(conn: &mut DbConn) -> Result<Vec<String>, DbError> {
    let sql = "SELECT code FROM municipalities ORDER BY code";
    Ok(diesel::dsl::sql::<Text>(sql).load(conn)?)
}
