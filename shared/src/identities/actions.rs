//! Making a one-time code, and becoming a person with it.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::queries;
use crate::access::{Actor, Granted, PeopleWrite};
use crate::audit::{self, AuditLine};
use crate::db::{DbConn, DbError};
use crate::events::{self, NewEvent, Subject};
use crate::ids::{IdentityId, PersonId};
use crate::secrets::{NoRandom, Secret, SecretHash};

/// How long a code can be used.
pub const CODE_LIFETIME: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What a code begins with.
const CODE_PREFIX: &str = "kpi_";

/// A code for [`create_link`], made before the transaction: what that returns may be stored for
/// a repeat, and no code is.
pub fn new_code() -> Result<Secret, NoRandom> {
    Secret::generate(CODE_PREFIX)
}

/// Why no code was made.
#[derive(Debug, thiserror::Error)]
pub enum CreateIdentityLinkError {
    /// There is no such person, or the caller does not see them.
    #[error("no such person")]
    NotFound,
    /// Only the institute says who somebody is.
    #[error("only the institute links logins to people")]
    InstituteOnly,
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Why a login did not become a person.
#[derive(Debug, thiserror::Error)]
pub enum LinkIdentityError {
    /// The code is wrong, used or over: one answer for all.
    #[error("the code cannot be used")]
    InvalidCode,
    /// The login belongs to another person already.
    #[error("the login is linked to another person")]
    AlreadyLinked,
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Lets a code make a login the person, until the instant returned; earlier codes of theirs end.
pub fn create_link(
    conn: &mut DbConn,
    granted: &Granted<PeopleWrite>,
    now: Timestamp,
    person: PersonId,
    code: &Secret,
) -> Result<Timestamp, CreateIdentityLinkError> {
    // A municipality may write people too, but must not be able to make a login a coordinator.
    if granted.scope().bound_to().is_some() {
        return Err(CreateIdentityLinkError::InstituteOnly);
    }
    if !queries::person_exists(conn, person)? {
        return Err(CreateIdentityLinkError::NotFound);
    }
    let expires_at = now + CODE_LIFETIME;
    queries::end_links(conn, person, now)?;
    queries::insert_link(conn, &code.hash(), person, now, expires_at)?;
    let told = (
        "person.identity_link_created",
        "person.create_identity_link",
    );
    tell(conn, granted.actor(), now, person, told)?;
    Ok(expires_at)
}

/// Ties the login behind `issuer` and `subject` to the person of `code`.
///
/// No permission is asked: the code is the permission, and the caller proved the login.
pub fn redeem(
    conn: &mut DbConn,
    actor: &Actor,
    (issuer, subject): (&str, &str),
    code: &str,
    now: Timestamp,
) -> Result<PersonId, LinkIdentityError> {
    let code = SecretHash::of(code);
    let person = queries::open_link(conn, &code, now)?.ok_or(LinkIdentityError::InvalidCode)?;
    match queries::person_of(conn, issuer, subject)? {
        Some(linked) if linked == person => {}
        Some(_) => return Err(LinkIdentityError::AlreadyLinked),
        None => {
            let login = (issuer, subject);
            queries::insert(conn, IdentityId::generate(), login, person, now)?;
        }
    }
    if !queries::use_link(conn, &code, now)? {
        return Err(LinkIdentityError::InvalidCode);
    }
    let told = ("person.identity_linked", "person.link_identity");
    tell(conn, actor, now, person, told)?;
    Ok(person)
}

fn tell(
    conn: &mut DbConn,
    actor: &Actor,
    now: Timestamp,
    person: PersonId,
    (event_type, action): (&'static str, &'static str),
) -> Result<(), DbError> {
    let event = NewEvent {
        event_type,
        subject: Subject {
            kind: "person",
            id: person.0,
        },
        municipality: None,
        from: None,
        to: None,
        reason: None,
        data: json!({}),
    };
    events::append(conn, &event, actor, now)?;
    let line = AuditLine {
        action,
        object_type: "person",
        object_id: Some(person.to_string()),
        municipality: None,
    };
    audit::record(conn, actor, line, now)
}
