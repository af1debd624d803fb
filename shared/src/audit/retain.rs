//! The end of the audit trail's oldest lines.

use diesel::dsl::max;
use diesel::prelude::*;
use jiff::Timestamp;

use crate::db::columns::At;
use crate::db::schema::audit_events;
use crate::db::{DbConn, DbResult};

/// Deletes the oldest sealed batch when all its lines are from before `before`; says how many.
///
/// Batches go whole and from the oldest on, so that the chain of the others can be checked
/// still; their seals stay.
pub fn forget_batch(conn: &mut DbConn, before: Timestamp) -> DbResult<usize> {
    let oldest: Option<Option<i64>> = audit_events::table
        .filter(audit_events::batch.is_not_null())
        .order(audit_events::batch)
        .select(audit_events::batch)
        .first(conn)
        .optional()?;
    let Some(batch) = oldest.flatten() else {
        return Ok(0);
    };
    let lines = audit_events::table.filter(audit_events::batch.eq(batch));
    let newest: Option<At> = lines.select(max(audit_events::at)).first(conn)?;
    if newest.is_none_or(|at| at.0 >= before) {
        return Ok(0);
    }
    Ok(diesel::delete(lines).execute(conn)?)
}
