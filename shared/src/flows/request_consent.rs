//! Asking the highest executive of a candidate's employer for consent, and asking another (N3).

use std::sync::Arc;

use super::consent_parties;
use super::tell_candidate::tell_candidate;
use crate::access::{Actor, CandidaciesWrite, Granted, NotGranted, PeopleWrite, Scope};
use crate::candidacies::{
    self, Candidacy, CandidacyAction, CandidacyStatus, Employer, InvalidCandidacyTransition,
    MoveCandidacyError,
};
use crate::catalogue::words::{Language, PersonRole};
use crate::clock::LocalNow;
use crate::consents::{
    self, Consent, ConsentAction, ConsentSubject, Giver, GiverCandidate, GiverProblem, Mailboxes,
    NewConsent,
};
use crate::db::{DbConn, DbError, DbResult};
use crate::ids::{CandidacyId, PersonId};
use crate::paging::PageSpec;
use crate::people::queries::PersonFilter;
use crate::people::{self, ChangePersonError, CreatePersonError, NewPerson, NewRole, Person};
use crate::search::name_key;
use crate::words::EmailAddress;

/// Who is to be asked.
#[derive(Clone)]
pub enum ChosenGiver {
    /// Somebody who is known, and holds the office today.
    Known(PersonId),
    /// Somebody who is added, together with the office.
    New {
        /// Their name.
        name: String,
        /// Where the request goes.
        email: EmailAddress,
        /// The language of the mail and the page.
        language: Language,
    },
}

// Names and addresses stay out of logs (security 66).
impl std::fmt::Debug for ChosenGiver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Known(person) => f.debug_tuple("Known").field(person).finish(),
            Self::New { .. } => f.debug_struct("New").finish_non_exhaustive(),
        }
    }
}

/// A request about to be made.
#[derive(Debug, Clone)]
pub struct ConsentRequest {
    /// Who is to be asked.
    pub giver: ChosenGiver,
    /// Their office; may be left out for who holds just one.
    pub role: Option<PersonRole>,
    /// Why this one, when the same executive refused before.
    pub reason: Option<String>,
}

/// Why nobody was asked.
#[derive(Debug, thiserror::Error)]
pub enum RequestConsentError {
    /// There is no such candidacy, or no request about it that is open.
    #[error("no such candidacy or consent")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("it was changed in the meantime")]
    Stale,
    /// The state of the candidacy does not allow it.
    #[error(transparent)]
    State(#[from] InvalidCandidacyTransition),
    /// The candidate has no employer whose executive could be asked.
    #[error("the candidate has no employer")]
    NoEmployer,
    /// The candidate was not told that they were nominated, and cannot be told by mail.
    #[error("the candidate was not told")]
    Untold,
    /// Somebody else is asked about this person already.
    #[error("a request about this person is open already")]
    OpenElsewhere,
    /// They cannot be asked; everything at once.
    #[error("this giver cannot be asked")]
    Giver {
        /// Whether somebody new was named.
        is_new: bool,
        /// What speaks against it.
        problems: Vec<GiverProblem>,
    },
    /// They refused before, and no reason was given to ask them again.
    #[error("this giver refused before")]
    RefusedBefore,
    /// The caller may not add people or their roles.
    #[error(transparent)]
    NotGranted(#[from] NotGranted),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Asks for consent about a candidate.
pub fn request_consent(
    conn: &mut DbConn,
    granted: &Granted<CandidaciesWrite>,
    now: LocalNow,
    id: CandidacyId,
    expected_version: Option<i64>,
    request: ConsentRequest,
) -> Result<(Consent, Candidacy), RequestConsentError> {
    let candidacy = find(conn, granted, id)?.ok_or(RequestConsentError::NotFound)?;
    if expected_version.is_some_and(|version| version != candidacy.version) {
        return Err(RequestConsentError::Stale);
    }
    ask(
        conn,
        granted,
        now,
        &candidacy,
        CandidacyAction::RequestConsent,
        request,
    )
}

/// Asks another executive in the place of the one who was asked: the old link dies, and the days
/// are counted anew.
pub fn replace_giver(
    conn: &mut DbConn,
    granted: &Granted<CandidaciesWrite>,
    now: LocalNow,
    id: CandidacyId,
    expected_version: Option<i64>,
    request: ConsentRequest,
) -> Result<(Consent, Candidacy), RequestConsentError> {
    let candidacy = find(conn, granted, id)?.ok_or(RequestConsentError::NotFound)?;
    candidacy.status.after(CandidacyAction::ReplaceGiver)?;
    let open = consents::requested_of(conn, ConsentSubject::Candidacy(id))?;
    let open = open.ok_or(RequestConsentError::NotFound)?;
    if expected_version.is_some_and(|version| version != open.version) {
        return Err(RequestConsentError::Stale);
    }
    consents::close(conn, granted.actor(), now, open, ConsentAction::Replace)?;
    ask(
        conn,
        granted,
        now,
        &candidacy,
        CandidacyAction::ReplaceGiver,
        request,
    )
}

fn ask(
    conn: &mut DbConn,
    granted: &Granted<CandidaciesWrite>,
    now: LocalNow,
    candidacy: &Candidacy,
    action: CandidacyAction,
    request: ConsentRequest,
) -> Result<(Consent, Candidacy), RequestConsentError> {
    candidacy.status.after(action)?;
    let employer = candidacy.employer.ok_or(RequestConsentError::NoEmployer)?;
    // The executive must not know before the candidate (AVG art. 14).
    let candidacy = tell_candidate(conn, granted.actor(), now, candidacy)?;
    if candidacy.told_at.is_none() {
        return Err(RequestConsentError::Untold);
    }
    let subject = ConsentSubject::Candidacy(candidacy.id);
    let parties = consent_parties::of_candidacy(conn, &candidacy)?;
    let giver = settle(conn, granted.actor(), now, &parties, employer, &request)?;
    if candidacy.status == CandidacyStatus::ConsentRefused && request.reason.is_none() {
        let refused = consents::latest_refused(conn, subject)?;
        let by = refused.and_then(|refused| refused.giver);
        if by.is_some_and(|by| by.person == giver.person) {
            return Err(RequestConsentError::RefusedBefore);
        }
    }
    let new = NewConsent {
        person: candidacy.person,
        subject,
        employer,
        giver,
        reason: request.reason,
        requested_by: granted.person().ok(),
    };
    let actor = granted.actor();
    let consent = consents::ask(conn, actor, now, new).map_err(|error| {
        if error.is_unique_violation() {
            RequestConsentError::OpenElsewhere
        } else {
            error.into()
        }
    })?;
    let candidacy = candidacies::move_on(conn, actor, now, candidacy, action, None)?;
    Ok((consent, candidacy))
}

/// Candidacies are the institute's.
pub(super) fn find<P>(
    conn: &mut DbConn,
    granted: &Granted<P>,
    id: CandidacyId,
) -> DbResult<Option<Candidacy>> {
    match granted.scope() {
        Scope::Institute => candidacies::find(conn, id),
        Scope::Municipality { .. } => Ok(None),
    }
}

/// The giver, if they may be asked; who is new is added.
fn settle(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    parties: &Mailboxes,
    employer: Employer,
    request: &ConsentRequest,
) -> Result<Giver, RequestConsentError> {
    let known = match &request.giver {
        ChosenGiver::Known(id) => {
            let found = people::queries::find(conn, &Scope::Institute, *id)?;
            let found = found.filter(|person| !person.is_erased());
            Some(found.ok_or_else(|| RequestConsentError::Giver {
                is_new: false,
                problems: vec![GiverProblem::Unknown],
            })?)
        }
        ChosenGiver::New { name, email, .. } => on_file(conn, name, email)?,
    };
    let held = match &known {
        Some(person) => people::queries::roles_of(conn, person.id, now.today)?,
        None => Vec::new(),
    };
    let role = request
        .role
        .or_else(|| consents::highest_held(employer, &held));
    let email = match (&known, &request.giver) {
        (Some(person), _) => person.email.as_ref(),
        (None, ChosenGiver::New { email, .. }) => Some(email),
        (None, ChosenGiver::Known(_)) => None,
    };
    let is_new = matches!(request.giver, ChosenGiver::New { .. });
    let candidate = GiverCandidate {
        person: known.as_ref().map(|person| person.id),
        email,
        role,
        held: (!is_new).then_some(held.as_slice()),
    };
    let problems = consents::giver_problems(&candidate, employer, parties);
    let Some(role) = role.filter(|_| problems.is_empty()) else {
        return Err(RequestConsentError::Giver { is_new, problems });
    };
    let person = match (known, &request.giver) {
        (Some(person), _) => {
            let holds =
                |held: &people::HeldRole| held.role == role && consents::is_with(employer, held);
            if !held.iter().any(holds) {
                give_role(conn, actor, now, &person, employer, role)?;
            }
            person.id
        }
        (
            None,
            ChosenGiver::New {
                name,
                email,
                language,
            },
        ) => {
            let new = NewPerson {
                name: name.clone(),
                email: Some(email.clone()),
                phone: None,
                language: *language,
                roles: vec![new_role(employer, role, now)],
            };
            add(conn, actor, now, new)?.id
        }
        (None, ChosenGiver::Known(_)) => return Err(RequestConsentError::NotFound),
    };
    Ok(Giver { person, role })
}

/// Somebody of that name and mailbox who is known already. A mailbox alone does not tell: some
/// executives share one with their secretariat.
fn on_file(conn: &mut DbConn, name: &str, email: &EmailAddress) -> DbResult<Option<Person>> {
    let filter = PersonFilter {
        email: Some(email.clone()),
        ..PersonFilter::default()
    };
    let page = people::queries::list(conn, &Scope::Institute, &filter, &PageSpec::first(100))?;
    Ok(page
        .items
        .into_iter()
        .find(|person| !person.is_erased() && name_key(&person.name) == name_key(name)))
}

fn new_role(employer: Employer, role: PersonRole, now: LocalNow) -> NewRole {
    NewRole {
        role,
        municipality: employer.municipality(),
        organisation: employer.organisation(),
        valid_from: now.today,
        valid_until: None,
    }
}

fn may_write_people(actor: &Actor) -> Result<Granted<PeopleWrite>, NotGranted> {
    Arc::new(actor.clone()).grant()
}

fn add(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    new: NewPerson,
) -> Result<Person, RequestConsentError> {
    let granted = may_write_people(actor)?;
    match people::actions::create(conn, &granted, now.at, new) {
        Ok((person, _)) => Ok(person),
        Err(CreatePersonError::Db(error)) => Err(error.into()),
        // The employer and the office were looked at before.
        Err(CreatePersonError::RoleNeeded | CreatePersonError::Roles(_)) => {
            Err(DbError::Conflict.into())
        }
    }
}

fn give_role(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    person: &Person,
    employer: Employer,
    role: PersonRole,
) -> Result<(), RequestConsentError> {
    let granted = may_write_people(actor)?;
    let new = new_role(employer, role, now);
    match people::actions::add_role(conn, &granted, now.at, person.id, None, new) {
        Ok(_) => Ok(()),
        Err(ChangePersonError::Db(error)) => Err(error.into()),
        Err(_) => Err(DbError::Conflict.into()),
    }
}

impl From<MoveCandidacyError> for RequestConsentError {
    fn from(error: MoveCandidacyError) -> Self {
        match error {
            MoveCandidacyError::State(invalid) => Self::State(invalid),
            MoveCandidacyError::Db(error) => Self::Db(error),
        }
    }
}
