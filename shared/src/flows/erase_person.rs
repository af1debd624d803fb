//! Erasing a person: an open candidacy is withdrawn, and everything about them is blanked.

use serde_json::json;

use crate::access::{Actor, Scope};
use crate::audit::{self, AuditLine};
use crate::candidacies::{self, CandidacyAction, MoveCandidacyError};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError, DbResult};
use crate::events::{self, NewEvent, Subject};
use crate::ids::PersonId;
use crate::people::{self, Person};
use crate::personal_data::erase::{self, OpenPart, open_parts};
use crate::personal_data::{Trail, forget};

/// Why a person was not erased.
#[derive(Debug, thiserror::Error)]
pub enum ErasePersonError {
    /// There is no such person; to a municipality nobody is, since people are the institute's.
    #[error("no such person")]
    NotFound,
    /// Open intakes need them as contact or sponsor: somebody else must take their place first.
    #[error("open intakes need the person in {} places", .0.len())]
    Needed(Vec<OpenPart>),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Blanks everything about a person (security 78); their row keeps its id. Nothing happens to
/// who was erased before.
///
/// Whoever was merged into them as a candidate is erased with them.
///
/// Their links die with this, the one by which a candidate objects included. Whoever calls has
/// decided that `actor` may.
pub fn erase_person(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    id: PersonId,
) -> Result<(), ErasePersonError> {
    let person = people::queries::find(conn, &Scope::Institute, id)?
        .filter(|_| actor.scope == Scope::Institute)
        .ok_or(ErasePersonError::NotFound)?;
    if person.is_erased() {
        return Ok(());
    }
    let needed = open_parts(conn, id)?;
    if !needed.is_empty() {
        return Err(ErasePersonError::Needed(needed));
    }
    for double in doubles(conn, id)? {
        blank(conn, actor, now, &double)?;
    }
    blank(conn, actor, now, &person)
}

/// The same person under other names and addresses: whose candidacies were merged into theirs,
/// unless anything else needs those.
fn doubles(conn: &mut DbConn, id: PersonId) -> DbResult<Vec<Person>> {
    let mut doubles: Vec<Person> = Vec::new();
    for double in candidacies::merged_into_those_of(conn, id)? {
        let seen = double.person == id || doubles.iter().any(|it| it.id == double.person);
        let person = people::queries::find(conn, &Scope::Institute, double.person)?;
        let Some(person) = person.filter(|person| !seen && !person.is_erased()) else {
            continue;
        };
        if !forget::is_needed(conn, person.id, Some(double.id))? {
            doubles.push(person);
        }
    }
    Ok(doubles)
}

fn blank(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    person: &Person,
) -> Result<(), ErasePersonError> {
    let id = person.id;
    if let Some(candidacy) = candidacies::open_of(conn, id)? {
        let withdraw = CandidacyAction::Withdraw;
        candidacies::move_on(conn, actor, now, candidacy, withdraw, None).map_err(withdrawn)?;
    }
    let trail = Trail::of(conn, id)?;
    let erased = erase::everything(conn, now, person, &trail)?;
    let event = NewEvent {
        event_type: "person.erased",
        subject: subject(id),
        municipality: None,
        from: None,
        to: None,
        reason: None,
        data: json!({ "version": erased.version }),
    };
    events::append(conn, &event, actor, now.at)?;
    tell(conn, actor, now, id, "person.erase")?;
    Ok(())
}

/// Blanks what was said of somebody as a candidate and leaves the person: for a candidate who
/// objects while an open intake needs them, so that [`erase_person`] refuses.
///
/// Whoever calls has withdrawn the candidacy, and decided that `actor` may.
pub fn erase_candidacy(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    id: PersonId,
) -> DbResult<()> {
    let trail = Trail::of(conn, id)?;
    erase::candidacy(conn, now, &trail)?;
    tell(conn, actor, now, id, "person.erase_candidacy")
}

const fn subject(id: PersonId) -> Subject {
    Subject {
        kind: "person",
        id: id.0,
    }
}

fn tell(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    id: PersonId,
    action: &'static str,
) -> DbResult<()> {
    let line = AuditLine {
        action,
        object_type: "person",
        object_id: Some(id.to_string()),
        municipality: None,
    };
    audit::record(conn, actor, line, now.at)
}

/// The candidacy was found open in this very transaction.
fn withdrawn(error: MoveCandidacyError) -> ErasePersonError {
    match error {
        MoveCandidacyError::Db(error) => error.into(),
        MoveCandidacyError::State(_) => DbError::Conflict.into(),
    }
}
