//! A worker that runs: woken, and told to stop.

use std::time::Duration;

use koplopers_shared::db::{Db, DbOptions};
use koplopers_shared::deliveries::{self, DeliveryState, workers};
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::TestDb;
use koplopers_shared::testing::smtp::{Act, Script, Step};
use koplopers_worker::{LockError, WorkerError, WorkerOptions};
use tokio::sync::oneshot;

use crate::office::Office;

/// A worker that would not look by itself before the test is long over.
fn sleepy() -> WorkerOptions {
    WorkerOptions {
        poll: (Duration::from_mins(10), Duration::from_mins(20)),
        ..WorkerOptions::default()
    }
}

on_both_databases! {
async fn a_commit_in_the_same_process_wakes_the_worker(db: TestDb) {
    let office = Office::open(&db, Script::new()).await;
    let worker = office.worker_with(&office.db, sleepy());
    let (stop, stopped) = oneshot::channel::<()>();
    let running = worker.run(async move { drop(stopped.await) });
    let test = async {
        office.talk().await;
        office.relay.received(1).await;
        let _ = stop.send(());
    };
    let (ended, ()) = tokio::join!(running, test);
    ended.unwrap();
    assert_eq!(office.only().await.state, DeliveryState::Sent);
    let alive = office
        .db
        .read(|conn| workers::alive_since(conn, jiff::Timestamp::UNIX_EPOCH))
        .await
        .unwrap();
    assert!(alive.is_empty());
}

// security: 84
async fn told_to_stop_it_finishes_what_is_being_sent_and_gives_the_rest_back(db: TestDb) {
    let office = Office::open(&db, Script::new().always(Step::Final, Act::Hold)).await;
    office
        .talk_with(&[
            "p1@example.nl", "p2@example.nl", "p3@example.nl", "p4@example.nl", "p5@example.nl",
        ])
        .await;
    let worker = office.worker_with(&office.db, sleepy());
    let (stop, stopped) = oneshot::channel::<()>();
    let running = worker.run(async move { drop(stopped.await) });
    let test = async {
        // Four connections are at their final dot, two deliveries wait for one.
        office.relay.until(|record| record.held == 4).await;
        let _ = stop.send(());
        office.relay.release();
    };
    let (ended, ()) = tokio::join!(running, test);
    ended.unwrap();
    let states: Vec<DeliveryState> = office.outbox().await.iter().map(|row| row.state).collect();
    let sent = states.iter().filter(|state| **state == DeliveryState::Sent).count();
    let queued = states.iter().filter(|state| **state == DeliveryState::Queued).count();
    assert!(sent >= 4, "{states:?}");
    assert_eq!(sent + queued, 6, "{states:?}");
}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_in_another_process_wakes_the_worker() {
    let Some(db) = TestDb::postgres() else {
        return;
    };
    let office = Office::open(&db, Script::new()).await;
    let elsewhere = Db::open(
        db.url(),
        DbOptions {
            pool: 2,
            ..DbOptions::default()
        },
    )
    .unwrap();
    let worker = office.worker_with(&elsewhere, sleepy());
    let announcing = tokio::spawn(deliveries::announce(office.db.clone()));
    let (stop, stopped) = oneshot::channel::<()>();
    let running = worker.run(async move { drop(stopped.await) });
    let test = async {
        office.talk().await;
        office.relay.received(1).await;
        let _ = stop.send(());
    };
    let (ended, ()) = tokio::join!(running, test);
    ended.unwrap();
    announcing.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_worker_on_an_embedded_database_says_why_it_does_not_start() {
    let db = TestDb::sqlite();
    let office = Office::open(&db, Script::new()).await;
    let (first, second) = (office.worker(), office.worker());
    let (stop, stopped) = oneshot::channel::<()>();
    let test = async {
        office.talk().await;
        office.relay.received(1).await;
        let refused = second.run(async {}).await;
        assert!(matches!(
            refused,
            Err(WorkerError::Lock(LockError::Held(_)))
        ));
        let _ = stop.send(());
    };
    let (ended, ()) = tokio::join!(first.run(async move { drop(stopped.await) }), test);
    ended.unwrap();
}
