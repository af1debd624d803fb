//! Blanking everything about one person. What is blanked is listed in the inventory.

mod candidates;
mod cases;
mod mails;
mod membership;
mod person;
mod traces;

pub use person::{OpenPart, PartInIntake, open_parts};

use super::Trail;
use crate::clock::LocalNow;
use crate::db::{DbConn, DbResult};
use crate::people::Person;

/// Blanks everything about a person whom nothing holds (see [`open_parts`]).
///
/// Whoever calls has closed their candidacy, so that nothing goes on without them.
pub fn everything(
    conn: &mut DbConn,
    now: LocalNow,
    person: &Person,
    trail: &Trail,
) -> DbResult<Person> {
    candidates::blank(conn, now, trail)?;
    membership::blank(conn, now, trail)?;
    cases::blank(conn, now, trail)?;
    mails::blank(conn, now, trail)?;
    traces::blank(conn, trail)?;
    person::blank(conn, now, person)
}

/// Blanks what was said in a candidacy that ended long ago, by its nominators as by others. No
/// answer of `Idempotency-Key` is as old.
pub(super) fn old_candidacy(conn: &mut DbConn, now: LocalNow, trail: &Trail) -> DbResult<()> {
    candidates::blank(conn, now, trail)?;
    mails::blank_about(conn, trail)?;
    traces::blank_reasons(conn, trail)
}

/// Blanks a person of whom nothing else is left to blank: their row, mails to them and links.
pub(super) fn nothing_but(
    conn: &mut DbConn,
    now: LocalNow,
    person: &Person,
    trail: &Trail,
) -> DbResult<Person> {
    mails::blank(conn, now, trail)?;
    traces::blank(conn, trail)?;
    person::blank(conn, now, person)
}

/// Blanks what was said of somebody as a candidate, wherever it is, and leaves the person. For a
/// candidate who objects and is still needed as the contact or sponsor of an intake.
pub fn candidacy(conn: &mut DbConn, now: LocalNow, trail: &Trail) -> DbResult<()> {
    let narrow = trail.as_candidate();
    candidates::blank(conn, now, &narrow)?;
    mails::blank_about(conn, &narrow)?;
    traces::blank_about(conn, &narrow)
}
