//! Recording the mails that the server took, a whole batch in one statement.
//!
//! Most attempts end so. On PostgreSQL three statements for each of them were the larger part of
//! the work of the queue; the embedded database has no way to its file that would be worth saving.

use std::collections::HashMap;

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::AstPass;
use diesel::sql_types::{Array, Integer, Nullable, Text};
use jiff::Timestamp;

use super::finish::{AttemptId, Recorded, arrived};
use super::{AttemptOutcome, Completion, DeliveryState, LeaseToken, WorkerId, rules};
use crate::db::columns::{At, Moment, Uid};
use crate::db::{DbResult, Prepared, Values};
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
    if taken.is_empty() {
        return Ok(HashMap::new());
    }
    let changed: Vec<ChangedRow> =
        Prepared::new(RECORD, Batch::new(worker, taken, now)).load(conn)?;
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

/// A value of each column for each attempt, in the order of the placeholders.
struct Batch {
    attempts: Vec<AttemptId>,
    deliveries: Vec<DeliveryId>,
    tokens: Vec<LeaseToken>,
    started_at: Vec<At>,
    ended_at: Vec<At>,
    codes: Vec<Option<i32>>,
    said: Vec<String>,
    now: At,
    worker: WorkerId,
}

impl Batch {
    fn new(worker: WorkerId, taken: &[&Completion], now: Timestamp) -> Self {
        fn each<T>(taken: &[&Completion], value: impl Fn(&Completion) -> T) -> Vec<T> {
            taken.iter().copied().map(value).collect()
        }
        Self {
            attempts: each(taken, |_| AttemptId::generate()),
            deliveries: each(taken, |it| it.lease.delivery),
            tokens: each(taken, |it| it.lease.token),
            started_at: each(taken, |it| At(it.started_at)),
            ended_at: each(taken, |it| At(it.ended_at)),
            codes: each(taken, |it| it.attempt.code.map(i32::from)),
            said: each(taken, |it| rules::without_addresses(&it.attempt.text)),
            now: At(now),
            worker,
        }
    }
}

impl Values<Pg> for Batch {
    fn push<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_bind_param_value_only::<Array<Uid>, _>(&self.attempts)?;
        out.push_bind_param_value_only::<Array<Uid>, _>(&self.deliveries)?;
        out.push_bind_param_value_only::<Array<Uid>, _>(&self.tokens)?;
        out.push_bind_param_value_only::<Array<Moment>, _>(&self.started_at)?;
        out.push_bind_param_value_only::<Array<Moment>, _>(&self.ended_at)?;
        out.push_bind_param_value_only::<Array<Nullable<Integer>>, _>(&self.codes)?;
        out.push_bind_param_value_only::<Array<Text>, _>(&self.said)?;
        out.push_bind_param_value_only::<Moment, _>(&self.now)?;
        out.push_bind_param_value_only::<Text, _>(AttemptOutcome::Accepted.as_str())?;
        out.push_bind_param_value_only::<Uid, _>(&self.worker)
    }
}
