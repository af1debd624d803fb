//! Starting an assessment, recording, finding and settling.

use super::rules::{self, Case, JudgementProblem, Weighed};
use super::{Assessment, CoFunding, Evidenced, Finding, Judgement, Recorded, Settlement, queries};
use crate::access::{
    Actor, Granted, IntakesAssess, IntakesDecide, Permission, Permit, PersonRequired, Scope,
};
use crate::audit::{self, AuditLine};
use crate::catalogue::programme::ProgrammeContent;
use crate::catalogue::words::{MunicipalBody, PartyKind, SupportKind};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError, DbResult};
use crate::events::{self, NewEvent, Subject};
use crate::ids::{IntakeId, PersonId};
use crate::intakes::{self, ChangeIntakeError, Intake, IntakeAction, InvalidIntakeTransition};
use crate::meetings::{self, MeetingStatus};
use crate::{municipalities, people, programmes};

/// Why an assessment was not started.
#[derive(Debug, thiserror::Error)]
pub enum StartAssessmentError {
    /// There is no such intake, or it is another's.
    #[error("no such intake")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("the intake was changed in the meantime")]
    Stale,
    /// Its state does not allow it.
    #[error(transparent)]
    State(#[from] InvalidIntakeTransition),
    /// Nobody recorded that its talk was held.
    #[error("the talk was not held")]
    TalkNotHeld,
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Something that a record says and cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordProblem {
    /// The same word stands in a list twice.
    Twice {
        /// The list: `heard`, `supports` or `bodies`.
        list: &'static str,
        /// Position in it, from 0.
        at: usize,
    },
    /// There is no such person.
    UnknownGiver,
    /// The person holds no role with the municipality today.
    GiverWithoutRole,
}

/// Why an assessment was not written.
#[derive(Debug, thiserror::Error)]
pub enum ChangeAssessmentError {
    /// There is no such intake or it is not being assessed.
    #[error("no such assessment")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("the assessment was changed in the meantime")]
    Stale,
    /// The intake's state does not allow it.
    #[error(transparent)]
    State(#[from] InvalidIntakeTransition),
    /// Only a person can find something.
    #[error(transparent)]
    Person(#[from] PersonRequired),
    /// The record says something that cannot be; everything at once.
    #[error("the record is not valid")]
    Record(Vec<RecordProblem>),
    /// The judgements cannot be; everything at once.
    #[error("the judgements are not valid")]
    Judgements {
        /// The list: `findings` or `settlements`.
        list: &'static str,
        /// What is wrong in it.
        problems: Vec<JudgementProblem>,
    },
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// What changes in a record: `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct AssessmentChange {
    /// Another local situation, or none.
    pub local_situation: Option<Option<String>>,
    /// Another support needed, or none.
    pub support_needed: Option<Option<String>>,
    /// Other parties in the place of all there were.
    pub heard: Option<Vec<Evidenced<PartyKind>>>,
    /// Other supports in the place of all there were.
    pub supports: Option<Vec<Evidenced<SupportKind>>>,
    /// Other bodies in the place of all there were.
    pub bodies: Option<Vec<Evidenced<MunicipalBody>>>,
    /// Another commitment to co-funding, or none.
    pub co_funding: Option<Option<CoFunding>>,
}

/// An assessment as somebody sees it.
#[derive(Debug, Clone)]
pub struct Overview {
    /// The intake.
    pub intake: Intake,
    /// What was recorded.
    pub assessment: Assessment,
    /// What assessors found, as far as the caller may see it: a coordinator sees everybody's,
    /// an adviser their own, so that each assesses apart.
    pub findings: Vec<Finding>,
    /// What it all comes to.
    pub weighed: Weighed,
}

/// Starts the assessment of an intake whose talk was held.
pub fn start(
    conn: &mut DbConn,
    granted: &Granted<IntakesAssess>,
    now: LocalNow,
    id: IntakeId,
    expected_version: Option<i64>,
) -> Result<Intake, StartAssessmentError> {
    let intake = found(conn, granted, id)?.ok_or(StartAssessmentError::NotFound)?;
    if expected_version.is_some_and(|version| version != intake.version) {
        return Err(StartAssessmentError::Stale);
    }
    intake.status.after(IntakeAction::StartAssessment)?;
    let talks = meetings::talks_that_count(conn, id)?;
    if !talks.contains(&MeetingStatus::Held) {
        return Err(StartAssessmentError::TalkNotHeld);
    }
    let (actor, action) = (granted.actor(), IntakeAction::StartAssessment);
    let intake = intakes::move_on(conn, actor, now, intake, action, None)?;
    queries::insert(conn, id, now.at)?;
    Ok(intake)
}

/// Changes what is recorded of the case.
pub fn change(
    conn: &mut DbConn,
    granted: &Granted<IntakesAssess>,
    now: LocalNow,
    id: IntakeId,
    expected_version: Option<i64>,
    change: AssessmentChange,
) -> Result<(), ChangeAssessmentError> {
    let (intake, mut assessment) = open(conn, granted, id, expected_version, IntakeAction::Assess)?;
    let problems = record_problems(conn, now, &intake, &change)?;
    if !problems.is_empty() {
        return Err(ChangeAssessmentError::Record(problems));
    }
    let by = name_of(granted.actor());
    let record = |what| Recorded {
        what,
        by: by.clone(),
        at: now.at,
    };
    if let Some(local_situation) = change.local_situation {
        assessment.local_situation = local_situation;
    }
    if let Some(support_needed) = change.support_needed {
        assessment.support_needed = support_needed;
    }
    if let Some(heard) = change.heard {
        assessment.heard = in_place_of(&assessment.heard, heard, &by, now);
    }
    if let Some(supports) = change.supports {
        assessment.supports = in_place_of(&assessment.supports, supports, &by, now);
    }
    if let Some(bodies) = change.bodies {
        assessment.bodies = in_place_of(&assessment.bodies, bodies, &by, now);
    }
    if let Some(co_funding) = change.co_funding {
        let same = assessment
            .co_funding
            .take()
            .filter(|old| Some(old.what) == co_funding);
        assessment.co_funding = same.or_else(|| co_funding.map(record));
    }
    queries::replace_facts(conn, &assessment)?;
    written(
        conn,
        granted.actor(),
        now,
        &intake,
        &assessment,
        IntakeAction::Assess,
    )
}

/// Puts the calling person's findings in the place of those they had.
pub fn set_findings(
    conn: &mut DbConn,
    granted: &Granted<IntakesAssess>,
    now: LocalNow,
    id: IntakeId,
    expected_version: Option<i64>,
    judgements: Vec<Judgement>,
) -> Result<(), ChangeAssessmentError> {
    let assessor = granted.person()?;
    let (intake, assessment) = open(conn, granted, id, expected_version, IntakeAction::Assess)?;
    check(conn, &intake, "findings", &judgements)?;
    let old = queries::findings(conn, id)?;
    let findings: Vec<Finding> = judgements
        .into_iter()
        .map(|judgement| {
            let same = old
                .iter()
                .find(|old| old.assessor == assessor && old.judgement == judgement);
            Finding {
                assessor,
                found_at: same.map_or(now.at, |same| same.found_at),
                judgement,
            }
        })
        .collect();
    queries::replace_findings(conn, id, assessor, &findings)?;
    written(
        conn,
        granted.actor(),
        now,
        &intake,
        &assessment,
        IntakeAction::Assess,
    )
}

/// Puts what the coordinator settles in the place of what was settled.
pub fn settle(
    conn: &mut DbConn,
    granted: &Granted<IntakesDecide>,
    now: LocalNow,
    id: IntakeId,
    expected_version: Option<i64>,
    judgements: Vec<Judgement>,
) -> Result<(), ChangeAssessmentError> {
    let (intake, assessment) = open(conn, granted, id, expected_version, IntakeAction::Settle)?;
    check(conn, &intake, "settlements", &judgements)?;
    let old = queries::settlements(conn, id)?;
    let by = name_of(granted.actor());
    let settlements: Vec<Settlement> = judgements
        .into_iter()
        .map(|judgement| {
            let same = old.iter().find(|old| old.judgement == judgement);
            same.cloned().unwrap_or_else(|| Settlement {
                judgement,
                by: by.clone(),
                at: now.at,
            })
        })
        .collect();
    queries::replace_settlements(conn, id, &settlements)?;
    written(
        conn,
        granted.actor(),
        now,
        &intake,
        &assessment,
        IntakeAction::Settle,
    )
}

/// An assessment as the caller sees it; none before it was started.
pub fn overview<P: Permission>(
    conn: &mut DbConn,
    granted: &Granted<P>,
    now: LocalNow,
    id: IntakeId,
) -> DbResult<Option<Overview>> {
    let Some(intake) = found(conn, granted, id)? else {
        return Ok(None);
    };
    let Some((assessment, findings, weighed)) = weigh(conn, now, &intake)? else {
        return Ok(None);
    };
    let sees_all = granted.also(Permit::IntakesDecide);
    let own = granted.person().ok();
    let findings = findings
        .into_iter()
        .filter(|finding| sees_all || Some(finding.assessor) == own)
        .collect();
    Ok(Some(Overview {
        intake,
        assessment,
        findings,
        weighed,
    }))
}

/// What the assessment of an intake comes to, with what it was made of; none before it was
/// started.
pub(crate) fn weigh(
    conn: &mut DbConn,
    now: LocalNow,
    intake: &Intake,
) -> DbResult<Option<(Assessment, Vec<Finding>, Weighed)>> {
    let Some(assessment) = queries::find(conn, intake.id)? else {
        return Ok(None);
    };
    let content = content_of(conn, intake)?;
    let findings = queries::findings(conn, intake.id)?;
    let settlements = queries::settlements(conn, intake.id)?;
    let sponsor = match intake.sponsor {
        Some(sponsor) => {
            let codes = municipalities::queries::codes_today(conn, intake.municipality, now.today)?;
            let held = people::queries::roles_of(conn, sponsor.person, now.today)?;
            let holds = held.iter().any(|held| {
                let there = held.municipality.is_some_and(|code| codes.contains(&code));
                held.role == sponsor.role && there
            });
            Some((sponsor.role, holds))
        }
        None => None,
    };
    let weighed = rules::weigh(&Case {
        content: &content,
        answers: &intake.answers,
        sponsor,
        assessment: &assessment,
        findings: &findings,
        settlements: &settlements,
    });
    Ok(Some((assessment, findings, weighed)))
}

/// The intake, for the institute only: an assessment is not for the municipality.
fn found<P: Permission>(
    conn: &mut DbConn,
    granted: &Granted<P>,
    id: IntakeId,
) -> DbResult<Option<Intake>> {
    match granted.scope() {
        Scope::Institute => intakes::find(conn, &Scope::Institute, id),
        Scope::Municipality { .. } => Ok(None),
    }
}

/// The intake and its assessment, if `action` is possible and nothing was written since the
/// caller read it.
fn open<P: Permission>(
    conn: &mut DbConn,
    granted: &Granted<P>,
    id: IntakeId,
    expected_version: Option<i64>,
    action: IntakeAction,
) -> Result<(Intake, Assessment), ChangeAssessmentError> {
    let intake = found(conn, granted, id)?.ok_or(ChangeAssessmentError::NotFound)?;
    intake.status.after(action)?;
    let assessment = queries::find(conn, id)?.ok_or(ChangeAssessmentError::NotFound)?;
    if expected_version.is_some_and(|version| version != assessment.version) {
        return Err(ChangeAssessmentError::Stale);
    }
    Ok((intake, assessment))
}

fn content_of(conn: &mut DbConn, intake: &Intake) -> DbResult<ProgrammeContent> {
    programmes::queries::content(conn, &intake.programme, intake.programme_number)?.ok_or(
        DbError::Corrupt {
            what: "programme version",
        },
    )
}

fn check(
    conn: &mut DbConn,
    intake: &Intake,
    list: &'static str,
    judgements: &[Judgement],
) -> Result<(), ChangeAssessmentError> {
    let content = content_of(conn, intake)?;
    let problems = rules::judgement_problems(judgements, &content);
    if problems.is_empty() {
        Ok(())
    } else {
        Err(ChangeAssessmentError::Judgements { list, problems })
    }
}

fn record_problems(
    conn: &mut DbConn,
    now: LocalNow,
    intake: &Intake,
    change: &AssessmentChange,
) -> DbResult<Vec<RecordProblem>> {
    fn twice<W: PartialEq>(
        list: &'static str,
        words: Option<&Vec<Evidenced<W>>>,
    ) -> Vec<RecordProblem> {
        let words = words.map(Vec::as_slice).unwrap_or_default();
        let repeats = words.iter().enumerate().filter(|(at, word)| {
            let mut earlier = words.iter().take(*at);
            earlier.any(|earlier| earlier.key == word.key)
        });
        repeats
            .map(|(at, _)| RecordProblem::Twice { list, at })
            .collect()
    }
    let mut problems = twice("heard", change.heard.as_ref());
    problems.extend(twice("supports", change.supports.as_ref()));
    problems.extend(twice("bodies", change.bodies.as_ref()));
    let giver = change.co_funding.flatten().and_then(|it| it.given_by);
    if let Some(giver) = giver {
        problems.extend(giver_problem(conn, now, intake, giver)?);
    }
    Ok(problems)
}

/// Who commits a municipality holds a role with it (C10).
fn giver_problem(
    conn: &mut DbConn,
    now: LocalNow,
    intake: &Intake,
    giver: PersonId,
) -> DbResult<Option<RecordProblem>> {
    if people::queries::find(conn, &Scope::Institute, giver)?.is_none() {
        return Ok(Some(RecordProblem::UnknownGiver));
    }
    let codes = municipalities::queries::codes_today(conn, intake.municipality, now.today)?;
    let holds = people::queries::holds_role_at(conn, giver, &codes, now.today)?;
    Ok((!holds).then_some(RecordProblem::GiverWithoutRole))
}

/// A new list, in which what was there before keeps who recorded it and when.
fn in_place_of<W: PartialEq + Clone>(
    old: &[Recorded<Evidenced<W>>],
    new: Vec<Evidenced<W>>,
    by: &str,
    now: LocalNow,
) -> Vec<Recorded<Evidenced<W>>> {
    new.into_iter()
        .map(|what| {
            let same = old.iter().find(|old| old.what == what);
            same.cloned().unwrap_or_else(|| Recorded {
                what,
                by: by.to_owned(),
                at: now.at,
            })
        })
        .collect()
}

fn name_of(actor: &Actor) -> String {
    format!("{}:{}", actor.who.kind(), actor.who.id())
}

/// Raises the version and leaves the traces. The event is for the institute alone.
fn written(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    intake: &Intake,
    assessment: &Assessment,
    action: IntakeAction,
) -> Result<(), ChangeAssessmentError> {
    queries::update(conn, assessment, now.at)?;
    let event = NewEvent {
        event_type: action.event_type(),
        subject: Subject {
            kind: "intake",
            id: intake.id.0,
        },
        municipality: None,
        from: None,
        to: None,
        reason: None,
        data: serde_json::json!({ "assessmentVersion": assessment.version + 1 }),
    };
    events::append(conn, &event, actor, now.at)?;
    let line = AuditLine {
        action: action.audit_action(),
        object_type: "intake",
        object_id: Some(intake.id.to_string()),
        municipality: Some(intake.municipality),
    };
    Ok(audit::record(conn, actor, line, now.at)?)
}

impl From<ChangeIntakeError> for StartAssessmentError {
    fn from(error: ChangeIntakeError) -> Self {
        match error {
            ChangeIntakeError::NotFound => Self::NotFound,
            ChangeIntakeError::Stale | ChangeIntakeError::Invalid(_) => Self::Stale,
            ChangeIntakeError::State(invalid) => Self::State(invalid),
            ChangeIntakeError::Db(error) => Self::Db(error),
        }
    }
}
