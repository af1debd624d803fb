//! Reading the outbox.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use jiff::Timestamp;
use uuid::Uuid;

use super::finish::AttemptId;
use super::{AttemptOutcome, Delivery, DeliveryState, DroppedReason, Payload, WorkerId};
use crate::access::Scope;
use crate::db::columns::At;
use crate::db::schema::{deliveries, delivery_attempts};
use crate::db::{DbConn, DbResult};
use crate::events::EventSubject;
use crate::ids::{DeliveryId, InvitationId, MeetingId, PersonId};
use crate::paging::{PageSpec, Paged, Position, turn_to};

#[derive(Queryable, QueryableByName, Selectable)]
#[diesel(table_name = deliveries)]
pub(super) struct DeliveryRow {
    id: DeliveryId,
    kind: String,
    payload: String,
    recipient: Option<PersonId>,
    subject_type: String,
    subject_id: EventSubject,
    meeting: Option<MeetingId>,
    invitation: Option<InvitationId>,
    sequence: Option<i32>,
    due_at: At,
    expires_at: Option<At>,
    state: DeliveryState,
    dropped_reason: Option<DroppedReason>,
    attempts: i32,
    next_at: At,
    message_id: Option<String>,
    smtp_code: Option<i32>,
    smtp_text: Option<String>,
    request_id: Option<String>,
    created_at: At,
    sent_at: Option<At>,
    closed_at: Option<At>,
}

impl DeliveryRow {
    pub(super) const fn id(&self) -> DeliveryId {
        self.id
    }

    /// Its place among those of its priority.
    pub(super) const fn place(&self) -> (Timestamp, DeliveryId) {
        (self.next_at.0, self.id)
    }
}

impl From<DeliveryRow> for Delivery {
    fn from(row: DeliveryRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            // One of a newer release, or one that cannot be read: whoever sends it will say so.
            payload: serde_json::from_str::<Payload>(&row.payload).ok(),
            recipient: row.recipient,
            subject_type: row.subject_type,
            subject_id: row.subject_id.0,
            meeting: row.meeting,
            invitation: row.invitation,
            sequence: row.sequence,
            due_at: row.due_at.0,
            expires_at: row.expires_at.map(Timestamp::from),
            state: row.state,
            dropped_reason: row.dropped_reason,
            attempts: row.attempts,
            next_at: row.next_at.0,
            message_id: row.message_id,
            smtp_code: row.smtp_code,
            smtp_text: row.smtp_text,
            request_id: row.request_id,
            created_at: row.created_at.0,
            sent_at: row.sent_at.map(Timestamp::from),
            closed_at: row.closed_at.map(Timestamp::from),
        }
    }
}

/// Which deliveries a list holds.
#[derive(Debug, Clone, Default)]
pub struct DeliveryFilter {
    /// Only those in this state.
    pub state: Option<DeliveryState>,
    /// Only those of this kind.
    pub kind: Option<String>,
    /// Only those about this thing.
    pub subject: Option<uuid::Uuid>,
    /// Only those to this person.
    pub recipient: Option<PersonId>,
}

/// One delivery. Only the institute sees the outbox.
pub fn find(conn: &mut DbConn, scope: &Scope, id: DeliveryId) -> DbResult<Option<Delivery>> {
    if *scope != Scope::Institute {
        return Ok(None);
    }
    let row: Option<DeliveryRow> = deliveries::table
        .find(id)
        .select(DeliveryRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Delivery::from))
}

/// A page of deliveries, newest first.
pub fn list(
    conn: &mut DbConn,
    scope: &Scope,
    filter: &DeliveryFilter,
    page: &PageSpec,
) -> DbResult<Paged<Delivery>> {
    if *scope != Scope::Institute {
        return Ok(page.finish(Vec::new(), position));
    }
    let mut query = deliveries::table
        .select(DeliveryRow::as_select())
        .limit(page.fetch())
        .into_boxed();
    if let Some(state) = filter.state {
        query = match state {
            // Spelled out, so that their own indexes are used on both databases.
            DeliveryState::Buried => query.filter(sql::<Bool>("state = 'buried'")),
            DeliveryState::Dropped => query.filter(sql::<Bool>("state = 'dropped'")),
            DeliveryState::Queued
            | DeliveryState::Leased
            | DeliveryState::Sending
            | DeliveryState::Sent
            | DeliveryState::Unknown => query.filter(deliveries::state.eq(state)),
        };
    }
    if let Some(kind) = &filter.kind {
        query = query.filter(deliveries::kind.eq(kind.clone()));
    }
    if let Some(subject) = filter.subject {
        query = query.filter(deliveries::subject_id.eq(EventSubject(subject)));
    }
    if let Some(recipient) = filter.recipient {
        query = query.filter(deliveries::recipient.eq(recipient));
    }
    query = turn_to!(
        query,
        page,
        newest_first(deliveries::created_at, deliveries::id)
    );
    let rows: Vec<Delivery> = query.load(conn)?.into_iter().map(Delivery::from).collect();
    Ok(page.finish(rows, position))
}

fn position(delivery: &Delivery) -> Position {
    Position {
        at: delivery.created_at,
        id: delivery.id.0,
    }
}

/// One attempt that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastAttempt {
    /// Its id.
    pub id: AttemptId,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// How.
    pub outcome: AttemptOutcome,
    /// How far the conversation with the mail server had come.
    pub phase: Option<String>,
    /// The server's reply code.
    pub smtp_code: Option<i32>,
    /// The server's words, or ours.
    pub smtp_text: Option<String>,
    /// The worker that made it, or that found it abandoned.
    pub worker: WorkerId,
}

type AttemptRow = (
    AttemptId,
    At,
    At,
    AttemptOutcome,
    Option<String>,
    Option<i32>,
    Option<String>,
    WorkerId,
);

/// The attempts at a delivery that the caller has found, oldest first.
pub fn attempts(conn: &mut DbConn, delivery: DeliveryId) -> DbResult<Vec<PastAttempt>> {
    let rows: Vec<AttemptRow> = delivery_attempts::table
        .filter(delivery_attempts::delivery.eq(delivery))
        .order((delivery_attempts::started_at, delivery_attempts::id))
        .select((
            delivery_attempts::id,
            delivery_attempts::started_at,
            delivery_attempts::ended_at,
            delivery_attempts::outcome,
            delivery_attempts::phase,
            delivery_attempts::smtp_code,
            delivery_attempts::smtp_text,
            delivery_attempts::worker,
        ))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(
            |(id, started_at, ended_at, outcome, phase, smtp_code, smtp_text, worker)| {
                PastAttempt {
                    id,
                    started_at: started_at.0,
                    ended_at: ended_at.0,
                    outcome,
                    phase,
                    smtp_code,
                    smtp_text,
                    worker,
                }
            },
        )
        .collect())
}

/// Whether any mail to this person was sent, or may have been.
pub fn was_mailed(conn: &mut DbConn, person: PersonId) -> DbResult<bool> {
    let found: Option<DeliveryId> = deliveries::table
        .filter(deliveries::recipient.eq(person))
        .filter(deliveries::state.eq_any([DeliveryState::Sent, DeliveryState::Unknown]))
        .select(deliveries::id)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}

/// Whether an attempt at a delivery ended without anybody knowing whether the mail was taken.
pub fn may_have_arrived(conn: &mut DbConn, id: DeliveryId) -> DbResult<bool> {
    let unsure: i64 = delivery_attempts::table
        .filter(delivery_attempts::delivery.eq(id))
        .filter(
            delivery_attempts::outcome.eq_any([AttemptOutcome::Unknown, AttemptOutcome::Abandoned]),
        )
        .count()
        .get_result(conn)?;
    Ok(unsure > 0)
}

/// The mails of one kind about one thing, and where each of them stands.
pub fn mails_about(
    conn: &mut DbConn,
    subject: Uuid,
    kind: &str,
) -> DbResult<Vec<(Payload, DeliveryState)>> {
    let rows: Vec<(String, DeliveryState)> = deliveries::table
        .filter(deliveries::subject_id.eq(EventSubject(subject)))
        .filter(deliveries::kind.eq(kind))
        .order((deliveries::created_at, deliveries::id))
        .select((deliveries::payload, deliveries::state))
        .load(conn)?;
    // One that a newer build wrote is for that build to read.
    let known = rows
        .into_iter()
        .filter_map(|(payload, state)| Some((serde_json::from_str(&payload).ok()?, state)));
    Ok(known.collect())
}

/// Which invitees of a meeting were sent mails of these kinds, or may have been, and when: one
/// line per mail.
pub fn told_about(
    conn: &mut DbConn,
    meeting: MeetingId,
    kinds: &[&str],
) -> DbResult<Vec<(InvitationId, Timestamp)>> {
    let rows: Vec<(Option<InvitationId>, Option<At>, At)> = deliveries::table
        .filter(deliveries::meeting.eq(meeting))
        .filter(deliveries::kind.eq_any(kinds.to_vec()))
        .filter(deliveries::state.eq_any([DeliveryState::Sent, DeliveryState::Unknown]))
        .select((
            deliveries::invitation,
            deliveries::sent_at,
            deliveries::due_at,
        ))
        .load(conn)?;
    let told = rows
        .into_iter()
        .filter_map(|(invitation, sent_at, due_at)| {
            // One that may have arrived has no instant of its own.
            Some((invitation?, sent_at.unwrap_or(due_at).0))
        });
    Ok(told.collect())
}
