//! Calling a meeting off: its mails, and the intake whose talk it was.

use super::record_outcome::follow_talk;
use crate::access::{Actor, Granted, MeetingsWrite, Scope};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError, DbResult};
use crate::deliveries::{self, DroppedReason};
use crate::ids::MeetingId;
use crate::intakes::{self, ChangeIntakeError};
use crate::invitations::{self, Invitation, InvitationAnswer};
use crate::meetings::{self, CancelMeetingError, Meeting};
use crate::polls;

/// Calls a meeting off. The talk of an intake takes the intake back to submitted.
pub fn cancel_meeting(
    conn: &mut DbConn,
    granted: &Granted<MeetingsWrite>,
    now: LocalNow,
    id: MeetingId,
    expected_version: Option<i64>,
    reason: Option<String>,
) -> Result<Meeting, CancelMeetingError> {
    let meeting = meetings::find(conn, granted.scope(), id)?.ok_or(CancelMeetingError::NotFound)?;
    if expected_version.is_some_and(|version| version != meeting.version) {
        return Err(CancelMeetingError::Stale);
    }
    let intake = match meeting.intake {
        Some(intake) => intakes::find(conn, &Scope::Institute, intake)?,
        None => None,
    };
    let cancelled = call_off(conn, granted.actor(), now, meeting, reason.clone())?;
    if let Some(intake) = intake {
        follow_talk(conn, granted.actor(), now, intake, reason)?;
    }
    Ok(cancelled)
}

/// Calls a meeting off and sees to its mails: those that wait are dropped, and every invitee
/// who may have been reached is told.
pub(super) fn call_off(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    meeting: Meeting,
    reason: Option<String>,
) -> Result<Meeting, CancelMeetingError> {
    // Nobody has a meeting without a date in a calendar.
    let undated = meeting.is_undated();
    let cancelled = meetings::cancel(conn, actor, now.at, meeting, reason)?;
    if undated {
        polls::follow_cancellation(conn, actor, now, &cancelled)?;
    } else {
        tell_invitees(conn, actor, now, &cancelled)?;
    }
    Ok(cancelled)
}

fn tell_invitees(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    meeting: &Meeting,
) -> DbResult<()> {
    let invited = invitations::of_meeting(conn, meeting.id)?;
    let ids: Vec<_> = invited.iter().map(|invitation| invitation.id).collect();
    deliveries::drop_requests(conn, &ids, DroppedReason::Cancelled, now.at)?;
    // Who sent somebody else was told then that they need not come.
    let told = |it: &Invitation| !it.is_removed() && it.answer != InvitationAnswer::Delegated;
    for invitation in invited.into_iter().filter(told) {
        invitations::tell_of_cancellation(conn, actor, now.at, meeting, invitation)?;
    }
    Ok(())
}

impl From<ChangeIntakeError> for CancelMeetingError {
    fn from(error: ChangeIntakeError) -> Self {
        match error {
            ChangeIntakeError::Db(error) => Self::Db(error),
            ChangeIntakeError::NotFound
            | ChangeIntakeError::Stale
            | ChangeIntakeError::State(_)
            | ChangeIntakeError::Invalid(_) => Self::Db(DbError::Conflict),
        }
    }
}
