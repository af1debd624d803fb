//! Making nominations, each of which joins a candidacy (N2).

use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::json;

use crate::access::{Actor, Granted, NominationsWrite, PeopleWrite, Permit, PermitSet, Scope};
use crate::audit::{self, AuditLine};
use crate::candidacies::{self, Candidacy, CandidacyStatus, Employer};
use crate::catalogue::Language;
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError, DbResult};
use crate::events::{self, NewEvent};
use crate::ids::{CandidacyId, NominationId, PersonId};
use crate::nominations::matching::{self, Match};
use crate::nominations::{
    self, CandidateDetails, NamedEmployer, NewNomination, NominateError, Nomination,
    NominationProblem, NominationStatus, Nominator, client_of, rules,
};
use crate::people::{self, CreatePersonError, NewPerson};
use crate::words::EmailAddress;
use crate::{municipalities, organisations};

/// By when a candidate must have been told: four weeks, so that it is within a month in
/// February, too (AVG art. 14).
pub const TELL_WITHIN: SignedDuration = SignedDuration::from_hours(28 * 24);

/// Makes a nomination with a token. It joins the open candidacy of the same candidate, or opens
/// one; whoever nominates is not told which.
// mission: N2, N4
pub fn nominate(
    conn: &mut DbConn,
    granted: &Granted<NominationsWrite>,
    now: LocalNow,
    new: NewNomination,
) -> Result<Nomination, NominateError> {
    nominate_whom(conn, granted, now, new, Whom::Described)
}

/// As [`nominate`], of a candidate who may be known already.
pub(super) fn nominate_whom(
    conn: &mut DbConn,
    granted: &Granted<NominationsWrite>,
    now: LocalNow,
    new: NewNomination,
    whom: Whom,
) -> Result<Nomination, NominateError> {
    let client = client_of(granted.scope(), granted.who());
    if let Some(reference) = &new.external_reference
        && nominations::by_reference(conn, &client, reference)?.is_some()
    {
        return Err(NominateError::ReferenceTaken);
    }
    let (person, nominator) = nominator_of(conn, granted, &new)?;
    check(conn, now, &new, &nominator)?;
    let nomination = Nomination {
        client: Some(client),
        nominator: person,
        nominated_by: granted.scope().bound_to(),
        confirmed_at: Some(now.at),
        ..held(new, nominator, now)
    };
    Ok(submit(
        conn,
        granted.actor(),
        now,
        nomination,
        Write::Insert(whom),
    )?)
}

/// What became of a nomination among many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportedNomination {
    /// It was made.
    Created(NominationId),
    /// The client made it before, under the same reference.
    Repeated(NominationId),
}

/// As [`nominate`], for a row that may have been taken before. A refusal has written nothing, so
/// that the rows around it can go on in one transaction.
pub fn import_nomination(
    conn: &mut DbConn,
    granted: &Granted<NominationsWrite>,
    now: LocalNow,
    new: NewNomination,
) -> Result<ImportedNomination, NominateError> {
    let client = client_of(granted.scope(), granted.who());
    if let Some(reference) = &new.external_reference
        && let Some(before) = nominations::by_reference(conn, &client, reference)?
    {
        return Ok(ImportedNomination::Repeated(before.id));
    }
    let made = nominate(conn, granted, now, new)?;
    Ok(ImportedNomination::Created(made.id))
}

/// Who nominates: a person with a token themselves, else whom the body names.
fn nominator_of(
    conn: &mut DbConn,
    granted: &Granted<NominationsWrite>,
    new: &NewNomination,
) -> Result<(Option<PersonId>, Nominator), NominateError> {
    let invalid = |problem| NominateError::Invalid(vec![problem]);
    let found = match granted.person() {
        Ok(id) => people::queries::find(conn, &Scope::Institute, id)?,
        Err(_) => None,
    };
    match (found, &new.nominator) {
        (Some(_), Some(_)) => Err(invalid(NominationProblem::NominatorNamed)),
        (Some(person), None) => {
            let (name, email) = (person.name, person.email);
            Ok((Some(person.id), Nominator { name, email }))
        }
        (None, Some(nominator)) => Ok((None, nominator.clone())),
        (None, None) => Err(invalid(NominationProblem::NominatorMissing)),
    }
}

/// Checks what a nomination says, everything at once.
pub(super) fn check(
    conn: &mut DbConn,
    now: LocalNow,
    new: &NewNomination,
    nominator: &Nominator,
) -> Result<(), NominateError> {
    let mut problems = rules::problems(new, nominator);
    match new.candidate.employer {
        Some(NamedEmployer::Known(employer)) => {
            problems.extend(employer_problem(conn, now, employer)?);
        }
        Some(NamedEmployer::Named(_)) | None => {}
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(NominateError::Invalid(problems))
    }
}

/// What is wrong with an employer that is to be one that we know.
pub(super) fn employer_problem(
    conn: &mut DbConn,
    now: LocalNow,
    employer: Employer,
) -> DbResult<Option<NominationProblem>> {
    use municipalities::InvalidMunicipality;
    match employer {
        Employer::Municipality(code) => {
            match municipalities::queries::find_valid(conn, code, now.today) {
                Ok(_) => Ok(None),
                Err(InvalidMunicipality::Db(error)) => Err(error),
                Err(error) => Ok(Some(NominationProblem::Municipality(error))),
            }
        }
        Employer::Organisation(id) => {
            let found = organisations::queries::find(conn, id)?;
            Ok(found
                .is_none()
                .then_some(NominationProblem::UnknownOrganisation))
        }
    }
}

/// The nomination as it came in, before anything is known of who made it.
pub(super) fn held(new: NewNomination, nominator: Nominator, now: LocalNow) -> Nomination {
    Nomination {
        id: NominationId::generate(),
        version: 1,
        status: NominationStatus::Submitted,
        channel: new.channel,
        client: None,
        external_reference: new.external_reference,
        candidacy: None,
        nominator: None,
        nominator_name: nominator.name,
        nominator_email: nominator.email,
        language: new.language,
        nominated_by: None,
        relation: new.relation,
        candidate: new.candidate,
        motivation: new.motivation,
        innovation: new.innovation,
        impact: new.impact,
        giver: new.giver,
        withdrawn_reason: None,
        confirmed_at: None,
        confirm_by: None,
        created_at: now.at,
        updated_at: now.at,
    }
}

/// How the candidate of a nomination is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whom {
    /// By what the nomination says of them.
    Described,
    /// It is this person.
    Known(PersonId),
}

/// Whether a submitted nomination is new or was held before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Write {
    Insert(Whom),
    Confirm,
}

/// Brings a submitted nomination into the candidacy of its candidate, and writes it.
pub(super) fn submit(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    nomination: Nomination,
    write: Write,
) -> DbResult<Nomination> {
    matching::take_turn(conn)?;
    let candidate = &nomination.candidate;
    let found = match write {
        Write::Insert(Whom::Known(person)) => matching::of_person(conn, person)?,
        Write::Insert(Whom::Described) | Write::Confirm => matching::find(conn, candidate)?,
    };
    let candidacy = match found {
        Match::Joins(candidacy) => *candidacy,
        Match::Known(person) => open(conn, actor, now, person, candidate)?,
        Match::New => {
            let (email, language) = (candidate.email.clone(), nomination.language);
            let person = add_person(conn, actor, now, &candidate.name, email, language)?;
            open(conn, actor, now, person, candidate)?
        }
    };
    let nomination = Nomination {
        candidacy: Some(candidacy.id),
        ..nomination
    };
    let nomination = match write {
        Write::Insert(_) => {
            nominations::insert(conn, &nomination)?;
            nominations::appear(conn, actor, now, &nomination)?;
            nomination
        }
        Write::Confirm => {
            let action = nominations::NominationAction::Confirm;
            let from = NominationStatus::Unconfirmed;
            let nomination = nominations::update(conn, nomination)?;
            nominations::trace(conn, actor, now, &nomination, from, action)?;
            nomination
        }
    };
    let joined = ("candidacy.nomination_joined", &nomination);
    tell_joined(conn, actor, now, &candidacy, joined)?;
    Ok(nomination)
}

/// Opens a candidacy of somebody who has none that is open.
pub(super) fn open(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    person: PersonId,
    candidate: &CandidateDetails,
) -> DbResult<Candidacy> {
    let candidacy = Candidacy {
        id: CandidacyId::generate(),
        version: 1,
        status: CandidacyStatus::Open,
        person,
        kind: candidate.kind,
        cohort: None,
        employer: candidate.employer.as_ref().and_then(NamedEmployer::known),
        tell_by: now.at + TELL_WITHIN,
        told_at: None,
        prepared: None,
        invited_at: None,
        merged_into: None,
        closed_reason: None,
        closed_at: None,
        created_at: now.at,
        updated_at: now.at,
    };
    candidacies::insert(conn, &candidacy)?;
    let event = NewEvent {
        event_type: "candidacy.opened",
        subject: candidacies::subject(&candidacy),
        municipality: None,
        from: None,
        to: Some(candidacy.status.as_str()),
        reason: None,
        data: json!({ "version": candidacy.version }),
    };
    events::append(conn, &event, actor, now.at)?;
    let line = AuditLine {
        action: "candidacy.open",
        object_type: "candidacy",
        object_id: Some(candidacy.id.to_string()),
        municipality: None,
    };
    audit::record(conn, actor, line, now.at)?;
    Ok(candidacy)
}

/// Says at the candidacy that a nomination belongs to it.
fn tell_joined(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    candidacy: &Candidacy,
    (event_type, nomination): (&'static str, &Nomination),
) -> DbResult<()> {
    let event = NewEvent {
        event_type,
        subject: candidacies::subject(candidacy),
        municipality: None,
        from: None,
        to: None,
        reason: None,
        data: json!({ "nomination": nomination.id }),
    };
    events::append(conn, &event, actor, now.at)
}

/// Adds somebody whom a nomination names. They are the institute's: whoever nominated them does
/// not see them among their people.
pub(super) fn add_person(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    name: &str,
    email: Option<EmailAddress>,
    language: Language,
) -> DbResult<PersonId> {
    let permits = PermitSet::of(&[Permit::PeopleWrite]);
    let institute = Actor::new(actor.who.clone(), Scope::Institute, permits);
    let granted = Arc::new(institute.traced(actor.trace))
        .grant::<PeopleWrite>()
        .map_err(|_| DbError::Corrupt { what: "permission" })?;
    let new = NewPerson {
        name: name.to_owned(),
        email,
        phone: None,
        language,
        roles: Vec::new(),
    };
    match people::actions::create(conn, &granted, now.at, new) {
        Ok((person, _)) => Ok(person.id),
        Err(CreatePersonError::Db(error)) => Err(error),
        // Nobody who is bound to a municipality, and no roles.
        Err(CreatePersonError::RoleNeeded | CreatePersonError::Roles(_)) => {
            Err(DbError::Corrupt { what: "person" })
        }
    }
}
