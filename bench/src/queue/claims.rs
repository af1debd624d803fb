//! Claiming and completing: what the worker does around each mail, without the mail.

use anyhow::ensure;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer};
use koplopers_shared::clock::Clock;
use koplopers_shared::db::columns::Uid;
use koplopers_shared::db::{Db, DbConn, DbError};
use koplopers_shared::deliveries::{
    self, Attempt, AttemptOutcome, Claimed, Completion, LeaseToken, Priority, Recorded, WorkerId,
};
use koplopers_shared::flows::finish_mails;
use koplopers_shared::ids::DeliveryId;
use koplopers_shared::testing::connect;
use tokio::runtime::Runtime;

use super::fill::{Office, refill};
use crate::Options;
use crate::report::{Report, Row, Target, rate};
use crate::rounds::{medians, per_second};

/// Mails in the outbox at the start of each measurement.
const ROWS: u32 = 50_000;

/// Mails in one claim.
pub const BATCH: usize = 50;

pub fn measure(
    runtime: &Runtime,
    office: &Office,
    options: &Options,
    report: &mut Report,
) -> anyhow::Result<()> {
    let url = office.db.url();
    let time = options.time();
    let mut raw = connect(url);
    let fresh = || refill(&mut connect(url), ROWS);
    let [raw, batched, singly] = medians(
        options.rounds,
        [
            &mut || {
                fresh()?;
                per_second(time, || by_sql(&mut raw, office.payload().priority()))
            },
            &mut || {
                fresh()?;
                per_second(time, || by_worker(runtime, &office.db, BATCH))
            },
            &mut || {
                fresh()?;
                per_second(time, || by_worker(runtime, &office.db, 1))
            },
        ],
    )?;
    let limit = || format!("raw SQL in batches of {BATCH}: {}", rate(raw));
    report.add(Row {
        measured: "PostgreSQL claim and complete, in batches",
        limit: limit(),
        figure: rate(batched),
        ratio: Some((batched / raw, Target::AtLeast(0.75))),
    });
    report.add(Row {
        measured: "PostgreSQL claim and complete, singly",
        limit: limit(),
        figure: rate(singly),
        ratio: Some((singly / raw, Target::None)),
    });
    Ok(())
}

/// A claim and the completion of all of it, as the worker does.
fn by_worker(runtime: &Runtime, db: &Db, limit: usize) -> anyhow::Result<usize> {
    let (worker, now) = (WorkerId::generate(), Clock::System.now());
    let done = runtime.block_on(async {
        let claimed = claim(db, limit).await?;
        let completed: Vec<Completion> = claimed
            .iter()
            .map(|claimed| Completion {
                lease: claimed.lease,
                started_at: now,
                ended_at: now,
                attempt: Attempt {
                    outcome: AttemptOutcome::Accepted,
                    phase: None,
                    code: Some(250),
                    text: "250 taken".to_owned(),
                },
            })
            .collect();
        let finish = move |conn: &mut DbConn| finish_mails(conn, worker, &completed, now);
        db.write::<_, DbError, _>(finish).await
    })?;
    let ours = |done: &Recorded| matches!(done, Recorded::Done { .. });
    ensure!(done.iter().all(ours), "every lease was held to the end");
    Ok(done.len())
}

/// A claim, as the worker makes it.
pub async fn claim(db: &Db, limit: usize) -> Result<Vec<Claimed>, DbError> {
    let now = Clock::System.now();
    db.write(move |conn| deliveries::claim(conn, limit, now))
        .await
}

#[derive(QueryableByName)]
#[expect(dead_code, reason = "read as the worker reads them")]
struct ClaimedRow {
    #[diesel(sql_type = Uid)]
    id: DeliveryId,
    #[diesel(sql_type = diesel::sql_types::Text)]
    kind: String,
    #[diesel(sql_type = diesel::sql_types::Text)]
    payload: String,
}

/// The least that a queue must do: claim in order under a lease, mark as done, keep the attempt.
fn by_sql(conn: &mut DbConn, priority: Priority) -> anyhow::Result<usize> {
    let DbConn::Postgres(conn) = conn else {
        return Ok(0);
    };
    let (token, worker) = (LeaseToken::generate(), WorkerId::generate());
    let claimed: Vec<ClaimedRow> = diesel::sql_query(
        "UPDATE deliveries SET state = 'leased', lease_token = $1, \
         lease_until = clock_timestamp() + interval '45 seconds' \
         WHERE id IN (SELECT id FROM deliveries WHERE state IN ('queued', 'unknown') \
         AND priority = $3 AND next_at <= now() \
         ORDER BY next_at, id LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING id, kind, payload",
    )
    .bind::<Uid, _>(token)
    .bind::<BigInt, _>(i64::try_from(BATCH)?)
    .bind::<Integer, _>(priority as i32)
    .load(conn)?;
    let ids: Vec<DeliveryId> = claimed.iter().map(|row| row.id).collect();
    conn.batch_execute("BEGIN")?;
    let changed = diesel::sql_query(
        "UPDATE deliveries SET state = 'sent', attempts = attempts + 1, sent_at = now(), \
         closed_at = now(), smtp_code = 250, smtp_text = '250 taken', lease_token = NULL, \
         lease_until = NULL WHERE id = ANY($1) AND lease_token = $2",
    )
    .bind::<Array<Uid>, _>(&ids)
    .bind::<Uid, _>(token)
    .execute(conn)?;
    diesel::sql_query(
        "INSERT INTO delivery_attempts (id, delivery, started_at, ended_at, outcome, smtp_code, \
         smtp_text, worker) SELECT gen_random_uuid(), id, now(), now(), 'accepted', 250, \
         '250 taken', $2 FROM unnest($1) id",
    )
    .bind::<Array<Uid>, _>(&ids)
    .bind::<Uid, _>(worker)
    .execute(conn)?;
    conn.batch_execute("COMMIT")?;
    ensure!(changed == ids.len(), "every lease was held to the end");
    Ok(changed)
}
