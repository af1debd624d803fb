//! Bringing what ships into the database, at every start.

use diesel::RunQueryDsl as _;
use jiff::Timestamp;

use crate::catalogue::Shipped;
use crate::db::{DbConn, DbResult};
use crate::reference::{self, ReferenceList};
use crate::{municipalities, networks, organisations, programmes};

/// How many rows a start added.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Loaded {
    /// Municipalities.
    pub municipalities: usize,
    /// Themes and target groups.
    pub reference_items: usize,
    /// Partner organisations.
    pub organisations: usize,
    /// Versions of programmes.
    pub programme_versions: usize,
    /// The general learning network.
    pub learning_networks: usize,
}

/// Names the lock that keeps two starting processes from loading at once on PostgreSQL; any
/// number that nothing else uses. SQLite has one writer anyway.
const LOCK: i64 = 0x006b_6f70_6c6f_6164;

/// Adds what ships and is not there yet, and overwrites nothing that a coordinator edited.
/// Running it again changes nothing.
pub fn load(conn: &mut DbConn, shipped: &Shipped, now: Timestamp) -> DbResult<Loaded> {
    if let DbConn::Postgres(conn) = conn {
        diesel::sql_query("SELECT pg_advisory_xact_lock($1)")
            .bind::<diesel::sql_types::BigInt, _>(LOCK)
            .execute(conn)?;
    }
    let themes = reference::actions::load(conn, now, ReferenceList::Themes, &shipped.themes)?;
    let groups = reference::actions::load(
        conn,
        now,
        ReferenceList::TargetGroups,
        &shipped.target_groups,
    )?;
    Ok(Loaded {
        municipalities: municipalities::actions::load(conn, shipped)?,
        reference_items: themes + groups,
        organisations: organisations::actions::load(conn, now, &shipped.partners)?,
        programme_versions: programmes::load(conn, now, &shipped.programmes)?,
        learning_networks: networks::load(conn, now)?,
    })
}
