//! Recording the mails that the server took, a whole batch in one statement.
//!
//! Most attempts end so. On PostgreSQL three statements for each of them were the larger part of
//! the work of the queue; the embedded database has no way to its file that would be worth saving.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, Integer, Nullable, Text};
use jiff::Timestamp;

use super::finish::{AttemptId, Recorded, arrived};
use super::{AttemptOutcome, Completion, DeliveryState, WorkerId, rules};
use crate::db::DbResult;
use crate::db::columns::{At, Moment, Uid};
use crate::events::EventSubject;
use crate::ids::{DeliveryId, InvitationId};

/// An attempt counts, and is kept, only where its token still holds the delivery: as in
/// [`finish_one`](super::finish).
const RECORD: &str = "\
    WITH done AS ( \
      SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7) \
        AS done (attempt, delivery, token, started_at, ended_at, code, said) \
    ), changed AS ( \
      UPDATE deliveries d SET state = 'sent', attempts = d.attempts + 1, \
        sent_at = done.ended_at, closed_at = $8, smtp_code = done.code, smtp_text = done.said, \
        lease_token = NULL, lease_until = NULL \
      FROM done \
      WHERE d.id = done.delivery AND d.lease_token = done.token \
        AND d.state IN ('leased', 'sending', 'unknown') \
      RETURNING d.id, d.kind, d.subject_id, d.invitation, d.sequence, d.message_id \
    ), kept AS ( \
      INSERT INTO delivery_attempts \
        (id, delivery, started_at, ended_at, outcome, smtp_code, smtp_text, worker) \
      SELECT done.attempt, done.delivery, done.started_at, done.ended_at, $9, done.code, \
        done.said, $10 \
      FROM done JOIN changed ON changed.id = done.delivery \
    ) \
    SELECT * FROM changed";

#[derive(QueryableByName)]
struct ChangedRow {
    #[diesel(sql_type = Uid)]
    id: DeliveryId,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Uid)]
    subject_id: EventSubject,
    #[diesel(sql_type = Nullable<Uid>)]
    invitation: Option<InvitationId>,
    #[diesel(sql_type = Nullable<Integer>)]
    sequence: Option<i32>,
    #[diesel(sql_type = Nullable<Text>)]
    message_id: Option<String>,
}

/// Records attempts that were all accepted; what became of each delivery that was still held.
pub(super) fn record(
    conn: &mut PgConnection,
    worker: WorkerId,
    taken: &[&Completion],
    now: Timestamp,
) -> DbResult<HashMap<DeliveryId, Recorded>> {
    fn each<T>(taken: &[&Completion], value: impl Fn(&Completion) -> T) -> Vec<T> {
        taken.iter().copied().map(value).collect()
    }
    if taken.is_empty() {
        return Ok(HashMap::new());
    }
    let changed: Vec<ChangedRow> = diesel::sql_query(RECORD)
        .bind::<Array<Uid>, _>(each(taken, |_| AttemptId::generate()))
        .bind::<Array<Uid>, _>(each(taken, |it| it.lease.delivery))
        .bind::<Array<Uid>, _>(each(taken, |it| it.lease.token))
        .bind::<Array<Moment>, _>(each(taken, |it| At(it.started_at)))
        .bind::<Array<Moment>, _>(each(taken, |it| At(it.ended_at)))
        .bind::<Array<Nullable<Integer>>, _>(each(taken, |it| it.attempt.code.map(i32::from)))
        .bind::<Array<Text>, _>(each(taken, |it| rules::without_addresses(&it.attempt.text)))
        .bind::<Moment, _>(At(now))
        .bind::<Text, _>(AttemptOutcome::Accepted.as_str())
        .bind::<Uid, _>(worker)
        .load(conn)?;
    let recorded = changed.into_iter().map(|row| {
        let done = Recorded::Done {
            delivery: row.id,
            state: DeliveryState::Sent,
            arrived: arrived(&row.kind, row.invitation, row.sequence, row.message_id),
            kind: row.kind,
            subject: row.subject_id.0,
        };
        (row.id, done)
    });
    Ok(recorded.collect())
}
