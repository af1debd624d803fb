//! What is kept long enough goes, and nothing else.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use jiff::{SignedDuration, Timestamp};
use koplopers_shared::catalogue::words::PersonRole;
use koplopers_shared::db::columns::At;
use koplopers_shared::db::schema::{
    deliveries, idempotency_keys, identity_links, links as link_rows,
};
use koplopers_shared::db::{Db, DbConn, DbError};
use koplopers_shared::deliveries::DeliveryState;
use koplopers_shared::flows::{Forgotten, forget_old};
use koplopers_shared::ids::{DeliveryId, InboundMailId, IntakeId};
use koplopers_shared::inbound_mail::{self, InboundMail, InboundOutcome};
use koplopers_shared::keys::{self, KeyError, KeyRing, MasterKey};
use koplopers_shared::links::{self, LinkPurpose};
use koplopers_shared::on_both_databases;
use koplopers_shared::settings::Retention;
use koplopers_shared::testing::{TestDb, given};
use uuid::Uuid;

const SECOND: SignedDuration = SignedDuration::from_secs(1);

fn now() -> Timestamp {
    given::now().at
}

async fn forget(db: &Db, keep: Retention) -> Forgotten {
    db.write(move |conn| forget_old(conn, &keep, given::now()))
        .await
        .unwrap()
}

/// A mail that ended at `closed_at`, with its bytes.
async fn mail(db: &Db, number: u8, closed_at: Option<Timestamp>) {
    db.write(move |conn| -> Result<(), DbError> {
        diesel::insert_into(deliveries::table)
            .values((
                deliveries::id.eq(DeliveryId::generate()),
                deliveries::dedupe_key.eq(format!("mail:{number}")),
                deliveries::kind.eq("invitation"),
                deliveries::payload.eq("{}"),
                deliveries::subject_type.eq("intake"),
                deliveries::subject_id.eq(IntakeId::generate()),
                deliveries::order_key.eq(format!("order:{number}")),
                deliveries::priority.eq(1),
                deliveries::due_at.eq(At(now())),
                deliveries::next_at.eq(At(now())),
                deliveries::state
                    .eq(closed_at.map_or(DeliveryState::Queued, |_| DeliveryState::Sent)),
                deliveries::attempts.eq(1),
                deliveries::mime.eq(Some(vec![number; 100])),
                deliveries::created_at.eq(At(now())),
                deliveries::closed_at.eq(closed_at.map(At)),
            ))
            .execute(conn)?;
        Ok(())
    })
    .await
    .unwrap();
}

fn count(db: &TestDb, sql: &str) -> i64 {
    diesel::dsl::sql::<BigInt>(sql)
        .get_result(&mut db.connect())
        .unwrap()
}

on_both_databases! {
    async fn the_bytes_of_a_mail_go_thirty_days_after_it_ended(db: TestDb) {
        // security: 79
        let thirty = SignedDuration::from_hours(24 * 30);
        mail(&db, 1, Some(now() - thirty - SECOND)).await;
        mail(&db, 2, Some(now() - thirty + SECOND)).await;
        mail(&db, 3, None).await;
        let forgotten = forget(&db, Retention::default()).await;
        assert_eq!(forgotten, Forgotten { mails: 1, ..Forgotten::default() });
        assert!(!forget(&db, Retention::default()).await.is_something());
        assert_eq!(count(&db, "SELECT count(*) FROM deliveries"), 3);
        assert_eq!(count(&db, "SELECT count(*) FROM deliveries WHERE mime IS NULL AND dedupe_key = 'mail:1'"), 1);
        let shorter = Retention { mail_bytes: SignedDuration::ZERO, ..Retention::default() };
        assert_eq!(forget(&db, shorter).await.mails, 1);
        assert_eq!(count(&db, "SELECT count(*) FROM deliveries WHERE mime IS NOT NULL"), 1);
    }

    async fn the_bytes_of_a_mail_that_could_not_be_matched_go_thirty_days_after_it_came(db: TestDb) {
        // security: 79
        let thirty = SignedDuration::from_hours(24 * 30);
        for (number, age) in [(1, thirty + SECOND), (2, thirty - SECOND)] {
            db.write(move |conn| {
                let mail = InboundMail {
                    id: InboundMailId::generate(),
                    outcome: InboundOutcome::Unmatched,
                    reason: None,
                    delivery: None,
                    invitation: None,
                    received_at: now() - age,
                };
                inbound_mail::insert(conn, &mail, &[number; 32], Some(&[number; 100]))
            })
            .await
            .unwrap();
        }
        let forgotten = forget(&db, Retention::default()).await;
        assert_eq!(forgotten, Forgotten { mails: 1, ..Forgotten::default() });
        assert_eq!(count(&db, "SELECT count(*) FROM inbound_mails WHERE mime IS NOT NULL"), 1);
        assert_eq!(count(&db, "SELECT count(*) FROM inbound_mails"), 2);
    }

    async fn kept_answers_go_after_48_hours(db: TestDb) {
        // security: 53, 79
        for (key, age) in [("old", SignedDuration::from_hours(48) + SECOND), ("new", SignedDuration::from_hours(48) - SECOND)] {
            db.write(move |conn| -> Result<(), DbError> {
                diesel::insert_into(idempotency_keys::table)
                    .values((
                        idempotency_keys::caller.eq("client"),
                        idempotency_keys::operation.eq("create_intake"),
                        idempotency_keys::key.eq(key),
                        idempotency_keys::body_hash.eq(vec![0_u8; 32]),
                        idempotency_keys::status.eq(201),
                        idempotency_keys::headers.eq("[]"),
                        idempotency_keys::body.eq("{}"),
                        idempotency_keys::created_at.eq(At(now() - age)),
                    ))
                    .execute(conn)?;
                Ok(())
            })
            .await
            .unwrap();
        }
        assert_eq!(forget(&db, Retention::default()).await.answers, 1);
        assert_eq!(count(&db, "SELECT count(*) FROM idempotency_keys WHERE key = 'new'"), 1);
        assert_eq!(count(&db, "SELECT count(*) FROM idempotency_keys"), 1);
    }

    async fn links_and_codes_go_a_year_after_they_expired(db: TestDb) {
        // security: 79
        given::catalogue(&db).await;
        let role = PersonRole::Ambtenaar;
        let person = given::official(&db, given::amsterdam(), role, "p@example.nl").await;
        let year = SignedDuration::from_hours(24 * 365);
        let master = MasterKey::parse(&MasterKey::generate().unwrap()).unwrap();
        db.write(move |conn| -> Result<(), KeyError> {
            keys::actions::ensure(conn, &master, now())?;
            let ring = KeyRing::load(conn, &master, now())?;
            for (number, expires_at) in [(1_u8, now() - year - SECOND), (2, now() - year + SECOND), (3, now() + SECOND)] {
                let purpose = LinkPurpose::Answer;
                links::make(conn, &ring, purpose, Uuid::nil(), person, expires_at, now())?;
                diesel::insert_into(identity_links::table)
                    .values((
                        identity_links::code_hash.eq(vec![number; 32]),
                        identity_links::person.eq(person),
                        identity_links::created_at.eq(At(now() - year)),
                        identity_links::expires_at.eq(At(expires_at)),
                    ))
                    .execute(conn)
                    .map_err(DbError::from)?;
            }
            Ok(())
        })
        .await
        .unwrap();
        assert_eq!(forget(&db, Retention::default()).await.links, 2);
        assert_eq!(count(&db, "SELECT count(*) FROM links"), 2);
        let oldest: At = link_rows::table
            .select(diesel::dsl::min(link_rows::expires_at).assume_not_null())
            .first(&mut db.connect())
            .unwrap();
        assert_eq!(oldest.0, now() - year + SECOND);
        assert_eq!(count(&db, "SELECT count(*) FROM identity_links"), 2);
    }

    async fn forgetting_finds_old_links_by_an_index(db: TestDb) {
        let text: Vec<String> = match db.connect() {
            DbConn::Sqlite(mut conn) => {
                let plan = format!("EXPLAIN QUERY PLAN {}", old_links("5"));
                let steps: Vec<Step> = diesel::sql_query(plan).load(&mut conn).unwrap();
                steps.into_iter().map(|step| step.detail).collect()
            }
            DbConn::Postgres(mut conn) => {
                // So small a table would be read as a whole.
                conn.batch_execute("SET enable_seqscan = off").unwrap();
                let plan = format!("EXPLAIN {}", old_links("now()"));
                let steps: Vec<Plan> = diesel::sql_query(plan).load(&mut conn).unwrap();
                steps.into_iter().map(|step| step.plan).collect()
            }
        };
        assert!(text.iter().any(|step| step.contains("links_expires")), "{text:?}");
    }
}

fn old_links(before: &str) -> String {
    format!("SELECT id FROM links WHERE expires_at < {before} ORDER BY expires_at LIMIT 1000")
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

#[derive(QueryableByName)]
struct Plan {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    plan: String,
}
