//! The database is full, away, or silent, and comes back.

use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use koplopers_shared::access::Scope;
use koplopers_shared::db::{DatabaseUrl, Db, DbError, DbOptions, migrate};
use koplopers_shared::deliveries::{self, DeliveryState, Lease};
use koplopers_shared::testing::{
    Cluster, Durability, TestDb, Victim, child_argument, connect, given, run_on,
};

use crate::rows::{count, insert, names, run, try_names};

// security: 86
#[test]
fn a_full_disk_is_temporary_and_reads_go_on() {
    async fn body(db: TestDb) {
        db.write(|conn| insert(conn, "before")).await.unwrap();
        for _ in 0..3 {
            let full = db
                .write(|conn| {
                    run(conn, "PRAGMA max_page_count = 1")?;
                    run(
                        conn,
                        "UPDATE municipalities SET name = hex(zeroblob(2000000))",
                    )
                })
                .await
                .unwrap_err();
            assert!(matches!(full, DbError::Full), "{full:?}");
            assert!(full.is_temporary());
            let seen = db.read(try_names).await.unwrap();
            assert_eq!(seen, ["before"]);
        }
        db.write(|conn| insert(conn, "later")).await.unwrap();
        assert_eq!(names(&mut db.connect()), ["before", "later"]);
    }
    run_on(body, TestDb::sqlite(), None);
}

/// Fills a disk of a few megabytes under a database, and empties it again.
#[tokio::test]
#[ignore = "the child of the test below, on a disk of its own"]
async fn child_on_a_small_disk() {
    let Some(folder) = child_argument().map(PathBuf::from) else {
        return;
    };
    let url = DatabaseUrl::sqlite(folder.join("koplopers.db"));
    migrate(&url).unwrap();
    let db = Db::open(&url, DbOptions::default()).unwrap();
    db.write(|conn| insert(conn, "before")).await.unwrap();
    println!("disk small");

    let filler = folder.join("filler");
    let mut file = File::create(&filler).unwrap();
    while file.write_all(&[0; 4096]).is_ok() {}
    let mut acknowledged = vec!["before".to_owned()];
    for round in 0..3 {
        // Several at once, so that groups fail as well as single writes.
        let writes: Vec<_> = (0..20)
            .map(|number| {
                let (db, name) = (db.clone(), format!("{round}-{number}"));
                tokio::spawn(async move {
                    let row = name.clone();
                    let answer = db.write(move |conn| {
                        insert(conn, &row)?;
                        run(
                            conn,
                            "UPDATE municipalities SET name = hex(zeroblob(20000))",
                        )
                    });
                    (name, answer.await)
                })
            })
            .collect();
        for write in writes {
            let (name, answer) = write.await.unwrap();
            match answer {
                Ok(()) => acknowledged.push(name),
                Err(error) => assert!(matches!(error, DbError::Full), "{error:?}"),
            }
        }
        acknowledged.sort();
        assert_eq!(db.read(try_names).await.unwrap(), acknowledged);
        assert_eq!(names(&mut connect(&url)), acknowledged);
    }
    assert!(acknowledged.len() < 60, "the disk was never full");
    println!("disk full");

    drop(file);
    std::fs::remove_file(filler).unwrap();
    db.write(|conn| insert(conn, "later")).await.unwrap();
    acknowledged.push("later".to_owned());
    assert_eq!(names(&mut connect(&url)), acknowledged);
    println!("disk empty");
}

// security: 86
#[test]
fn a_disk_that_is_really_full_loses_nothing_and_recovers_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut own_disk = Command::new("unshare");
    own_disk
        .args(["--map-root-user", "--mount", "sh", "-c"])
        .arg("mount -t tmpfs -o size=4m none \"$1\" && shift && exec \"$@\"")
        .arg("on-a-small-disk")
        .arg(folder.path());
    let path = folder.path().to_str().unwrap();
    let mut child = Victim::start_through(own_disk, "outages::child_on_a_small_disk", path, "disk");
    if child.next_said().is_none() {
        let _ = writeln!(
            std::io::stderr(),
            "skipped, no disk of its own can be mounted here"
        );
        return;
    }
    assert_eq!(child.next_said().as_deref(), Some("full"));
    assert_eq!(child.next_said().as_deref(), Some("empty"));
}

#[test]
fn another_process_that_writes_makes_us_busy_for_a_moment_only() {
    async fn body(db: TestDb) {
        let mut other = db.connect();
        run(&mut other, "BEGIN IMMEDIATE").unwrap();
        let asked = Instant::now();
        let busy = db.write(|conn| insert(conn, "a")).await.unwrap_err();
        assert!(matches!(busy, DbError::Saturated), "{busy:?}");
        assert!(asked.elapsed() < Duration::from_secs(4));
        run(&mut other, "ROLLBACK").unwrap();
        db.write(|conn| insert(conn, "b")).await.unwrap();
        assert_eq!(names(&mut db.connect()), ["b"]);
    }
    run_on(body, TestDb::sqlite(), None);
}

/// A server that this test may stop, and a handle on a database there.
fn own_server(deadline: Duration) -> Option<(Cluster, Db)> {
    let cluster = Cluster::for_one_test(Durability::On)?;
    let url = cluster.url("postgres");
    migrate(&url).unwrap();
    let options = DbOptions {
        pool: 3,
        queue_wait: deadline / 2,
        deadline,
        ..DbOptions::default()
    };
    let db = Db::open(&url, options).unwrap();
    Some((cluster, db))
}

fn block_on(body: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(body);
}

/// Writes until it succeeds; how long that took. What fails must be temporary.
async fn until_healed(db: &Db) -> Duration {
    let since = Instant::now();
    for number in 0.. {
        let name = format!("healed {number}");
        match db.write(move |conn| insert(conn, &name)).await {
            Ok(()) => break,
            Err(error) => assert!(error.is_temporary(), "{error:?}"),
        }
        assert!(
            since.elapsed() < Duration::from_secs(30),
            "it does not heal"
        );
    }
    since.elapsed()
}

// security: 87
#[test]
fn a_server_that_restarts_is_found_again_without_a_restart_of_ours() {
    let Some((cluster, db)) = own_server(Duration::from_secs(4)) else {
        return;
    };
    block_on(async {
        // Warm every connection of the pool.
        let warm = (0..12).map(|number| {
            let db = db.clone();
            tokio::spawn(async move {
                db.write(move |conn| insert(conn, &format!("warm {number}")))
                    .await
            })
        });
        for write in warm.collect::<Vec<_>>() {
            write.await.unwrap().unwrap();
        }
        cluster.stop();
        let asked = Instant::now();
        let away = db.write(|conn| insert(conn, "away")).await.unwrap_err();
        assert!(matches!(away, DbError::Unreachable), "{away:?}");
        let away = db.read(try_names).await.unwrap_err();
        assert!(away.is_temporary(), "{away:?}");
        assert!(asked.elapsed() < Duration::from_secs(4));

        cluster.resume();
        assert!(until_healed(&db).await < Duration::from_secs(5));
        let stored = db.read(try_names).await.unwrap();
        assert_eq!(stored.len(), 13);
        assert!(!stored.contains(&"away".to_owned()));

        // A restart that nobody noticed costs nobody an error.
        cluster.stop();
        cluster.resume();
        db.write(|conn| insert(conn, "unnoticed")).await.unwrap();
    });
}

// security: 87
#[test]
fn a_silent_server_is_an_error_by_the_deadline_and_then_heals() {
    let Some((cluster, db)) = own_server(Duration::from_secs(2)) else {
        return;
    };
    block_on(async {
        db.write(|conn| insert(conn, "before")).await.unwrap();
        cluster.signal("STOP");
        let asked = Instant::now();
        let silent = db.write(|conn| insert(conn, "silent")).await.unwrap_err();
        assert!(silent.is_temporary(), "{silent:?}");
        assert!(asked.elapsed() < Duration::from_secs(3));
        cluster.signal("CONT");
        assert!(until_healed(&db).await < Duration::from_secs(5));
    });
}

// security: 47
#[test]
fn a_statement_that_takes_too_long_is_cut_off() {
    let Some((_cluster, db)) = own_server(Duration::from_secs(1)) else {
        return;
    };
    block_on(async {
        let asked = Instant::now();
        let slow = db.read(|conn| run(conn, "SELECT pg_sleep(60)")).await;
        assert!(matches!(slow, Err(DbError::Overdue)), "{slow:?}");
        assert!(asked.elapsed() < Duration::from_secs(3));
        let seen = db
            .read(|conn| Ok::<_, DbError>(count(conn, "municipalities")))
            .await;
        assert_eq!(seen.unwrap(), 0);
    });
}

#[test]
fn two_transactions_that_deadlock_both_end_well() {
    async fn body(db: TestDb) {
        db.write(|conn| {
            insert(conn, "a")?;
            insert(conn, "b")
        })
        .await
        .unwrap();
        let meet = std::sync::Arc::new(std::sync::Barrier::new(2));
        let crossing = |first: &'static str, second: &'static str| {
            let (db, meet) = (db.db().clone(), std::sync::Arc::clone(&meet));
            let has_met = std::sync::atomic::AtomicBool::new(false);
            tokio::spawn(async move {
                db.write(move |conn| {
                    let touch = |code: &str| {
                        format!("UPDATE municipalities SET source_year = source_year + 1 WHERE code = '{code}'")
                    };
                    run(conn, &touch(first))?;
                    // Only the first time: the loser runs again when the other is through.
                    if !has_met.swap(true, std::sync::atomic::Ordering::SeqCst) {
                        meet.wait();
                    }
                    run(conn, &touch(second))
                })
                .await
            })
        };
        let (one, other) = (crossing("a", "b"), crossing("b", "a"));
        one.await.unwrap().unwrap();
        other.await.unwrap().unwrap();
    }
    run_on(body, None, TestDb::postgres());
}

// delivery: the commit of a claim is not waited for, that of `sending` is
#[test]
fn a_claim_that_the_server_lost_sends_nothing_and_what_is_being_sent_is_known() {
    let Some((cluster, db)) = own_server(Duration::from_secs(4)) else {
        return;
    };
    let crash = async || {
        cluster.crash();
        cluster.resume();
        // The connections of the pool learn of it one by one.
        while db.ping().await.is_err() {}
    };
    let now = given::now().at;
    block_on(async {
        given::catalogue(&db).await;
        given::submitted(&db, given::amsterdam(), "versnelling").await;
        let claim = async || {
            let claimed = db.write(move |conn| deliveries::claim(conn, 1, now)).await;
            claimed.unwrap().first().map(|claimed| claimed.lease)
        };
        let start = async |lease| {
            let started = db.write(move |conn| deliveries::start_sending(conn, lease, None, now));
            started.await.unwrap()
        };
        let state_of = async |lease: Lease| {
            let found =
                db.read(move |conn| deliveries::find(conn, &Scope::Institute, lease.delivery));
            found.await.unwrap().unwrap().state
        };
        let mut lease = claim().await.unwrap();
        crash().await;
        // Whether it was lost is a matter of milliseconds; the token tells.
        let held = state_of(lease).await == DeliveryState::Leased;
        assert_eq!(start(lease).await, held);
        if !held {
            lease = claim().await.unwrap();
            assert!(start(lease).await);
        }
        crash().await;
        assert_eq!(state_of(lease).await, DeliveryState::Sending);
    });
}
