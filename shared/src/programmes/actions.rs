//! Publishing, opening and closing, contact persons and partners.

use jiff::Timestamp;
use serde_json::json;

use super::{Origin, Programme, ProgrammeVersion, queries, rules};
use crate::access::{CatalogueWrite, Granted, Scope};
use crate::audit::{self, AuditLine};
use crate::catalogue::{ContentProblem, ProgrammeContent};
use crate::db::{DbConn, DbError, DbResult};
use crate::events::{self, NewEvent, Subject};
use crate::ids::{OrganisationId, PersonId, ProgrammeVersionId};
use crate::words::Slug;
use crate::{organisations, people};

/// Why a programme was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeProgrammeError {
    /// There is no such programme.
    #[error("there is no such programme")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("the programme was changed in the meantime")]
    Stale,
    /// The content does not hold together.
    #[error("the content has {} problems", .0.len())]
    Content(Vec<ContentProblem>),
    /// A list with more than [`rules::MOST_OF_A_KIND`] entries.
    #[error("at most {}", rules::MOST_OF_A_KIND)]
    TooMany,
    /// Something on a list that there is not, or that was named before; and where.
    #[error("{} entries of the list cannot be used", .0.len())]
    Entries(Vec<WrongEntry>),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// An entry of a list of people or organisations that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WrongEntry {
    /// There is none of that id, or it cannot serve: an erased person, a person without an
    /// address, an organisation that is no partner.
    Unknown {
        /// Its place in the list.
        at: usize,
    },
    /// It was named before.
    Twice {
        /// Its place in the list.
        at: usize,
    },
}

/// Publishes the next version of a programme; `expected` is the version of the programme that
/// the caller read, if they said so.
pub fn publish(
    conn: &mut DbConn,
    granted: &Granted<CatalogueWrite>,
    now: Timestamp,
    slug: &Slug,
    expected: Option<i64>,
    content: ProgrammeContent,
) -> Result<(Programme, ProgrammeVersion), ChangeProgrammeError> {
    let programme = found(conn, slug, expected)?;
    let partners: Vec<String> = organisations::queries::shipped(conn)?
        .into_iter()
        .filter_map(|organisation| organisation.shipped_key)
        .collect();
    let problems = rules::content_problems(slug, &content, &partners);
    if !problems.is_empty() {
        return Err(ChangeProgrammeError::Content(problems));
    }
    let version = ProgrammeVersion {
        id: ProgrammeVersionId::generate(),
        programme: slug.clone(),
        number: programme.current_number + 1,
        origin: Origin::Published,
        content,
        published_at: now,
    };
    queries::insert_version(conn, &version)?;
    let programme = Programme {
        current_number: version.number,
        ..programme
    };
    let programme = risen(conn, now, programme)?;
    let event = NewEvent {
        event_type: "programme.published",
        subject: Subject {
            kind: "programme_version",
            id: version.id.0,
        },
        municipality: None,
        from: None,
        to: None,
        reason: None,
        data: json!({ "programme": slug, "number": version.number }),
    };
    events::append(conn, &event, granted.actor(), now)?;
    record(conn, granted, "programme.publish", slug, now)?;
    Ok((programme, version))
}

/// Opens a programme for new intakes, or closes it.
pub fn set_open(
    conn: &mut DbConn,
    granted: &Granted<CatalogueWrite>,
    now: Timestamp,
    slug: &Slug,
    expected: Option<i64>,
    open: bool,
) -> Result<Programme, ChangeProgrammeError> {
    let programme = found(conn, slug, expected)?;
    let programme = risen(conn, now, Programme { open, ..programme })?;
    let action = if open {
        "programme.open"
    } else {
        "programme.close"
    };
    record(conn, granted, action, slug, now)?;
    Ok(programme)
}

/// Sets the contact persons (P2): people with an address whom mails about the programme name.
pub fn set_contacts(
    conn: &mut DbConn,
    granted: &Granted<CatalogueWrite>,
    now: Timestamp,
    slug: &Slug,
    expected: Option<i64>,
    ids: &[PersonId],
) -> Result<Programme, ChangeProgrammeError> {
    let programme = found(conn, slug, expected)?;
    let usable: Vec<PersonId> = people::queries::find_many(conn, &Scope::Institute, ids)?
        .into_iter()
        .filter(|person| !person.is_erased() && person.email.is_some())
        .map(|person| person.id)
        .collect();
    check_entries(ids, &usable)?;
    queries::set_contacts(conn, slug, ids)?;
    record(conn, granted, "programme.set_contacts", slug, now)?;
    Ok(risen(conn, now, programme)?)
}

/// Sets the partners that a programme is run jointly with (P2, A4).
pub fn set_partners(
    conn: &mut DbConn,
    granted: &Granted<CatalogueWrite>,
    now: Timestamp,
    slug: &Slug,
    expected: Option<i64>,
    ids: &[OrganisationId],
) -> Result<Programme, ChangeProgrammeError> {
    let programme = found(conn, slug, expected)?;
    let usable: Vec<OrganisationId> = organisations::queries::find_many(conn, ids)?
        .into_iter()
        .filter(|organisation| organisation.kind.is_partner())
        .map(|organisation| organisation.id)
        .collect();
    check_entries(ids, &usable)?;
    queries::set_partners(conn, slug, ids)?;
    record(conn, granted, "programme.set_partners", slug, now)?;
    Ok(risen(conn, now, programme)?)
}

fn check_entries<I: PartialEq>(ids: &[I], usable: &[I]) -> Result<(), ChangeProgrammeError> {
    if ids.len() > rules::MOST_OF_A_KIND {
        return Err(ChangeProgrammeError::TooMany);
    }
    let wrong: Vec<WrongEntry> = ids
        .iter()
        .enumerate()
        .filter_map(|(at, id)| {
            if ids.iter().take(at).any(|earlier| earlier == id) {
                Some(WrongEntry::Twice { at })
            } else {
                (!usable.contains(id)).then_some(WrongEntry::Unknown { at })
            }
        })
        .collect();
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(ChangeProgrammeError::Entries(wrong))
    }
}

fn found(
    conn: &mut DbConn,
    slug: &Slug,
    expected: Option<i64>,
) -> Result<Programme, ChangeProgrammeError> {
    let programme = queries::find(conn, slug)?.ok_or(ChangeProgrammeError::NotFound)?;
    if expected.is_none_or(|version| version == programme.version) {
        Ok(programme)
    } else {
        Err(ChangeProgrammeError::Stale)
    }
}

fn risen(conn: &mut DbConn, now: Timestamp, mut programme: Programme) -> DbResult<Programme> {
    let from = programme.version;
    programme.version += 1;
    programme.updated_at = now;
    queries::update(conn, from, &programme)?;
    Ok(programme)
}

fn record(
    conn: &mut DbConn,
    granted: &Granted<CatalogueWrite>,
    action: &'static str,
    slug: &Slug,
    now: Timestamp,
) -> DbResult<()> {
    let line = AuditLine {
        action,
        object_type: "programme",
        object_id: Some(slug.to_string()),
        municipality: None,
    };
    audit::record(conn, granted.actor(), line, now)
}
