//! Business events: what happened to a thing, who did it, when, and why.
//!
//! Each transition of a life cycle appends one in its own transaction. Readers follow the
//! stream by `seq`, which is given after commit: a slow transaction behind a fast one gets the
//! higher number, so nobody who remembers a number skips anything.

mod queries;
mod sequencer;

pub use queries::{Event, history, since};
pub use sequencer::{any_unnumbered, number_committed};

use diesel::prelude::*;
use jiff::Timestamp;
use uuid::Uuid;

use crate::access::Actor;
use crate::db::columns::At;
use crate::db::schema::events;
use crate::db::{DbConn, DbResult};
use crate::ids::EventId;
use crate::words::MunicipalityCode;

/// What an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject {
    /// The kind of thing in API words, such as `intake`.
    pub kind: &'static str,
    /// Its id.
    pub id: Uuid,
}

/// An event about to be appended.
#[derive(Debug, Clone)]
pub struct NewEvent<'a> {
    /// What happened, `subject.past_participle`, such as `intake.submitted`.
    pub event_type: &'static str,
    /// What it happened to.
    pub subject: Subject,
    /// The municipality whose readers see the event; `None` for the institute alone.
    pub municipality: Option<MunicipalityCode>,
    /// The status before, for a transition.
    pub from: Option<&'static str>,
    /// The status after.
    pub to: Option<&'static str>,
    /// The reason that was given.
    pub reason: Option<&'a str>,
    /// Further facts: ids and names of fields, never personal content.
    pub data: serde_json::Value,
}

/// Appends an event in the transaction of the change it tells of.
pub fn append(
    conn: &mut DbConn,
    event: &NewEvent<'_>,
    actor: &Actor,
    now: Timestamp,
) -> DbResult<()> {
    diesel::insert_into(events::table)
        .values((
            events::id.eq(EventId::generate()),
            events::type_.eq(event.event_type),
            events::subject_type.eq(event.subject.kind),
            events::subject_id.eq(EventSubject(event.subject.id)),
            events::municipality.eq(event.municipality),
            events::from_status.eq(event.from),
            events::to_status.eq(event.to),
            events::reason.eq(event.reason),
            events::actor_kind.eq(actor.who.kind()),
            events::actor_id.eq(actor.who.id()),
            events::data.eq(event.data.to_string()),
            events::at.eq(At(now)),
        ))
        .execute(conn)?;
    Ok(())
}

crate::typed_id! {
    /// The id of whatever an event is about.
    EventSubject,
}
