//! Reading events.

use diesel::prelude::*;
use jiff::Timestamp;

use super::{EventSubject, Subject};
use crate::access::Scope;
use crate::db::columns::At;
use crate::db::schema::events;
use crate::db::{DbConn, DbError, DbResult};
use crate::ids::EventId;
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

/// The events of one thing, oldest first, after the given one; at most `limit`.
pub fn history(
    conn: &mut DbConn,
    scope: &Scope,
    subject: Subject,
    after: Option<(Timestamp, EventId)>,
    limit: i64,
) -> DbResult<Vec<Event>> {
    let mut query = events::table
        .select(EventRow::as_select())
        .filter(events::subject_type.eq(subject.kind))
        .filter(events::subject_id.eq(EventSubject(subject.id)))
        .order((events::at.asc(), events::id.asc()))
        .limit(limit)
        .into_boxed();
    if let Some(codes) = scope.codes() {
        query = query.filter(events::municipality.eq_any(codes.to_vec()));
    }
    if let Some((at, id)) = after {
        query = query.filter(
            events::at
                .gt(At(at))
                .or(events::at.eq(At(at)).and(events::id.gt(id))),
        );
    }
    query.load(conn)?.into_iter().map(Event::try_from).collect()
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
