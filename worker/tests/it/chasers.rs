//! Reminders of a last day: offers (T4) and end products (K2).

use koplopers_shared::access::Role;
use koplopers_shared::clock::LocalNow;
use koplopers_shared::db::{DbConn, DbResult};
use koplopers_shared::deliveries::DroppedReason;
use koplopers_shared::offers::{self, Offer};
use koplopers_shared::on_both_databases;
use koplopers_shared::settings::ChaserDays;
use koplopers_shared::testing::given;
use koplopers_shared::testing::smtp::{ReceivedMail, Script};
use koplopers_shared::trajectories::{self, Trajectory};
use koplopers_worker::WorkerOptions;
use mail_parser::MessageParser;

use crate::office::Office;

/// The mails that remind somebody, by subject and text.
fn reminders(office: &Office) -> Vec<(String, String)> {
    let read = |mail: &ReceivedMail| {
        let message = MessageParser::default().parse(&mail.bytes).unwrap();
        let subject = message.subject().unwrap().to_owned();
        (subject, message.body_text(0).unwrap().into_owned())
    };
    let mails = office.relay.record().mails;
    let all = mails.iter().map(read);
    all.filter(|(subject, _)| subject.starts_with("Herinnering: "))
        .collect()
}

async fn reminded_at(office: &Office, instant: &str) -> usize {
    office.clock.turn_to(instant.parse().unwrap());
    office.send().await;
    reminders(office).len()
}

fn local(office: &Office) -> LocalNow {
    let zone = jiff::tz::TimeZone::get("Europe/Amsterdam").unwrap();
    LocalNow::new(office.clock.now(), &zone)
}

async fn write<T: Send + 'static>(
    office: &Office,
    closure: impl Fn(&mut DbConn) -> DbResult<T> + Send + 'static,
) -> T {
    office.db.write(closure).await.unwrap()
}

/// An offer until 31 March whose first mail has left.
async fn waiting_offer(office: &Office) -> Offer {
    let intake = given::matched(&office.db, given::amsterdam(), "uitvoering").await;
    office.forget_outbox().await;
    let offer = given::sent_offer(&office.db, &intake).await;
    assert_eq!(office.send().await.sent, 1);
    offer
}

/// A trajectory that owes an end product, and the day before which it is due.
async fn owing(office: &Office) -> Trajectory {
    given::round(&office.db, 5).await;
    let trajectory = given::running_trajectory(&office.db, given::amsterdam(), "inclusief").await;
    assert!(trajectory.owes_end_product());
    office.forget_outbox().await;
    trajectory
}

/// Nine in the morning, so many days before the end product is due.
fn before_due(trajectory: &Trajectory, days: i64) -> String {
    let due = trajectory.end_product.due_on.unwrap();
    let day = due - jiff::Span::new().days(days);
    let zone = jiff::tz::TimeZone::get("Europe/Amsterdam").unwrap();
    let at = day.at(9, 0, 0, 0).to_zoned(zone).unwrap();
    at.timestamp().to_string()
}

/// Puts the reminder of the offer into the outbox, and sends nothing yet.
async fn chased_on_the_last_but_one_day(office: &Office) {
    office
        .clock
        .turn_to("2026-03-30T10:00:00Z".parse().unwrap());
    let now = local(office);
    let chased = write(office, move |conn| offers::chase_due(conn, now, 3)).await;
    assert_eq!(chased, 1);
}

/// Sends what is due, of which the reminder is no more.
async fn assert_dropped(office: &Office, kind: &str, reason: DroppedReason) {
    office.send().await;
    assert!(reminders(office).is_empty());
    let outbox = office.outbox().await;
    let chaser = outbox.iter().find(|it| it.kind == kind).unwrap();
    assert_eq!(chaser.dropped_reason, Some(reason));
}

on_both_databases! {
async fn the_sponsor_is_reminded_once_three_days_before_an_offer_expires(db: TestDb) {
    // mission: T4
    let office = Office::open(&db, Script::new()).await;
    waiting_offer(&office).await;
    assert_eq!(reminded_at(&office, "2026-03-27T12:00:00Z").await, 0);
    assert_eq!(reminded_at(&office, "2026-03-28T07:59:59Z").await, 0, "not before nine");
    assert_eq!(reminded_at(&office, "2026-03-28T08:00:00Z").await, 1);
    assert_eq!(reminded_at(&office, "2026-03-30T12:00:00Z").await, 1);
    let (subject, text) = reminders(&office).remove(0);
    assert!(subject.starts_with("Herinnering: offerte "), "{subject}");
    for told in ["https://koplopers.example.nl/o/", "dinsdag 31 maart 2026"] {
        assert!(text.contains(told), "{told} in {text}");
    }
    let mails = office.relay.record().mails;
    assert_eq!(mails.last().unwrap().to, ["secretaris@example.nl"]);
}

async fn an_offer_that_was_answered_before_its_reminder_leaves_brings_none(db: TestDb) {
    // mission: T4; delivery: the last look
    let office = Office::open(&db, Script::new()).await;
    let offer = waiting_offer(&office).await;
    chased_on_the_last_but_one_day(&office).await;
    let intake = given::reread(&office.db, offer.intake).await;
    given::accept(&office.db, offer.id, &intake).await;
    assert_dropped(&office, "offer_chaser", DroppedReason::Answered).await;
}

async fn an_offer_that_was_taken_back_before_its_reminder_leaves_brings_none(db: TestDb) {
    // mission: T4; delivery: the last look
    let office = Office::open(&db, Script::new()).await;
    let offer = waiting_offer(&office).await;
    chased_on_the_last_but_one_day(&office).await;
    let granted = given::granted(&given::staff(Role::Adviser));
    let now = local(&office);
    let withdraw = move |conn: &mut _| {
        let why = "De uren kloppen niet.".to_owned();
        offers::withdraw(conn, &granted, now, offer.id, None, why)
    };
    office.db.write(withdraw).await.unwrap();
    assert_dropped(&office, "offer_chaser", DroppedReason::Cancelled).await;
}

async fn nobody_is_reminded_of_an_offer_they_hardly_know(db: TestDb) {
    // delivery: deadlines count from what was really sent
    let office = Office::open(&db, Script::new()).await;
    let intake = given::matched(&office.db, given::amsterdam(), "uitvoering").await;
    office.forget_outbox().await;
    given::sent_offer(&office.db, &intake).await;
    // The first mail leaves late, on the twenty-ninth.
    office.clock.turn_to("2026-03-29T10:00:00Z".parse().unwrap());
    let now = local(&office);
    assert_eq!(write(&office, move |conn| offers::chase_due(conn, now, 3)).await, 0);
    assert_eq!(reminded_at(&office, "2026-03-29T10:00:00Z").await, 0);
    assert_eq!(reminded_at(&office, "2026-03-31T09:59:59Z").await, 0);
    assert_eq!(reminded_at(&office, "2026-03-31T10:00:00Z").await, 1);
}

async fn an_offer_that_is_over_brings_no_reminder(db: TestDb) {
    let office = Office::open(&db, Script::new()).await;
    waiting_offer(&office).await;
    // Also before the job came by that closes it.
    office.clock.turn_to("2026-04-01T10:00:00Z".parse().unwrap());
    let now = local(&office);
    assert_eq!(write(&office, move |conn| offers::chase_due(conn, now, 3)).await, 0);
    assert_eq!(reminded_at(&office, "2026-04-01T10:00:00Z").await, 0);
}

async fn without_days_nobody_is_reminded_of_a_last_day(db: TestDb) {
    let office = Office::open(&db, Script::new()).await;
    waiting_offer(&office).await;
    office.clock.turn_to("2026-03-30T10:00:00Z".parse().unwrap());
    let options = WorkerOptions {
        chasers: ChaserDays { offer: None, end_product: None },
        ..WorkerOptions::default()
    };
    office.worker_with(&office.db, options).once().await.unwrap();
    assert!(reminders(&office).is_empty());
}

async fn the_contact_person_is_reminded_once_of_an_end_product(db: TestDb) {
    // mission: K2
    let office = Office::open(&db, Script::new()).await;
    let trajectory = owing(&office).await;
    assert_eq!(reminded_at(&office, &before_due(&trajectory, 29)).await, 0);
    assert_eq!(reminded_at(&office, &before_due(&trajectory, 28)).await, 1);
    assert_eq!(reminded_at(&office, &before_due(&trajectory, 20)).await, 1);
    let (subject, text) = reminders(&office).remove(0);
    assert!(subject.starts_with("Herinnering: eindproduct "), "{subject}");
    assert!(text.contains("Het moet uiterlijk op"), "{text}");
}

async fn an_end_product_that_was_handed_in_before_its_reminder_leaves_brings_none(db: TestDb) {
    // mission: K2; delivery: the last look
    let office = Office::open(&db, Script::new()).await;
    let trajectory = owing(&office).await;
    office.clock.turn_to(before_due(&trajectory, 10).parse().unwrap());
    let now = local(&office);
    let chased = move |conn: &mut DbConn| trajectories::chase_end_products(conn, now, 28);
    assert_eq!(write(&office, chased).await, 1);
    let item = given::published_item(&office.db, "Handreiking").await.id;
    let granted = given::granted(&given::staff(Role::Adviser));
    let deliver = move |conn: &mut _| {
        let made = (item, now.today);
        trajectories::deliver_end_product(conn, &granted, now, trajectory.id, None, made)
    };
    office.db.write(deliver).await.unwrap();
    assert_dropped(&office, "end_product_chaser", DroppedReason::Answered).await;
}

async fn a_trajectory_that_stopped_before_its_reminder_leaves_brings_none(db: TestDb) {
    // mission: K2; delivery: the last look
    let office = Office::open(&db, Script::new()).await;
    let trajectory = owing(&office).await;
    office.clock.turn_to(before_due(&trajectory, 10).parse().unwrap());
    let now = local(&office);
    let chased = move |conn: &mut DbConn| trajectories::chase_end_products(conn, now, 28);
    assert_eq!(write(&office, chased).await, 1);
    let granted = given::granted(&given::staff(Role::Adviser));
    let stop = move |conn: &mut _| {
        let why = "De gemeente stopt ermee.".to_owned();
        trajectories::stop(conn, &granted, now, trajectory.id, None, why)
    };
    office.db.write(stop).await.unwrap();
    assert_dropped(&office, "end_product_chaser", DroppedReason::Cancelled).await;
    // Nor is anybody reminded of one that stopped.
    assert_eq!(write(&office, chased).await, 0);
}
}
