//! Deciding on an intake: prepared, taken back, released one by one or for a whole round.

use super::places::{fill_places, find_held, free_place, place_of_match};
use crate::access::{Actor, Granted, IntakesDecide, Scope};
use crate::assessments::{self, Hindrance};
use crate::audit::{self, AuditLine};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError, DbResult};
use crate::decisions::{self, Decision, DecisionAction, DecisionOutcome, DecisionState};
use crate::deliveries::Payload;
use crate::events::{self, NewEvent, Subject};
use crate::ids::{DecisionId, IntakeId, RoundId};
use crate::intakes::{self, ChangeIntakeError, Intake, IntakeAction, InvalidIntakeTransition};
use crate::words::Slug;
use crate::{offers, programmes};

/// A decision about to be prepared.
#[derive(Debug, Clone)]
pub struct NewDecision {
    /// What is decided.
    pub outcome: DecisionOutcome,
    /// Why, in words that the municipality may read.
    pub reason: Option<String>,
    /// Whether it is released at once.
    pub release: bool,
}

/// Why a decision was not prepared, released or taken back.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// There is no such intake, or no decision on it that waits.
    #[error("no such intake or decision")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("it was changed in the meantime")]
    Stale,
    /// The state of the intake does not allow it.
    #[error(transparent)]
    State(#[from] InvalidIntakeTransition),
    /// The municipality must be told why.
    #[error("a reason is needed")]
    ReasonMissing,
    /// Another decision on the intake waits to be released.
    #[error("a decision is prepared already")]
    AlreadyPrepared,
    /// The rules do not allow a match; everything at once.
    #[error("something hinders the match")]
    Hindered(Vec<Hindrance>),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Why the decisions of a round were not released.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseRoundError {
    /// There is no such programme, or no such round of it.
    #[error("no such round")]
    NotFound,
    /// These intakes cannot be decided on as prepared; everything at once.
    #[error("{} decisions cannot be released", .0.len())]
    Hindered(Vec<HinderedIntake>),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// An intake on which the prepared decision cannot be released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HinderedIntake {
    /// The intake.
    pub intake: IntakeId,
    /// The state that does not allow it, if that is why.
    pub state: Option<InvalidIntakeTransition>,
    /// What hinders the match otherwise.
    pub hinders: Vec<Hindrance>,
}

/// Prepares a decision, and releases it at once if that is asked.
pub fn prepare_decision(
    conn: &mut DbConn,
    granted: &Granted<IntakesDecide>,
    now: LocalNow,
    id: IntakeId,
    expected_version: Option<i64>,
    new: NewDecision,
) -> Result<(Decision, Intake), DecideError> {
    let intake = for_institute(conn, granted, id)?;
    if expected_version.is_some_and(|version| version != intake.version) {
        return Err(DecideError::Stale);
    }
    if new.outcome.needs_reason() && new.reason.is_none() {
        return Err(DecideError::ReasonMissing);
    }
    if decisions::prepared_of(conn, id)?.is_some() {
        return Err(DecideError::AlreadyPrepared);
    }
    check(conn, now, &intake, new.outcome)?;
    let actor = granted.actor();
    let decision = Decision {
        id: DecisionId::generate(),
        version: 1,
        intake: id,
        outcome: new.outcome,
        state: DecisionState::Prepared,
        reason: new.reason,
        prepared_by: format!("{}:{}", actor.who.kind(), actor.who.id()),
        prepared_at: now.at,
        released_at: None,
        updated_at: now.at,
    };
    decisions::insert(conn, &decision)?;
    tell_institute(conn, actor, now, &intake, "intake.decision_prepared")?;
    record(conn, actor, now, &intake, "decision.prepare")?;
    if !new.release {
        return Ok((decision, intake));
    }
    let released = carry_out(conn, actor, now, intake, decision)?;
    make_room(conn, actor, now, &released)?;
    Ok(released)
}

/// Releases the prepared decision on an intake: the rules are checked again, the intake moves
/// and the contact person is told.
pub fn release_decision(
    conn: &mut DbConn,
    granted: &Granted<IntakesDecide>,
    now: LocalNow,
    id: IntakeId,
    expected_version: Option<i64>,
) -> Result<(Decision, Intake), DecideError> {
    let intake = for_institute(conn, granted, id)?;
    let decision = prepared(conn, id, expected_version)?;
    check(conn, now, &intake, decision.outcome)?;
    let released = carry_out(conn, granted.actor(), now, intake, decision)?;
    make_room(conn, granted.actor(), now, &released)?;
    Ok(released)
}

/// Takes the prepared decision on an intake back; nobody was told of it.
pub fn take_back_decision(
    conn: &mut DbConn,
    granted: &Granted<IntakesDecide>,
    now: LocalNow,
    id: IntakeId,
    expected_version: Option<i64>,
) -> Result<(), DecideError> {
    let intake = for_institute(conn, granted, id)?;
    let decision = prepared(conn, id, expected_version)?;
    take_back(conn, granted.actor(), now, &intake, decision)
}

/// Takes back what is prepared for an intake that goes another way.
pub(super) fn forget_prepared(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    intake: &Intake,
) -> DbResult<()> {
    let Some(decision) = decisions::prepared_of(conn, intake.id)? else {
        return Ok(());
    };
    match take_back(conn, actor, now, intake, decision) {
        Ok(()) => Ok(()),
        Err(DecideError::Db(error)) => Err(error),
        Err(_) => Err(DbError::Conflict),
    }
}

/// Releases every prepared decision of a round in order of preparation: all, or none with what
/// hinders each.
pub fn release_round(
    conn: &mut DbConn,
    granted: &Granted<IntakesDecide>,
    now: LocalNow,
    programme: &Slug,
    round: RoundId,
) -> Result<Vec<(Decision, Intake)>, ReleaseRoundError> {
    let found = programmes::rounds::round(conn, round)?
        .filter(|round| round.programme == *programme && *granted.scope() == Scope::Institute)
        .ok_or(ReleaseRoundError::NotFound)?;
    programmes::rounds::hold(conn, found.id)?;
    let mut ready = Vec::new();
    let mut hindered = Vec::new();
    for decision in decisions::prepared_in_round(conn, round)? {
        let intake =
            intakes::find(conn, granted.scope(), decision.intake)?.ok_or(DbError::Conflict)?;
        let because = |state, hinders| HinderedIntake {
            intake: decision.intake,
            state,
            hinders,
        };
        match check(conn, now, &intake, decision.outcome) {
            Ok(()) => ready.push((intake, decision)),
            Err(DecideError::State(state)) => hindered.push(because(Some(state), Vec::new())),
            Err(DecideError::Hindered(hinders)) => hindered.push(because(None, hinders)),
            Err(DecideError::Db(error)) => return Err(error.into()),
            Err(
                DecideError::NotFound
                | DecideError::Stale
                | DecideError::ReasonMissing
                | DecideError::AlreadyPrepared,
            ) => return Err(DbError::Conflict.into()),
        }
    }
    if !hindered.is_empty() {
        return Err(ReleaseRoundError::Hindered(hindered));
    }
    let mut released = Vec::with_capacity(ready.len());
    for (intake, decision) in ready {
        match carry_out(conn, granted.actor(), now, intake, decision) {
            Ok(done) => released.push(done),
            Err(DecideError::Db(error)) => return Err(error.into()),
            // It was checked above, in this very transaction.
            Err(_) => return Err(DbError::Conflict.into()),
        }
    }
    // Only now, so that nobody moves up whose own decision was still to come.
    fill_places(conn, granted.actor(), now, round)?;
    for (_, intake) in &mut released {
        *intake = intakes::find(conn, granted.scope(), intake.id)?.ok_or(DbError::Conflict)?;
    }
    Ok(released)
}

/// The newest decision on an intake that the caller may see, with the intake: a municipality
/// sees what was released.
pub fn decision_of<P>(
    conn: &mut DbConn,
    granted: &Granted<P>,
    id: IntakeId,
) -> DbResult<Option<(Decision, Intake)>> {
    let Some(intake) = intakes::find(conn, granted.scope(), id)? else {
        return Ok(None);
    };
    let decision = decisions::latest(conn, id, decisions_seen(granted))?;
    Ok(decision.map(|decision| (decision, intake)))
}

/// The states in which a caller sees decisions: whoever assesses, also before the release.
pub(crate) fn decisions_seen<P>(granted: &Granted<P>) -> &'static [DecisionState] {
    let assesses = granted.also(IntakeAction::Assess.needs());
    if assesses && *granted.scope() == Scope::Institute {
        &[DecisionState::Prepared, DecisionState::Released]
    } else {
        &[DecisionState::Released]
    }
}

fn for_institute(
    conn: &mut DbConn,
    granted: &Granted<IntakesDecide>,
    id: IntakeId,
) -> Result<Intake, DecideError> {
    match granted.scope() {
        Scope::Institute => find_held(conn, &Scope::Institute, id)?,
        Scope::Municipality { .. } => None,
    }
    .ok_or(DecideError::NotFound)
}

fn prepared(
    conn: &mut DbConn,
    id: IntakeId,
    expected_version: Option<i64>,
) -> Result<Decision, DecideError> {
    let decision = decisions::prepared_of(conn, id)?.ok_or(DecideError::NotFound)?;
    if expected_version.is_some_and(|version| version != decision.version) {
        return Err(DecideError::Stale);
    }
    Ok(decision)
}

/// Whether the intake can be decided on so: its state, and for a match the assessment.
fn check(
    conn: &mut DbConn,
    now: LocalNow,
    intake: &Intake,
    outcome: DecisionOutcome,
) -> Result<(), DecideError> {
    intake.status.after(outcome.action())?;
    if outcome != DecisionOutcome::Match {
        return Ok(());
    }
    let (_, _, weighed) =
        assessments::weigh(conn, now, intake)?.ok_or(DbError::Corrupt { what: "assessment" })?;
    if weighed.hinders.is_empty() {
        Ok(())
    } else {
        Err(DecideError::Hindered(weighed.hinders))
    }
}

/// Moves the intake as decided and tells the contact person. The round is held by the caller,
/// who also sees to the places that come free.
fn carry_out(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    intake: Intake,
    decision: Decision,
) -> Result<(Decision, Intake), DecideError> {
    let (action, at) = match decision.outcome {
        DecisionOutcome::Match => place_of_match(conn, now, &intake)?,
        DecisionOutcome::Decline | DecisionOutcome::Close => (IntakeAction::Decline, now),
    };
    let intake = intakes::move_on(conn, actor, at, intake, action, decision.reason.clone())?;
    if action == IntakeAction::Decline {
        let reason = decision.reason.as_deref();
        offers::withdraw_open_of_intake(conn, actor, now, intake.id, reason)?;
    }
    let decision = decision
        .after(DecisionAction::Release, now.at)
        .map_err(|_| DecideError::Stale)?;
    let decision = decisions::update(conn, decision)?;
    record(conn, actor, now, &intake, "decision.release")?;
    let payload = payload(&decision, action);
    intakes::tell_contact(conn, actor, now, &intake, payload)?;
    Ok((decision, intake))
}

fn payload(decision: &Decision, action: IntakeAction) -> Payload {
    let (intake, id) = (decision.intake, decision.id);
    match decision.outcome {
        DecisionOutcome::Match if action == IntakeAction::Waitlist => Payload::IntakeWaitlisted {
            intake,
            decision: id,
        },
        DecisionOutcome::Match => Payload::IntakeMatched {
            intake,
            decision: id,
            came_free: false,
        },
        DecisionOutcome::Decline => Payload::IntakeDeclined {
            intake,
            decision: id,
        },
        DecisionOutcome::Close => Payload::IntakeClosed {
            intake,
            decision: id,
        },
    }
}

/// A decline may free a place.
fn make_room(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    (decision, intake): &(Decision, Intake),
) -> DbResult<()> {
    match decision.outcome {
        DecisionOutcome::Match => Ok(()),
        DecisionOutcome::Decline | DecisionOutcome::Close => free_place(conn, actor, now, intake),
    }
}

fn take_back(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    intake: &Intake,
    decision: Decision,
) -> Result<(), DecideError> {
    let decision = decision
        .after(DecisionAction::TakeBack, now.at)
        .map_err(|_| DecideError::Stale)?;
    decisions::update(conn, decision)?;
    tell_institute(conn, actor, now, intake, "intake.decision_taken_back")?;
    Ok(record(conn, actor, now, intake, "decision.take_back")?)
}

/// An event of which the municipality must not hear.
fn tell_institute(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    intake: &Intake,
    event_type: &'static str,
) -> DbResult<()> {
    let event = NewEvent {
        event_type,
        subject: Subject {
            kind: "intake",
            id: intake.id.0,
        },
        municipality: None,
        from: None,
        to: None,
        reason: None,
        data: serde_json::json!({}),
    };
    events::append(conn, &event, actor, now.at)
}

fn record(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    intake: &Intake,
    action: &'static str,
) -> DbResult<()> {
    let line = AuditLine {
        action,
        object_type: "intake",
        object_id: Some(intake.id.to_string()),
        municipality: Some(intake.municipality),
    };
    audit::record(conn, actor, line, now.at)
}

impl From<ChangeIntakeError> for DecideError {
    fn from(error: ChangeIntakeError) -> Self {
        match error {
            ChangeIntakeError::NotFound => Self::NotFound,
            ChangeIntakeError::Stale | ChangeIntakeError::Invalid(_) => Self::Stale,
            ChangeIntakeError::State(invalid) => Self::State(invalid),
            ChangeIntakeError::Db(error) => Self::Db(error),
        }
    }
}
