//! Worker processes that are killed over and over while they empty a full outbox.

use std::collections::BTreeMap;
use std::time::Duration;

use diesel::prelude::*;
use jiff::civil::date;
use koplopers_shared::access::PeopleWrite;
use koplopers_shared::catalogue::words::{Language, PersonRole};
use koplopers_shared::db::schema::{deliveries, delivery_attempts};
use koplopers_shared::db::{DatabaseKind, DbError};
use koplopers_shared::deliveries::{AttemptOutcome, DeliveryState};
use koplopers_shared::ids::{DeliveryId, PersonId};
use koplopers_shared::on_both_databases;
use koplopers_shared::people::{self, NewPerson, NewRole};
use koplopers_shared::testing::smtp::{ReceivedMail, Script};
use koplopers_shared::testing::{Running, given, rounds};

use crate::office::Office;

/// The mails of one run; twenty times as many in a soak.
const MAILS: usize = 500;
/// Kills of a run that is no soak, spread over its mails.
const KILLS: usize = 4;
/// How many people one meeting has.
const CROWD: usize = 100;
/// The connections of each worker, and how many deliveries it holds at most.
const CONNECTIONS: usize = 4;
const HELD: usize = 4 * CONNECTIONS;

/// A meeting far ahead, to which people with addresses of their own are invited.
async fn crowd(office: &Office, first: usize) {
    let granted = given::granted::<PeopleWrite>(&given::municipality(given::amsterdam()));
    let people: Vec<PersonId> = office
        .db
        .write(move |conn| -> Result<_, DbError> {
            let mut person = |number| {
                let new = NewPerson {
                    name: format!("Genodigde {number}"),
                    email: format!("p{number}@example.nl").parse().ok(),
                    phone: None,
                    language: Language::Nl,
                    roles: vec![NewRole {
                        role: PersonRole::Ambtenaar,
                        municipality: None,
                        organisation: None,
                        valid_from: date(2025, 1, 1),
                        valid_until: None,
                    }],
                };
                let made = people::actions::create(conn, &granted, given::now().at, new);
                made.unwrap().0.id
            };
            Ok((first..first + CROWD).map(&mut person).collect())
        })
        .await
        .unwrap();
    office
        .meeting(date(2127, 3, 6).at(13, 0, 0, 0), &people)
        .await;
}

/// How many mails wait that nobody holds.
async fn waiting(office: &Office) -> i64 {
    let states = [DeliveryState::Queued, DeliveryState::Unknown];
    office
        .db
        .read(move |conn| {
            let waiting = deliveries::table.filter(deliveries::state.eq_any(states));
            Ok::<i64, DbError>(waiting.count().get_result(conn)?)
        })
        .await
        .unwrap()
}

/// Goes on until nothing waits that nobody holds.
async fn until_all_are_taken(office: &Office) {
    loop {
        let seen = office.relay.record().mails.len();
        if waiting(office).await == 0 {
            return;
        }
        // What waited just now comes in after what had come in before.
        office.relay.until(|record| record.mails.len() > seen).await;
    }
}

fn finish(workers: Vec<Running>) {
    for worker in &workers {
        worker.signal("TERM");
    }
    for mut worker in workers {
        assert!(worker.ended().success());
    }
}

/// Every attempt at every mail, by its outcome.
async fn attempts(office: &Office, outcome: AttemptOutcome) -> usize {
    let made: i64 = office
        .db
        .read(move |conn| {
            let made = delivery_attempts::table.filter(delivery_attempts::outcome.eq(outcome));
            Ok::<i64, DbError>(made.count().get_result(conn)?)
        })
        .await
        .unwrap();
    usize::try_from(made).unwrap()
}

/// Every mail: where it stands, and how often it was tried.
async fn rows(office: &Office) -> BTreeMap<String, (DeliveryState, usize)> {
    let rows: Vec<(DeliveryId, DeliveryState, i32)> = office
        .db
        .read(|conn| {
            let columns = (deliveries::id, deliveries::state, deliveries::attempts);
            Ok::<_, DbError>(deliveries::table.select(columns).load(conn)?)
        })
        .await
        .unwrap();
    let row = |(id, state, attempts): (DeliveryId, _, _)| {
        (id.to_string(), (state, usize::try_from(attempts).unwrap()))
    };
    rows.into_iter().map(row).collect()
}

/// The delivery of a mail, of which its Message-ID is made.
fn delivery_of(mail: &ReceivedMail) -> String {
    let text = String::from_utf8_lossy(&mail.bytes);
    let (_, rest) = text.split_once("Message-ID: <").unwrap();
    rest.split('@').next().unwrap().to_owned()
}

on_both_databases! {
// security: 82, 83; delivery: kill -9
async fn soak_killed_workers_lose_no_mail_and_send_at_most_one_more_copy_a_kill(db: TestDb) {
    let mails = rounds(MAILS);
    let soaking = mails > MAILS;
    let office = Office::open(&db, Script::new()).await;
    for first in (0..mails).step_by(CROWD) {
        crowd(&office, first).await;
    }
    // An embedded database has one worker.
    let count = match db.kind() {
        DatabaseKind::Sqlite => 1,
        DatabaseKind::Postgres => 4,
    };
    let mut workers: Vec<Running> = (0..count).map(|_| office.process(CONNECTIONS)).collect();
    let mut kills = 0;
    let mut seconds = tokio::time::interval(Duration::from_secs(1));
    while (soaking || kills < KILLS) && waiting(&office).await > 0 {
        if soaking {
            seconds.tick().await;
        } else {
            let share = mails / (KILLS + 1);
            office.relay.until(|record| record.mails.len() >= share * (kills + 1)).await;
        }
        let victim = &mut workers[kills % count];
        victim.kill();
        *victim = office.process(CONNECTIONS);
        kills += 1;
    }
    until_all_are_taken(&office).await;
    finish(workers);
    // What is still held was held by the dead, and is taken over when their leases end.
    office.run_out_of_leases().await;
    let left = rows(&office).await.values().filter(|row| row.0 != DeliveryState::Sent).count();
    let seen = office.relay.record().mails.len();
    let heirs = (0..count).map(|_| office.process(CONNECTIONS)).collect();
    office.relay.until(|record| record.mails.len() >= seen + left).await;
    finish(heirs);

    let rows = rows(&office).await;
    assert_eq!(rows.len(), mails);
    let record = office.relay.record();
    let mut copies = BTreeMap::<String, Vec<&ReceivedMail>>::new();
    for mail in &record.mails {
        copies.entry(delivery_of(mail)).or_default().push(mail);
    }
    let came = |id: &String| copies.get(id).is_some_and(|all| all.iter().any(|it| it.accepted));
    let missing = rows.keys().filter(|id| !came(id)).count();
    let most = copies.values().map(Vec::len).max().unwrap();
    let extra = copies.values().map(|all| all.len() - 1).sum::<usize>();
    let abandoned = attempts(&office, AttemptOutcome::Abandoned).await;
    println!(
        "{mails} mails, {count} workers on {:?}, {kills} killed with -9: {missing} missing, \
         {extra} copies too many (at most {abandoned} were begun by the dead), none more than \
         {most} times",
        db.kind(),
    );
    assert_eq!(missing, 0);
    for (id, (state, attempts)) in &rows {
        let copies = &copies[id];
        assert_eq!(*state, DeliveryState::Sent);
        // One copy an attempt, each of which but the last was cut off by a kill.
        assert!(copies.len() <= *attempts, "{} copies", copies.len());
        assert!(*attempts <= 1 + kills);
        assert!(copies.iter().all(|copy| copy.bytes == copies[0].bytes));
    }
    assert!(kills > 0 && extra <= abandoned && abandoned <= kills * HELD);
    assert_eq!(attempts(&office, AttemptOutcome::Accepted).await, mails);
}
}
