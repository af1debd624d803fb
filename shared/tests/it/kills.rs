//! kill -9 at any moment: what was acknowledged is stored, and nothing is stored by half.

use std::time::{Duration, Instant};

use diesel::RunQueryDsl;
use diesel::sql_types::BigInt;
use koplopers_shared::db::{DatabaseUrl, Db, DbConn, DbOptions, check, migrate};
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::{Victim, child_argument, connect, rounds};

use crate::rows::{insert, names, run};

fn address(url: &DatabaseUrl) -> String {
    url.file().map_or_else(
        || url.server().unwrap().to_owned(),
        |path| format!("sqlite://{}", path.display()),
    )
}

/// Writes from eight sides until killed, and says what was acknowledged.
#[tokio::test]
#[ignore = "the child of the tests below"]
async fn child_that_writes() {
    let Some(url) = child_argument() else {
        return;
    };
    let url = DatabaseUrl::parse(&url).unwrap();
    let db = Db::open(&url, DbOptions::default()).unwrap();
    let writers: Vec<_> = (0..8)
        .map(|side| {
            let (db, process) = (db.clone(), std::process::id());
            tokio::spawn(async move {
                for number in 0.. {
                    let name = format!("{process}-{side}-{number}");
                    let row = name.clone();
                    let stored = db.write(move |conn| {
                        insert(conn, &row)?;
                        run(
                            conn,
                            &format!(
                                "INSERT INTO queue_pauses (name, reason, since_at) \
                                 VALUES ('{row}', 'test', CURRENT_TIMESTAMP)"
                            ),
                        )
                    });
                    stored.await.unwrap();
                    println!("stored {name}");
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
}

/// How many writes have one of their two rows.
fn halves(conn: &mut DbConn) -> i64 {
    diesel::dsl::sql::<BigInt>(
        "SELECT count(*) FROM municipalities FULL JOIN queue_pauses ON queue_pauses.name = code \
         WHERE code IS NULL OR queue_pauses.name IS NULL",
    )
    .get_result(conn)
    .unwrap()
}

on_both_databases! {
    // security: 81
    async fn soak_no_acknowledged_write_is_lost_when_the_process_is_killed(db: TestDb) {
        let mut acknowledged = Vec::new();
        for round in 0..rounds(5) {
            let mut victim =
                Victim::start("kills::child_that_writes", &address(db.url()), "stored");
            // Another moment each time: after the first answer, or in the thick of it.
            for _ in 0..=(round * 37) % 101 {
                acknowledged.push(victim.next_said().unwrap());
            }
            acknowledged.extend(victim.kill());
            let mut conn = connect(db.url());
            let stored = names(&mut conn);
            let lost = acknowledged.iter().filter(|name| !stored.contains(name));
            assert_eq!(lost.collect::<Vec<_>>(), Vec::<&String>::new());
            assert_eq!(halves(&mut conn), 0);
        }
    }

    // security: 90
    async fn soak_a_migration_that_was_killed_is_done_by_the_next_start(db: TestDb) {
        let folder = tempfile::tempdir().unwrap();
        for round in 0..rounds(5) {
            let url = match db.connect() {
                DbConn::Sqlite(_) => DatabaseUrl::sqlite(folder.path().join(format!("{round}.db"))),
                DbConn::Postgres(_) => {
                    let mut conn = db.connect();
                    run(&mut conn, "DROP SCHEMA public CASCADE; CREATE SCHEMA public").unwrap();
                    db.url().clone()
                }
            };
            let mut victim = Victim::start("kills::child_that_migrates", &address(&url), "at");
            assert_eq!(victim.next_said().unwrap(), "start");
            let since = Instant::now();
            let moment = Duration::from_micros(u64::try_from(round).unwrap() * 7_919 % 60_000);
            while since.elapsed() < moment {
                std::hint::spin_loop();
            }
            drop(victim.kill());
            migrate(&url).unwrap();
            assert!(check(&url).unwrap().is_empty());
            insert(&mut connect(&url), "whole").unwrap();
        }
    }
}

#[test]
#[ignore = "the child of the test above"]
fn child_that_migrates() {
    let Some(url) = child_argument() else {
        return;
    };
    println!("at start");
    migrate(&DatabaseUrl::parse(&url).unwrap()).unwrap();
}
