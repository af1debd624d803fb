use std::sync::Arc;

use diesel::prelude::*;
use jiff::Timestamp;
use koplopers_shared::access::{Actor, Granted, PeopleWrite, PermitSet, Scope, Who};
use koplopers_shared::db::columns::At;
use koplopers_shared::db::schema::people;
use koplopers_shared::db::{Db, DbError};
use koplopers_shared::identities::{
    CODE_LIFETIME, CreateIdentityLinkError, LinkIdentityError, create_link, new_code, queries,
    redeem,
};
use koplopers_shared::ids::PersonId;
use koplopers_shared::on_both_databases;
use koplopers_shared::secrets::Secret;

const LOGIN: (&str, &str) = ("https://login.example.nl", "subject-1");

fn now() -> Timestamp {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

async fn person(db: &Db) -> PersonId {
    let id = PersonId::generate();
    let made: Result<_, DbError> = db
        .write(move |conn| {
            diesel::insert_into(people::table)
                .values((
                    people::id.eq(id),
                    people::version.eq(1_i64),
                    people::name.eq("Noor Voorbeeld"),
                    people::language.eq("nl"),
                    people::created_at.eq(At(now())),
                    people::updated_at.eq(At(now())),
                ))
                .execute(conn)?;
            Ok(())
        })
        .await;
    made.unwrap();
    id
}

async fn code_for(db: &Db, person: PersonId) -> Result<Secret, CreateIdentityLinkError> {
    code_by(db, person, Scope::Institute).await
}

async fn code_by(
    db: &Db,
    person: PersonId,
    scope: Scope,
) -> Result<Secret, CreateIdentityLinkError> {
    let who = Who::Client {
        client_id: "x".into(),
    };
    let granted: Granted<PeopleWrite> = Arc::new(Actor::new(who, scope, PermitSet::ALL))
        .grant()
        .unwrap();
    let code = new_code().unwrap();
    let kept = code.clone();
    db.write(move |conn| create_link(conn, &granted, now(), person, &kept))
        .await?;
    Ok(code)
}

async fn become_with(
    db: &Db,
    login: (&'static str, &'static str),
    code: &Secret,
    at: Timestamp,
) -> Result<PersonId, LinkIdentityError> {
    let code = code.clone();
    let who = Who::Login {
        subject: "x".into(),
    };
    let actor = Actor::new(who, Scope::Institute, PermitSet::default());
    db.write(move |conn| redeem(conn, &actor, login, code.expose(), at))
        .await
}

on_both_databases! {
    async fn a_login_becomes_the_person_of_its_code_once(db: TestDb) {
        let noor = person(&db).await;
        let code = code_for(&db, noor).await.unwrap();
        assert_eq!(become_with(&db, LOGIN, &code, now()).await.unwrap(), noor);
        let found = db
            .read(|conn| queries::person_of(conn, LOGIN.0, LOGIN.1))
            .await
            .unwrap();
        assert_eq!(found, Some(noor));
        let again = become_with(&db, ("https://login.example.nl", "subject-2"), &code, now()).await;
        assert!(matches!(again, Err(LinkIdentityError::InvalidCode)));
    }

    async fn a_code_ends_after_a_week_and_when_a_newer_one_is_made(db: TestDb) {
        let noor = person(&db).await;
        let first = code_for(&db, noor).await.unwrap();
        let second = code_for(&db, noor).await.unwrap();
        let early = become_with(&db, LOGIN, &first, now()).await;
        assert!(matches!(early, Err(LinkIdentityError::InvalidCode)));
        let late = become_with(&db, LOGIN, &second, now() + CODE_LIFETIME).await;
        assert!(matches!(late, Err(LinkIdentityError::InvalidCode)));
    }

    async fn a_login_stays_one_person(db: TestDb) {
        let (noor, bram) = (person(&db).await, person(&db).await);
        let code = code_for(&db, noor).await.unwrap();
        become_with(&db, LOGIN, &code, now()).await.unwrap();
        let code = code_for(&db, bram).await.unwrap();
        let other = become_with(&db, LOGIN, &code, now()).await;
        assert!(matches!(other, Err(LinkIdentityError::AlreadyLinked)));
    }

    async fn a_municipality_cannot_say_who_a_login_is(db: TestDb) {
        let noor = person(&db).await;
        let bound = Scope::municipality("GM0363".parse().unwrap(), &[]);
        assert!(matches!(
            code_by(&db, noor, bound).await,
            Err(CreateIdentityLinkError::InstituteOnly)
        ));
        assert!(matches!(
            code_for(&db, PersonId::generate()).await,
            Err(CreateIdentityLinkError::NotFound)
        ));
    }
}
