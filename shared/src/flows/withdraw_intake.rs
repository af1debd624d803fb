//! Taking an intake back: its talk is called off, its open offers are withdrawn, its place goes to
//! who waits, and the contact person is told.

use super::cancel_meeting::call_off;
use super::decide::forget_prepared;
use super::places::{find_held, free_place};
use crate::access::{Granted, IntakesWrite};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError};
use crate::deliveries::Payload;
use crate::ids::IntakeId;
use crate::intakes::{
    self, ChangeIntakeError, Intake, IntakeAction, IntakeStatus, InvalidIntakeTransition,
};
use crate::meetings::{self, CancelMeetingError};
use crate::offers;

/// Why an intake was not taken back.
#[derive(Debug, thiserror::Error)]
pub enum WithdrawIntakeError {
    /// There is no such intake, or it is another's.
    #[error("no such intake")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("the intake was changed in the meantime")]
    Stale,
    /// Its state does not allow it.
    #[error(transparent)]
    State(#[from] InvalidIntakeTransition),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Takes an intake back, whatever state short of a closing one it is in.
pub fn withdraw_intake(
    conn: &mut DbConn,
    granted: &Granted<IntakesWrite>,
    now: LocalNow,
    id: IntakeId,
    expected_version: Option<i64>,
    reason: Option<&str>,
) -> Result<Intake, WithdrawIntakeError> {
    let intake = find_held(conn, granted.scope(), id)?.ok_or(WithdrawIntakeError::NotFound)?;
    if expected_version.is_some_and(|version| version != intake.version) {
        return Err(WithdrawIntakeError::Stale);
    }
    let reason = reason.map(str::to_owned);
    let was_draft = intake.status == IntakeStatus::Draft;
    let actor = granted.actor();
    let withdrawn = intakes::move_on(
        conn,
        actor,
        now,
        intake,
        IntakeAction::Withdraw,
        reason.clone(),
    )?;
    for talk in meetings::open_of_intake(conn, id)? {
        call_off(conn, actor, now, talk, reason.clone())?;
    }
    offers::withdraw_open_of_intake(conn, actor, now, id, reason.as_deref())?;
    forget_prepared(conn, actor, now, &withdrawn)?;
    // A draft was never sent in, so nobody was told that it came.
    if !was_draft {
        let payload = Payload::IntakeWithdrawn { intake: id };
        intakes::tell_contact(conn, actor, now, &withdrawn, payload)?;
    }
    free_place(conn, actor, now, &withdrawn)?;
    Ok(withdrawn)
}

impl From<ChangeIntakeError> for WithdrawIntakeError {
    fn from(error: ChangeIntakeError) -> Self {
        match error {
            ChangeIntakeError::NotFound => Self::NotFound,
            ChangeIntakeError::Stale | ChangeIntakeError::Invalid(_) => Self::Stale,
            ChangeIntakeError::State(invalid) => Self::State(invalid),
            ChangeIntakeError::Db(error) => Self::Db(error),
        }
    }
}

impl From<CancelMeetingError> for WithdrawIntakeError {
    fn from(error: CancelMeetingError) -> Self {
        match error {
            CancelMeetingError::Db(error) => Self::Db(error),
            // The talk was found open in this very transaction.
            CancelMeetingError::NotFound
            | CancelMeetingError::Stale
            | CancelMeetingError::State(_) => Self::Db(DbError::Conflict),
        }
    }
}
