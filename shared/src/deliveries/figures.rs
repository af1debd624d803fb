//! How the outbox stands, for the metrics.

use diesel::dsl::{count_star, min, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use jiff::Timestamp;

use super::DeliveryState;
use crate::db::columns::At;
use crate::db::schema::deliveries;
use crate::db::{DbConn, DbResult};

/// How the open part of the outbox stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutboxFigures {
    /// How many deliveries there are in each open state that any is in.
    pub open: Vec<(DeliveryState, i64)>,
    /// When the oldest of them was, or will be, to be sent. One that was refused for now counts
    /// from its next attempt, so that a slow recipient is no sign of a slow worker.
    pub oldest_due_at: Option<Timestamp>,
}

/// Counts what is not at its end yet; its cost grows with that, not with all that was ever sent.
pub fn figures(conn: &mut DbConn) -> DbResult<OutboxFigures> {
    // Spelled out, so that the partial index is used on both databases.
    let open = sql::<Bool>("state IN ('queued', 'leased', 'sending', 'unknown')");
    let rows: Vec<(DeliveryState, i64, Option<At>)> = deliveries::table
        .filter(open)
        .group_by(deliveries::state)
        .select((deliveries::state, count_star(), min(deliveries::next_at)))
        .load(conn)?;
    Ok(OutboxFigures {
        oldest_due_at: rows
            .iter()
            .filter_map(|(_, _, at)| *at)
            .min()
            .map(|at| at.0),
        open: rows
            .into_iter()
            .map(|(state, count, _)| (state, count))
            .collect(),
    })
}
