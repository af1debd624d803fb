//! Scheduling a meeting that is no talk of an intake: its invitations go out at once, or when its
//! draft is scheduled.

use super::invitees::{InviteeProblem, invitee_problems};
use super::meeting_belongs::{BelongsProblem, belongs_problems};
use crate::access::{Granted, MeetingsWrite};
use crate::catalogue::words::MeetingKind;
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError};
use crate::ids::MeetingId;
use crate::invitations::{self, Invitation, Invitee};
use crate::meetings::{
    self, Belonging, InvalidMeetingTransition, Meeting, MeetingAction, NewMeeting, PeriodError,
};
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
    let MeetingPlan { meeting, invitees } = sound(conn, granted, now, plan)?;
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

/// Makes a meeting that is being prepared; its invitees are put on its list, and nothing is sent.
pub fn draft_meeting(
    conn: &mut DbConn,
    granted: &Granted<MeetingsWrite>,
    now: LocalNow,
    plan: MeetingPlan,
) -> Result<PlannedMeeting, ScheduleMeetingError> {
    let MeetingPlan { meeting, invitees } = sound(conn, granted, now, plan)?;
    let meeting = meetings::draft(conn, granted.actor(), now.at, meeting)?;
    let mut made = Vec::with_capacity(invitees.len());
    for invitee in invitees {
        made.push(invitations::prepare(conn, now.at, &meeting, invitee)?);
    }
    Ok(PlannedMeeting {
        meeting,
        invitations: made,
    })
}

/// Why a draft was not scheduled.
#[derive(Debug, thiserror::Error)]
pub enum ScheduleDraftError {
    /// There is no such meeting, or it is another's.
    #[error("no such meeting")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("the meeting was changed in the meantime")]
    Stale,
    /// Its state does not allow it.
    #[error(transparent)]
    State(#[from] InvalidMeetingTransition),
    /// The time that was proposed has passed.
    #[error("the proposed time has passed")]
    Started {
        /// When it did.
        at: jiff::Timestamp,
    },
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Schedules a draft at the time it proposes, and invites everybody on its list.
pub fn schedule_draft(
    conn: &mut DbConn,
    granted: &Granted<MeetingsWrite>,
    now: LocalNow,
    id: MeetingId,
    expected_version: Option<i64>,
) -> Result<PlannedMeeting, ScheduleDraftError> {
    let meeting = meetings::find(conn, granted.scope(), id)?.ok_or(ScheduleDraftError::NotFound)?;
    if expected_version.is_some_and(|version| version != meeting.version) {
        return Err(ScheduleDraftError::Stale);
    }
    meeting.allows(MeetingAction::Schedule)?;
    if meeting.has_started(now.at) {
        let at = meeting.period.starts_at();
        return Err(ScheduleDraftError::Started { at });
    }
    let (actor, from) = (granted.actor(), meeting.status);
    let scheduled = meeting.schedule(now.at)?;
    let meeting = meetings::fix_date(conn, actor, now.at, from, scheduled)?;
    let invitations = invitations::invite_prepared(conn, actor, now.at, &meeting)?;
    Ok(PlannedMeeting {
        meeting,
        invitations,
    })
}

/// The plan, if it can be, with the caller as organiser when nobody is named.
fn sound(
    conn: &mut DbConn,
    granted: &Granted<MeetingsWrite>,
    now: LocalNow,
    plan: MeetingPlan,
) -> Result<MeetingPlan, ScheduleMeetingError> {
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
    Ok(MeetingPlan { meeting, invitees })
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
    let mut belonging = Belonging {
        extras: meeting.extras,
        programme: meeting.programme.take(),
        municipality: meeting.municipality,
    };
    let belongs = belongs_problems(conn, meeting.kind, &mut belonging)?;
    meeting.programme = belonging.programme;
    meeting.municipality = belonging.municipality;
    problems.extend(belongs.into_iter().map(ScheduleProblem::Belongs));
    let people = invitee_problems(conn, granted.scope(), meeting.organiser, invitees)?;
    problems.extend(people.into_iter().map(ScheduleProblem::People));
    Ok(problems)
}
