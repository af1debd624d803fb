//! Every statement on decisions. A decision is reached through its intake, which the caller was
//! found to see.

use diesel::prelude::*;
use jiff::Timestamp;

use super::{Decision, DecisionOutcome, DecisionState};
use crate::db::columns::At;
use crate::db::schema::{decisions, intakes};
use crate::db::{DbConn, DbResult, one_row};
use crate::ids::{DecisionId, IntakeId, RoundId};

#[derive(Queryable, Selectable)]
#[diesel(table_name = decisions)]
struct DecisionRow {
    id: DecisionId,
    version: i64,
    intake: IntakeId,
    outcome: DecisionOutcome,
    state: DecisionState,
    reason: Option<String>,
    prepared_by: String,
    prepared_at: At,
    released_at: Option<At>,
    updated_at: At,
}

impl From<DecisionRow> for Decision {
    fn from(row: DecisionRow) -> Self {
        Self {
            id: row.id,
            version: row.version,
            intake: row.intake,
            outcome: row.outcome,
            state: row.state,
            reason: row.reason,
            prepared_by: row.prepared_by,
            prepared_at: row.prepared_at.0,
            released_at: row.released_at.map(Timestamp::from),
            updated_at: row.updated_at.0,
        }
    }
}

/// One decision.
pub fn find(conn: &mut DbConn, id: DecisionId) -> DbResult<Option<Decision>> {
    let row = decisions::table
        .find(id)
        .select(DecisionRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Decision::from))
}

/// The newest decision on an intake that is in one of these states.
pub fn latest(
    conn: &mut DbConn,
    intake: IntakeId,
    states: &[DecisionState],
) -> DbResult<Option<Decision>> {
    let row = decisions::table
        .filter(decisions::intake.eq(intake))
        .filter(decisions::state.eq_any(states.to_vec()))
        .order((decisions::prepared_at.desc(), decisions::id.desc()))
        .select(DecisionRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Decision::from))
}

/// The decisions on several intakes that are in one of these states, oldest first.
pub fn of_intakes(
    conn: &mut DbConn,
    intakes: &[IntakeId],
    states: &[DecisionState],
) -> DbResult<Vec<Decision>> {
    let rows = decisions::table
        .filter(decisions::intake.eq_any(intakes.to_vec()))
        .filter(decisions::state.eq_any(states.to_vec()))
        .order((decisions::prepared_at.asc(), decisions::id.asc()))
        .select(DecisionRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Decision::from).collect())
}

/// The decision on an intake that waits to be released.
pub fn prepared_of(conn: &mut DbConn, intake: IntakeId) -> DbResult<Option<Decision>> {
    latest(conn, intake, &[DecisionState::Prepared])
}

/// The decisions on a round's intakes that wait to be released, in order of preparation.
pub fn prepared_in_round(conn: &mut DbConn, round: RoundId) -> DbResult<Vec<Decision>> {
    let of_round = intakes::table
        .filter(intakes::round.eq(round))
        .select(intakes::id);
    let rows = decisions::table
        .filter(decisions::intake.eq_any(of_round))
        .filter(decisions::state.eq(DecisionState::Prepared))
        .order((decisions::prepared_at.asc(), decisions::id.asc()))
        .select(DecisionRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Decision::from).collect())
}

pub(crate) fn insert(conn: &mut DbConn, decision: &Decision) -> DbResult<()> {
    diesel::insert_into(decisions::table)
        .values((
            decisions::id.eq(decision.id),
            decisions::version.eq(decision.version),
            decisions::intake.eq(decision.intake),
            decisions::outcome.eq(decision.outcome),
            decisions::state.eq(decision.state),
            decisions::reason.eq(decision.reason.as_deref()),
            decisions::prepared_by.eq(&decision.prepared_by),
            decisions::prepared_at.eq(At(decision.prepared_at)),
            decisions::released_at.eq(decision.released_at.map(At)),
            decisions::updated_at.eq(At(decision.updated_at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores a changed decision, provided that nobody changed it since it was read.
pub(crate) fn update(conn: &mut DbConn, decision: Decision) -> DbResult<Decision> {
    let unchanged = decisions::table
        .find(decision.id)
        .filter(decisions::version.eq(decision.version));
    let version = decision.version + 1;
    let changed = diesel::update(unchanged)
        .set((
            decisions::version.eq(version),
            decisions::state.eq(decision.state),
            decisions::released_at.eq(decision.released_at.map(At)),
            decisions::updated_at.eq(At(decision.updated_at)),
        ))
        .execute(conn)?;
    one_row(changed)?;
    Ok(Decision {
        version,
        ..decision
    })
}
