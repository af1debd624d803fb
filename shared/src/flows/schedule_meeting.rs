//! Scheduling a meeting that is no talk of an intake: its invitations go out at once.

use super::invitees::{InviteeProblem, invitee_problems};
use super::meeting_belongs::{BelongsProblem, belongs_problems};
use crate::access::{Granted, MeetingsWrite};
use crate::catalogue::words::MeetingKind;
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError};
use crate::invitations::{self, Invitation, Invitee};
use crate::meetings::{self, Meeting, NewMeeting, PeriodError};
use crate::{municipalities, programmes};

/// A meeting about to be scheduled, and who is invited.
#[derive(Debug, Clone)]
pub struct MeetingPlan {
    /// The meeting.
    pub meeting: NewMeeting,
    /// Who is invited.
    pub invitees: Vec<Invitee>,
}

/// What scheduling made.
#[derive(Debug, Clone)]
pub struct PlannedMeeting {
    /// The meeting.
    pub meeting: Meeting,
    /// The invitations to it.
    pub invitations: Vec<Invitation>,
}

/// Something in a plan that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScheduleProblem {
    /// The talks of intakes are planned on their intake.
    TalkOfIntake,
    /// There is no such programme.
    UnknownProgramme,
    /// There is no such municipality now.
    UnknownMunicipality,
    /// It cannot belong to what it names.
    Belongs(BelongsProblem),
    /// Somebody cannot have the place they were given.
    People(InviteeProblem),
}

/// Why a meeting was not scheduled.
#[derive(Debug, thiserror::Error)]
pub enum ScheduleMeetingError {
    /// The caller is bound to a municipality; meetings are planned by the institute.
    #[error("meetings are planned by the institute")]
    InstituteOnly,
    /// It cannot be then.
    #[error(transparent)]
    Period(#[from] PeriodError),
    /// It says something that cannot be; everything at once.
    #[error("the meeting is not valid")]
    Invalid(Vec<ScheduleProblem>),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Schedules a meeting and invites people to it (L9, N5, S1).
pub fn schedule_meeting(
    conn: &mut DbConn,
    granted: &Granted<MeetingsWrite>,
    now: LocalNow,
    plan: MeetingPlan,
) -> Result<PlannedMeeting, ScheduleMeetingError> {
    if granted.scope().bound_to().is_some() {
        return Err(ScheduleMeetingError::InstituteOnly);
    }
    let MeetingPlan {
        mut meeting,
        invitees,
    } = plan;
    meeting.period = meeting.period.in_future(now.at)?;
    let problems = problems(conn, granted, now, &mut meeting, &invitees)?;
    if !problems.is_empty() {
        return Err(ScheduleMeetingError::Invalid(problems));
    }
    meeting.organiser = meeting.organiser.or_else(|| granted.person().ok());
    let actor = granted.actor();
    let meeting = meetings::schedule(conn, actor, now.at, meeting)?;
    let mut made = Vec::with_capacity(invitees.len());
    for invitee in invitees {
        made.push(invitations::invite(conn, actor, now.at, &meeting, invitee)?);
    }
    Ok(PlannedMeeting {
        meeting,
        invitations: made,
    })
}

fn problems(
    conn: &mut DbConn,
    granted: &Granted<MeetingsWrite>,
    now: LocalNow,
    meeting: &mut NewMeeting,
    invitees: &[Invitee],
) -> Result<Vec<ScheduleProblem>, DbError> {
    let mut problems = Vec::new();
    if matches!(
        meeting.kind,
        MeetingKind::IntakeTalk | MeetingKind::ExploratoryTalk
    ) {
        problems.push(ScheduleProblem::TalkOfIntake);
    }
    if let Some(programme) = &meeting.programme
        && programmes::queries::find(conn, programme)?.is_none()
    {
        problems.push(ScheduleProblem::UnknownProgramme);
    }
    if let Some(code) = meeting.municipality
        && municipalities::queries::find_valid(conn, code, now.today).is_err()
    {
        problems.push(ScheduleProblem::UnknownMunicipality);
    }
    let belongs = belongs_problems(conn, meeting)?;
    problems.extend(belongs.into_iter().map(ScheduleProblem::Belongs));
    let people = invitee_problems(conn, granted.scope(), meeting.organiser, invitees)?;
    problems.extend(people.into_iter().map(ScheduleProblem::People));
    Ok(problems)
}
