//! Planning the talk of an intake: a meeting, its invitations, and the intake's next state.

use super::invitees::{InviteeProblem, invitee_problems};
use crate::access::{Granted, IntakesAssess};
use crate::catalogue::programme::ProgrammeContent;
use crate::catalogue::words::{Language, TalkKind};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError};
use crate::ids::{IntakeId, PersonId};
use crate::intakes::{self, ChangeIntakeError, Intake, IntakeAction, InvalidIntakeTransition};
use crate::invitations::{self, Invitation, Invitee};
use crate::meetings::{self, LocalPeriod, Meeting, MeetingExtras, NewMeeting, PeriodError, Venue};
use crate::{municipalities, programmes};

/// A talk about to be planned.
#[derive(Debug, Clone)]
pub struct TalkPlan {
    /// Which talk; the programme's own kind when none is named.
    pub kind: Option<TalkKind>,
    /// When.
    pub period: LocalPeriod,
    /// Where.
    pub venue: Venue,
    /// What it is about.
    pub agenda: Option<String>,
    /// Who organises it; the caller, when the caller is a person and none is named.
    pub organiser: Option<PersonId>,
    /// Who is invited besides the contact person, who always is.
    pub invitees: Vec<Invitee>,
}

/// What planning made.
#[derive(Debug, Clone)]
pub struct PlannedTalk {
    /// The intake, now with its talk planned.
    pub intake: Intake,
    /// The talk.
    pub meeting: Meeting,
    /// The invitations to it.
    pub invitations: Vec<Invitation>,
}

/// Why a talk was not planned.
#[derive(Debug, thiserror::Error)]
pub enum PlanTalkError {
    /// There is no such intake, or it is another's.
    #[error("no such intake")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("the intake was changed in the meantime")]
    Stale,
    /// Its state does not allow it.
    #[error(transparent)]
    State(#[from] InvalidIntakeTransition),
    /// The talk cannot be then.
    #[error(transparent)]
    Period(#[from] PeriodError),
    /// People in the plan cannot have their place; everything at once.
    #[error("the plan is not valid")]
    Invalid(Vec<InviteeProblem>),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Plans the talk of a submitted intake (I1, T1).
pub fn plan_talk(
    conn: &mut DbConn,
    granted: &Granted<IntakesAssess>,
    now: LocalNow,
    id: IntakeId,
    expected_version: Option<i64>,
    plan: TalkPlan,
) -> Result<PlannedTalk, PlanTalkError> {
    let intake = intakes::find(conn, granted.scope(), id)?.ok_or(PlanTalkError::NotFound)?;
    if expected_version.is_some_and(|version| version != intake.version) {
        return Err(PlanTalkError::Stale);
    }
    intake.status.after(IntakeAction::PlanTalk)?;
    let period = plan.period.in_future(now.at)?;
    let organiser = plan.organiser.or_else(|| granted.person().ok());
    let invitees = with_contact_person(&intake, plan.invitees);
    let problems = invitee_problems(conn, granted.scope(), plan.organiser, &invitees)?;
    if !problems.is_empty() {
        return Err(PlanTalkError::Invalid(problems));
    }
    let content = programmes::queries::content(conn, &intake.programme, intake.programme_number)?
        .ok_or(DbError::Corrupt {
        what: "programme version",
    })?;
    let new = NewMeeting {
        kind: plan.kind.unwrap_or(content.talk_kind).meeting_kind(),
        title: title(conn, &intake, &content)?,
        agenda: plan.agenda,
        programme: Some(intake.programme.clone()),
        intake: Some(intake.id),
        municipality: Some(intake.municipality),
        organiser,
        period,
        venue: plan.venue,
        knowledge_source: None,
        learning_practice: None,
        extras: MeetingExtras::default(),
    };
    let meeting = meetings::schedule(conn, granted.actor(), now.at, new)?;
    let mut invitations = Vec::with_capacity(invitees.len());
    for invitee in invitees {
        let made = invitations::invite(conn, granted.actor(), now.at, &meeting, invitee)?;
        invitations.push(made);
    }
    let intake = intakes::move_on(
        conn,
        granted.actor(),
        now,
        intake,
        IntakeAction::PlanTalk,
        None,
    )?;
    Ok(PlannedTalk {
        intake,
        meeting,
        invitations,
    })
}

/// The invitees of the plan behind the contact person, whom a talk cannot do without.
fn with_contact_person(intake: &Intake, invitees: Vec<Invitee>) -> Vec<Invitee> {
    let contact = intake
        .contact_person
        .filter(|contact| invitees.iter().all(|invitee| invitee.person != *contact));
    // At the end, so that positions in the caller's list keep their meaning.
    let contact = contact.map(|person| Invitee {
        person,
        required: true,
        chair: false,
    });
    invitees.into_iter().chain(contact).collect()
}

/// What the talk is called: programme and municipality, in Dutch, the language of the records.
fn title(
    conn: &mut DbConn,
    intake: &Intake,
    content: &ProgrammeContent,
) -> Result<String, DbError> {
    let municipality = municipalities::queries::find(conn, intake.municipality)?
        .map_or_else(|| intake.municipality.to_string(), |found| found.name);
    let talk = match content.talk_kind {
        TalkKind::IntakeTalk => "Intakegesprek",
        TalkKind::ExploratoryTalk => "Verkennend gesprek",
    };
    let programme = content.name.in_language(Language::Nl);
    Ok(format!("{talk} {programme} – {municipality}"))
}

impl From<ChangeIntakeError> for PlanTalkError {
    fn from(error: ChangeIntakeError) -> Self {
        match error {
            ChangeIntakeError::NotFound => Self::NotFound,
            ChangeIntakeError::Stale | ChangeIntakeError::Invalid(_) => Self::Stale,
            ChangeIntakeError::State(invalid) => Self::State(invalid),
            ChangeIntakeError::Db(error) => Self::Db(error),
        }
    }
}
