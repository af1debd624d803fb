//! Who waits for a place in a round, and how many places are taken (L1).

use diesel::prelude::*;
use jiff::Timestamp;

use super::{Intake, IntakeStatus};
use crate::db::columns::At;
use crate::db::schema::intakes;
use crate::db::{DbConn, DbResult};
use crate::ids::{IntakeId, RoundId};

/// The intakes that wait for a place in a round, in the order in which they get one, with since
/// when.
pub(crate) fn waiting(conn: &mut DbConn, round: RoundId) -> DbResult<Vec<(IntakeId, Timestamp)>> {
    let rows: Vec<(IntakeId, Option<At>)> = intakes::table
        .filter(intakes::round.eq(round))
        .filter(intakes::status.eq(IntakeStatus::Waitlisted))
        .order((intakes::waitlisted_at.asc(), intakes::id.asc()))
        .select((intakes::id, intakes::waitlisted_at))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, since)| (id, since.map_or(Timestamp::UNIX_EPOCH, Timestamp::from)))
        .collect())
}

/// How many places of a round are taken: a match holds one, also once it is a trajectory.
pub(crate) fn places_taken(conn: &mut DbConn, round: RoundId) -> DbResult<usize> {
    let taken: i64 = intakes::table
        .filter(intakes::round.eq(round))
        .filter(intakes::status.eq_any([IntakeStatus::Matched, IntakeStatus::Started]))
        .count()
        .get_result(conn)?;
    Ok(usize::try_from(taken).unwrap_or_default())
}

/// Says of those that wait at which position; one query for them all, none when nobody waits.
pub(super) fn attach_positions(conn: &mut DbConn, found: &mut [Intake]) -> DbResult<()> {
    let mut rounds: Vec<RoundId> = found
        .iter()
        .filter(|intake| intake.status == IntakeStatus::Waitlisted)
        .filter_map(|intake| intake.round)
        .collect();
    rounds.sort_unstable();
    rounds.dedup();
    if rounds.is_empty() {
        return Ok(());
    }
    let in_line: Vec<(Option<RoundId>, IntakeId)> = intakes::table
        .filter(intakes::round.eq_any(rounds))
        .filter(intakes::status.eq(IntakeStatus::Waitlisted))
        .order((
            intakes::round.asc(),
            intakes::waitlisted_at.asc(),
            intakes::id.asc(),
        ))
        .select((intakes::round, intakes::id))
        .load(conn)?;
    for intake in found.iter_mut() {
        let mut of_round = in_line.iter().filter(|(round, _)| *round == intake.round);
        intake.waitlist_position = of_round
            .position(|(_, id)| *id == intake.id)
            .and_then(|before| u32::try_from(before + 1).ok());
    }
    Ok(())
}
