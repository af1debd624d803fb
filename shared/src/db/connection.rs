//! The connection to either database.
#![expect(
    missing_docs,
    reason = "the derive makes public items without comments"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "the derive passes on begin_test_transaction, which nobody here calls"
)]

/// A connection to either database.
#[derive(diesel::MultiConnection)]
pub enum DbConn {
    /// The embedded database.
    Sqlite(diesel::SqliteConnection),
    /// The production database.
    Postgres(diesel::PgConnection),
}
