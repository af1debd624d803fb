//! A meeting once more, on another day.

use super::invitees::{InviteeProblem, invitee_problems};
use super::schedule_meeting::{
    MeetingPlan, PlannedMeeting, ScheduleMeetingError, schedule_meeting,
};
use crate::access::{Granted, MeetingsWrite};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError, DbResult};
use crate::ids::MeetingId;
use crate::invitations::{self, Invitee};
use crate::learning_groups::{self, GroupAction};
use crate::meetings::{self, LocalPeriod, Meeting, MeetingExtras, NewMeeting};

/// Why a meeting was not copied.
#[derive(Debug, thiserror::Error)]
pub enum CopyMeetingError {
    /// There is no such meeting, or it is another's.
    #[error("no such meeting")]
    NotFound,
    /// It cannot be planned like this.
    #[error(transparent)]
    Plan(#[from] ScheduleMeetingError),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Plans a meeting of the same kind, words, place and people on another day, under a UID of its
/// own; in whatever state the first one is, so that a meeting that was called off can be held after
/// all. Whoever was taken out is not invited, nor who cannot be invited any more.
pub fn copy_meeting(
    conn: &mut DbConn,
    granted: &Granted<MeetingsWrite>,
    now: LocalNow,
    id: MeetingId,
    period: LocalPeriod,
    with_invitees: bool,
) -> Result<PlannedMeeting, CopyMeetingError> {
    let first = meetings::find(conn, granted.scope(), id)?.ok_or(CopyMeetingError::NotFound)?;
    let invitees = if with_invitees {
        who_came_along(conn, granted, &first)?
    } else {
        Vec::new()
    };
    let extras = still_there(conn, granted, first.extras)?;
    let meeting = NewMeeting {
        kind: first.kind,
        title: first.title,
        agenda: first.agenda,
        programme: first.programme,
        intake: None,
        municipality: first.municipality,
        organiser: first.organiser,
        period,
        venue: first.venue,
        knowledge_source: first.knowledge_source,
        learning_practice: first.learning_practice,
        extras,
    };
    Ok(schedule_meeting(
        conn,
        granted,
        now,
        MeetingPlan { meeting, invitees },
    )?)
}

fn who_came_along(
    conn: &mut DbConn,
    granted: &Granted<MeetingsWrite>,
    meeting: &Meeting,
) -> DbResult<Vec<Invitee>> {
    let invitees: Vec<Invitee> = invitations::of_meeting(conn, meeting.id)?
        .into_iter()
        .filter(|invitation| !invitation.is_removed())
        .map(|invitation| Invitee {
            person: invitation.person,
            required: invitation.required,
            chair: invitation.chair,
        })
        .collect();
    let problems = invitee_problems(conn, granted.scope(), None, &invitees)?;
    let cannot = |at: usize| {
        problems.iter().any(|problem| match problem {
            InviteeProblem::UnknownInvitee { invitee }
            | InviteeProblem::InviteeWithoutEmail { invitee }
            | InviteeProblem::InviteeTwice { invitee } => *invitee == at,
            InviteeProblem::UnknownOrganiser => false,
        })
    };
    let invitees = invitees.into_iter().enumerate();
    Ok(invitees
        .filter(|(at, _)| !cannot(*at))
        .map(|(_, invitee)| invitee)
        .collect())
}

/// A group that was closed since has no more meetings: the copy is a meeting of its own.
fn still_there(
    conn: &mut DbConn,
    granted: &Granted<MeetingsWrite>,
    extras: MeetingExtras,
) -> DbResult<MeetingExtras> {
    let Some(group) = extras.learning_group else {
        return Ok(extras);
    };
    let group = learning_groups::find(conn, granted.scope(), group)?;
    let takes = group.is_some_and(|it| it.status().after(GroupAction::PlanMeeting).is_ok());
    Ok(if takes {
        extras
    } else {
        MeetingExtras {
            learning_group: None,
            practice: None,
            ..extras
        }
    })
}
