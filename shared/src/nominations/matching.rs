//! Which candidacy a nomination belongs to.
//!
//! Two nominations are of one candidate when they name the same mailbox, or the same name with
//! the same employer. One of the two is enough: people have more than one address, and more than
//! one way to write their name. Where that joins two people, or misses that two are one, a
//! coordinator splits or merges.

use diesel::prelude::*;

use super::rules::same_name_key;
use super::{CandidateDetails, NamedEmployer, queries};
use crate::access::Scope;
use crate::candidacies::{self, Candidacy, CandidacyStatus};
use crate::db::schema::{candidacies as candidacies_table, people as people_table};
use crate::db::{DbConn, DbResult};
use crate::ids::{CandidacyId, PersonId};
use crate::paging::PageSpec;
use crate::people::{self, Person, queries::PersonFilter};
use crate::words::EmailAddress;

/// Where a nomination goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    /// To this candidacy, which is open.
    Joins(Box<Candidacy>),
    /// To a new candidacy of this person.
    Known(PersonId),
    /// To a new candidacy of a new person.
    New,
}

/// Names our advisory lock: "nomi" in ASCII.
const ADVISORY_LOCK: &str = "SELECT pg_advisory_xact_lock(1852796265)";

/// Waits until nobody else is bringing a nomination into a candidacy: two at once of one new
/// candidate would not see each other. SQLite has one writer anyway.
pub fn take_turn(conn: &mut DbConn) -> DbResult<()> {
    match conn {
        DbConn::Postgres(postgres) => {
            diesel::sql_query(ADVISORY_LOCK).execute(postgres)?;
        }
        DbConn::Sqlite(_) => {}
    }
    Ok(())
}

/// How many people with one mailbox are looked at.
const SHARED_MAILBOX: u16 = 20;

/// Where a nomination of `candidate` goes.
// mission: N2
pub fn find(conn: &mut DbConn, candidate: &CandidateDetails) -> DbResult<Match> {
    let known = match &candidate.email {
        Some(email) => with_mailbox(conn, email)?,
        None => Vec::new(),
    };
    for person in &known {
        if let Some(candidacy) = candidacies::open_of(conn, person.id)? {
            return Ok(Match::Joins(Box::new(candidacy)));
        }
    }
    if let Some(candidacy) = same_name_and_employer(conn, candidate)? {
        return Ok(Match::Joins(Box::new(candidacy)));
    }
    Ok(known
        .first()
        .map_or(Match::New, |person| Match::Known(person.id)))
}

/// Where a nomination of this very person goes.
pub fn of_person(conn: &mut DbConn, person: PersonId) -> DbResult<Match> {
    let open = candidacies::open_of(conn, person)?;
    Ok(open.map_or(Match::Known(person), |candidacy| {
        Match::Joins(Box::new(candidacy))
    }))
}

/// The people with a mailbox, however it is spelled; the one known longest first.
pub fn with_mailbox(conn: &mut DbConn, email: &EmailAddress) -> DbResult<Vec<Person>> {
    let filter = PersonFilter {
        email: Some(email.clone()),
        ..PersonFilter::default()
    };
    let page = PageSpec::first(SHARED_MAILBOX);
    let mut found = people::queries::list(conn, &Scope::Institute, &filter, &page)?.items;
    found.retain(|person| !person.is_erased());
    Ok(found)
}

/// The oldest open candidacy of somebody with the same name and the same employer. A name alone,
/// of a candidate without employer, is nobody in particular.
fn same_name_and_employer(
    conn: &mut DbConn,
    candidate: &CandidateDetails,
) -> DbResult<Option<Candidacy>> {
    let Some(employer) = &candidate.employer else {
        return Ok(None);
    };
    for candidacy in open_of_name(conn, &candidate.name)? {
        let same = match employer {
            NamedEmployer::Known(employer) => candidacy.employer == Some(*employer),
            NamedEmployer::Named(name) => names_organisation(conn, candidacy.id, name)?,
        };
        if same {
            return Ok(Some(candidacy));
        }
    }
    Ok(None)
}

fn open_of_name(conn: &mut DbConn, name: &str) -> DbResult<Vec<Candidacy>> {
    let open: Vec<CandidacyStatus> = CandidacyStatus::ALL
        .iter()
        .copied()
        .filter(|status| !status.is_closed())
        .collect();
    let ids: Vec<CandidacyId> = candidacies_table::table
        .inner_join(people_table::table.on(people_table::id.eq(candidacies_table::person)))
        .filter(people_table::name_key.eq(same_name_key(name)))
        .filter(candidacies_table::status.eq_any(open))
        .order((
            candidacies_table::created_at.asc(),
            candidacies_table::id.asc(),
        ))
        .select(candidacies_table::id)
        .load(conn)?;
    let mut found = Vec::new();
    for id in ids {
        found.extend(candidacies::find(conn, id)?);
    }
    Ok(found)
}

/// Whether a nomination of the candidacy names this organisation.
fn names_organisation(conn: &mut DbConn, id: CandidacyId, name: &str) -> DbResult<bool> {
    let named = queries::of_candidacy(conn, id)?;
    let key = same_name_key(name);
    Ok(named.iter().any(|nomination| {
        let employer = nomination.candidate.employer.as_ref();
        let known = employer.and_then(NamedEmployer::name);
        known.is_some_and(|known| same_name_key(known) == key)
    }))
}
