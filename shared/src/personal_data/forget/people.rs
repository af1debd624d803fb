//! People whom only a forgotten candidacy knew.

use diesel::prelude::*;

use super::holders;
use crate::clock::LocalNow;
use crate::db::schema::{candidacies, nominations};
use crate::db::{DbConn, DbResult};
use crate::ids::{CandidacyId, PersonId};
use crate::people::Person;
use crate::personal_data::{Trail, erase};

/// Whether anything but forgotten candidacies needs a person: a role, a login, a seat somewhere,
/// something they said that is kept, or a candidacy of theirs `besides` the one that goes, or a
/// nomination by them.
pub fn is_needed(
    conn: &mut DbConn,
    person: PersonId,
    besides: Option<CandidacyId>,
) -> DbResult<bool> {
    let kept: Vec<CandidacyId> = candidacies::table
        .filter(candidacies::person.eq(person))
        .filter(candidacies::forgotten_at.is_null())
        .select(candidacies::id)
        .load(conn)?;
    let other = kept.iter().any(|id| Some(*id) != besides);
    let prepared: i64 = candidacies::table
        .filter(candidacies::prepared_by.eq(person))
        .filter(candidacies::forgotten_at.is_null())
        .count()
        .get_result(conn)?;
    let nominating: i64 = nominations::table
        .left_join(candidacies::table.on(candidacies::id.nullable().eq(nominations::candidacy)))
        .filter(nominations::nominator.eq(person))
        .filter(candidacies::forgotten_at.is_null())
        .count()
        .get_result(conn)?;
    Ok(other || prepared + nominating > 0 || holders::hold(conn, person)?)
}

/// Blanks somebody whom nothing needs ([`is_needed`]), with the mails to them, their links and
/// what events give as their reasons. What was said of them elsewhere was blanked with it; a
/// nomination that names their address and belongs to somebody else's candidacy stays.
pub fn blank_person(conn: &mut DbConn, now: LocalNow, person: &Person) -> DbResult<Person> {
    erase::nothing_but(conn, now, person, &Trail::nothing(person.id))
}
