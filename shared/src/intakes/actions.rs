//! Writing an intake and sending it in.

use std::collections::BTreeMap;

use super::errors::{
    ChangeIntakeError, CreateIntakeError, MunicipalityProblem, NotWelcome, SubmitIntakeError,
};
use super::{
    DraftProblem, Intake, IntakeAction, IntakeStatus, Issue, NewIssue, Sponsor, issues, queries,
    rules, waiting_list,
};
use crate::access::{Actor, Granted, IntakesWrite, Scope, Who};
use crate::audit::{self, AuditLine};
use crate::catalogue::programme::ProgrammeContent;
use crate::catalogue::words::RoundsRule;
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError, DbResult};
use crate::deliveries::{self, NewDelivery, OrderKey, Payload};
use crate::events::{self, NewEvent, Subject};
use crate::ids::{IntakeId, IssueId, PersonId, RoundId};
use crate::reference::{self, ReferenceList};
use crate::words::{MunicipalityCode, Slug};
use crate::{municipalities, people, programmes};

/// An intake about to be made.
#[derive(Debug, Clone)]
pub struct NewIntake {
    /// The municipality; only the institute names it.
    pub municipality: Option<MunicipalityCode>,
    /// The programme.
    pub programme: Slug,
    /// The round; the one that is open when none is named.
    pub round: Option<RoundId>,
    /// The caller's own case number.
    pub external_reference: Option<String>,
    /// Who answers questions about it.
    pub contact_person: Option<PersonId>,
    /// Who commissions it.
    pub sponsor: Option<Sponsor>,
    /// Answers by question key.
    pub answers: BTreeMap<String, String>,
    /// The questions it brings.
    pub issues: Vec<NewIssue>,
}

/// What changes in a draft: `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct IntakeChange {
    /// Another contact person, or none.
    pub contact_person: Option<Option<PersonId>>,
    /// Another sponsor, or none.
    pub sponsor: Option<Option<Sponsor>>,
    /// Answers to add or replace, by question key; `None` takes an answer away.
    pub answers: BTreeMap<String, Option<String>>,
    /// Other issues in the place of all there were.
    pub issues: Option<Vec<NewIssue>>,
}

/// Makes a draft under the programme's current version.
pub fn create(
    conn: &mut DbConn,
    granted: &Granted<IntakesWrite>,
    now: LocalNow,
    new: NewIntake,
) -> Result<Intake, CreateIntakeError> {
    let municipality = municipality_of(conn, granted.scope(), now, new.municipality)?;
    let (number, content) = programmes::queries::current_content(conn, &new.programme)?
        .ok_or(NotWelcome::UnknownProgramme)?;
    let round = round_for(conn, &new.programme, &content, new.round, now)?;
    if queries::has_open(conn, municipality, &new.programme, round, None)? {
        return Err(NotWelcome::OpenIntakeExists.into());
    }
    let client = match granted.who() {
        Who::Client { client_id } => Some(client_id.to_string()),
        Who::Person { .. } | Who::Login { .. } | Who::LinkHolder { .. } | Who::System { .. } => {
            None
        }
    };
    if let (Some(client), Some(reference)) = (&client, &new.external_reference)
        && queries::reference_is_taken(conn, client, reference)?
    {
        return Err(CreateIntakeError::ReferenceTaken);
    }
    let intake = Intake {
        id: IntakeId::generate(),
        version: 1,
        status: IntakeStatus::Draft,
        municipality,
        programme: new.programme,
        programme_number: number,
        round,
        client,
        external_reference: new.external_reference,
        contact_person: new.contact_person,
        sponsor: new.sponsor,
        answers: new.answers,
        issues: with_ids(new.issues),
        created_at: now.at,
        updated_at: now.at,
        submitted_at: None,
        closed_at: None,
        closed_reason: None,
        waitlisted_at: None,
        waitlist_position: None,
        matched_at: None,
    };
    let problems = draft_problems(conn, granted.scope(), now, &intake, &content)?;
    if !problems.is_empty() {
        return Err(CreateIntakeError::Invalid(problems));
    }
    queries::insert(conn, &intake)?;
    trace(
        conn,
        granted.actor(),
        now,
        &intake,
        (None, None),
        ("intake.created", "intake.create"),
    )?;
    Ok(intake)
}

/// Changes a draft.
pub fn change(
    conn: &mut DbConn,
    granted: &Granted<IntakesWrite>,
    now: LocalNow,
    id: IntakeId,
    expected_version: Option<i64>,
    change: IntakeChange,
) -> Result<Intake, ChangeIntakeError> {
    let intake = queries::find(conn, granted.scope(), id)?.ok_or(ChangeIntakeError::NotFound)?;
    if expected_version.is_some_and(|version| version != intake.version) {
        return Err(ChangeIntakeError::Stale);
    }
    let from = intake.status;
    let content = content_of(conn, &intake)?;
    let mut changed = intake.after(IntakeAction::Change, None, now.at)?;
    if let Some(contact_person) = change.contact_person {
        changed.contact_person = contact_person;
    }
    if let Some(sponsor) = change.sponsor {
        changed.sponsor = sponsor;
    }
    for (key, answer) in change.answers {
        match answer {
            Some(answer) => changed.answers.insert(key, answer),
            None => changed.answers.remove(&key),
        };
    }
    let replaces_issues = change.issues.is_some();
    if let Some(issues) = change.issues {
        changed.issues = with_ids(issues);
    }
    let problems = draft_problems(conn, granted.scope(), now, &changed, &content)?;
    if !problems.is_empty() {
        return Err(ChangeIntakeError::Invalid(problems));
    }
    if replaces_issues {
        issues::replace(conn, &changed)?;
    }
    let changed = queries::update(conn, changed)?;
    trace_action(
        conn,
        granted.actor(),
        now,
        &changed,
        from,
        IntakeAction::Change,
    )?;
    Ok(changed)
}

/// Sends a draft in; the contact person is told by mail.
pub fn submit(
    conn: &mut DbConn,
    granted: &Granted<IntakesWrite>,
    now: LocalNow,
    id: IntakeId,
    expected_version: Option<i64>,
) -> Result<Intake, SubmitIntakeError> {
    let intake = queries::find(conn, granted.scope(), id)?.ok_or(SubmitIntakeError::NotFound)?;
    if expected_version.is_some_and(|version| version != intake.version) {
        return Err(SubmitIntakeError::Stale);
    }
    let from = intake.status;
    from.after(IntakeAction::Submit)?;
    let content = content_of(conn, &intake)?;
    let round = round_for(conn, &intake.programme, &content, None, now)?;
    if queries::has_open(
        conn,
        intake.municipality,
        &intake.programme,
        round,
        Some(id),
    )? {
        return Err(NotWelcome::OpenIntakeExists.into());
    }
    let contact = intake
        .contact_person
        .map(|person| people::queries::find(conn, &Scope::Institute, person))
        .transpose()?
        .flatten();
    let has_email = contact.is_some_and(|person| person.email.is_some());
    let missing = rules::missing_for_submission(&intake, &content, has_email);
    if !missing.is_empty() {
        return Err(SubmitIntakeError::Incomplete(missing));
    }
    let submitted = Intake {
        round,
        ..intake.after(IntakeAction::Submit, None, now.at)?
    };
    let submitted = queries::update(conn, submitted)?;
    trace_action(
        conn,
        granted.actor(),
        now,
        &submitted,
        from,
        IntakeAction::Submit,
    )?;
    tell_contact(
        conn,
        granted.actor(),
        now,
        &submitted,
        Payload::IntakeReceived { intake: id },
    )?;
    Ok(submitted)
}

/// Moves an intake along its life and leaves the traces. Whoever calls has decided that
/// `actor` may, and sees to what the move brings about elsewhere.
pub fn move_on(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    intake: Intake,
    action: IntakeAction,
    reason: Option<String>,
) -> Result<Intake, ChangeIntakeError> {
    let from = intake.status;
    let told = reason.clone();
    let mut moved = queries::update(conn, intake.after(action, reason, now.at)?)?;
    waiting_list::attach_positions(conn, std::slice::from_mut(&mut moved))?;
    trace(
        conn,
        actor,
        now,
        &moved,
        (Some(from), told.as_deref()),
        (action.event_type(), action.audit_action()),
    )?;
    Ok(moved)
}

/// Puts a mail to the intake's contact person into the outbox, if there is one.
pub(crate) fn tell_contact(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    intake: &Intake,
    payload: Payload,
) -> DbResult<()> {
    let Some(recipient) = intake.contact_person else {
        return Ok(());
    };
    let new = NewDelivery {
        dedupe_key: format!("{}:{}:{}", payload.kind(), intake.id, recipient),
        payload,
        recipient,
        subject: subject(intake),
        meeting: None,
        order_key: OrderKey::subject(intake.id.0, recipient),
        due_at: now.at,
        expires_at: None,
    };
    deliveries::enqueue(conn, &new, actor, now.at)?;
    Ok(())
}

fn municipality_of(
    conn: &mut DbConn,
    scope: &Scope,
    now: LocalNow,
    named: Option<MunicipalityCode>,
) -> Result<MunicipalityCode, CreateIntakeError> {
    let code = match (scope.bound_to(), named) {
        (Some(_), Some(_)) => return Err(MunicipalityProblem::Named.into()),
        (None, None) => return Err(MunicipalityProblem::Missing.into()),
        (Some(code), None) | (None, Some(code)) => code,
    };
    municipalities::queries::find_valid(conn, code, now.today)
        .map_err(MunicipalityProblem::Invalid)?;
    Ok(code)
}

/// The round that an intake falls in today: the named one, or the one that is open.
fn round_for(
    conn: &mut DbConn,
    programme: &Slug,
    content: &ProgrammeContent,
    named: Option<RoundId>,
    now: LocalNow,
) -> Result<Option<RoundId>, RoundError> {
    let open = programmes::queries::find(conn, programme)?.is_some_and(|found| found.open);
    if !open {
        return Err(NotWelcome::ProgrammeClosed.into());
    }
    match (content.rounds, named) {
        (RoundsRule::None, None) => Ok(None),
        (RoundsRule::None, Some(_)) => Err(NotWelcome::UnknownRound.into()),
        (RoundsRule::Required, None) => programmes::rounds::open_round(conn, programme, now.today)?
            .map(|round| Some(round.id))
            .ok_or_else(|| NotWelcome::NoOpenRound.into()),
        (RoundsRule::Required, Some(id)) => {
            let round = programmes::rounds::round(conn, id)?
                .filter(|round| round.programme == *programme)
                .ok_or(NotWelcome::UnknownRound)?;
            if !round.is_open_on(now.today) {
                let (opens_on, closes_on) = (round.opens_on, round.closes_on);
                return Err(NotWelcome::RoundClosed {
                    opens_on,
                    closes_on,
                }
                .into());
            }
            Ok(Some(id))
        }
    }
}

/// What can stop the search for a round; becomes the error of whichever action asked.
#[derive(Debug, thiserror::Error)]
enum RoundError {
    #[error(transparent)]
    NotWelcome(#[from] NotWelcome),
    #[error("database")]
    Db(#[from] DbError),
}

impl From<RoundError> for CreateIntakeError {
    fn from(error: RoundError) -> Self {
        match error {
            RoundError::NotWelcome(refusal) => Self::NotWelcome(refusal),
            RoundError::Db(error) => Self::Db(error),
        }
    }
}

impl From<RoundError> for SubmitIntakeError {
    fn from(error: RoundError) -> Self {
        match error {
            RoundError::NotWelcome(refusal) => Self::NotWelcome(refusal),
            RoundError::Db(error) => Self::Db(error),
        }
    }
}

fn content_of(conn: &mut DbConn, intake: &Intake) -> DbResult<ProgrammeContent> {
    programmes::queries::content(conn, &intake.programme, intake.programme_number)?.ok_or(
        DbError::Corrupt {
            what: "programme version",
        },
    )
}

/// Everything that a draft says and cannot be, at once.
fn draft_problems(
    conn: &mut DbConn,
    scope: &Scope,
    now: LocalNow,
    intake: &Intake,
    content: &ProgrammeContent,
) -> DbResult<Vec<DraftProblem>> {
    let mut problems = rules::answer_problems(&intake.answers, content);
    let tags = |pick: fn(&NewIssue) -> &Vec<Slug>| -> Vec<Slug> {
        intake
            .issues
            .iter()
            .flat_map(|issue| pick(&issue.content))
            .cloned()
            .collect()
    };
    let bad_themes =
        reference::queries::unusable(conn, ReferenceList::Themes, &tags(|issue| &issue.themes))?;
    let bad_groups = reference::queries::unusable(
        conn,
        ReferenceList::TargetGroups,
        &tags(|issue| &issue.target_groups),
    )?;
    problems.extend(rules::tag_problems(
        &intake.issues,
        &bad_themes,
        &bad_groups,
    ));
    if let Some(person) = intake.contact_person
        && people::queries::find(conn, scope, person)?.is_none()
    {
        problems.push(DraftProblem::UnknownContactPerson);
    }
    if let Some(sponsor) = intake.sponsor {
        if people::queries::find(conn, scope, sponsor.person)?.is_none() {
            problems.push(DraftProblem::UnknownSponsor);
        } else if !holds_role(conn, scope, now, intake.municipality, sponsor)? {
            problems.push(DraftProblem::SponsorWithoutRole);
        }
    }
    Ok(problems)
}

/// Whether the sponsor holds the named role today, with the intake's municipality or the one
/// that it merged into.
fn holds_role(
    conn: &mut DbConn,
    scope: &Scope,
    now: LocalNow,
    municipality: MunicipalityCode,
    sponsor: Sponsor,
) -> DbResult<bool> {
    let own = [municipality];
    let codes = scope.codes().unwrap_or(&own);
    let held = people::queries::roles_of(conn, sponsor.person, now.today)?;
    Ok(held.iter().any(|held| {
        held.role == sponsor.role && held.municipality.is_some_and(|code| codes.contains(&code))
    }))
}

fn with_ids(issues: Vec<NewIssue>) -> Vec<Issue> {
    issues
        .into_iter()
        .map(|content| Issue {
            id: IssueId::generate(),
            content,
        })
        .collect()
}

const fn subject(intake: &Intake) -> Subject {
    Subject {
        kind: "intake",
        id: intake.id.0,
    }
}

fn trace_action(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    intake: &Intake,
    from: IntakeStatus,
    action: IntakeAction,
) -> DbResult<()> {
    trace(
        conn,
        actor,
        now,
        intake,
        (Some(from), None),
        (action.event_type(), action.audit_action()),
    )
}

fn trace(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    intake: &Intake,
    (from, reason): (Option<IntakeStatus>, Option<&str>),
    (event_type, audit_action): (&'static str, &'static str),
) -> DbResult<()> {
    let event = NewEvent {
        event_type,
        subject: subject(intake),
        municipality: Some(intake.municipality),
        from: from.map(IntakeStatus::as_str),
        to: Some(intake.status.as_str()),
        reason,
        data: serde_json::json!({ "version": intake.version }),
    };
    events::append(conn, &event, actor, now.at)?;
    let line = AuditLine {
        action: audit_action,
        object_type: "intake",
        object_id: Some(intake.id.to_string()),
        municipality: Some(intake.municipality),
    };
    audit::record(conn, actor, line, now.at)
}
