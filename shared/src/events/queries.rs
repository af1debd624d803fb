//! Reading events.

use diesel::prelude::*;
use jiff::Timestamp;

use super::{EventSubject, Subject};
use crate::access::Scope;
use crate::db::columns::At;
use crate::db::schema::events;
use crate::db::{DbConn, DbError, DbResult};
use crate::ids::EventId;
use crate::paging::{PageSpec, Paged, Position, turn_to};
use crate::words::MunicipalityCode;

/// A business event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its id.
    pub id: EventId,
    /// Its place in the stream; `None` until it was given, moments after the commit.
    pub seq: Option<i64>,
    /// What happened.
    pub event_type: String,
    /// The kind of thing it happened to.
    pub subject_type: String,
    /// That thing.
    pub subject_id: uuid::Uuid,
    /// The municipality whose readers see it.
    pub municipality: Option<MunicipalityCode>,
    /// The status before.
    pub from: Option<String>,
    /// The status after.
    pub to: Option<String>,
    /// The reason that was given.
    pub reason: Option<String>,
    /// `client`, `person`, `link` or `system`.
    pub actor_kind: String,
    /// Which of them.
    pub actor_id: String,
    /// Further facts.
    pub data: serde_json::Value,
    /// When it happened.
    pub at: Timestamp,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = events)]
struct EventRow {
    id: EventId,
    seq: Option<i64>,
    type_: String,
    subject_type: String,
    subject_id: EventSubject,
    municipality: Option<MunicipalityCode>,
    from_status: Option<String>,
    to_status: Option<String>,
    reason: Option<String>,
    actor_kind: String,
    actor_id: String,
    data: String,
    at: At,
}

impl TryFrom<EventRow> for Event {
    type Error = DbError;

    fn try_from(row: EventRow) -> DbResult<Self> {
        let data =
            serde_json::from_str(&row.data).map_err(|_| DbError::Corrupt { what: "event" })?;
        Ok(Self {
            id: row.id,
            seq: row.seq,
            event_type: row.type_,
            subject_type: row.subject_type,
            subject_id: row.subject_id.0,
            municipality: row.municipality,
            from: row.from_status,
            to: row.to_status,
            reason: row.reason,
            actor_kind: row.actor_kind,
            actor_id: row.actor_id,
            data,
            at: row.at.0,
        })
    }
}

/// A page of the events of one thing, oldest first.
pub fn history(
    conn: &mut DbConn,
    scope: &Scope,
    subject: Subject,
    page: &PageSpec,
) -> DbResult<Paged<Event>> {
    let mut query = events::table
        .filter(events::subject_type.eq(subject.kind))
        .filter(events::subject_id.eq(EventSubject(subject.id)))
        .into_boxed();
    if let Some(codes) = scope.codes() {
        query = query.filter(events::municipality.eq_any(codes.to_vec()));
    }
    query = turn_to!(query, page, oldest_first(events::at, events::id));
    let found = query
        .limit(page.fetch())
        .select(EventRow::as_select())
        .load(conn)?
        .into_iter()
        .map(Event::try_from)
        .collect::<DbResult<Vec<_>>>()?;
    Ok(page.finish(found, |event| Position {
        at: event.at,
        id: event.id.0,
    }))
}

/// The stream of events that `scope` sees, after `seq`; at most `limit`.
pub fn since(conn: &mut DbConn, scope: &Scope, seq: i64, limit: i64) -> DbResult<Vec<Event>> {
    let mut query = events::table
        .select(EventRow::as_select())
        .filter(events::seq.gt(seq))
        .order(events::seq.asc())
        .limit(limit)
        .into_boxed();
    if let Some(codes) = scope.codes() {
        query = query.filter(events::municipality.eq_any(codes.to_vec()));
    }
    query.load(conn)?.into_iter().map(Event::try_from).collect()
}
