//! An invitee sends somebody else of the same organisation: they get an invitation of their own.

use std::sync::Arc;

use crate::access::{
    Actor, Granted, InvitationsAnswer, PeopleWrite, Permit, PermitSet, PersonRequired, Scope,
};
use crate::catalogue::words::{Language, PersonRole};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError, DbResult};
use crate::ids::{InvitationId, OrganisationId, PersonId};
use crate::invitations::{self, AnsweredVia, Invitation, InvitationAnswer, Invitee};
use crate::meetings::{self, Meeting, MeetingChange, MeetingStatus};
use crate::paging::PageSpec;
use crate::people::queries::PersonFilter;
use crate::people::rules::{Place, place_of};
use crate::people::{self, CreatePersonError, HeldRole, NewPerson, NewRole, Person};
use crate::polls;
use crate::search::name_key;
use crate::words::{EmailAddress, MunicipalityCode};

/// Who comes instead.
#[derive(Clone)]
pub enum ChosenDelegate {
    /// Somebody who is known.
    Known(PersonId),
    /// Somebody by name and address, who is added when nobody is known by both.
    Named {
        /// Their name.
        name: String,
        /// Where their invitation goes.
        email: EmailAddress,
    },
}

// Names and addresses stay out of logs (security 66).
impl std::fmt::Debug for ChosenDelegate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Known(person) => f.debug_tuple("Known").field(person).finish(),
            Self::Named { .. } => f.debug_struct("Named").finish_non_exhaustive(),
        }
    }
}

/// Why nobody came instead.
#[derive(Debug, thiserror::Error)]
pub enum DelegateError {
    /// The caller is a machine; people decide for themselves whom they send.
    #[error(transparent)]
    Person(#[from] PersonRequired),
    /// There is no such invitation, or it is another's.
    #[error("no such invitation")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("the invitation was changed in the meantime")]
    Stale,
    /// The meeting has begun, or is no longer to be held.
    #[error("answers are closed")]
    Closed,
    /// The invitee was removed, or has sent somebody already.
    #[error("the invitation is no longer open")]
    NotOpen {
        /// Where the invitation stands.
        answer: InvitationAnswer,
    },
    /// The caller sees no such person.
    #[error("no such person")]
    Unknown,
    /// The invitation could not reach them.
    #[error("the person has no address")]
    NoEmail,
    /// They are the invitee.
    #[error("nobody is their own delegate")]
    Oneself,
    /// They are not of the invitee's organisation or municipality, as far as is known. Also told
    /// when nobody is known by that address, so that nobody learns whether one is
    /// (`security: 80`).
    #[error("the delegate is of another organisation")]
    Elsewhere,
    /// They are on the list of the meeting already, or were taken off it.
    #[error("the delegate is invited already")]
    Invited,
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// An invitee and whoever comes instead.
#[derive(Debug, Clone)]
pub struct Delegated {
    /// The invitee's own invitation.
    pub invitation: Invitation,
    /// That of the delegate.
    pub delegate: Invitation,
}

/// Where somebody works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Body {
    Municipality(MunicipalityCode),
    Organisation(OrganisationId),
    Institute,
}

/// Sends somebody else to a meeting, or lets them vote on its date (L9).
pub fn delegate(
    conn: &mut DbConn,
    granted: &Granted<InvitationsAnswer>,
    now: LocalNow,
    id: InvitationId,
    expected_version: Option<i64>,
    (chosen, via): (&ChosenDelegate, AnsweredVia),
) -> Result<Delegated, DelegateError> {
    let invitee = granted.person()?;
    let invitation = invitations::find(conn, id)?.ok_or(DelegateError::NotFound)?;
    if invitee != invitation.person {
        return Err(DelegateError::NotFound);
    }
    // Who delegates raises the SEQUENCE, and may leave a place: one after the other.
    meetings::hold(conn, invitation.meeting)?;
    let meeting = meetings::find(conn, &Scope::Institute, invitation.meeting)?;
    let meeting = meeting.ok_or(DelegateError::NotFound)?;
    if expected_version.is_some_and(|version| version != invitation.version) {
        return Err(DelegateError::Stale);
    }
    if !takes_delegates(&meeting, now) {
        return Err(DelegateError::Closed);
    }
    if !invitation.answer.is_open() {
        return Err(DelegateError::NotOpen {
            answer: invitation.answer,
        });
    }
    let bodies = bodies_of(conn, invitee, now)?;
    let actor = granted.actor();
    let person = match chosen {
        ChosenDelegate::Known(person) => known(conn, granted.scope(), now, *person, &bodies)?,
        ChosenDelegate::Named { name, email } => {
            let sender = people::queries::find(conn, &Scope::Institute, invitee)?;
            let sender = sender.ok_or(DelegateError::NotFound)?;
            named(conn, actor, now, &sender, (name, email), &bodies)?
        }
    };
    if person == invitee {
        return Err(DelegateError::Oneself);
    }
    let listed = invitations::of_meeting(conn, meeting.id)?;
    if listed.iter().any(|it| it.person == person) {
        return Err(DelegateError::Invited);
    }
    let new = Invitee {
        person,
        required: invitation.required,
        chair: false,
    };
    let meeting = raised(conn, actor, now, meeting)?;
    let delegate = if meeting.is_undated() {
        let prepared = invitations::prepare(conn, now.at, &meeting, new)?;
        polls::ask(conn, actor, now, &meeting, &prepared)?;
        prepared
    } else {
        invitations::invite(conn, actor, now.at, &meeting, new)?
    };
    let sent = (delegate, via);
    let (invitation, delegate) =
        invitations::delegate(conn, actor, now.at, &meeting, invitation, sent)?;
    Ok(Delegated {
        invitation,
        delegate,
    })
}

/// The meeting at a higher SEQUENCE when it has a date, as for whoever is taken out of it: calendars
/// leave out what they have only for one (RFC 5546 §2.1.4).
fn raised(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    meeting: Meeting,
) -> Result<Meeting, DelegateError> {
    if meeting.is_undated() {
        return Ok(meeting);
    }
    let leaves = MeetingChange {
        attendees: true,
        ..MeetingChange::default()
    };
    // Looked at before: it is scheduled and has not started.
    let changed = meeting.changed(leaves, now.at);
    let (meeting, reach) = changed.map_err(|_| DelegateError::Closed)?;
    Ok(meetings::change(conn, actor, now.at, meeting, reach)?)
}

fn takes_delegates(meeting: &Meeting, now: LocalNow) -> bool {
    match meeting.status {
        MeetingStatus::Polling => true,
        MeetingStatus::Scheduled => !meeting.has_started(now.at),
        MeetingStatus::Draft
        | MeetingStatus::Held
        | MeetingStatus::NotHeld
        | MeetingStatus::Cancelled => false,
    }
}

fn body_of(held: &HeldRole) -> Option<Body> {
    match (held.municipality, held.organisation) {
        (Some(code), _) => Some(Body::Municipality(code)),
        (None, Some(id)) => Some(Body::Organisation(id)),
        (None, None) if place_of(held.role) == Place::Institute => Some(Body::Institute),
        (None, None) => None,
    }
}

fn bodies_of(conn: &mut DbConn, person: PersonId, now: LocalNow) -> DbResult<Vec<Body>> {
    let roles = people::queries::roles_of(conn, person, now.today)?;
    Ok(roles.iter().filter_map(body_of).collect())
}

fn is_colleague(
    conn: &mut DbConn,
    person: PersonId,
    bodies: &[Body],
    now: LocalNow,
) -> DbResult<bool> {
    let own = bodies_of(conn, person, now)?;
    Ok(own.iter().any(|body| bodies.contains(body)))
}

fn known(
    conn: &mut DbConn,
    scope: &Scope,
    now: LocalNow,
    id: PersonId,
    bodies: &[Body],
) -> Result<PersonId, DelegateError> {
    let found = people::queries::find(conn, scope, id)?.filter(|person| !person.is_erased());
    let person = found.ok_or(DelegateError::Unknown)?;
    if !is_colleague(conn, id, bodies, now)? {
        return Err(DelegateError::Elsewhere);
    }
    if person.email.is_none() {
        return Err(DelegateError::NoEmail);
    }
    Ok(id)
}

/// Whoever is known by name and mailbox; else somebody new, whose address must be at the domain of
/// the invitee's own: nothing else shows that they work there.
fn named(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    sender: &Person,
    (name, email): (&str, &EmailAddress),
    bodies: &[Body],
) -> Result<PersonId, DelegateError> {
    let filter = PersonFilter {
        email: Some(email.clone()),
        ..PersonFilter::default()
    };
    let page = people::queries::list(conn, &Scope::Institute, &filter, &PageSpec::first(100))?;
    let mut anybody = false;
    for person in page.items {
        if !person.is_erased() && name_key(&person.name) == name_key(name) {
            anybody = true;
            if is_colleague(conn, person.id, bodies, now)? {
                return Ok(person.id);
            }
        }
    }
    let domain = |email: &EmailAddress| email.key().rsplit('@').next().map(str::to_owned);
    let same_house = sender
        .email
        .as_ref()
        .is_some_and(|own| domain(own) == domain(email));
    let role = bodies.iter().find_map(|body| role_at(*body, now));
    match role {
        Some(role) if same_house && !anybody => {
            Ok(add(conn, actor, now, (name, email), sender.language, role)?)
        }
        Some(_) | None => Err(DelegateError::Elsewhere),
    }
}

/// The role of a delegate of whom nothing else is known. Nobody joins the institute this way.
fn role_at(body: Body, now: LocalNow) -> Option<NewRole> {
    let (role, municipality, organisation) = match body {
        Body::Municipality(code) => (PersonRole::Ambtenaar, Some(code), None),
        Body::Organisation(id) => (PersonRole::Vertegenwoordiger, None, Some(id)),
        Body::Institute => return None,
    };
    Some(NewRole {
        role,
        municipality,
        organisation,
        valid_from: now.today,
        valid_until: None,
    })
}

/// Adds a delegate. The invitee may name them, and nothing else.
fn add(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    (name, email): (&str, &EmailAddress),
    language: Language,
    role: NewRole,
) -> DbResult<PersonId> {
    let permits = PermitSet::of(&[Permit::PeopleWrite]);
    let institute = Actor::new(actor.who.clone(), Scope::Institute, permits);
    let granted = Arc::new(institute.traced(actor.trace))
        .grant::<PeopleWrite>()
        .map_err(|_| DbError::Corrupt { what: "permission" })?;
    let new = NewPerson {
        name: name.to_owned(),
        email: Some(email.clone()),
        phone: None,
        language,
        roles: vec![role],
    };
    match people::actions::create(conn, &granted, now.at, new) {
        Ok((person, _)) => Ok(person.id),
        Err(CreatePersonError::Db(error)) => Err(error),
        // The invitee holds a role with the same body.
        Err(CreatePersonError::RoleNeeded | CreatePersonError::Roles(_)) => {
            Err(DbError::Corrupt { what: "person" })
        }
    }
}
