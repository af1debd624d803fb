//! Workers that were off for a while, and clocks that jump: nothing stale, nothing twice, no storm.

use std::collections::BTreeMap;

use jiff::civil::{DateTime, date};
use jiff::{SignedDuration, Timestamp};
use koplopers_shared::catalogue::words::PersonRole;
use koplopers_shared::deliveries::{AttemptOutcome, DeliveryState, pauses};
use koplopers_shared::ids::PersonId;
use koplopers_shared::on_both_databases;
use koplopers_shared::reminders::{ReminderAudience, ReminderTiming};
use koplopers_shared::testing::given;
use koplopers_shared::testing::smtp::{Act, Script, Step};

use crate::office::{Office, SentReminder};

async fn anna(office: &Office) -> PersonId {
    let role = PersonRole::Ambtenaar;
    given::official(&office.db, given::amsterdam(), role, "anna@example.nl").await
}

fn at(day: i8, hour: i8, minute: i8) -> DateTime {
    date(2026, 3, day).at(hour, minute, 0, 0)
}

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Works as a worker that has just been started.
async fn send(office: &Office) {
    office.patient_worker().once().await.unwrap();
}

/// Each reminder as the start that it reminds of and when it was sent.
fn lines(reminders: &[SentReminder]) -> Vec<String> {
    let line = |it: &SentReminder| format!("{} sent {}", it.starts_at, it.sent_at);
    reminders.iter().map(line).collect()
}

/// The minutes before the start are a rule for that meeting alone.
async fn minutes_before(office: &Office, start: DateTime, people: &[PersonId], rules: &[i32]) {
    let meeting = office.meeting(start, people).await.meeting.id;
    for minutes in rules {
        let timing = ReminderTiming::Elapsed { minutes: *minutes };
        office.rule(meeting, timing, ReminderAudience::All).await;
    }
}

on_both_databases! {
// security: 89; issue: a worker off for 26 hours
async fn a_worker_off_for_26_hours_sends_no_stale_and_no_double_reminder(db: TestDb) {
    let office = Office::open(&db, Script::new()).await;
    let anna = [anna(&office).await];
    // All times are an hour after UTC. Of the shipped rules: two days before at nine, and two
    // hours before.
    office.meeting(at(5, 13, 0), &anna).await;
    office.meeting(at(6, 13, 0), &anna).await;
    office.meeting(at(4, 10, 0), &anna).await;
    office.meeting(at(4, 12, 15), &anna).await;
    // A day before, and an hour more: both are due while the worker is off.
    minutes_before(&office, at(5, 10, 0), &anna, &[1440, 1500]).await;
    send(&office).await;
    assert!(office.reminders().await.is_empty());

    office.clock.turn_to(instant("2026-03-03T07:30:00Z"));
    send(&office).await;
    office.clock.turn_to(instant("2026-03-04T09:30:00Z"));
    send(&office).await;
    // That of the 5th at one, due on the 3rd at nine, is 25 hours late; the meeting of ten
    // o'clock has begun. Of two for one meeting the latest goes.
    let back = [
        "2026-03-04T11:15:00Z sent 2026-03-04T09:30:00Z",
        "2026-03-05T09:00:00Z sent 2026-03-04T09:30:00Z",
        "2026-03-06T12:00:00Z sent 2026-03-04T09:30:00Z",
    ];
    let mut sent = lines(&office.reminders().await);
    sent.sort();
    assert_eq!(sent, back);
    let mails = office.relay.record().mails.len();

    // Started once more, it has nothing left to say; what is to come comes on time.
    send(&office).await;
    assert_eq!(office.relay.record().mails.len(), mails);
    office.clock.turn_to(instant("2026-03-05T10:00:00Z"));
    send(&office).await;
    office.clock.turn_to(instant("2026-03-06T10:00:00Z"));
    send(&office).await;
    let sent = lines(&office.reminders().await);
    assert_eq!(sent[3..], [
        "2026-03-05T12:00:00Z sent 2026-03-05T10:00:00Z",
        "2026-03-06T12:00:00Z sent 2026-03-06T10:00:00Z",
    ]);
}

// security: 89
async fn a_clock_that_jumps_ten_minutes_or_a_day_makes_no_storm_of_reminders(db: TestDb) {
    const DAY: i64 = 24 * 60;
    let office = Office::open(&db, Script::new()).await;
    let anna = [anna(&office).await];
    for day in 3..13 {
        office.meeting(at(day, 13, 0), &anna).await;
    }
    send(&office).await;
    let invitations = office.relay.record().mails.len();
    assert_eq!(invitations, 10);
    // Five minutes before the two-day reminder of the 5th.
    office.clock.turn_to(instant("2026-03-03T07:55:00Z"));
    send(&office).await;
    let before = office.reminders().await.len();
    for (jump, new) in [
        // That of the 5th is due, and once is enough.
        (10, 1), (-10, 0), (10, 0),
        // A day back nothing is due.
        (-DAY, 0), (DAY, 0),
        // A day ahead: that of the 6th is due; the meeting of the 3rd is over.
        (DAY, 1), (-DAY, 0), (-10, 0), (DAY + 10, 0),
    ] {
        let so_far = office.reminders().await.len();
        office.pass(SignedDuration::from_mins(jump));
        for _ in 0..3 {
            send(&office).await;
        }
        assert_eq!(office.reminders().await.len() - so_far, new, "after {jump} minutes");
    }
    let reminders = office.reminders().await;
    assert_eq!(reminders.len(), before + 2);
    let mut each = BTreeMap::new();
    for it in &reminders {
        *each.entry((it.meeting, it.rule, it.starts_at)).or_insert(0) += 1;
    }
    assert!(each.values().all(|times| *times == 1), "{each:?}");
    assert_eq!(office.relay.record().mails.len(), invitations + reminders.len());
}

// security: 89
async fn a_clock_turned_back_a_day_does_not_hold_the_queue_for_a_day(db: TestDb) {
    let office = Office::open(&db, Script::new().once(Step::Greeting, Act::Drop)).await;
    office.pass(SignedDuration::from_hours(24));
    office.talk().await;
    send(&office).await;
    assert_eq!(office.db.read(pauses::list).await.unwrap().len(), 1);
    office.pass(SignedDuration::from_hours(-24));
    send(&office).await;
    let delivery = office.only().await;
    assert_eq!(delivery.state, DeliveryState::Sent);
    // By the time of the clock the second came a day before the first.
    let outcomes: Vec<AttemptOutcome> =
        office.attempts(delivery.id).await.iter().map(|made| made.outcome).collect();
    assert_eq!(outcomes, [AttemptOutcome::Accepted, AttemptOutcome::RelayUnavailable]);
}
}
