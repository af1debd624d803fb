//! Merging and splitting municipalities (A1).

use jiff::civil::{Date, date};
use koplopers_shared::municipalities::actions::{
    NewMunicipality, NewSuccession, NewSuccessor, SucceedError, succeed,
};
use koplopers_shared::municipalities::queries::{self, MunicipalityFilter};
use koplopers_shared::municipalities::rules::WrongSuccessors;
use koplopers_shared::municipalities::{InvalidMunicipality, Municipality};
use koplopers_shared::on_both_databases;
use koplopers_shared::paging::{PageSpec, Seek};
use koplopers_shared::testing::TestDb;

use crate::catalogue::{code, coordinator, load, now, write};

fn known(text: &str) -> NewSuccessor {
    NewSuccessor {
        code: code(text),
        new: None,
    }
}

async fn follow(
    db: &TestDb,
    old: &'static str,
    successors: &[NewSuccessor],
    since: Date,
) -> Result<Municipality, SucceedError> {
    let new = NewSuccession {
        code: code(old),
        successors: successors.to_vec(),
        since,
    };
    write(db, move |conn| {
        succeed(conn, &coordinator(), now(), None, &new)
    })
    .await
}

const NEW_YEAR: Date = date(2026, 1, 1);

on_both_databases! {
    // mission: A1
    async fn after_a_merger_the_successor_inherits_and_the_old_code_is_refused(db: TestDb) {
        load(&db).await;
        let made = NewSuccessor {
            code: code("GM9001"),
            new: Some(NewMunicipality {
                name: "Nieuwstad".to_owned(),
                province: "Groningen".to_owned(),
            }),
        };
        let ended = follow(&db, "GM0037", std::slice::from_ref(&made), NEW_YEAR).await.unwrap();
        assert_eq!(ended.valid_until, Some(NEW_YEAR));
        follow(&db, "GM0047", &[known("GM9001")], NEW_YEAR).await.unwrap();

        let inherited = write(&db, |conn| queries::predecessors(conn, code("GM9001"), NEW_YEAR));
        assert_eq!(inherited.await.unwrap(), [code("GM0037"), code("GM0047")]);
        let old = write(&db, |conn| queries::find_valid(conn, code("GM0037"), NEW_YEAR));
        match old.await {
            Err(InvalidMunicipality::Ended { until, successors }) => {
                assert_eq!((until, successors), (NEW_YEAR, vec![code("GM9001")]));
            }
            other => panic!("{other:?}"),
        }
        let before = write(&db, |conn| {
            queries::find_valid(conn, code("GM0037"), date(2025, 12, 31))
        });
        assert!(before.await.is_ok());
        let early = write(&db, |conn| {
            queries::find_valid(conn, code("GM9001"), date(2025, 12, 31))
        });
        assert!(matches!(early.await, Err(InvalidMunicipality::NotYet { from }) if from == NEW_YEAR));
        let unknown = write(&db, |conn| queries::find_valid(conn, code("GM9999"), NEW_YEAR));
        assert!(matches!(unknown.await, Err(InvalidMunicipality::Unknown)));
    }

    // mission: A1
    async fn after_a_split_no_part_inherits(db: TestDb) {
        load(&db).await;
        let parts = [known("GM0034"), known("GM0014")];
        follow(&db, "GM0037", &parts, NEW_YEAR).await.unwrap();
        let inherited = write(&db, |conn| queries::predecessors(conn, code("GM0014"), NEW_YEAR));
        assert_eq!(inherited.await.unwrap(), []);
    }

    async fn a_succession_that_cannot_be_is_refused(db: TestDb) {
        load(&db).await;
        follow(&db, "GM0037", &[known("GM0047")], NEW_YEAR).await.unwrap();
        let refused = |result: Result<Municipality, SucceedError>| result.unwrap_err();

        let again = refused(follow(&db, "GM0037", &[known("GM0014")], NEW_YEAR).await);
        assert!(matches!(
            again,
            SucceedError::Ended { successors, .. } if successors == [code("GM0047")]
        ));
        assert!(matches!(
            refused(follow(&db, "GM9999", &[known("GM0014")], NEW_YEAR).await),
            SucceedError::NotFound
        ));
        assert!(matches!(
            refused(follow(&db, "GM0014", &[known("GM9999")], NEW_YEAR).await),
            SucceedError::UnknownSuccessor { at: 0 }
        ));
        assert!(matches!(
            refused(follow(&db, "GM0047", &[known("GM0037")], NEW_YEAR).await),
            SucceedError::Successors(WrongSuccessors::Circle { at: 0 })
        ));
        assert!(matches!(
            refused(follow(&db, "GM0014", &[known("GM0034"), known("GM0037")], NEW_YEAR).await),
            SucceedError::EndedSuccessor { at: 1 }
        ));
        assert!(matches!(
            refused(follow(&db, "GM0014", &[known("GM0034")], date(2020, 1, 1)).await),
            SucceedError::TooEarly { .. }
        ));
    }

    async fn municipalities_are_listed_by_province_name_and_day(db: TestDb) {
        load(&db).await;
        follow(&db, "GM0037", &[known("GM0047")], NEW_YEAR).await.unwrap();
        let names = |filter: MunicipalityFilter| {
            let db = &db;
            async move {
                let page = PageSpec { limit: 100, seek: Seek::Start };
                let listed = write(db, move |conn| queries::list(conn, &filter, &page));
                let listed = listed.await.unwrap();
                listed.items.into_iter().map(|it| it.name).collect::<Vec<_>>()
            }
        };
        let groningen = MunicipalityFilter {
            province: Some("Groningen".to_owned()),
            ..MunicipalityFilter::default()
        };
        assert!(names(groningen.clone()).await.contains(&"Stadskanaal".to_owned()));
        let today = MunicipalityFilter { on: Some(NEW_YEAR), ..groningen };
        assert!(!names(today).await.contains(&"Stadskanaal".to_owned()));
        let named = MunicipalityFilter {
            name: Some("STADSKAN".to_owned()),
            ..MunicipalityFilter::default()
        };
        assert_eq!(names(named).await, ["Stadskanaal"]);
        let literal = MunicipalityFilter {
            name: Some("%".to_owned()),
            ..MunicipalityFilter::default()
        };
        assert!(names(literal).await.is_empty());
    }

    async fn the_list_is_walked_forwards_and_back(db: TestDb) {
        load(&db).await;
        let page = |seek: Seek<String>| {
            let db = &db;
            async move {
                let page = PageSpec { limit: 2, seek };
                let filter = MunicipalityFilter::default();
                let listed = write(db, move |conn| queries::list(conn, &filter, &page));
                listed.await.unwrap()
            }
        };
        let codes = |items: &[Municipality]| {
            items.iter().map(|it| it.code.to_string()).collect::<Vec<_>>()
        };
        let first = page(Seek::Start).await;
        assert_eq!(codes(&first.items), ["GM0014", "GM0034"]);
        let second = page(Seek::After(first.next.unwrap())).await;
        assert_eq!(codes(&second.items), ["GM0037", "GM0047"]);
        let back = page(Seek::Before(second.prev.unwrap())).await;
        assert_eq!(codes(&back.items), codes(&first.items));
        assert_eq!(back.prev, None);
    }
}
