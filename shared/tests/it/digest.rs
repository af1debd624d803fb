//! What the digest costs.

use diesel::prelude::*;
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use koplopers_shared::db::columns::At;
use koplopers_shared::db::schema::intakes;
use koplopers_shared::db::{Db, DbError};
use koplopers_shared::on_both_databases;
use koplopers_shared::overviews::digest::{self, DigestQuestion};
use koplopers_shared::settings::DigestLimits;
use koplopers_shared::testing::given;

use crate::cost::queries_of;

/// How many things there are to do, and how many queries it took to find out.
async fn cost(db: &Db) -> (i64, usize) {
    let question = DigestQuestion {
        limits: DigestLimits::default(),
        zone: TimeZone::get("Europe/Amsterdam").unwrap(),
        programmes: None,
    };
    db.read(move |conn| {
        let (found, queries) =
            queries_of(conn, |conn| digest::digest(conn, given::now(), &question));
        Ok::<_, DbError>((found?.to_do(), queries))
    })
    .await
    .unwrap()
}

/// An intake that waits too long and one that is being assessed.
async fn cases(db: &Db, number: usize) {
    let code = given::municipality_number(number);
    let waits = given::submitted(db, code, "versnelling").await;
    given::assessing(db, code, "uitvoering").await;
    let long_ago = At(given::now().at - SignedDuration::from_hours(24 * 20));
    db.write(move |conn| -> Result<usize, DbError> {
        Ok(diesel::update(intakes::table.find(waits.id))
            .set(intakes::submitted_at.eq(long_ago))
            .execute(conn)?)
    })
    .await
    .unwrap();
}

on_both_databases! {
    // mission: S2
    async fn a_digest_costs_the_same_however_much_there_is_to_tell(db: TestDb) {
        given::catalogue(&db).await;
        cases(&db, 1).await;
        let (few, queries) = cost(&db).await;
        for number in 2..7 {
            cases(&db, number).await;
        }
        let (many, same) = cost(&db).await;
        assert!(many > few, "{few} and {many}");
        assert_eq!(same, queries);
        assert!(queries <= 50, "{queries} queries");
    }
}
