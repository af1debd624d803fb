//! The digest: on working days at half past seven, once, and never a second time (S2).

use diesel::prelude::*;
use jiff::SignedDuration;
use koplopers_shared::db::DbError;
use koplopers_shared::db::columns::At;
use koplopers_shared::db::schema::{intakes, programme_contacts};
use koplopers_shared::deliveries::{DeliveryState, DroppedReason};
use koplopers_shared::ids::PersonId;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use koplopers_shared::testing::smtp::{Act, Script, Step};
use koplopers_worker::WorkerError;
use mail_parser::MessageParser;

use crate::office::Office;

const OPS: &str = "beheer@example.org";

/// An installation whose worker has run before, on the day before the first of these tests.
async fn running(db: &koplopers_shared::testing::TestDb, script: Script) -> Office {
    let mut office = Office::open(db, script).await;
    office.tell_ops(OPS);
    at(&office, "2026-02-27T12:00:00Z");
    office.send().await;
    assert!(office.relay.record().mails.is_empty());
    office
}

fn at(office: &Office, instant: &str) {
    office.clock.turn_to(instant.parse().unwrap());
}

/// How many digests have gone when the worker looks at this instant.
async fn gone_at(office: &Office, instant: &str) -> usize {
    at(office, instant);
    office.send().await;
    subjects(office).len()
}

fn subjects(office: &Office) -> Vec<String> {
    let parse = |bytes: &[u8]| {
        let message = MessageParser::default().parse(bytes).unwrap();
        message.subject().unwrap().to_owned()
    };
    let mails = office.relay.record().mails;
    let taken = mails.iter().filter(|mail| mail.accepted);
    taken
        .map(|mail| parse(&mail.bytes))
        .filter(|subject| subject.contains("agoverzicht"))
        .collect()
}

/// An intake that was sent in so long before the tests that it is overdue.
async fn overdue_intake(office: &Office, programme: &str) {
    let intake = given::submitted(&office.db, given::amsterdam(), programme).await;
    let long_ago = given::now().at - SignedDuration::from_hours(24 * 12);
    office
        .db
        .write(move |conn| -> Result<usize, DbError> {
            let it = intakes::table.find(intake.id);
            Ok(diesel::update(it)
                .set(intakes::submitted_at.eq(At(long_ago)))
                .execute(conn)?)
        })
        .await
        .unwrap();
    office.forget_outbox().await;
}

/// Makes somebody contact person of a programme.
async fn contact(office: &Office, programme: &'static str, email: &'static str) -> PersonId {
    let person = given::somebody(&office.db, email, None).await;
    office
        .db
        .write(move |conn| -> Result<usize, DbError> {
            Ok(diesel::insert_into(programme_contacts::table)
                .values((
                    programme_contacts::programme.eq(programme),
                    programme_contacts::person.eq(person),
                    programme_contacts::position.eq(0),
                ))
                .execute(conn)?)
        })
        .await
        .unwrap();
    person
}

on_both_databases! {
async fn a_digest_goes_at_half_past_seven_of_a_working_day_and_only_once(db: TestDb) {
    // mission: S2
    let office = running(&db, Script::new()).await;
    assert_eq!(gone_at(&office, "2026-03-02T06:29:59Z").await, 0);
    assert_eq!(gone_at(&office, "2026-03-02T06:30:00Z").await, 1);
    assert_eq!(gone_at(&office, "2026-03-02T06:30:10Z").await, 1);
    assert_eq!(gone_at(&office, "2026-03-02T22:00:00Z").await, 1);
    assert_eq!(gone_at(&office, "2026-03-03T06:30:00Z").await, 2);
    let mails = office.relay.record().mails;
    assert!(mails.iter().all(|mail| mail.to == [OPS]));
    assert_eq!(
        subjects(&office)[0],
        "Dagoverzicht van maandag 2 maart 2026: niets te melden"
    );
    let raw = String::from_utf8_lossy(&mails[0].bytes).into_owned();
    assert!(!raw.contains("List-Unsubscribe"), "{raw}");
    assert!(raw.contains("Auto-Submitted: auto-generated"), "{raw}");
}

async fn no_digest_goes_on_a_saturday_a_sunday_or_a_public_holiday(db: TestDb) {
    // mission: S2
    let office = running(&db, Script::new()).await;
    assert_eq!(gone_at(&office, "2026-04-02T06:00:00Z").await, 1, "Maundy Thursday");
    for (day, why) in [
        ("2026-04-03", "Good Friday"),
        ("2026-04-04", "Saturday"),
        ("2026-04-05", "Easter Sunday"),
        ("2026-04-06", "Easter Monday"),
    ] {
        assert_eq!(gone_at(&office, &format!("{day}T10:00:00Z")).await, 1, "{why}");
    }
    assert_eq!(gone_at(&office, "2026-04-07T05:30:00Z").await, 2, "Tuesday");
}

async fn half_past_seven_is_local_on_both_days_after_the_clock_changes(db: TestDb) {
    // mission: S2; delivery: local time
    let office = running(&db, Script::new()).await;
    // Winter time until 29 March.
    assert_eq!(gone_at(&office, "2026-03-27T06:30:00Z").await, 1);
    assert_eq!(gone_at(&office, "2026-03-29T12:00:00Z").await, 1, "the day of the change");
    assert_eq!(gone_at(&office, "2026-03-30T05:29:59Z").await, 1);
    assert_eq!(gone_at(&office, "2026-03-30T05:30:00Z").await, 2);
    // Summer time until 25 October.
    assert_eq!(gone_at(&office, "2026-10-23T05:30:00Z").await, 3);
    assert_eq!(gone_at(&office, "2026-10-25T12:00:00Z").await, 3, "the day of the change");
    assert_eq!(gone_at(&office, "2026-10-26T06:29:59Z").await, 3);
    assert_eq!(gone_at(&office, "2026-10-26T06:30:00Z").await, 4);
}

async fn a_worker_off_for_26_hours_sends_one_digest(db: TestDb) {
    // security: 89; delivery: catch-up
    let office = running(&db, Script::new()).await;
    for (off, on, subject_has) in [
        // Past the slot of a Tuesday.
        ("2026-03-02T07:00:00Z", "2026-03-03T09:00:00Z", "dinsdag 3 maart"),
        // From before one slot until before the next.
        ("2026-03-10T05:00:00Z", "2026-03-11T07:00:00Z", "woensdag 11 maart"),
        // Past the slot of a Friday, which is made up for on Saturday.
        ("2026-03-20T06:00:00Z", "2026-03-21T08:00:00Z", "zaterdag 21 maart"),
    ] {
        let before = gone_at(&office, off).await;
        assert_eq!(gone_at(&office, on).await - before, 1, "off at {off}");
        let last = subjects(&office).pop().unwrap();
        assert!(last.contains(subject_has), "{last}");
    }
}

async fn after_a_week_away_only_the_latest_digest_goes(db: TestDb) {
    // delivery: catch-up
    let office = running(&db, Script::new()).await;
    assert_eq!(gone_at(&office, "2026-03-11T09:00:00Z").await, 1);
    assert_eq!(
        subjects(&office),
        ["Dagoverzicht van woensdag 11 maart 2026: niets te melden"]
    );
    // Whoever comes back before half past seven waits for it.
    assert_eq!(gone_at(&office, "2026-03-13T06:00:00Z").await, 1);
    assert_eq!(gone_at(&office, "2026-03-13T06:30:00Z").await, 2);
}

async fn an_installation_begins_with_its_next_slot(db: TestDb) {
    let mut office = Office::open(&db, Script::new()).await;
    office.tell_ops(OPS);
    assert_eq!(gone_at(&office, "2026-03-02T09:00:00Z").await, 0);
    assert_eq!(gone_at(&office, "2026-03-03T09:00:00Z").await, 1);
}

async fn a_clock_that_jumps_brings_no_digest_twice(db: TestDb) {
    // security: 89
    let office = running(&db, Script::new()).await;
    assert_eq!(gone_at(&office, "2026-03-03T07:00:00Z").await, 1);
    for (jumped_to, gone) in [
        ("2026-03-03T06:50:00Z", 1),
        ("2026-03-02T07:00:00Z", 1),
        ("2026-03-04T07:00:00Z", 2),
        ("2026-03-03T07:00:00Z", 2),
        ("2026-03-04T07:10:00Z", 2),
        ("2026-03-05T07:00:00Z", 3),
    ] {
        assert_eq!(gone_at(&office, jumped_to).await, gone, "{jumped_to}");
    }
}

async fn two_workers_send_one_digest(db: TestDb) {
    // mission: S2; security: 83
    let office = running(&db, Script::new()).await;
    at(&office, "2026-03-02T06:30:00Z");
    let (one, another) = (office.worker(), office.worker());
    let (first, second) = tokio::join!(one.once(), another.once());
    // On the embedded database there is room for one at a time.
    for ran in [&first, &second] {
        assert!(matches!(ran, Ok(_) | Err(WorkerError::Lock(_))), "{ran:?}");
    }
    office.send().await;
    assert_eq!(subjects(&office).len(), 1);
    assert_eq!(office.outbox().await.len(), 1);
}

async fn a_digest_that_may_have_arrived_is_not_sent_again(db: TestDb) {
    // delivery: digests that are unknown are dropped
    let script = Script::new().always(Step::Final, Act::Drop);
    let office = running(&db, script).await;
    at(&office, "2026-03-02T06:30:00Z");
    office.send().await;
    assert_eq!(office.only().await.state, DeliveryState::Unknown);
    office.relay.change(Script::new());
    office.pass(SignedDuration::from_mins(30));
    office.send().await;
    let delivery = office.only().await;
    assert_eq!(delivery.state, DeliveryState::Dropped);
    assert_eq!(delivery.dropped_reason, Some(DroppedReason::Superseded));
    assert_eq!(subjects(&office), [""; 0]);
}

async fn a_digest_that_was_refused_for_now_is_tried_again_until_the_next_one(db: TestDb) {
    // delivery: expires_at
    let script = Script::new().always(Step::Recipient, Act::reply("451 later"));
    let office = running(&db, script).await;
    assert_eq!(gone_at(&office, "2026-03-02T06:30:00Z").await, 0);
    assert_eq!(office.only().await.state, DeliveryState::Queued);
    at(&office, "2026-03-03T06:30:00Z");
    office.relay.change(Script::new());
    office.send().await;
    let outbox = office.outbox().await;
    assert_eq!(outbox[0].dropped_reason, Some(DroppedReason::Past));
    assert_eq!(outbox[1].state, DeliveryState::Sent);
    assert_eq!(
        subjects(&office),
        ["Dagoverzicht van dinsdag 3 maart 2026: niets te melden"]
    );
}

async fn the_mail_names_the_case_and_where_to_go_and_nobody(db: TestDb) {
    // mission: S2; security: 62
    let office = running(&db, Script::new()).await;
    overdue_intake(&office, "versnelling").await;
    assert_eq!(gone_at(&office, "2026-03-02T06:30:00Z").await, 1);
    assert_eq!(
        subjects(&office),
        ["Actie nodig: 1 punt in het dagoverzicht van maandag 2 maart 2026"]
    );
    let mails = office.relay.record().mails;
    let message = MessageParser::default().parse(&mails[0].bytes).unwrap();
    let text = message.body_text(0).unwrap();
    assert!(text.contains("Aanvragen die te lang wachten: 1"), "{text}");
    assert!(text.contains("- Amsterdam: wacht al 11 dagen op een gesprek"), "{text}");
    assert!(text.contains("https://koplopers.example.nl/v1/intakes/"), "{text}");
    for hidden in ["Voorbeeld", "@example.nl"] {
        assert!(!text.contains(hidden), "{hidden} in {text}");
    }
}

async fn a_contact_person_hears_of_their_own_programmes_and_only_when_there_is_something(db: TestDb) {
    // mission: S2, P2
    let office = running(&db, Script::new()).await;
    contact(&office, "versnelling", "ivo@example.org").await;
    contact(&office, "uitvoering", "hanna@example.org").await;
    overdue_intake(&office, "versnelling").await;
    at(&office, "2026-03-02T06:30:00Z");
    office.send().await;
    let mails = office.relay.record().mails;
    let mut to: Vec<&str> = mails.iter().map(|mail| mail.to[0].as_str()).collect();
    to.sort_unstable();
    assert_eq!(to, [OPS, "ivo@example.org"]);
    let own = mails.iter().find(|mail| mail.to[0] == "ivo@example.org").unwrap();
    let message = MessageParser::default().parse(&own.bytes).unwrap();
    let text = message.body_text(0).unwrap();
    assert!(text.contains("de programma’s waarvan u contactpersoon bent"), "{text}");
}

async fn whoever_reads_the_mail_to_ops_gets_no_second_one(db: TestDb) {
    let office = running(&db, Script::new()).await;
    contact(&office, "versnelling", OPS).await;
    overdue_intake(&office, "versnelling").await;
    assert_eq!(gone_at(&office, "2026-03-02T06:30:00Z").await, 1);
}

async fn whoever_runs_no_programme_any_more_gets_no_digest(db: TestDb) {
    let office = running(&db, Script::new().always(Step::Recipient, Act::reply("451 later"))).await;
    let ivo = contact(&office, "versnelling", "ivo@example.org").await;
    overdue_intake(&office, "versnelling").await;
    at(&office, "2026-03-02T06:30:00Z");
    office.send().await;
    office
        .db
        .write(|conn| -> Result<usize, DbError> {
            Ok(diesel::delete(programme_contacts::table).execute(conn)?)
        })
        .await
        .unwrap();
    office.relay.change(Script::new());
    office.pass(SignedDuration::from_mins(30));
    office.send().await;
    let outbox = office.outbox().await;
    let theirs = outbox.iter().find(|delivery| delivery.recipient == Some(ivo)).unwrap();
    assert_eq!(theirs.dropped_reason, Some(DroppedReason::Cancelled));
}
}
