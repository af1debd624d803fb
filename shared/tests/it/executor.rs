//! Reads and writes through the executor, on both databases.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Barrier, Mutex};
use std::time::{Duration, Instant};

use koplopers_shared::db::{DatabaseKind, DbError, DbOptions, check, wake_after_commit};
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::{TestDb, run_on};

use crate::rows::{count, insert, names, run, try_names};

/// An action's error, with the database's as its source.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("a rule says no")]
    Rule,
    #[error("database")]
    Db(#[from] DbError),
}

on_both_databases! {
    async fn what_is_written_is_read_by_another_connection(db: TestDb) {
        db.write(|conn| insert(conn, "GM0001")).await.unwrap();
        let seen = db.read(|conn| Ok::<_, DbError>(names(conn))).await.unwrap();
        assert_eq!(seen, ["GM0001"]);
        let long = db.read_long(|conn| Ok::<_, DbError>(names(conn))).await.unwrap();
        assert_eq!(long, seen);
        assert_eq!(names(&mut db.connect()), seen);
    }

    async fn a_read_of_the_embedded_database_sees_one_state(db: TestDb) {
        if db.kind() == DatabaseKind::Postgres {
            return;
        }
        let other = Mutex::new(db.connect());
        let seen = db
            .read(move |conn| {
                let before = names(conn);
                insert(&mut other.lock().unwrap(), "GM0001")?;
                Ok::<_, DbError>((before, names(conn)))
            })
            .await
            .unwrap();
        assert_eq!(seen, (vec![], vec![]));
        let refused = db.read(|_| Err::<(), _>(Refusal::Rule)).await;
        assert!(matches!(refused, Err(Refusal::Rule)));
        // Neither the end of a read nor a refusal leaves its transaction open.
        let later = db.read(|conn| Ok::<_, DbError>(names(conn))).await.unwrap();
        assert_eq!(later, ["GM0001"]);
    }

    async fn a_constraint_undoes_the_whole_write(db: TestDb) {
        db.write(|conn| insert(conn, "GM0001")).await.unwrap();
        let refused = db
            .write(|conn| {
                insert(conn, "GM0002")?;
                insert(conn, "GM0001")
            })
            .await;
        assert!(refused.unwrap_err().is_unique_violation());
        assert_eq!(names(&mut db.connect()), ["GM0001"]);
    }

    async fn a_rule_undoes_the_whole_write(db: TestDb) {
        let refused = db
            .write(|conn| {
                insert(conn, "GM0001")?;
                Err::<(), _>(Refusal::Rule)
            })
            .await;
        assert!(matches!(refused, Err(Refusal::Rule)));
        assert_eq!(count(&mut db.connect(), "municipalities"), 0);
    }

    async fn a_swallowed_error_is_not_reported_as_stored(db: TestDb) {
        let answer = db
            .write(|conn| {
                insert(conn, "GM0001")?;
                let _ = insert(conn, "GM0001");
                Ok::<_, DbError>(())
            })
            .await;
        let stored = names(&mut db.connect());
        assert_eq!(answer.is_ok(), stored == ["GM0001"]);
    }

    // security: 69
    async fn a_panic_is_an_error_and_leaves_nothing(db: TestDb) {
        let answer = db
            .write(|conn| {
                insert(conn, "GM0001")?;
                assert!(count(conn, "municipalities") == 0, "on purpose");
                Ok::<_, DbError>(())
            })
            .await;
        assert!(matches!(answer, Err(DbError::Panicked)));
        let read = db.read(|_| -> Result<(), DbError> { panic!("on purpose") }).await;
        assert!(matches!(read, Err(DbError::Panicked)));
        db.write(|conn| insert(conn, "GM0002")).await.unwrap();
        assert_eq!(names(&mut db.connect()), ["GM0002"]);
    }

    async fn many_writers_at_once_all_store(db: TestDb) {
        let writes: Vec<_> = (0..200)
            .map(|number| {
                let db = db.db().clone();
                tokio::spawn(async move {
                    db.write(move |conn| {
                        // Read then write: on SQLite this fails unless the lock is taken first.
                        let before = count(conn, "municipalities");
                        assert!(before >= 0);
                        insert(conn, &format!("GM{number:04}"))
                    })
                    .await
                })
            })
            .collect();
        for write in writes {
            write.await.unwrap().unwrap();
        }
        assert_eq!(count(&mut db.connect(), "municipalities"), 200);
    }

    async fn two_who_both_find_a_name_free_are_told_apart_in_words(db: TestDb) {
        // On PostgreSQL both look before either has committed; on SQLite they cannot.
        let meet = Arc::new(Barrier::new(if db.kind() == DatabaseKind::Postgres { 2 } else { 1 }));
        let asked: Vec<_> = (0..2)
            .map(|_| {
                let (db, meet) = (db.db().clone(), Arc::clone(&meet));
                let has_met = AtomicBool::new(false);
                tokio::spawn(async move {
                    db.write(move |conn| {
                        if try_names(conn)?.contains(&"GM0001".to_owned()) {
                            return Err(Refusal::Rule);
                        }
                        if !has_met.swap(true, Ordering::SeqCst) {
                            meet.wait();
                        }
                        Ok(insert(conn, "GM0001")?)
                    })
                    .await
                })
            })
            .collect();
        let mut refusals = 0;
        for answer in asked {
            match answer.await.unwrap() {
                Ok(()) => {}
                Err(Refusal::Rule) => refusals += 1,
                Err(Refusal::Db(error)) => panic!("{error:?}"),
            }
        }
        assert_eq!(refusals, 1);
    }

    async fn workers_wake_after_a_commit_that_asked_for_it(db: TestDb) {
        let mut wakes = db.commits();
        db.write(|conn| insert(conn, "GM0001")).await.unwrap();
        assert!(!wakes.has_changed().unwrap());
        db.write(|conn| {
            wake_after_commit();
            insert(conn, "GM0001")
        })
        .await
        .unwrap_err();
        db.write(|conn| insert(conn, "GM0002")).await.unwrap();
        assert!(!wakes.has_changed().unwrap());
        db.write(|conn| {
            wake_after_commit();
            insert(conn, "GM0003")
        })
        .await
        .unwrap();
        wakes.changed().await.unwrap();
    }

    async fn stopping_finishes_what_was_asked_and_refuses_the_rest(db: TestDb) {
        let writes: Vec<_> = (0..20)
            .map(|number| {
                let db = db.db().clone();
                tokio::spawn(async move {
                    db.write(move |conn| insert(conn, &format!("GM{number:04}"))).await
                })
            })
            .collect();
        let mut stored = 0;
        db.stop().await;
        for write in writes {
            match write.await.unwrap() {
                Ok(()) => stored += 1,
                Err(error) => assert!(matches!(error, DbError::Unreachable), "{error:?}"),
            }
        }
        assert_eq!(count(&mut db.connect(), "municipalities"), stored);
        let late = db.write(|conn| insert(conn, "GM9999")).await;
        assert!(matches!(late, Err(DbError::Unreachable)));
    }

    async fn a_migrated_database_has_nothing_pending(db: TestDb) {
        assert_eq!(check(db.url()).unwrap(), Vec::<String>::new());
        assert_eq!(db.pending_migrations().await.unwrap(), Vec::<String>::new());
        db.ping().await.unwrap();
    }
}

/// Limits that are reached soon.
fn impatient() -> DbOptions {
    DbOptions {
        readers: 1,
        pool: 1,
        queue: 4,
        queue_wait: Duration::from_millis(300),
        deadline: Duration::from_secs(20),
    }
}

// security: 46
async fn saturation(db: TestDb) {
    let (started, has_started) = sync_channel(1);
    let (release, released) = sync_channel(1);
    let released = Arc::new(Mutex::new(released));
    let holder = tokio::spawn({
        let db = db.db().clone();
        async move {
            db.write(move |conn| {
                started.send(()).unwrap();
                released.lock().unwrap().recv().unwrap();
                insert(conn, "GM0000")
            })
            .await
        }
    });
    tokio::task::spawn_blocking(move || has_started.recv().unwrap())
        .await
        .unwrap();

    let asked = Instant::now();
    let waiting: Vec<_> = (1..=6)
        .map(|number| {
            let db = db.db().clone();
            tokio::spawn(async move {
                db.write(move |conn| insert(conn, &format!("GM{number:04}")))
                    .await
            })
        })
        .collect();
    for write in waiting {
        let answer = write.await.unwrap();
        assert!(matches!(answer, Err(DbError::Saturated)), "{answer:?}");
    }
    assert!(asked.elapsed() < Duration::from_secs(2));
    release.send(()).unwrap();
    holder.await.unwrap().unwrap();
    // What was refused is not done behind the asker's back.
    db.write(|conn| insert(conn, "GM0009")).await.unwrap();
    assert_eq!(names(&mut db.connect()), ["GM0000", "GM0009"]);
}

#[test]
fn a_full_queue_refuses_within_two_seconds_and_nothing_refused_is_stored() {
    run_on(
        saturation,
        TestDb::sqlite_with(impatient()),
        TestDb::postgres_with(impatient()),
    );
}

// security: 47
#[test]
fn a_stuck_read_is_given_up_and_another_thread_takes_its_place() {
    async fn body(db: TestDb) {
        let (release, released) = sync_channel::<()>(1);
        let released = Arc::new(Mutex::new(released));
        let stuck = db
            .read_long(move |_| -> Result<(), DbError> {
                let _ = released.lock().unwrap().recv();
                Ok(())
            })
            .await;
        assert!(matches!(stuck, Err(DbError::Overdue)));
        let next = db.read_long(|conn| Ok::<_, DbError>(names(conn))).await;
        assert_eq!(next.unwrap(), Vec::<String>::new());
        drop(release);
    }
    let short = || DbOptions {
        deadline: Duration::from_millis(600),
        ..impatient()
    };
    run_on(
        body,
        TestDb::sqlite_with(short()),
        TestDb::postgres_with(short()),
    );
}

#[test]
fn a_read_cannot_write_the_embedded_database() {
    async fn body(db: TestDb) {
        let written = db.read(|conn| insert(conn, "GM0001")).await;
        assert!(written.is_err());
        let written = db.read_long(|conn| insert(conn, "GM0001")).await;
        assert!(written.is_err());
        assert_eq!(count(&mut db.connect(), "municipalities"), 0);
    }
    run_on(body, TestDb::sqlite(), None);
}

// security: 85
#[test]
fn commits_of_the_embedded_database_reach_the_disk() {
    async fn body(db: TestDb) {
        let journal = db
            .write(|conn| {
                use diesel::RunQueryDsl as _;
                use diesel::sql_types::{Integer, Text};
                let mode: String =
                    diesel::dsl::sql::<Text>("PRAGMA journal_mode").get_result(conn)?;
                let level: i32 =
                    diesel::dsl::sql::<Integer>("PRAGMA synchronous").get_result(conn)?;
                let keys: i32 =
                    diesel::dsl::sql::<Integer>("PRAGMA foreign_keys").get_result(conn)?;
                Ok::<_, DbError>((mode, level, keys))
            })
            .await
            .unwrap();
        assert_eq!(journal, ("wal".to_owned(), 2, 1));
        run(&mut db.connect(), "PRAGMA integrity_check").unwrap();
    }
    run_on(body, TestDb::sqlite(), None);
}
