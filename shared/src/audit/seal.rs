//! Seals closed batches of the audit trail with a chain of hashes.
//!
//! Each seal hashes its lines together with the seal before it, so that a line changed or
//! removed later breaks every seal after it. Writers never wait on the chain: lines are counted
//! into a batch after they were committed.

use aws_lc_rs::digest::{Context, SHA256};
use diesel::prelude::*;
use jiff::Timestamp;

use super::queries::{AuditEvent, AuditRow};
use crate::db::columns::At;
use crate::db::schema::{audit_events, audit_seals};
use crate::db::{DbConn, DbResult};

/// How many lines one seal covers at most.
const BATCH: i64 = 1000;

const ADVISORY_LOCK: &str = "SELECT pg_advisory_xact_lock(7305109611283813)";

/// The first batch whose lines do not give its seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the audit trail was changed in batch {batch}")]
pub struct BrokenChain {
    /// The batch.
    pub batch: i64,
}

/// How many lines wait for a seal.
pub fn unsealed(conn: &mut DbConn) -> DbResult<i64> {
    Ok(audit_events::table
        .filter(audit_events::batch.is_null())
        .count()
        .get_result(conn)?)
}

/// Seals the oldest unsealed lines; says how many. Runs in a transaction of its own.
pub fn seal_batch(conn: &mut DbConn, now: Timestamp) -> DbResult<usize> {
    if let DbConn::Postgres(postgres) = conn {
        diesel::sql_query(ADVISORY_LOCK).execute(postgres)?;
    }
    let lines: Vec<AuditEvent> = audit_events::table
        .select(AuditRow::as_select())
        .filter(audit_events::batch.is_null())
        .order((audit_events::at.asc(), audit_events::id.asc()))
        .limit(BATCH)
        .load(conn)?
        .into_iter()
        .map(AuditEvent::from)
        .collect();
    let Ok(rows) = i32::try_from(lines.len()) else {
        return Ok(0);
    };
    if rows == 0 {
        return Ok(0);
    }
    let previous: Option<(i64, Vec<u8>)> = audit_seals::table
        .select((audit_seals::batch, audit_seals::hash))
        .order(audit_seals::batch.desc())
        .first(conn)
        .optional()?;
    let (last, chain) = previous.unwrap_or_default();
    let batch = last + 1;
    for line in &lines {
        diesel::update(audit_events::table.find(line.id))
            .set(audit_events::batch.eq(batch))
            .execute(conn)?;
    }
    diesel::insert_into(audit_seals::table)
        .values((
            audit_seals::batch.eq(batch),
            audit_seals::rows.eq(rows),
            audit_seals::hash.eq(hash(&chain, &lines)),
            audit_seals::sealed_at.eq(At(now)),
        ))
        .execute(conn)?;
    Ok(lines.len())
}

/// Recomputes every seal; `Ok(Err(_))` names the first batch that does not hold.
///
/// Batches whose lines the retention job has deleted are skipped as a whole.
pub fn verify_chain(conn: &mut DbConn) -> DbResult<Result<i64, BrokenChain>> {
    let seals: Vec<(i64, i32, Vec<u8>)> = audit_seals::table
        .select((audit_seals::batch, audit_seals::rows, audit_seals::hash))
        .order(audit_seals::batch.asc())
        .load(conn)?;
    let mut chain = Vec::new();
    let mut seen_lines = false;
    for (batch, rows, sealed) in &seals {
        let lines: Vec<AuditEvent> = audit_events::table
            .select(AuditRow::as_select())
            .filter(audit_events::batch.eq(batch))
            .order((audit_events::at.asc(), audit_events::id.asc()))
            .load(conn)?
            .into_iter()
            .map(AuditEvent::from)
            .collect();
        // Retention deletes the oldest batches; a hole behind a line that is still there is
        // no retention.
        let retained_away = lines.is_empty() && !seen_lines;
        if !retained_away {
            seen_lines = true;
            let complete = i32::try_from(lines.len()) == Ok(*rows);
            if !complete || hash(&chain, &lines) != *sealed {
                return Ok(Err(BrokenChain { batch: *batch }));
            }
        }
        chain.clone_from(sealed);
    }
    Ok(Ok(seals.last().map_or(0, |(batch, ..)| *batch)))
}

fn hash(previous: &[u8], lines: &[AuditEvent]) -> Vec<u8> {
    let mut context = Context::new(&SHA256);
    context.update(previous);
    for line in lines {
        let fields = [
            line.id.to_string(),
            line.at.as_microsecond().to_string(),
            line.actor_kind.clone(),
            line.actor_id.clone(),
            line.action.clone(),
            line.object_type.clone(),
            line.object_id.clone().unwrap_or_default(),
            line.municipality
                .map(|code| code.to_string())
                .unwrap_or_default(),
            line.result.to_string(),
            line.origin.clone().unwrap_or_default(),
            line.request_id.clone().unwrap_or_default(),
        ];
        for field in fields {
            // The length in front keeps "ab" + "c" apart from "a" + "bc".
            context.update(&(field.len() as u64).to_be_bytes());
            context.update(field.as_bytes());
        }
    }
    context.finish().as_ref().to_vec()
}
