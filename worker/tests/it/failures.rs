//! What a relay can do to a mail, and what becomes of the delivery.

use diesel::prelude::*;
use jiff::SignedDuration;
use koplopers_shared::db::DbError;
use koplopers_shared::db::schema::deliveries as table;
use koplopers_shared::deliveries::{AttemptOutcome, DeliveryState, pauses};
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::smtp::{Act, Script, Step};

use crate::office::Office;

on_both_databases! {
// security: 88
async fn a_451_or_452_is_tried_again_in_five_to_fifteen_minutes_with_the_same_bytes(db: TestDb) {
    let office = Office::open(&db, Script::new()).await;
    for (step, reply) in [
        (Step::Final, "451 4.3.0 later"),
        (Step::Final, "452 4.2.2 mailbox full"),
    ] {
        office.relay.change(Script::new().once(step, Act::reply(reply)));
        office.talk().await;
        let summary = office.send().await;
        assert_eq!((summary.sent, summary.failed), (0, 1));
        let waiting = office.only().await;
        assert_eq!((waiting.state, waiting.attempts), (DeliveryState::Queued, 1));
        let pause = waiting.next_at.duration_since(office.clock.now());
        assert!(pause >= SignedDuration::from_mins(5) && pause <= SignedDuration::from_mins(15));

        assert_eq!(office.send().await.sent, 0);
        office.pass(SignedDuration::from_mins(15));
        assert_eq!(office.send().await.sent, 1);
        let mails = office.relay.record().mails;
        let [.., first, second] = mails.as_slice() else {
            panic!("two copies");
        };
        assert_eq!(first.bytes, second.bytes);
        let delivery = office.only().await;
        assert_eq!((delivery.state, delivery.attempts), (DeliveryState::Sent, 2));
        let attempts = office.attempts(delivery.id).await;
        let outcomes: Vec<AttemptOutcome> = attempts.iter().map(|made| made.outcome).collect();
        assert_eq!(outcomes, [AttemptOutcome::Deferred, AttemptOutcome::Accepted]);
        forget(&office).await;
    }
}

// delivery: 451, 452, 421
async fn a_451_452_or_421_at_the_recipient_has_the_mail_wait(db: TestDb) {
    let office = Office::open(&db, Script::new()).await;
    for act in [Act::reply("451 later"), Act::reply("452 full"), Act::reply("421 closing"), Act::Drop] {
        office.relay.change(Script::new().once(Step::Recipient, act));
        office.talk().await;
        office.send().await;
        let waiting = office.only().await;
        assert_eq!((waiting.state, waiting.attempts), (DeliveryState::Queued, 1));
        office.pass(SignedDuration::from_mins(15));
        assert_eq!(office.send().await.sent, 1);
        forget(&office).await;
    }
}

// security: 88
async fn a_550_552_or_554_buries_at_once(db: TestDb) {
    let office = Office::open(&db, Script::new()).await;
    for (step, reply) in [
        (Step::Recipient, "550 5.1.1 <contact@example.nl> unknown"),
        (Step::Final, "552 5.3.4 too big"),
        (Step::Final, "554 5.7.1 refused"),
    ] {
        office.relay.change(Script::new().always(step, Act::reply(reply)));
        let talk = office.talk().await;
        office.send().await;
        let buried = office.only().await;
        assert_eq!((buried.state, buried.attempts), (DeliveryState::Buried, 1));
        assert!(buried.closed_at.is_some());
        // security: 76
        assert!(!buried.smtp_text.unwrap().contains("contact@"));
        office.pass(SignedDuration::from_hours(24));
        assert_eq!(office.send().await, koplopers_worker::Summary::default());
        // Nothing was sent, so nothing is to be cancelled.
        assert_eq!(office.invitation(talk.invitations[0].id).await.last_sequence_sent, None);
        forget(&office).await;
    }
}

// security: 88
async fn a_relay_that_refuses_us_pauses_the_queue_and_costs_no_attempts(db: TestDb) {
    let office = Office::open(&db, Script::new()).await;
    for (step, act) in [
        (Step::Greeting, Act::Drop),
        (Step::Greeting, Act::reply("554 go away")),
        (Step::Sender, Act::reply("550 not from here")),
        (Step::Sender, Act::reply("451 later")),
    ] {
        office.relay.change(Script::new().always(step, act));
        office.talk_with(&["p1@example.nl", "p2@example.nl"]).await;
        let summary = office.send().await;
        assert!(summary.sent == 0 && summary.failed >= 1);
        for waiting in office.outbox().await {
            assert_eq!((waiting.state, waiting.attempts), (DeliveryState::Queued, 0));
        }
        let pauses = office.db.read(pauses::list).await.unwrap();
        assert_eq!(pauses.len(), 1);
        // Nothing is tried before the pause has run out, and then one mail only.
        assert_eq!(office.send().await, koplopers_worker::Summary::default());
        office.pass(SignedDuration::from_mins(1));
        assert_eq!(office.send().await.failed, 1);
        // The relay is back: one mail goes ahead, the others follow.
        office.relay.change(Script::new());
        office.pass(SignedDuration::from_mins(2));
        assert_eq!(office.send().await.sent, 3);
        assert!(office.db.read(pauses::list).await.unwrap().is_empty());
        forget(&office).await;
    }
}

// security: 82
async fn a_server_that_stalls_after_the_final_dot_may_have_the_mail(db: TestDb) {
    let office = Office::open(&db, Script::new().once(Step::Final, Act::Stall)).await;
    let talk = office.talk_with(&["p1@example.nl"]).await;
    let summary = office.send().await;
    // The other mail is not harmed.
    assert_eq!((summary.sent, summary.failed), (1, 1));
    let outbox = office.outbox().await;
    let unknown: Vec<_> = outbox
        .iter()
        .filter(|delivery| delivery.state == DeliveryState::Unknown)
        .collect();
    assert_eq!(unknown.len(), 1);
    // Whoever may have been invited will hear of a cancellation.
    for invitation in talk.invitations {
        assert_eq!(office.invitation(invitation.id).await.last_sequence_sent, Some(0));
    }
    office.pass(SignedDuration::from_mins(15));
    assert_eq!(office.send().await.sent, 1);
    let mails = office.relay.received(3).await;
    let copies: Vec<_> = mails.iter().filter(|mail| mail.to == mails[2].to).collect();
    assert_eq!(copies.len(), 2);
    assert_eq!(copies[0].bytes, copies[1].bytes);
}

async fn an_unknown_mail_that_is_no_longer_wanted_is_cancelled_instead(db: TestDb) {
    let office = Office::open(&db, Script::new().once(Step::Final, Act::Drop)).await;
    let talk = office.talk().await;
    office.send().await;
    office.cancel(talk.meeting.id).await;
    office.pass(SignedDuration::from_mins(15));
    let summary = office.send().await;
    assert_eq!((summary.sent, summary.dropped), (1, 1));
    let mails = office.relay.received(2).await;
    let last = String::from_utf8(mails[1].bytes.clone()).unwrap();
    assert!(last.contains("method=CANCEL"));
}

// security: 36; delivery: address `x\r\nBcc:`
async fn an_address_with_a_line_break_and_bcc_that_got_stored_reaches_no_header(db: TestDb) {
    let office = Office::open(&db, Script::new()).await;
    office.talk_with(&["p1@example.nl"]).await;
    office
        .db
        .write(|conn| -> Result<usize, DbError> {
            use koplopers_shared::db::schema::people;
            let theirs = people::table.filter(people::email.eq("p1@example.nl"));
            Ok(diesel::update(theirs)
                .set(people::email.eq("x\r\nBcc: spion@example.org"))
                .execute(conn)?)
        })
        .await
        .unwrap();
    let summary = office.send().await;
    assert_eq!((summary.sent, summary.failed), (1, 1));
    let record = office.relay.record();
    assert_eq!(record.mails.len(), 1);
    let mail = String::from_utf8(record.mails[0].bytes.clone()).unwrap();
    // A link may hold the letters by chance; a header would start a line with them.
    assert!(!mail.to_ascii_lowercase().contains("\nbcc:"));
    assert!(!mail.contains("spion"));
    assert!(record.commands.iter().all(|(_, line)| !line.contains("spion")));
}

async fn eight_poison_rows_at_the_head_let_the_others_flow(db: TestDb) {
    let office = Office::open(&db, Script::new()).await;
    office
        .talk_with(&[
            "p1@example.nl", "p2@example.nl", "p3@example.nl", "p4@example.nl",
            "p5@example.nl", "p6@example.nl", "p7@example.nl", "p8@example.nl",
        ])
        .await;
    // The contact person was invited last.
    let poisoned: Vec<_> = office.outbox().await.iter().take(8).map(|row| row.id).collect();
    let ids = poisoned.clone();
    office
        .db
        .write(move |conn| -> Result<usize, DbError> {
            let rows = table::table.filter(table::id.eq_any(ids.clone()));
            Ok(diesel::update(rows)
                .set(table::payload.eq(r#"{"kind":"invitation"}"#))
                .execute(conn)?)
        })
        .await
        .unwrap();
    let summary = office.send().await;
    assert_eq!((summary.sent, summary.failed), (1, 8));
    for _ in 0..2 {
        office.pass(SignedDuration::from_hours(1));
        assert_eq!(office.send().await.failed, 8);
    }
    for delivery in office.outbox().await {
        let expected = if poisoned.contains(&delivery.id) {
            (DeliveryState::Buried, 3)
        } else {
            (DeliveryState::Sent, 1)
        };
        assert_eq!((delivery.state, delivery.attempts), expected);
    }
}
}

/// Empties the outbox, for the next round of a test.
pub async fn forget(office: &Office) {
    use koplopers_shared::db::schema::{delivery_attempts, intakes};
    office
        .db
        .write(|conn| -> Result<(), DbError> {
            diesel::delete(delivery_attempts::table).execute(conn)?;
            diesel::delete(table::table).execute(conn)?;
            // So that the next round may send an intake of its own.
            diesel::update(intakes::table)
                .set(intakes::open_slot.eq(None::<koplopers_shared::ids::RoundId>))
                .execute(conn)?;
            Ok(())
        })
        .await
        .unwrap();
}
