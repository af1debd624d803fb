//! People, their roles, and who sees them (A1-A3).

use jiff::civil::date;
use koplopers_shared::access::Scope;
use koplopers_shared::catalogue::{Language, PersonRole};
use koplopers_shared::ids::PersonId;
use koplopers_shared::on_both_databases;
use koplopers_shared::paging::{PageSpec, Seek};
use koplopers_shared::people::actions::{add_role, change, create, end_role};
use koplopers_shared::people::queries::{self, PersonFilter};
use koplopers_shared::people::{
    ChangePersonError, CreatePersonError, HeldRole, NewPerson, NewRole, Person, PersonChanges,
    RoleError,
};
use koplopers_shared::testing::TestDb;

use crate::catalogue::{code, coordinator, load, municipality, now, write};

fn role(role: PersonRole, municipality: Option<&str>) -> NewRole {
    NewRole {
        role,
        municipality: municipality.map(code),
        organisation: None,
        valid_from: date(2026, 1, 1),
        valid_until: None,
    }
}

fn person(name: &str, email: &str, roles: &[NewRole]) -> NewPerson {
    NewPerson {
        name: name.to_owned(),
        email: Some(email.parse().unwrap()),
        phone: None,
        language: Language::Nl,
        roles: roles.to_vec(),
    }
}

async fn given(db: &TestDb, new: NewPerson) -> (Person, Vec<HeldRole>) {
    write(db, move |conn| {
        create(conn, &coordinator(), now(), new.clone())
    })
    .await
    .unwrap()
}

fn amsterdam() -> Scope {
    Scope::municipality(code("GM0363"), &[])
}

async fn names(db: &TestDb, scope: Scope, filter: PersonFilter) -> Vec<String> {
    let page = PageSpec {
        limit: 100,
        seek: Seek::Start,
    };
    let listed = write(db, move |conn| queries::list(conn, &scope, &filter, &page));
    let listed = listed.await.unwrap();
    listed.items.into_iter().map(|it| it.name).collect()
}

on_both_databases! {
    // mission: A1
    async fn a_municipality_sees_the_people_of_its_own_and_of_those_merged_into_it(db: TestDb) {
        load(&db).await;
        let (own, _) = given(&db, person(
            "Anna de Boer", "anna@example.nl", &[role(PersonRole::Wethouder, Some("GM0363"))],
        )).await;
        let (other, _) = given(&db, person(
            "Bram Smit", "bram@example.nl", &[role(PersonRole::Raadslid, Some("GM0014"))],
        )).await;
        let find = |scope: Scope, id: PersonId| {
            write(&db, move |conn| queries::find(conn, &scope, id))
        };
        assert_eq!(find(amsterdam(), own.id).await.unwrap().unwrap(), own);
        assert!(find(amsterdam(), other.id).await.unwrap().is_none());
        assert!(find(Scope::Institute, other.id).await.unwrap().is_some());
        let heir = Scope::municipality(code("GM0363"), &[code("GM0014")]);
        assert!(find(heir, other.id).await.unwrap().is_some());
        assert_eq!(
            names(&db, amsterdam(), PersonFilter::default()).await,
            ["Anna de Boer"]
        );
    }

    // mission: A1, A3
    async fn a_municipality_sees_of_a_person_only_the_roles_with_itself(db: TestDb) {
        load(&db).await;
        let (both, _) = given(&db, person("Chris Vos", "chris@example.nl", &[
            role(PersonRole::Ambtenaar, Some("GM0363")),
            role(PersonRole::Adviseur, None),
        ])).await;
        let id = both.id;
        let seen = write(&db, move |conn| queries::roles_of_many(conn, &amsterdam(), &[id]));
        let seen: Vec<_> = seen.await.unwrap().into_iter().map(|it| it.role).collect();
        assert_eq!(seen, [PersonRole::Ambtenaar]);
        let advisers = PersonFilter {
            role: Some(PersonRole::Adviseur),
            ..PersonFilter::default()
        };
        assert!(names(&db, amsterdam(), advisers.clone()).await.is_empty());
        assert_eq!(names(&db, Scope::Institute, advisers).await, ["Chris Vos"]);

        let moved = PersonChanges {
            email: Some(Some("elders@example.nl".parse().unwrap())),
            ..PersonChanges::default()
        };
        let changed = write(&db, move |conn| {
            change(conn, &municipality(code("GM0363")), now(), id, Some(1), moved.clone())
        });
        assert!(matches!(changed.await, Err(ChangePersonError::Shared)));
    }

    async fn a_municipality_adds_a_person_together_with_a_role_at_itself(db: TestDb) {
        load(&db).await;
        let granted = || municipality(code("GM0363"));
        let without = person("Dana Mulder", "dana@example.nl", &[]);
        let refused = write(&db, move |conn| create(conn, &granted(), now(), without.clone()));
        assert!(matches!(refused.await, Err(CreatePersonError::RoleNeeded)));
        let elsewhere = person(
            "Dana Mulder", "dana@example.nl",
            &[role(PersonRole::Ambtenaar, Some("GM0014")), role(PersonRole::Adviseur, None)],
        );
        let refused = write(&db, move |conn| create(conn, &granted(), now(), elsewhere.clone()));
        match refused.await {
            Err(CreatePersonError::Roles(wrong)) => assert!(matches!(
                wrong.as_slice(),
                [(0, RoleError::MunicipalityNamed), (1, RoleError::NotOwn)]
            )),
            other => panic!("{other:?}"),
        }
        let own = person(
            "Dana Mulder", "dana@example.nl", &[role(PersonRole::Ambtenaar, None)],
        );
        let made = write(&db, move |conn| create(conn, &granted(), now(), own.clone()));
        let (_, roles) = made.await.unwrap();
        assert_eq!(roles[0].municipality, Some(code("GM0363")));
    }

    // mission: A1
    async fn a_role_is_held_from_its_first_day_to_its_last(db: TestDb) {
        load(&db).await;
        let (mayor, roles) = given(&db, person(
            "Eva Bakker", "eva@example.nl", &[role(PersonRole::Burgemeester, Some("GM0363"))],
        )).await;
        let (id, role_id) = (mayor.id, roles[0].id);
        let end = move |on| {
            move |conn: &mut koplopers_shared::db::DbConn| {
                end_role(conn, &coordinator(), now(), (id, role_id), None, on)
            }
        };
        assert!(matches!(
            write(&db, end(date(2025, 12, 31))).await,
            Err(ChangePersonError::BeforeBegin { .. })
        ));
        let (ended, _) = write(&db, end(date(2026, 6, 30))).await.unwrap();
        assert_eq!(ended.version, 2);
        assert!(matches!(
            write(&db, end(date(2026, 7, 31))).await,
            Err(ChangePersonError::RoleEnded { .. })
        ));
        for (day, held) in [
            (date(2025, 12, 31), false),
            (date(2026, 1, 1), true),
            (date(2026, 6, 30), true),
            (date(2026, 7, 1), false),
        ] {
            let codes = [code("GM0363"), code("GM0014")];
            let holds = write(&db, move |conn| queries::holds_role_at(conn, id, &codes, day));
            assert_eq!(holds.await.unwrap(), held, "{day}");
            let on_day = PersonFilter {
                role: Some(PersonRole::Burgemeester),
                on: Some(day),
                ..PersonFilter::default()
            };
            assert_eq!(names(&db, amsterdam(), on_day).await.len(), usize::from(held));
        }
    }

    async fn the_same_role_twice_in_one_time_is_refused(db: TestDb) {
        load(&db).await;
        let (official, _) = given(&db, person(
            "Finn Visser", "finn@example.nl", &[role(PersonRole::Ambtenaar, Some("GM0363"))],
        )).await;
        let id = official.id;
        let add = move |new: NewRole, expected| {
            move |conn: &mut koplopers_shared::db::DbConn| {
                add_role(conn, &coordinator(), now(), id, expected, new.clone())
            }
        };
        let again = role(PersonRole::Ambtenaar, Some("GM0363"));
        assert!(matches!(
            write(&db, add(again, None)).await,
            Err(ChangePersonError::Role(RoleError::Held))
        ));
        let other = role(PersonRole::Ambtenaar, Some("GM0014"));
        assert!(matches!(
            write(&db, add(other.clone(), Some(7))).await,
            Err(ChangePersonError::Stale)
        ));
        let (person, _) = write(&db, add(other, Some(1))).await.unwrap();
        assert_eq!(person.version, 2);
        let unknown = role(PersonRole::Ambtenaar, Some("GM9999"));
        assert!(matches!(
            write(&db, add(unknown, None)).await,
            Err(ChangePersonError::Role(RoleError::Municipality(_)))
        ));
    }

    async fn people_are_found_by_any_spelling_of_their_address_and_name(db: TestDb) {
        load(&db).await;
        given(&db, person("Zoë Çelik", "Zoe+werk@Example.nl", &[])).await;
        given(&db, person("Gijs de Wit", "gijs@example.nl", &[])).await;
        let by_email = |email: &str| PersonFilter {
            email: Some(email.parse().unwrap()),
            ..PersonFilter::default()
        };
        let by_name = |name: &str| PersonFilter {
            name: Some(name.to_owned()),
            ..PersonFilter::default()
        };
        for found in [by_email("zoe@example.nl"), by_name("ZOE CEL"), by_name("çelik")] {
            assert_eq!(names(&db, Scope::Institute, found).await, ["Zoë Çelik"]);
        }
        for none in [by_email("zo@example.nl"), by_name("_oe")] {
            assert!(names(&db, Scope::Institute, none).await.is_empty());
        }
        let elsewhere = by_email("zoe@example.nl");
        assert!(names(&db, amsterdam(), elsewhere).await.is_empty());
    }
}
