//! Mails, links, and what was recorded of what happened.

use diesel::prelude::*;
use serde::Serialize;
use serde_json::Value;

use super::told;
use crate::db::columns::At;
use crate::db::schema::{audit_events, deliveries, events, links};
use crate::db::{DbConn, DbResult};
use crate::personal_data::Trail;
use crate::personal_data::trail::Thing;

/// How much of the history and of the audit trail is told.
const MOST: i64 = 10_000;

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = deliveries)]
#[serde(rename_all = "camelCase")]
struct MailRow {
    id: Thing,
    kind: String,
    subject_type: String,
    subject_id: Thing,
    state: String,
    dropped_reason: Option<String>,
    message_id: Option<String>,
    created_at: At,
    sent_at: Option<At>,
    bounced_at: Option<At>,
}

pub(super) fn mails(conn: &mut DbConn, trail: &Trail) -> DbResult<Vec<Value>> {
    let rows: Vec<MailRow> = deliveries::table
        .filter(deliveries::recipient.eq(trail.person))
        .order((deliveries::created_at, deliveries::id))
        .select(MailRow::as_select())
        .load(conn)?;
    told(rows)
}

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = links)]
#[serde(rename_all = "camelCase")]
struct LinkRow {
    purpose: String,
    object_id: Thing,
    created_at: At,
    expires_at: At,
    revoked_at: Option<At>,
}

pub(super) fn links(conn: &mut DbConn, trail: &Trail) -> DbResult<Vec<Value>> {
    let rows: Vec<LinkRow> = links::table
        .filter(links::recipient.eq(trail.person))
        .order(links::created_at)
        .select(LinkRow::as_select())
        .load(conn)?;
    told(rows)
}

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = events)]
#[serde(rename_all = "camelCase")]
struct EventRow {
    #[serde(rename = "type")]
    type_: String,
    subject_type: String,
    subject_id: Thing,
    #[serde(rename = "from")]
    from_status: Option<String>,
    #[serde(rename = "to")]
    to_status: Option<String>,
    reason: Option<String>,
    at: At,
}

pub(super) fn history(conn: &mut DbConn, trail: &Trail) -> DbResult<Vec<Value>> {
    let mut things = vec![Thing(trail.person.0)];
    things.extend(trail.own().into_iter().map(Thing));
    let by_them = events::actor_kind
        .eq_any(["person", "link"])
        .and(events::actor_id.eq(trail.person.to_string()));
    let rows: Vec<EventRow> = events::table
        .filter(events::subject_id.eq_any(things).or(by_them))
        .order((events::at.desc(), events::id.desc()))
        .limit(MOST)
        .select(EventRow::as_select())
        .load(conn)?;
    told(rows)
}

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = audit_events)]
#[serde(rename_all = "camelCase")]
struct AuditRow {
    action: String,
    object_type: String,
    object_id: Option<String>,
    actor_kind: String,
    actor_id: String,
    result: String,
    origin: Option<String>,
    at: At,
}

/// Of others' lines on them, who acted stays out of it: that is not theirs to know.
pub(super) fn audit(conn: &mut DbConn, trail: &Trail) -> DbResult<Vec<Value>> {
    let person = trail.person.to_string();
    let of_them = audit_events::object_type
        .eq("person")
        .and(audit_events::object_id.eq(&person).assume_not_null());
    let mut rows: Vec<AuditRow> = audit_events::table
        .filter(audit_events::actor_id.eq(&person).or(of_them))
        .order((audit_events::at.desc(), audit_events::id.desc()))
        .limit(MOST)
        .select(AuditRow::as_select())
        .load(conn)?;
    for row in &mut rows {
        if row.actor_id != person {
            row.actor_id.clear();
            row.origin = None;
        }
    }
    told(rows)
}
