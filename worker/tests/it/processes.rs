//! Worker processes that are killed, paused, or lose their database, with a scripted relay.
//!
//! They go by the clock of the machine. Where a test has to see the end of a lease it lets the
//! lease run out in the database instead of waiting for it.

use std::collections::BTreeMap;
use std::ops::Deref;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use jiff::{SignedDuration, Timestamp};
use koplopers_shared::clock::Clock;
use koplopers_shared::db::columns::At;
use koplopers_shared::db::schema::deliveries as table;
use koplopers_shared::db::{Db, DbError, DbOptions, migrate};
use koplopers_shared::deliveries::{AttemptOutcome, Delivery, DeliveryState, WorkerId, workers};
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::smtp::{Act, ReceivedMail, Record, Script, Step};
use koplopers_shared::testing::{Cluster, Durability, Running, TestDb};

use crate::office::Office;

/// Has a worker process finish what it has and end.
fn finish(mut worker: Running) {
    worker.signal("TERM");
    assert!(worker.ended().success());
}

async fn in_state(office: &Office, state: DeliveryState) -> Vec<Delivery> {
    let mut rows = office.outbox().await;
    rows.retain(|row| row.state == state);
    rows
}

/// The copies that came in of each mail, by its recipient.
fn copies(mails: &[ReceivedMail]) -> BTreeMap<&str, Vec<&ReceivedMail>> {
    let mut copies = BTreeMap::<&str, Vec<&ReceivedMail>>::new();
    for mail in mails {
        copies.entry(&mail.to[0]).or_default().push(mail);
    }
    copies
}

/// How long the leases of now last at most.
async fn longest_lease(office: &Office) -> SignedDuration {
    let ends: Vec<Option<At>> = office
        .db
        .read(|conn| {
            let ends = table::table.filter(table::lease_until.is_not_null());
            Ok::<_, DbError>(ends.select(table::lease_until).load(conn)?)
        })
        .await
        .unwrap();
    let last = ends.into_iter().flatten().map(|end| end.0).max().unwrap();
    last.duration_since(Clock::System.now())
}

on_both_databases! {
// security: 82; delivery: kill -9 before `sending`
async fn kill_9_before_sending_another_worker_sends_within_the_lease(db: TestDb) {
    let office = Office::open(&db, Script::new().once(Step::Final, Act::Hold)).await;
    office.talk_far_ahead(&["p1@example.nl", "p2@example.nl", "p3@example.nl"]).await;
    // One connection holds four deliveries: one that is sent, and three that follow.
    let mut worker = office.process(1);
    office.relay.until(|record| record.held == 1).await;
    worker.kill();
    let waiting = in_state(&office, DeliveryState::Leased).await;
    assert_eq!(waiting.len(), 3);
    assert!(longest_lease(&office).await <= SignedDuration::from_secs(60));

    // Nobody takes them as long as the leases last.
    let second = office.process(1);
    finish(second);
    assert_eq!(in_state(&office, DeliveryState::Leased).await, waiting);
    office.run_out_of_leases().await;
    let third = office.process(1);
    office.relay.received(5).await;
    finish(third);
    let mails = office.relay.record().mails;
    for delivery in office.outbox().await {
        assert_eq!(delivery.state, DeliveryState::Sent);
        let attempts = if waiting.iter().any(|row| row.id == delivery.id) { 1 } else { 2 };
        assert_eq!(delivery.attempts, attempts);
    }
    // The one that was being sent has come twice.
    assert_eq!(mails.len(), 5);
    assert_eq!(copies(&mails).len(), 4);
}

// security: 82; delivery: kill -9 between 250 and commit
async fn kill_9_between_250_and_commit_sends_the_same_bytes_once_more(db: TestDb) {
    let office = Office::open(&db, Script::new().once(Step::Final, Act::Hold)).await;
    office.talk_far_ahead(&[]).await;
    let mut worker = office.process(1);
    // The relay has the mail, and its 250 reaches nobody who could note it down.
    office.relay.until(|record| record.held == 1).await;
    worker.kill();
    office.relay.release();
    assert_eq!(office.only().await.state, DeliveryState::Sending);
    office.run_out_of_leases().await;
    let second = office.process(1);
    let mails = office.relay.received(2).await;
    finish(second);
    assert_eq!(mails[0].bytes, mails[1].bytes);
    assert_eq!(mails[0].from, mails[1].from);
    let delivery = office.only().await;
    assert_eq!((delivery.state, delivery.attempts), (DeliveryState::Sent, 2));
    let outcomes: Vec<AttemptOutcome> =
        office.attempts(delivery.id).await.iter().map(|made| made.outcome).collect();
    assert_eq!(outcomes, [AttemptOutcome::Abandoned, AttemptOutcome::Accepted]);
    assert_eq!(office.relay.record().mails.len(), 2);
}

// security: 88; delivery: server stalls after the final dot
async fn server_stalls_after_the_final_dot_the_connection_is_destroyed_and_the_next_mail_unaffected(db: TestDb) {
    let office = Office::open(&db, Script::new().once(Step::Final, Act::Stall)).await;
    office.talk_far_ahead(&["p1@example.nl"]).await;
    let (worker, _) = office.process_with("connections=1&timeout=2s");
    office.relay.closed(1).await;
    let mails = office.relay.received(2).await;
    finish(worker);
    assert_ne!(mails[0].to, mails[1].to);
    assert_eq!((mails[0].connection, mails[1].connection), (1, 2));
    let unknown = in_state(&office, DeliveryState::Unknown).await;
    assert_eq!(unknown.len(), 1);
    let attempts = office.attempts(unknown[0].id).await;
    assert_eq!(attempts[0].outcome, AttemptOutcome::Unknown);
    assert_eq!(in_state(&office, DeliveryState::Sent).await.len(), 1);
}

// security: 88; delivery: 451, 452, 421, 550, 552, 554
async fn of_451_452_and_421_a_mail_waits_and_of_550_552_and_554_it_is_buried(db: TestDb) {
    let refusals = [
        ("p1@example.nl", "451 4.3.0 later", DeliveryState::Queued),
        ("p2@example.nl", "452 4.2.2 full", DeliveryState::Queued),
        ("p3@example.nl", "421 4.3.2 closing", DeliveryState::Queued),
        ("p4@example.nl", "550 5.1.1 unknown", DeliveryState::Buried),
        ("p5@example.nl", "552 5.3.4 too big", DeliveryState::Buried),
        ("p6@example.nl", "554 5.7.1 refused", DeliveryState::Buried),
    ];
    let office = Office::open(&db, Script::new()).await;
    for step in [Step::Recipient, Step::Final] {
        let mut script = Script::new();
        for (address, reply, _) in refusals {
            let act = if reply.starts_with("421") {
                Act::ReplyAndDrop(reply.to_owned())
            } else {
                Act::reply(reply)
            };
            script = script.always_for(address, step, act);
        }
        office.relay.change(script);
        let addresses = refusals.map(|(address, _, _)| address);
        office.talk_far_ahead(&addresses).await;
        let since = Clock::System.now();
        let named = |record: &Record| {
            let commands = record.commands.iter();
            commands.filter(|(_, line)| line.starts_with("RCPT")).count()
        };
        let so_far = named(&office.relay.record());
        let worker = office.process(2);
        office.relay.until(|record| named(record) == so_far + 7).await;
        finish(worker);
        let refused = refused_by_code(&office).await;
        for (_, reply, state) in refusals {
            let code: i32 = reply[..3].parse().unwrap();
            let (found, pause) = refused[&code];
            assert_eq!(found, state, "{reply} at {step:?}");
            if state == DeliveryState::Queued {
                let pause = pause.duration_since(since);
                assert!(pause >= SignedDuration::from_mins(5), "{reply}: {pause}");
                assert!(pause <= SignedDuration::from_mins(16), "{reply}: {pause}");
            }
        }
        assert_eq!(in_state(&office, DeliveryState::Sent).await.len(), 1);
        crate::failures::forget(&office).await;
    }
}
}

/// By the code of the refusal: what became of the delivery, and when it is tried again.
async fn refused_by_code(office: &Office) -> BTreeMap<i32, (DeliveryState, Timestamp)> {
    let rows = office.outbox().await;
    let refused = rows.iter().filter(|row| row.state != DeliveryState::Sent);
    refused
        .map(|row| (row.smtp_code.unwrap(), (row.state, row.next_at)))
        .collect()
}

// security: 82, 83; delivery: lease stolen from a paused worker. On SQLite a second worker does
// not start while the first one is only paused.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lease_stolen_from_a_paused_worker_its_completion_changes_nothing() {
    let Some(db) = TestDb::postgres() else {
        return;
    };
    let office = Office::open(&db, Script::new().once(Step::Final, Act::Hold)).await;
    office.talk_far_ahead(&[]).await;
    let mut paused = office.process(1);
    office.relay.until(|record| record.held == 1).await;
    paused.signal("STOP");
    office.run_out_of_leases().await;
    let thief = office.process(1);
    office.relay.received(2).await;
    finish(thief);
    let before = office.only().await;
    assert_eq!((before.state, before.attempts), (DeliveryState::Sent, 2));
    let attempts = office.attempts(before.id).await.len();

    // The 250 to the first copy comes now, and its worker wakes up.
    office.relay.release();
    paused.signal("CONT");
    let told = "delivery attempted, but another worker has taken it over";
    assert_eq!(paused.logged(told, "delivery"), before.id.to_string());
    finish(paused);
    assert_eq!(office.only().await, before);
    assert_eq!(office.attempts(before.id).await.len(), attempts);
    assert_eq!(office.relay.record().mails.len(), 2);
}

/// Waits until a worker has told that it lives.
async fn until_heard_of(office: &Office, id: WorkerId) {
    let heard = async || {
        let alive = office
            .db
            .read(|conn| workers::alive_since(conn, Timestamp::UNIX_EPOCH));
        alive.await.unwrap().iter().any(|worker| worker.id == id)
    };
    while !heard().await {}
}

// issue: lost worker. An embedded database has no other worker that could notice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_killed_with_9_is_missed_by_the_others_and_one_that_stopped_is_not() {
    let Some(db) = TestDb::postgres() else {
        return;
    };
    let office = Office::open(&db, Script::new()).await;
    let (mut killed, lost) = office.process_with_id(1);
    let (stopped, gone) = office.process_with_id(1);
    let (mut witness, third) = office.process_with_id(1);
    for id in [lost, gone, third] {
        until_heard_of(&office, id).await;
    }
    killed.kill();
    finish(stopped);
    // As if all that had been an hour ago.
    office
        .db
        .write(move |conn| -> Result<(), DbError> {
            use koplopers_shared::db::schema::workers;
            let ago = |minutes| At(Clock::System.now() - SignedDuration::from_mins(minutes));
            diesel::update(workers::table)
                .set(workers::started_at.eq(ago(60)))
                .execute(conn)?;
            diesel::update(workers::table.filter(workers::id.ne(third)))
                .set(workers::seen_at.eq(ago(30)))
                .execute(conn)?;
            Ok(())
        })
        .await
        .unwrap();
    let missed = witness.logged("a worker was not heard of again", "worker");
    assert_eq!(missed, lost.to_string());
    let roster = office
        .db
        .read(|conn| workers::roster(conn, Clock::System.now()))
        .await
        .unwrap();
    assert_eq!(
        roster.lost.iter().map(|it| it.id).collect::<Vec<_>>(),
        [lost]
    );
    // Whoever is started now takes its place.
    let (heir, fourth) = office.process_with_id(1);
    until_heard_of(&office, fourth).await;
    let roster = office
        .db
        .read(|conn| workers::roster(conn, Clock::System.now()))
        .await
        .unwrap();
    assert!(roster.lost.is_empty());
    finish(heir);
    finish(witness);
}

/// A database that goes away.
trait Outage {
    fn begins(&mut self);
    fn ends(&mut self);
}

async fn nothing_is_sent_without_a_recorded_sending(db: Db, mut outage: impl Outage) {
    const ALL: usize = 10;
    let office = Office::open(&db, Script::new().always(Step::Final, Act::Hold)).await;
    let addresses: Vec<&'static str> = (1..ALL)
        .map(|number| &*Box::leak(format!("p{number}@example.nl").into_boxed_str()))
        .collect();
    office.talk_far_ahead(&addresses).await;
    let mut worker = office.process(2);
    office.relay.until(|record| record.held == 2).await;
    assert_eq!(in_state(&office, DeliveryState::Sending).await.len(), 2);

    // The relay takes those two, and everything after them; nobody can note that down.
    outage.begins();
    office.relay.release();
    let told = "what became of sent mails could not be recorded yet";
    worker.logged(told, "level");
    worker.logged(told, "level");
    assert_eq!(office.relay.record().mails.len(), 2);

    outage.ends();
    // What was claimed and could not be given back.
    office.run_out_of_leases().await;
    office.relay.received(ALL).await;
    finish(worker);
    let mails = office.relay.record().mails;
    assert_eq!(mails.len(), ALL, "none is missing, and none came twice");
    assert_eq!(copies(&mails).len(), ALL);
    assert_eq!(in_state(&office, DeliveryState::Sent).await.len(), ALL);
}

// delivery: database gone mid-batch
mod database_gone_mid_batch_nothing_is_sent_without_a_recorded_sending {
    use super::*;

    impl Outage for Cluster {
        fn begins(&mut self) {
            self.stop();
        }

        fn ends(&mut self) {
            self.resume();
        }
    }

    #[test]
    fn postgres() {
        let Some(cluster) = Cluster::for_one_test(Durability::Off) else {
            return;
        };
        let url = cluster.url("postgres");
        migrate(&url).unwrap();
        let options = DbOptions {
            pool: 4,
            ..DbOptions::default()
        };
        let db = Db::open(&url, options).unwrap();
        block_on(nothing_is_sent_without_a_recorded_sending(db, cluster));
    }

    /// Another process that writes, and does not end.
    struct Locked(koplopers_shared::db::DbConn);

    impl Outage for Locked {
        fn begins(&mut self) {
            self.0.batch_execute("BEGIN IMMEDIATE").unwrap();
        }

        fn ends(&mut self) {
            self.0.batch_execute("ROLLBACK").unwrap();
        }
    }

    #[test]
    fn sqlite() {
        let db = TestDb::sqlite();
        let locked = Locked(db.connect());
        let handle = db.deref().clone();
        block_on(nothing_is_sent_without_a_recorded_sending(handle, locked));
    }

    fn block_on(body: impl Future<Output = ()>) {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap()
            .block_on(body);
    }
}
