//! How many mails a minute may go, in all and to one domain.

use jiff::SignedDuration;
use koplopers_shared::deliveries::DeliveryState;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::smtp::Script;
use koplopers_worker::{Worker, WorkerOptions};

use crate::office::Office;

fn limited(office: &Office, limit: &str) -> Worker {
    let settings = format!("timeout=20s&{limit}");
    office.worker_by(&settings, &office.db, WorkerOptions::default())
}

/// How many mails went to each domain so far: to example.nl and to example.org.
fn gone(office: &Office) -> (usize, usize) {
    let record = office.relay.record();
    let to = |domain: &str| {
        record
            .mails
            .iter()
            .filter(|mail| mail.to[0].ends_with(domain))
            .count()
    };
    (to("@example.nl"), to("@example.org"))
}

on_both_databases! {
// delivery: limits per destination domain and overall
async fn a_domain_that_has_had_enough_waits_for_the_next_minute_and_others_pass_it(db: TestDb) {
    let office = Office::open(&db, Script::new()).await;
    // With the contact person, six at one domain.
    office
        .talk_with(&[
            "p1@example.nl", "p2@example.nl", "p3@example.nl", "p4@example.nl", "p5@EXAMPLE.nl",
            "q1@example.org", "q2@example.org",
        ])
        .await;
    let worker = limited(&office, "domain_per_minute=3");
    assert_eq!(worker.once().await.unwrap().sent, 5);
    assert_eq!(gone(&office), (3, 2));
    for waiting in office.outbox().await.iter().filter(|row| row.sent_at.is_none()) {
        assert_eq!((waiting.state, waiting.attempts), (DeliveryState::Queued, 0));
        let pause = waiting.next_at.duration_since(office.clock.now());
        assert_eq!(pause, SignedDuration::from_mins(1));
        assert!(office.attempts(waiting.id).await.is_empty());
    }
    office.pass(SignedDuration::from_secs(59));
    assert_eq!(worker.once().await.unwrap().sent, 0);
    office.pass(SignedDuration::from_secs(1));
    assert_eq!(worker.once().await.unwrap().sent, 3);
    assert_eq!(gone(&office), (6, 2));
}

// delivery: limits per destination domain and overall
async fn all_domains_together_can_have_enough_too(db: TestDb) {
    let office = Office::open(&db, Script::new()).await;
    office.talk_with(&["p1@example.nl", "q1@example.org", "q2@example.org"]).await;
    let worker = limited(&office, "per_minute=1");
    for minute in 1..=4 {
        assert_eq!(worker.once().await.unwrap().sent, 1, "minute {minute}");
        office.pass(SignedDuration::from_mins(1));
    }
    assert_eq!(gone(&office), (2, 2));
    assert!(office.outbox().await.iter().all(|row| row.attempts == 1));
}
}
