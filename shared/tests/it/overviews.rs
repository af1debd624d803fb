//! What a screen of intakes costs.

use koplopers_shared::access::{IntakesRead, Role, Scope};
use koplopers_shared::db::{Db, DbError};
use koplopers_shared::intakes::{self, IntakeFilter};
use koplopers_shared::on_both_databases;
use koplopers_shared::overviews::{IntakePart, IntakeParts};
use koplopers_shared::paging::PageSpec;
use koplopers_shared::testing::given;

use crate::cost::queries_of;

/// How many intakes a page with all children holds, and how many queries it took.
async fn cost(db: &Db) -> (usize, usize) {
    let granted = given::granted::<IntakesRead>(&given::staff(Role::Coordinator));
    db.read(move |conn| {
        let (found, queries) = queries_of(conn, |conn| {
            let page = PageSpec::first(100);
            let found = intakes::list(conn, &Scope::Institute, &IntakeFilter::default(), &page)?;
            let parts = IntakeParts::read(conn, &granted, &found.items, IntakePart::ALL)?;
            Ok::<_, DbError>((found, parts))
        });
        let (found, parts) = found?;
        let seen = found.items.iter().filter(|intake| {
            parts.contact_person(intake).is_some() && parts.municipality(intake).is_some()
        });
        Ok::<_, DbError>((seen.count(), queries))
    })
    .await
    .unwrap()
}

on_both_databases! {
    async fn a_page_with_children_costs_the_same_whatever_its_size(db: TestDb) {
        given::catalogue(&db).await;
        given::submitted(&db, given::amsterdam(), "versnelling").await;
        let (few, queries) = cost(&db).await;
        for code in ["GM0344", "GM0599", "GM0014", "GM0518"] {
            for programme in ["versnelling", "uitvoering"] {
                given::submitted(&db, code.parse().unwrap(), programme).await;
            }
        }
        assert_eq!((few, cost(&db).await), (1, (9, queries)));
        assert!(queries <= 20, "{queries} queries");
    }
}
