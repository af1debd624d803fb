//! The same request twice is one write.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use jiff::{SignedDuration, Timestamp};
use koplopers_shared::db::{DbConn, DbError};
use koplopers_shared::idempotency::{
    IdempotencyKey, Outcome, StoredResponse, WriteOnceError, purge,
};
use koplopers_shared::on_both_databases;

use crate::rows::{count, insert, names};

fn key(name: &str, body: &str) -> IdempotencyKey {
    let at: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
    IdempotencyKey::new("client-1", "create_intake", name, body.as_bytes(), at)
}

fn created(code: &str) -> StoredResponse {
    StoredResponse {
        status: 201,
        headers: vec![
            ("Location".to_owned(), format!("/v1/things/{code}")),
            ("ETag".to_owned(), "\"1\"".to_owned()),
        ],
        body: format!("{{\"code\":\"{code}\"}}"),
        replay_body: None,
    }
}

fn create(conn: &mut DbConn, code: &str) -> Result<StoredResponse, DbError> {
    insert(conn, code)?;
    Ok(created(code))
}

on_both_databases! {
    // security: 50
    async fn the_same_key_and_body_get_the_same_answer_once_more(db: TestDb) {
        let first = db.write_once(Some(key("k", "{}")), |conn| create(conn, "a")).await.unwrap();
        assert_eq!(first, Outcome::Fresh(created("a")));
        let second = db.write_once(Some(key("k", "{}")), |conn| create(conn, "b")).await.unwrap();
        assert_eq!(second, Outcome::Replayed(created("a")));
        assert_eq!(names(&mut db.connect()), ["a"]);
    }

    // security: 51
    async fn the_same_key_with_another_body_is_refused(db: TestDb) {
        db.write_once(Some(key("k", "{}")), |conn| create(conn, "a")).await.unwrap();
        let other = db.write_once(Some(key("k", "[]")), |conn| create(conn, "b")).await;
        assert!(matches!(other, Err(WriteOnceError::BodyDiffers)));
        assert_eq!(names(&mut db.connect()), ["a"]);
    }

    // security: 53
    async fn keys_belong_to_one_caller_and_one_operation(db: TestDb) {
        db.write_once(Some(key("k", "{}")), |conn| create(conn, "a")).await.unwrap();
        let stranger = IdempotencyKey { caller: "client-2".to_owned(), ..key("k", "{}") };
        let fresh = db.write_once(Some(stranger), |conn| create(conn, "b")).await.unwrap();
        assert!(matches!(fresh, Outcome::Fresh(_)));
        let elsewhere = IdempotencyKey { operation: "submit_intake".to_owned(), ..key("k", "{}") };
        let fresh = db.write_once(Some(elsewhere), |conn| create(conn, "c")).await.unwrap();
        assert!(matches!(fresh, Outcome::Fresh(_)));
    }

    // security: 52
    async fn twenty_at_once_with_one_key_write_once(db: TestDb) {
        let runs = Arc::new(AtomicU32::new(0));
        let asked: Vec<_> = (0..20)
            .map(|_| {
                let (db, runs) = (db.db().clone(), Arc::clone(&runs));
                tokio::spawn(async move {
                    db.write_once(Some(key("k", "{}")), move |conn| {
                        let run = runs.fetch_add(1, Ordering::SeqCst);
                        create(conn, &format!("thing {run}"))
                    })
                    .await
                })
            })
            .collect();
        let mut fresh = 0;
        for answer in asked {
            match answer.await.unwrap() {
                Ok(Outcome::Fresh(_)) => fresh += 1,
                Ok(Outcome::Replayed(_)) | Err(WriteOnceError::StillRunning) => {}
                Err(error) => panic!("{error:?}"),
            }
        }
        assert_eq!(fresh, 1);
        assert_eq!(count(&mut db.connect(), "municipalities"), 1);
        assert_eq!(count(&mut db.connect(), "idempotency_keys"), 1);
    }

    // security: 54
    async fn a_write_that_came_to_nothing_leaves_its_key_unused(db: TestDb) {
        db.write(|conn| insert(conn, "a")).await.unwrap();
        let refused = db.write_once(Some(key("k", "{}")), |conn| create(conn, "a")).await;
        assert!(matches!(refused, Err(WriteOnceError::Action(_))));
        let cut_off = db
            .write_once(Some(key("k", "{}")), |conn| -> Result<StoredResponse, DbError> {
                create(conn, "b")?;
                panic!("on purpose")
            })
            .await;
        assert!(matches!(cut_off, Err(WriteOnceError::Action(DbError::Panicked))));
        let fresh = db.write_once(Some(key("k", "{}")), |conn| create(conn, "c")).await.unwrap();
        assert_eq!(fresh, Outcome::Fresh(created("c")));
        assert_eq!(names(&mut db.connect()), ["a", "c"]);
    }

    async fn without_a_key_each_request_is_a_write(db: TestDb) {
        for code in ["a", "b"] {
            let fresh = db.write_once(None, move |conn| create(conn, code)).await.unwrap();
            assert_eq!(fresh, Outcome::Fresh(created(code)));
        }
        assert_eq!(count(&mut db.connect(), "idempotency_keys"), 0);
    }

    async fn a_secret_is_shown_once_and_not_kept(db: TestDb) {
        let shown = |code: &str| StoredResponse {
            body: "{\"secret\":\"geheim\"}".to_owned(),
            replay_body: Some("{\"secret\":null}".to_owned()),
            ..created(code)
        };
        let write = move |conn: &mut DbConn| insert(conn, "a").map(|()| shown("a"));
        let first = db.write_once(Some(key("k", "{}")), write).await.unwrap();
        assert_eq!(first, Outcome::Fresh(shown("a")));
        let Outcome::Replayed(again) = db.write_once(Some(key("k", "{}")), write).await.unwrap()
        else {
            panic!("it was written before");
        };
        assert_eq!(again.body, "{\"secret\":null}");
    }

    // security: 53
    async fn an_answer_is_kept_for_48_hours(db: TestDb) {
        let first = key("k", "{}");
        db.write_once(Some(first.clone()), |conn| create(conn, "a")).await.unwrap();
        let late = IdempotencyKey { at: first.at + SignedDuration::from_hours(48), ..first.clone() };
        let second = db.write_once(Some(late.clone()), |conn| create(conn, "b")).await.unwrap();
        assert!(matches!(second, Outcome::Replayed(_)));
        assert_eq!(db.write(move |conn| purge(conn, late.at)).await.unwrap(), 0);

        let too_late = IdempotencyKey { at: first.at + SignedDuration::from_hours(49), ..first };
        let third = db.write_once(Some(too_late.clone()), |conn| create(conn, "b")).await.unwrap();
        assert!(matches!(third, Outcome::Fresh(_)));
        let next_week = too_late.at + SignedDuration::from_hours(24 * 7);
        assert_eq!(db.write(move |conn| purge(conn, next_week)).await.unwrap(), 1);
        assert_eq!(count(&mut db.connect(), "idempotency_keys"), 0);
    }
}
