//! The grouped commit of the embedded database when one of the group goes wrong: what was
//! acknowledged is stored, what was not is not, and the neighbours do not suffer.

use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex};

use koplopers_shared::db::{DbConn, DbError};
use koplopers_shared::testing::{TestDb, run_on};

use crate::rows::{count, insert, names, run};

type Write = Box<dyn Fn(&mut DbConn) -> Result<(), DbError> + Send>;

fn plain(name: &'static str) -> (&'static str, Write) {
    (name, Box::new(move |conn| insert(conn, name)))
}

/// Has the writer take all of `writes` in one group; which of the names were acknowledged.
async fn as_one_group(db: &TestDb, writes: Vec<(&'static str, Write)>) -> Vec<&'static str> {
    let (started, has_started) = sync_channel(1);
    let (release, released) = sync_channel::<()>(1);
    let released = Arc::new(Mutex::new(released));
    let holder = tokio::spawn({
        let db = db.db().clone();
        async move {
            db.write(move |_| {
                started.send(()).unwrap();
                released.lock().unwrap().recv().unwrap();
                Ok::<_, DbError>(())
            })
            .await
        }
    });
    tokio::task::spawn_blocking(move || has_started.recv().unwrap())
        .await
        .unwrap();

    let total = writes.len();
    let mut asked = Vec::new();
    for (place, (name, write)) in writes.into_iter().enumerate() {
        let handle = db.db().clone();
        asked.push((name, tokio::spawn(async move { handle.write(write).await })));
        // One after the other, so that their order in the group is known.
        while db.waiting().1 <= place {
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(db.waiting().1, total);
    release.send(()).unwrap();
    holder.await.unwrap().unwrap();

    let mut acknowledged = Vec::new();
    for (name, answer) in asked {
        if answer.await.unwrap().is_ok() {
            acknowledged.push(name);
        }
    }
    acknowledged.sort_unstable();
    acknowledged
}

async fn stored_is(db: &TestDb, expected: &[&str]) {
    assert_eq!(names(&mut db.connect()), expected);
    // And the writer goes on.
    db.write(|conn| insert(conn, "later")).await.unwrap();
    assert_eq!(
        count(&mut db.connect(), "municipalities"),
        i64::try_from(expected.len()).unwrap() + 1
    );
}

#[test]
fn a_group_is_stored_whole() {
    async fn body(db: TestDb) {
        let all = vec![plain("a"), plain("b"), plain("c")];
        assert_eq!(as_one_group(&db, all).await, ["a", "b", "c"]);
        stored_is(&db, &["a", "b", "c"]).await;
    }
    run_on(body, TestDb::sqlite(), None);
}

#[test]
fn a_refusal_in_a_group_undoes_only_itself() {
    async fn body(db: TestDb) {
        let half: Write = Box::new(|conn| {
            insert(conn, "half")?;
            insert(conn, "a")
        });
        let all = vec![plain("a"), ("half", half), plain("c")];
        assert_eq!(as_one_group(&db, all).await, ["a", "c"]);
        stored_is(&db, &["a", "c"]).await;
    }
    run_on(body, TestDb::sqlite(), None);
}

#[test]
fn a_panic_in_the_middle_of_a_group_loses_no_acknowledged_write() {
    async fn body(db: TestDb) {
        let bad: Write = Box::new(|conn| {
            insert(conn, "bad")?;
            assert!(count(conn, "municipalities") == 0, "on purpose");
            Ok(())
        });
        let all = vec![plain("a"), plain("b"), ("bad", bad), plain("c"), plain("d")];
        assert_eq!(as_one_group(&db, all).await, ["a", "b", "c", "d"]);
        stored_is(&db, &["a", "b", "c", "d"]).await;
    }
    run_on(body, TestDb::sqlite(), None);
}

/// Fills the database up to its page limit, which stays with the writer's connection.
fn overflow(conn: &mut DbConn) -> Result<(), DbError> {
    insert(conn, "big")?;
    run(conn, "PRAGMA max_page_count = 1")?;
    let outcome = run(
        conn,
        "UPDATE municipalities SET name = hex(zeroblob(2000000)) WHERE code = 'big'",
    );
    // The limit is not what is tested; a new connection would be without it as well.
    run(conn, "PRAGMA max_page_count = 1073741823")?;
    outcome
}

// security: 86
#[test]
fn a_full_database_in_the_middle_of_a_group_loses_no_acknowledged_write() {
    async fn body(db: TestDb) {
        let all = vec![
            plain("a"),
            ("big", Box::new(overflow) as Write),
            plain("c"),
            plain("d"),
        ];
        assert_eq!(as_one_group(&db, all).await, ["a", "c", "d"]);
        stored_is(&db, &["a", "c", "d"]).await;
    }
    run_on(body, TestDb::sqlite(), None);
}

#[test]
fn a_full_database_that_a_closure_overlooks_loses_no_acknowledged_write() {
    async fn body(db: TestDb) {
        let careless: Write = Box::new(|conn| {
            let _ = overflow(conn);
            Ok(())
        });
        let all = vec![plain("a"), ("careless", careless), plain("c")];
        let acknowledged = as_one_group(&db, all).await;
        assert_eq!(acknowledged, ["a", "c"]);
        stored_is(&db, &["a", "c"]).await;
    }
    run_on(body, TestDb::sqlite(), None);
}

#[test]
fn a_failing_commit_of_a_group_loses_no_acknowledged_write() {
    async fn body(db: TestDb) {
        // Puts the check of a foreign key off to the COMMIT, which then fails.
        let orphan: Write = Box::new(|conn| {
            run(conn, "PRAGMA defer_foreign_keys = ON")?;
            run(
                conn,
                "INSERT INTO municipality_successors (code, successor, since_on) \
                 VALUES ('nobody', 'nowhere', '2026-01-01')",
            )
        });
        let all = vec![plain("a"), plain("b"), ("orphan", orphan), plain("d")];
        assert_eq!(as_one_group(&db, all).await, ["a", "b", "d"]);
        assert_eq!(count(&mut db.connect(), "municipality_successors"), 0);
        stored_is(&db, &["a", "b", "d"]).await;
    }
    run_on(body, TestDb::sqlite(), None);
}

#[test]
fn a_closure_that_ends_the_transaction_is_found_out() {
    async fn body(db: TestDb) {
        let rude: Write = Box::new(|conn| {
            run(conn, "ROLLBACK")?;
            Ok(())
        });
        let all = vec![plain("a"), ("rude", rude), plain("c")];
        assert_eq!(as_one_group(&db, all).await, ["a", "c"]);
        stored_is(&db, &["a", "c"]).await;
    }
    run_on(body, TestDb::sqlite(), None);
}
