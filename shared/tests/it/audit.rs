//! The audit trail: sealed, checked, and forgotten in time.

use diesel::connection::SimpleConnection as _;
use jiff::{SignedDuration, Timestamp};
use koplopers_shared::access::{Actor, Scope};
use koplopers_shared::audit::{self, AuditLine, AuditRecord, AuditResult, BrokenChain};
use koplopers_shared::db::{Db, DbConn, DbError};
use koplopers_shared::on_both_databases;
use koplopers_shared::paging::PageSpec;
use koplopers_shared::testing::given;

/// Years before any test runs: the database refuses to delete younger lines by its own clock.
fn long_ago() -> Timestamp {
    "2020-03-02T09:00:00Z".parse().unwrap()
}

/// One sealed batch of three lines, a second apart.
async fn sealed_batch(db: &Db, from: Timestamp) {
    db.write(move |conn| -> Result<(), DbError> {
        for second in 0..3 {
            let line = AuditLine {
                action: "intake.read",
                object_type: "intake",
                object_id: Some(second.to_string()),
                municipality: None,
            };
            let at = from + SignedDuration::from_secs(second);
            let actor = Actor::system("test");
            audit::record_line(conn, &AuditRecord::new(&actor, line, AuditResult::Done, at))?;
        }
        assert_eq!(audit::seal_batch(conn, from)?, 3);
        Ok(())
    })
    .await
    .unwrap();
}

async fn verified(db: &Db) -> Result<i64, BrokenChain> {
    db.read(audit::verify_chain).await.unwrap()
}

async fn forget(db: &Db, before: Timestamp) -> usize {
    db.write(move |conn| audit::forget_batch(conn, before))
        .await
        .unwrap()
}

/// Lets the owner of the database do what nobody else can.
fn without_guard(conn: &mut DbConn, statement: &str) {
    let guards = match conn {
        DbConn::Sqlite(_) => {
            "DROP TRIGGER audit_events_no_update; DROP TRIGGER audit_events_no_delete"
        }
        DbConn::Postgres(_) => "DROP TRIGGER audit_events_append_only ON audit_events",
    };
    conn.batch_execute(guards).unwrap();
    conn.batch_execute(statement).unwrap();
}

on_both_databases! {
    async fn a_municipality_reads_its_own_lines(db: TestDb) {
        // security: 22
        let (own, other) = (given::amsterdam(), given::utrecht());
        let seen = db.write(move |conn| -> Result<_, DbError> {
            for municipality in [Some(own), Some(other), None] {
                let line = AuditLine {
                    action: "intake.read",
                    object_type: "intake",
                    object_id: None,
                    municipality,
                };
                audit::record(conn, &Actor::system("test"), line, long_ago())?;
            }
            let page = PageSpec::first(10);
            let bound = Scope::municipality(own, &[]);
            let institute = audit::list(conn, &Scope::Institute, &page)?.items.len();
            Ok((audit::list(conn, &bound, &page)?.items, institute))
        });
        let (bound, institute) = seen.await.unwrap();
        let codes: Vec<_> = bound.iter().map(|line| line.municipality).collect();
        assert_eq!((codes, institute), (vec![Some(own)], 3));
    }

    async fn a_changed_line_breaks_its_batch(db: TestDb) {
        // security: 75
        for days in 0..3 {
            sealed_batch(&db, long_ago() + SignedDuration::from_hours(24 * days)).await;
        }
        assert_eq!(verified(&db).await, Ok(3));
        let change = "UPDATE audit_events SET action = 'intake.list' WHERE batch = 2 AND object_id = '1'";
        assert!(db.connect().batch_execute(change).is_err());
        without_guard(&mut db.connect(), change);
        assert_eq!(verified(&db).await, Err(BrokenChain { batch: 2 }));
    }

    async fn a_removed_line_breaks_its_batch(db: TestDb) {
        // security: 75
        for days in 0..2 {
            sealed_batch(&db, long_ago() + SignedDuration::from_hours(24 * days)).await;
        }
        without_guard(&mut db.connect(), "DELETE FROM audit_events WHERE batch = 2 AND object_id = '1'");
        assert_eq!(verified(&db).await, Err(BrokenChain { batch: 2 }));
    }

    async fn lines_of_the_last_year_cannot_be_deleted(db: TestDb) {
        // security: 75
        let lately = koplopers_shared::clock::Clock::System.now() - SignedDuration::from_hours(300 * 24);
        sealed_batch(&db, lately).await;
        assert!(db.connect().batch_execute("DELETE FROM audit_events").is_err());
    }

    async fn old_batches_go_whole_and_the_chain_of_the_others_holds(db: TestDb) {
        // security: 75, 79
        let day = SignedDuration::from_hours(24);
        for days in 0..3 {
            sealed_batch(&db, long_ago() + day * days).await;
        }
        // The last line of the first batch is two seconds younger than its first.
        let last = long_ago() + SignedDuration::from_secs(2);
        assert_eq!(forget(&db, last).await, 0);
        let just_after = last + SignedDuration::from_micros(1);
        assert_eq!(forget(&db, just_after).await, 3);
        assert_eq!(forget(&db, just_after).await, 0);
        assert_eq!(verified(&db).await, Ok(3));
        let (lines, waiting) = db
            .read(|conn| {
                use diesel::RunQueryDsl as _;
                let count = diesel::dsl::sql::<diesel::sql_types::BigInt>("SELECT count(*) FROM audit_events");
                Ok::<_, DbError>((count.get_result::<i64>(conn)?, audit::unsealed(conn)?))
            })
            .await
            .unwrap();
        assert_eq!((lines, waiting), (6, 0));
    }
}
