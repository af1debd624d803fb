//! The places of a round (L1) and who gets one: in order of decision, never two at once.
//!
//! Whoever gives or frees a place holds the row of the round first, so that of two coordinators
//! who race for the last place one finds it taken.

use jiff::SignedDuration;

use crate::access::{Actor, Scope};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError, DbResult};
use crate::decisions::{self, DecisionState};
use crate::deliveries::Payload;
use crate::ids::{IntakeId, RoundId};
use crate::intakes::{self, ChangeIntakeError, Intake, IntakeAction};
use crate::programmes;

/// An intake that `scope` sees, as it is once nobody else can touch the places of its round.
pub(super) fn find_held(
    conn: &mut DbConn,
    scope: &Scope,
    id: IntakeId,
) -> DbResult<Option<Intake>> {
    let Some(intake) = intakes::find(conn, scope, id)? else {
        return Ok(None);
    };
    let Some(round) = intake.round else {
        return Ok(Some(intake));
    };
    programmes::rounds::hold(conn, round)?;
    // Whoever had the round before may have moved this very intake.
    intakes::find(conn, scope, id)
}

/// What a match of an intake comes to: a place, or the waiting list of a full round. Nobody
/// passes those who wait already.
pub(super) fn place_of_match(
    conn: &mut DbConn,
    now: LocalNow,
    intake: &Intake,
) -> DbResult<(IntakeAction, LocalNow)> {
    let Some(id) = intake.round else {
        return Ok((IntakeAction::Match, now));
    };
    let capacity = capacity(conn, id)?;
    let waiting = intakes::waiting(conn, id)?;
    let taken = intakes::places_taken(conn, id)? + waiting.len();
    if taken < capacity {
        return Ok((IntakeAction::Match, now));
    }
    // One after the other also when they are decided in one go: what somebody was told of their
    // position holds until a place comes free.
    let after_last = waiting
        .last()
        .map(|(_, since)| *since + SignedDuration::from_micros(1));
    let at = after_last.map_or(now.at, |after_last| after_last.max(now.at));
    Ok((IntakeAction::Waitlist, LocalNow { at, ..now }))
}

/// An intake that may have held a place has left: whoever waits first in its round moves up
/// (L1), with a mail.
pub fn free_place(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    intake: &Intake,
) -> DbResult<()> {
    match intake.round {
        Some(round) => fill_places(conn, actor, now, round),
        None => Ok(()),
    }
}

/// Gives the free places of a round to those who wait, in order of decision.
pub(super) fn fill_places(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    round: RoundId,
) -> DbResult<()> {
    programmes::rounds::hold(conn, round)?;
    let free = capacity(conn, round)?.saturating_sub(intakes::places_taken(conn, round)?);
    if free == 0 {
        return Ok(());
    }
    // It follows from the rule, not from a decision of whoever made room.
    let system = Actor::system("free-place").traced(actor.trace);
    for (id, _) in intakes::waiting(conn, round)?.into_iter().take(free) {
        let intake = intakes::find(conn, &Scope::Institute, id)?.ok_or(DbError::Conflict)?;
        let action = IntakeAction::TakePlace;
        let intake = intakes::move_on(conn, &system, now, intake, action, None).map_err(in_step)?;
        let decision = decisions::latest(conn, id, &[DecisionState::Released])?
            .ok_or(DbError::Corrupt { what: "decision" })?;
        let payload = Payload::IntakeMatched {
            intake: id,
            decision: decision.id,
            came_free: true,
        };
        intakes::tell_contact(conn, &system, now, &intake, payload)?;
    }
    Ok(())
}

fn capacity(conn: &mut DbConn, round: RoundId) -> DbResult<usize> {
    let round = programmes::rounds::round(conn, round)?;
    let capacity = round.ok_or(DbError::Corrupt { what: "round" })?.capacity;
    Ok(usize::try_from(capacity).unwrap_or_default())
}

/// A move of an intake that was read in the same transaction, in a state that allows it.
fn in_step(error: ChangeIntakeError) -> DbError {
    match error {
        ChangeIntakeError::Db(error) => error,
        ChangeIntakeError::NotFound
        | ChangeIntakeError::Stale
        | ChangeIntakeError::State(_)
        | ChangeIntakeError::Invalid(_) => DbError::Conflict,
    }
}
