//! What came of a meeting, and what that means for the intake whose talk it was.

use crate::access::{Actor, Granted, MeetingsWrite, Scope};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError};
use crate::ids::MeetingId;
use crate::intakes::{self, ChangeIntakeError, Intake, IntakeAction, IntakeStatus};
use crate::meetings::{self, Meeting, MeetingOutcome, MeetingStatus, RecordOutcomeError};

/// Records whether a meeting took place, or corrects it (T1, I1).
///
/// A talk that did not take place takes its intake back to submitted, so that it can be planned
/// anew; one that turns out to have been held brings it forward again. What was said of a talk
/// cannot be corrected once its intake is being assessed.
pub fn record_outcome(
    conn: &mut DbConn,
    granted: &Granted<MeetingsWrite>,
    now: LocalNow,
    id: MeetingId,
    expected_version: Option<i64>,
    outcome: MeetingOutcome,
    note: Option<String>,
) -> Result<Meeting, RecordOutcomeError> {
    let meeting = meetings::find(conn, granted.scope(), id)?.ok_or(RecordOutcomeError::NotFound)?;
    if expected_version.is_some_and(|version| version != meeting.version) {
        return Err(RecordOutcomeError::Stale);
    }
    let intake = match meeting.intake {
        Some(intake) => intakes::find(conn, &Scope::Institute, intake)?,
        None => None,
    };
    let corrects = matches!(meeting.status, MeetingStatus::Held | MeetingStatus::NotHeld);
    if corrects && intake.as_ref().is_some_and(has_gone_on) {
        return Err(RecordOutcomeError::IntakeWentOn);
    }
    let actor = granted.actor();
    let recorded = meetings::record_outcome(conn, actor, now.at, meeting, outcome, note.clone())?;
    if let Some(intake) = intake {
        follow_talk(conn, actor, now, intake, note)?;
    }
    Ok(recorded)
}

/// Whether an intake is past the point at which the outcome of its talk matters.
fn has_gone_on(intake: &Intake) -> bool {
    !matches!(
        intake.status,
        IntakeStatus::Submitted | IntakeStatus::TalkPlanned
    )
}

/// Brings an intake in step with its talks: with none planned or held it is submitted, with one
/// its talk is planned. An intake that is elsewhere in its life stays where it is.
pub(super) fn follow_talk(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    intake: Intake,
    reason: Option<String>,
) -> Result<Intake, ChangeIntakeError> {
    let has_talk = !meetings::talks_that_count(conn, intake.id)?.is_empty();
    let action = match (intake.status, has_talk) {
        (IntakeStatus::TalkPlanned, false) => IntakeAction::CancelTalk,
        (IntakeStatus::Submitted, true) => IntakeAction::PlanTalk,
        (_, _) => return Ok(intake),
    };
    intakes::move_on(conn, actor, now, intake, action, reason)
}

impl From<ChangeIntakeError> for RecordOutcomeError {
    fn from(error: ChangeIntakeError) -> Self {
        match error {
            ChangeIntakeError::Db(error) => Self::Db(error),
            // The intake was read in this very transaction.
            ChangeIntakeError::NotFound
            | ChangeIntakeError::Stale
            | ChangeIntakeError::State(_)
            | ChangeIntakeError::Invalid(_) => Self::Db(DbError::Conflict),
        }
    }
}
