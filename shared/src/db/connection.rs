//! The connection to either database.
#![expect(
    missing_docs,
    reason = "the derive makes public items without comments"
)]

/// A connection to either database.
#[derive(diesel::MultiConnection)]
pub enum DbConn {
    /// The embedded database.
    Sqlite(diesel::SqliteConnection),
    /// The production database.
    Postgres(diesel::PgConnection),
}
