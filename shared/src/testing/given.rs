//! What a test starts from, made through the real actions.

mod assessed;
mod candidates;
mod members;
mod nominated;

pub use assessed::{
    assessed, assessing, decided, judgement, matched, municipality_number, reread, round,
    talk_held, talk_planned,
};
pub use candidates::{candidate, candidate_named, cohort, somebody};
pub use members::{admitted, associate, new_cohort, showing, themselves};

pub use nominated::{candidacy, nominated, nomination};

use std::collections::BTreeMap;
use std::sync::Arc;

use diesel::prelude::*;
use jiff::Timestamp;
use jiff::civil::date;
use jiff::tz::TimeZone;

use crate::access::{Actor, Granted, Permission, Permit, PermitSet, Role, Scope, Who};
use crate::catalogue::words::{KnowledgeSource, Language, PersonRole};
use crate::catalogue::{Named, ProgrammeContent, shipped, shipped_programmes};
use crate::clock::LocalNow;
use crate::db::columns::On;
use crate::db::schema::{assessment_facts, offers as offers_table};
use crate::db::{Db, DbConn, DbError, DbResult};
use crate::flows;
use crate::ids::{IntakeId, OfferId, PersonId};
use crate::intakes::{self, Intake, NewIntake, NewIssue, Sponsor};
use crate::knowledge::{self, ItemContent, KnowledgeItem};
use crate::networks::{self, Membership, Network, NewNetwork};
use crate::offers::{
    self, AnsweredBy, NewBlock, NewOffer, NewStep, Offer, OfferAnswer, OptionKind, Principle,
};
use crate::people::{self, NewPerson, NewRole};
use crate::trajectories::{self, Trajectory};
use crate::words::{Cents, MunicipalityCode, Slug};

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
    let content = catalogue_of(programme);
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

/// The shipped content of a programme.
#[must_use]
pub fn catalogue_of(programme: &str) -> &'static ProgrammeContent {
    shipped_programmes()
        .iter()
        .find(|content| content.slug.as_str() == programme)
        .expect("a shipped programme")
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

/// What an offer of `programme` needs to be sent, half of it paid by the municipality: its first
/// block for the local practice with a step, and all principles.
#[must_use]
pub fn offer(programme: &str) -> NewOffer {
    let content = shipped().programme(programme).expect("a shipped programme");
    let block = content
        .building_blocks
        .iter()
        .find(|block| block.local_practice)
        .or(content.building_blocks.first())
        .expect("a block");
    let first = |list: &[Named]| list.first().map(|named| named.key.clone());
    NewOffer {
        introduction: Some("Fijn dat we elkaar spraken.".to_owned()),
        blocks: vec![NewBlock {
            key: block.key.clone(),
            kind: Some(OptionKind::Other),
            description: "Een jaar lang trekken we op met het wijkteam.".to_owned(),
            hours: 80,
            cost: Cents::new(1_000_000).expect("an amount"),
            own_contribution: Cents::new(500_000).expect("an amount"),
            asked_by: block.asked_by.first().copied(),
            steps: vec![NewStep {
                key: None,
                name: Some("Eerste overleg".to_owned()),
                form: first(&block.forms),
                method: first(&block.methods),
                planned_on: Some(date(2026, 4, 20)),
            }],
        }],
        principles: content
            .guiding_principles
            .iter()
            .map(|principle| Principle {
                key: principle.key.clone(),
                ticked: true,
                remark: None,
            })
            .collect(),
        valid_until_on: Some(date(2026, 3, 31)),
    }
}

/// A draft of such an offer.
pub async fn drafted_offer(db: &Db, intake: &Intake) -> Offer {
    let granted = granted(&staff(Role::Adviser));
    let (id, new) = (intake.id, offer(intake.programme.as_str()));
    db.write(move |conn| offers::draft(conn, &granted, now(), id, new.clone()))
        .await
        .expect("a draft of an offer")
}

/// Such an offer, sent to the sponsor of the intake.
pub async fn sent_offer(db: &Db, intake: &Intake) -> Offer {
    let id = drafted_offer(db, intake).await.id;
    let granted = granted(&staff(Role::Adviser));
    db.write(move |conn| offers::send(conn, &granted, now(), id, None))
        .await
        .expect("a sent offer")
}

/// Lets the municipality have committed to another share of the cost (C10).
pub fn committed(conn: &mut DbConn, intake: IntakeId, percent: i32) -> DbResult<()> {
    let facts = assessment_facts::table
        .filter(assessment_facts::intake.eq(intake))
        .filter(assessment_facts::kind.eq("co_funding"));
    diesel::update(facts)
        .set(assessment_facts::percent.eq(percent))
        .execute(conn)?;
    Ok(())
}

/// Lets the last day of an offer pass, and the job come by that closes it.
pub fn lapse(conn: &mut DbConn, offer: OfferId) -> DbResult<()> {
    let yesterday = now().today.yesterday().expect("a day before");
    diesel::update(offers_table::table.find(offer))
        .set(offers_table::valid_until_on.eq(On(yesterday)))
        .execute(conn)?;
    offers::expire_due(conn, now())?;
    Ok(())
}

/// An offer on a matched intake that its sponsor accepted.
pub async fn accepted_offer(db: &Db, intake: &Intake) -> Offer {
    let id = intake.id;
    // Only where the programme asks the municipality to pay a share.
    if intake.programme.as_str() == "inclusief" {
        db.write(move |conn| committed(conn, id, 50))
            .await
            .expect("a commitment");
    }
    let sent = sent_offer(db, intake).await;
    accept(db, sent.id, intake).await
}

/// The sponsor of the intake says yes to an offer.
pub async fn accept(db: &Db, offer: OfferId, intake: &Intake) -> Offer {
    let sponsor = intake.sponsor.expect("a sponsor").person;
    let granted = granted(&Arc::new(Actor::link_holder(sponsor, Permit::OffersAnswer)));
    let by = AnsweredBy {
        name: "Anna Voorbeeld".to_owned(),
        role: "gemeentesecretaris".to_owned(),
    };
    db.write(move |conn| {
        let accept = OfferAnswer::Accept(by.clone());
        offers::answer(conn, &granted, now(), offer, accept)
    })
    .await
    .expect("an accepted offer")
}

/// A trajectory in preparation, of a matched intake with an accepted offer.
pub async fn trajectory(db: &Db, code: MunicipalityCode, programme: &str) -> Trajectory {
    let intake = matched(db, code, programme).await;
    accepted_offer(db, &intake).await;
    let granted = granted(&staff(Role::Adviser));
    db.write(move |conn| flows::start_trajectory(conn, &granted, now(), intake.id, Vec::new()))
        .await
        .expect("a trajectory")
}

/// The same, running.
pub async fn running_trajectory(db: &Db, code: MunicipalityCode, programme: &str) -> Trajectory {
    let id = trajectory(db, code, programme).await.id;
    let granted = granted(&staff(Role::Adviser));
    db.write(move |conn| trajectories::commence(conn, &granted, now(), id, None))
        .await
        .expect("a running trajectory")
}

/// A themed learning network.
pub async fn themed_network(db: &Db, name: &'static str) -> Network {
    let granted = granted(&staff(Role::Coordinator));
    db.write(move |conn| {
        let new = NewNetwork {
            name: name.to_owned(),
            description: Some("Hoe helpen we eerder?".to_owned()),
            theme: None,
        };
        networks::create(conn, &granted, now(), new)
    })
    .await
    .expect("a learning network")
}

/// Somebody's membership of a themed network, through their municipality.
pub async fn member(
    db: &Db,
    code: MunicipalityCode,
    network: &Network,
    person: PersonId,
) -> Membership {
    let (granted, network) = (granted(&municipality(code)), network.id);
    db.write(move |conn| networks::join(conn, &granted, now(), network, person))
        .await
        .expect("a membership")
}

/// A knowledge item that intakes can be referred to.
pub async fn published_item(db: &Db, title: &'static str) -> KnowledgeItem {
    let granted = granted(&staff(Role::Adviser));
    let made = db
        .write(move |conn| {
            let content = ItemContent {
                title: title.to_owned(),
                summary: "Een werkwijze in vijf stappen.".to_owned(),
                url: "https://kennis.example.nl/gids?deel=1&taal=nl"
                    .parse()
                    .expect("an address"),
                language: Language::Nl,
                source: KnowledgeSource::Practice,
                learning_practice: None,
                programme: None,
                meeting: None,
                themes: Vec::new(),
                target_groups: Vec::new(),
            };
            let draft = knowledge::create(conn, &granted, now(), content).expect("a draft");
            knowledge::publish(conn, &granted, now(), draft.id, None)
        })
        .await;
    made.expect("a published item")
}

/// A slug, from a text that is one.
#[must_use]
pub fn slug(text: &str) -> Slug {
    text.parse().expect("a slug")
}

/// How many rows a table holds, seen from outside the executor.
pub async fn count(db: &Db, table: &'static str) -> i64 {
    db.read(move |conn| {
        let query = format!("SELECT count(*) FROM {table}");
        Ok::<i64, DbError>(diesel::dsl::sql::<diesel::sql_types::BigInt>(&query).get_result(conn)?)
    })
    .await
    .expect("a count")
}
