//! Reasons in the history, and kept answers. The audit trail holds ids only and stays.

use diesel::prelude::*;
use uuid::Uuid;

use crate::db::schema::{events, idempotency_keys};
use crate::db::{DbConn, DbResult};
use crate::personal_data::Trail;
use crate::personal_data::trail::Thing;

const NONE: Option<String> = None;

/// What is left of a kept answer: still JSON, and the key still stands for what was done.
const EMPTY_ANSWER: &str = "{}";

/// What was told of them and by them.
pub(super) fn blank(conn: &mut DbConn, trail: &Trail) -> DbResult<()> {
    let person = trail.person;
    let by_them = events::table
        .filter(events::actor_kind.eq_any(["person", "link"]))
        .filter(events::actor_id.eq(person.to_string()));
    diesel::update(by_them)
        .set(events::reason.eq(NONE))
        .execute(conn)?;
    diesel::update(events::table.filter(events::subject_id.eq(Thing(person.0))))
        .set(events::reason.eq(NONE))
        .execute(conn)?;
    let theirs = format!("person:{person}:%");
    diesel::update(idempotency_keys::table.filter(idempotency_keys::caller.like(theirs)))
        .set(idempotency_keys::body.eq(EMPTY_ANSWER))
        .execute(conn)?;
    blank_answers_with(conn, person.0)?;
    blank_about(conn, trail)
}

/// What was told of their things.
pub(super) fn blank_about(conn: &mut DbConn, trail: &Trail) -> DbResult<()> {
    blank_reasons(conn, trail)?;
    for id in trail.told_of() {
        blank_answers_with(conn, id)?;
    }
    Ok(())
}

/// The reasons in the history of their things.
pub(super) fn blank_reasons(conn: &mut DbConn, trail: &Trail) -> DbResult<()> {
    let things: Vec<Thing> = trail.own().into_iter().map(Thing).collect();
    diesel::update(events::table.filter(events::subject_id.eq_any(things)))
        .set(events::reason.eq(NONE))
        .execute(conn)?;
    Ok(())
}

/// Every answer names what it shows by its id.
fn blank_answers_with(conn: &mut DbConn, id: Uuid) -> DbResult<()> {
    let named = format!("%{id}%");
    let shown = idempotency_keys::body
        .like(named.clone())
        .or(idempotency_keys::operation.like(named.clone()))
        .or(idempotency_keys::headers.like(named));
    diesel::update(idempotency_keys::table.filter(shown))
        .set(idempotency_keys::body.eq(EMPTY_ANSWER))
        .execute(conn)?;
    Ok(())
}
