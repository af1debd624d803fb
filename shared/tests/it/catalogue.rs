//! Loading what ships, and what the tests of the other features start from.

use std::sync::Arc;

use jiff::Timestamp;
use koplopers_shared::access::{Actor, Granted, Permission, Role, Scope, Who};
use koplopers_shared::catalogue::{Shipped, shipped};
use koplopers_shared::db::{DbConn, DbError};
use koplopers_shared::flows;
use koplopers_shared::municipalities::queries as municipalities;
use koplopers_shared::on_both_databases;
use koplopers_shared::programmes::{Origin, actions as programmes_actions, queries as programmes};
use koplopers_shared::reference::{
    ReferenceList, actions as reference_actions, queries as reference,
};
use koplopers_shared::testing::TestDb;
use koplopers_shared::words::{MunicipalityCode, Slug};

pub fn now() -> Timestamp {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

pub fn code(text: &str) -> MunicipalityCode {
    text.parse().unwrap()
}

pub fn slug(text: &str) -> Slug {
    text.parse().unwrap()
}

fn granted_as<P: Permission>(role: Role, scope: Scope) -> Granted<P> {
    let who = Who::Client {
        client_id: "zaaksysteem".into(),
    };
    Arc::new(Actor::new(who, scope, role.permits()))
        .grant()
        .unwrap()
}

pub fn coordinator<P: Permission>() -> Granted<P> {
    granted_as(Role::Coordinator, Scope::Institute)
}

pub fn municipality<P: Permission>(code: MunicipalityCode) -> Granted<P> {
    granted_as(Role::Municipality, Scope::municipality(code, &[]))
}

/// Runs a piece of work in a transaction of its own.
pub async fn write<T, E>(
    db: &TestDb,
    work: impl Fn(&mut DbConn) -> Result<T, E> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: std::error::Error + From<DbError> + Send + 'static,
{
    db.write(work).await
}

pub async fn load(db: &TestDb) -> flows::catalogue::Loaded {
    load_from(db, shipped().clone()).await
}

async fn load_from(db: &TestDb, shipped: Shipped) -> flows::catalogue::Loaded {
    write(db, move |conn| {
        flows::catalogue::load(conn, &shipped, now())
    })
    .await
    .unwrap()
}

on_both_databases! {
    // mission: P1, A1, A4, K4
    async fn what_ships_is_loaded_once(db: TestDb) {
        let first = load(&db).await;
        assert_eq!(first.municipalities, 342);
        assert_eq!(first.programme_versions, 4);
        assert_eq!(first.organisations, shipped().partners.len());
        assert_eq!(load(&db).await, flows::catalogue::Loaded::default());

        let jeugd = write(&db, |conn| {
            reference::find(conn, ReferenceList::TargetGroups, &slug("jeugd"))
        });
        assert_eq!(jeugd.await.unwrap().unwrap().name.en, "young people");
        let amsterdam = write(&db, |conn| municipalities::find(conn, code("GM0363")));
        let amsterdam = amsterdam.await.unwrap().unwrap();
        assert_eq!(amsterdam.name, "Amsterdam");
        assert_eq!(amsterdam.source_year, 2025);
        assert!(!amsterdam.source.is_empty());
    }

    // mission: P1
    async fn a_later_release_renews_only_what_nobody_published_over(db: TestDb) {
        load(&db).await;
        write(&db, |conn| {
            let mut content = shipped().programme("uitvoering").unwrap().clone();
            content.summary.en = String::from("Our own words.");
            let uitvoering = slug("uitvoering");
            programmes_actions::publish(conn, &coordinator(), now(), &uitvoering, None, content)
        })
        .await
        .unwrap();

        let mut release = shipped().clone();
        for content in &mut release.programmes {
            content.summary.en = String::from("The words of the next release.");
        }
        let loaded = load_from(&db, release.clone()).await;
        assert_eq!(loaded.programme_versions, 3);
        assert_eq!(load_from(&db, release).await.programme_versions, 0);

        let edited = write(&db, |conn| programmes::current_content(conn, &slug("uitvoering")));
        let (number, content) = edited.await.unwrap().unwrap();
        assert_eq!((number, content.summary.en.as_str()), (2, "Our own words."));
        let renewed = write(&db, |conn| programmes::version(conn, &slug("inclusief"), 2));
        let renewed = renewed.await.unwrap().unwrap();
        assert_eq!(renewed.origin, Origin::Shipped);
        assert_eq!(renewed.content.summary.en, "The words of the next release.");
        let first = write(&db, |conn| programmes::content(conn, &slug("inclusief"), 1));
        assert_eq!(
            first.await.unwrap().as_ref(),
            shipped().programme("inclusief"),
            "the first version stays as it was"
        );
    }

    // mission: K4
    async fn a_retired_target_group_stays_retired_and_is_not_offered(db: TestDb) {
        load(&db).await;
        let groups = ReferenceList::TargetGroups;
        let retired = write(&db, move |conn| {
            reference_actions::retire(conn, &coordinator(), now(), groups, &slug("jeugd"))
        });
        assert!(retired.await.unwrap().retired_at.is_some());
        load(&db).await;
        let unusable = write(&db, move |conn| {
            let asked = [slug("jeugd"), slug("kwetsbare-ouderen"), slug("niemand")];
            reference::unusable(conn, groups, &asked)
        });
        assert_eq!(unusable.await.unwrap(), [slug("jeugd"), slug("niemand")]);
        let again = write(&db, move |conn| {
            reference_actions::retire(conn, &coordinator(), now(), groups, &slug("jeugd"))
        });
        assert!(matches!(
            again.await,
            Err(reference_actions::RetireReferenceError::Retired)
        ));
    }
}
