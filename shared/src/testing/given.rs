//! What a test starts from, made through the real actions.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::date;
use jiff::tz::TimeZone;

use crate::access::{Actor, Granted, Permission, PermitSet, Role, Scope, Who};
use crate::catalogue::words::{Language, PersonRole};
use crate::catalogue::{shipped, shipped_programmes};
use crate::clock::LocalNow;
use crate::db::{Db, DbError};
use crate::flows;
use crate::ids::PersonId;
use crate::intakes::{self, Intake, NewIntake, NewIssue, Sponsor};
use crate::people::{self, NewPerson, NewRole};
use crate::words::{MunicipalityCode, Slug};

/// The moment at which tests take place unless they say otherwise: a Monday morning in winter.
#[must_use]
pub fn now() -> LocalNow {
    let zone = TimeZone::get("Europe/Amsterdam").expect("a zone that ships");
    let at: Timestamp = "2026-03-02T08:00:00Z".parse().expect("an instant");
    LocalNow::new(at, &zone)
}

/// The municipality of most tests.
#[must_use]
pub fn amsterdam() -> MunicipalityCode {
    "GM0363".parse().expect("a code")
}

/// Another municipality, which must see nothing of the first.
#[must_use]
pub fn utrecht() -> MunicipalityCode {
    "GM0344".parse().expect("a code")
}

/// A machine of a municipality.
#[must_use]
pub fn municipality(code: MunicipalityCode) -> Arc<Actor> {
    client(
        "zaaksysteem",
        Scope::municipality(code, &[]),
        Role::Municipality.permits(),
    )
}

/// A machine of the institute with a role.
#[must_use]
pub fn staff(role: Role) -> Arc<Actor> {
    client("planbord", Scope::Institute, role.permits())
}

fn client(id: &str, scope: Scope, permits: PermitSet) -> Arc<Actor> {
    Arc::new(Actor::new(
        Who::Client {
            client_id: id.into(),
        },
        scope,
        permits,
    ))
}

/// The permission `P`, of an actor who holds it.
#[must_use]
pub fn granted<P: Permission>(actor: &Arc<Actor>) -> Granted<P> {
    actor.grant().expect("the actor holds the permission")
}

/// The shipped catalogue, in the database.
pub async fn catalogue(db: &Db) {
    db.write(|conn| flows::catalogue::load(conn, shipped(), now().at))
        .await
        .expect("a catalogue that loads");
}

/// A person who holds a role with a municipality.
pub async fn official(
    db: &Db,
    code: MunicipalityCode,
    role: PersonRole,
    email: &'static str,
) -> PersonId {
    let granted = granted(&municipality(code));
    let made = db
        .write(move |conn| {
            let new = NewPerson {
                name: "Anna Voorbeeld".to_owned(),
                email: email.parse().ok(),
                phone: None,
                language: Language::Nl,
                roles: vec![NewRole {
                    role,
                    municipality: None,
                    organisation: None,
                    valid_from: date(2025, 1, 1),
                    valid_until: None,
                }],
            };
            people::actions::create(conn, &granted, now().at, new)
        })
        .await;
    made.expect("a person").0.id
}

/// Everything that a submission of `programme` needs, for [`intakes::create`].
pub async fn complete_intake(db: &Db, code: MunicipalityCode, programme: &str) -> NewIntake {
    let contact = official(db, code, PersonRole::Ambtenaar, "contact@example.nl").await;
    let sponsor = official(
        db,
        code,
        PersonRole::Gemeentesecretaris,
        "secretaris@example.nl",
    )
    .await;
    let content = shipped_programmes()
        .iter()
        .find(|content| content.slug.as_str() == programme)
        .expect("a shipped programme");
    let answers: BTreeMap<String, String> = content
        .required_answers()
        .map(|key| (key.to_owned(), "Dit is ons antwoord.".to_owned()))
        .collect();
    NewIntake {
        municipality: None,
        programme: content.slug.clone(),
        round: None,
        external_reference: None,
        contact_person: Some(contact),
        sponsor: Some(Sponsor {
            person: sponsor,
            role: PersonRole::Gemeentesecretaris,
        }),
        answers,
        issues: vec![NewIssue {
            title: "Eenzaamheid onder ouderen".to_owned(),
            description: "Hoe bereiken we ouderen die alleen wonen?".to_owned(),
            themes: shipped()
                .themes
                .iter()
                .take(1)
                .map(|tag| tag.slug.clone())
                .collect(),
            target_groups: Vec::new(),
        }],
    }
}

/// A draft that could be submitted.
pub async fn draft(db: &Db, code: MunicipalityCode, programme: &str) -> Intake {
    let new = complete_intake(db, code, programme).await;
    let granted = granted(&municipality(code));
    db.write(move |conn| intakes::create(conn, &granted, now(), new.clone()))
        .await
        .expect("a draft")
}

/// An intake that was sent in.
pub async fn submitted(db: &Db, code: MunicipalityCode, programme: &str) -> Intake {
    let draft = draft(db, code, programme).await;
    let granted = granted(&municipality(code));
    db.write(move |conn| intakes::submit(conn, &granted, now(), draft.id, None))
        .await
        .expect("a submission")
}

/// A slug, from a text that is one.
#[must_use]
pub fn slug(text: &str) -> Slug {
    text.parse().expect("a slug")
}

/// How many rows a table holds, seen from outside the executor.
pub async fn count(db: &Db, table: &'static str) -> i64 {
    use diesel::RunQueryDsl as _;
    db.read(move |conn| {
        let query = format!("SELECT count(*) FROM {table}");
        Ok::<i64, DbError>(diesel::dsl::sql::<diesel::sql_types::BigInt>(&query).get_result(conn)?)
    })
    .await
    .expect("a count")
}
