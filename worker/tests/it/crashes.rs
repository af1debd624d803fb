//! Workers that die, pause, or meet.

use jiff::SignedDuration;
use koplopers_shared::db::DbError;
use koplopers_shared::deliveries::{
    self, Attempt, AttemptOutcome, Claimed, Completion, DeliveryState, Recorded, WorkerId,
};
use koplopers_shared::flows::{finish_mails, sweep_mails};
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::TestDb;
use koplopers_shared::testing::smtp::{Act, Script, Step};

use crate::office::Office;

async fn claim(office: &Office) -> Vec<Claimed> {
    let now = office.clock.now();
    office
        .db
        .write(move |conn| deliveries::claim(conn, 10, now))
        .await
        .unwrap()
}

async fn sweep(office: &Office) {
    let now = office.clock.now();
    office
        .db
        .write(move |conn| sweep_mails(conn, WorkerId::generate(), &[], now))
        .await
        .unwrap();
}

fn accepted(claimed: &Claimed, office: &Office) -> Completion {
    Completion {
        lease: claimed.lease,
        started_at: office.clock.now(),
        ended_at: office.clock.now(),
        attempt: Attempt {
            outcome: AttemptOutcome::Accepted,
            phase: None,
            code: Some(250),
            text: "queued".to_owned(),
        },
    }
}

async fn finish(office: &Office, completion: Completion) -> Recorded {
    let now = office.clock.now();
    let recorded = office
        .db
        .write(move |conn| {
            let completions = std::slice::from_ref(&completion);
            finish_mails(conn, WorkerId::generate(), completions, now)
        })
        .await
        .unwrap();
    recorded.into_iter().next().unwrap()
}

on_both_databases! {
// security: 82
async fn killed_before_sending_another_worker_sends_when_the_lease_is_over(db: TestDb) {
    let office = Office::open(&db, Script::new()).await;
    office.talk().await;
    assert_eq!(claim(&office).await.len(), 1);
    assert_eq!(office.send().await.sent, 0);
    office.run_out_of_leases().await;
    assert_eq!(office.send().await.sent, 1);
    assert_eq!(office.only().await.attempts, 1);
}

// security: 82
async fn killed_between_the_250_and_the_commit_the_same_bytes_go_out_once_more(db: TestDb) {
    let office = Office::open(&db, Script::new().once(Step::Final, Act::Hold)).await;
    let talk = office.talk().await;
    let worker = office.worker();
    tokio::select! {
        _ = worker.once() => panic!("the relay has not answered yet"),
        // The final dot has come; the worker dies without an answer.
        _ = office.relay.until(|record| record.held == 1) => {}
    }
    drop(worker);
    assert_eq!(office.only().await.state, DeliveryState::Sending);
    office.run_out_of_leases().await;
    assert_eq!(office.send().await.sent, 1);
    let mails = office.relay.received(2).await;
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0].bytes, mails[1].bytes);
    let delivery = office.only().await;
    assert_eq!((delivery.state, delivery.attempts), (DeliveryState::Sent, 2));
    let attempts = office.attempts(delivery.id).await;
    assert_eq!(attempts[0].outcome, AttemptOutcome::Abandoned);
    assert_eq!(office.invitation(talk.invitations[0].id).await.last_sequence_sent, Some(0));
}

async fn a_completion_with_an_old_token_changes_nothing(db: TestDb) {
    let office = Office::open(&db, Script::new()).await;
    office.talk().await;
    let paused = claim(&office).await.remove(0);
    office.run_out_of_leases().await;
    sweep(&office).await;
    let thief = claim(&office).await.remove(0);
    assert_ne!(paused.lease.token, thief.lease.token);

    let before = office.only().await;
    let recorded = finish(&office, accepted(&paused, &office)).await;
    assert!(matches!(recorded, Recorded::Stale { .. }));
    let lease = paused.lease;
    let now = office.clock.now();
    let begun = office
        .db
        .write(move |conn| deliveries::start_sending(conn, lease, None, now))
        .await
        .unwrap();
    assert!(!begun);
    let given = office.db.write(move |conn| deliveries::give_back(conn, &[lease])).await.unwrap();
    assert_eq!(given, 0);
    assert_eq!(office.only().await, before);
    assert!(office.attempts(before.id).await.is_empty());

    assert!(matches!(finish(&office, accepted(&thief, &office)).await, Recorded::Done { .. }));
}

async fn a_renewed_lease_is_not_taken_away(db: TestDb) {
    let office = Office::open(&db, Script::new()).await;
    office.talk().await;
    let held = claim(&office).await.remove(0).lease;
    office.run_out_of_leases().await;
    let now = office.clock.now();
    let renewed = office.db.write(move |conn| deliveries::renew(conn, &[held], now)).await.unwrap();
    assert_eq!(renewed, 1);
    sweep(&office).await;
    assert_eq!(office.only().await.state, DeliveryState::Leased);
}

async fn only_the_oldest_open_row_of_a_key_is_claimed(db: TestDb) {
    let office = Office::open(&db, Script::new()).await;
    let talk = office.talk().await;
    office.send().await;
    office.cancel(talk.meeting.id).await;
    // A second mail to the same invitee, behind the cancellation.
    let (meeting, invitation) = (talk.meeting.clone(), talk.invitations[0].clone());
    office
        .db
        .write(move |conn| -> Result<(), DbError> {
            use koplopers_shared::deliveries::{NewDelivery, OrderKey, Payload};
            let new = NewDelivery {
                dedupe_key: "second".to_owned(),
                payload: Payload::Invitation { invitation: invitation.id },
                recipient: invitation.person,
                subject: koplopers_shared::events::Subject { kind: "meeting", id: meeting.id.0 },
                meeting: Some((meeting.id, invitation.id, 1)),
                order_key: OrderKey::meeting(meeting.id, invitation.person),
                due_at: koplopers_shared::testing::given::now().at,
                expires_at: None,
            };
            let actor = koplopers_shared::access::Actor::system("test");
            deliveries::enqueue(conn, &new, &actor, koplopers_shared::testing::given::now().at + SignedDuration::from_secs(1))?;
            Ok(())
        })
        .await
        .unwrap();
    let first = claim(&office).await;
    assert_eq!(first.len(), 1);
    assert_eq!(first[0].delivery.kind, "cancellation");
    assert!(claim(&office).await.is_empty());
    finish(&office, accepted(&first[0], &office)).await;
    assert_eq!(claim(&office).await.len(), 1);
}

async fn a_kind_of_a_newer_release_is_left_alone(db: TestDb) {
    use diesel::prelude::*;
    use koplopers_shared::db::schema::deliveries as table;

    let office = Office::open(&db, Script::new()).await;
    office.talk().await;
    office
        .db
        .write(|conn| -> Result<usize, DbError> {
            Ok(diesel::update(table::table).set(table::kind.eq("poll_opened")).execute(conn)?)
        })
        .await
        .unwrap();
    assert_eq!(office.send().await, koplopers_worker::Summary::default());
    assert_eq!(office.only().await.state, DeliveryState::Queued);
}

// security: 89
async fn a_clock_that_jumps_makes_no_storm_and_no_stuck_lease(db: TestDb) {
    let office = Office::open(&db, Script::new()).await;
    office.talk().await;
    let held = claim(&office).await.remove(0).lease;
    for jump in [-24 * 60, 24 * 60, -10, 10] {
        office.pass(SignedDuration::from_mins(jump));
        let now = office.clock.now();
        office
            .db
            .write(move |conn| sweep_mails(conn, WorkerId::generate(), &[held], now))
            .await
            .unwrap();
        assert_eq!(office.only().await.state, DeliveryState::Leased);
    }
    // Its worker is gone, and the clock stands a day before the end of the lease.
    office.pass(SignedDuration::from_hours(-24));
    if office.db.kind() == koplopers_shared::db::DatabaseKind::Sqlite {
        sweep(&office).await;
        assert_eq!(office.only().await.state, DeliveryState::Queued);
    }
}
}

// security: 83
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_workers_never_send_the_same_row_at_once() {
    let Some(db) = TestDb::postgres() else {
        return;
    };
    let office = Office::open(&db, Script::new()).await;
    let addresses: Vec<&'static str> = (0..24)
        .map(|number| &*Box::leak(format!("p{number}@example.nl").into_boxed_str()))
        .collect();
    office.talk_with(&addresses).await;
    let (one, two) = (office.worker(), office.worker());
    let (one, two) = tokio::join!(one.once(), two.once());
    assert_eq!(one.unwrap().sent + two.unwrap().sent, 25);
    let mut recipients: Vec<_> = office
        .relay
        .record()
        .mails
        .iter()
        .map(|mail| mail.to.clone())
        .collect();
    recipients.sort();
    recipients.dedup();
    assert_eq!(recipients.len(), 25);
    assert_eq!(office.relay.record().mails.len(), 25);
}
