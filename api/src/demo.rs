//! What the demo starts with, made through the real actions: people, a round, and intakes in
//! the states that a front end wants to show. All names are invented.

mod cast;
pub mod credentials;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use koplopers_shared::access::{
    Actor, CatalogueWrite, Granted, IntakesAssess, IntakesWrite, Permission, Role, Scope, Who,
};
use koplopers_shared::catalogue::{ProgrammeContent, shipped, shipped_programmes};
use koplopers_shared::clock::LocalNow;
use koplopers_shared::db::{DbConn, DbError};
use koplopers_shared::flows::{self, TalkPlan};
use koplopers_shared::ids::{self, IntakeId, PersonId};
use koplopers_shared::intakes::{self, NewIntake, NewIssue, Sponsor};
use koplopers_shared::invitations::Invitee;
use koplopers_shared::meetings::{LocalPeriod, Venue};
use koplopers_shared::programmes::{self, round_actions};
use koplopers_shared::words::{MunicipalityCode, Slug};

pub use cast::{Cast, MUNICIPAL_CLIENT};

/// Where the ids of the demo count from: 1 January 2026.
const FIRST_ID: u64 = 1_767_225_600_000;

/// Why the demo's data was not made.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// A rule refused it: the demo no longer fits the rules.
    #[error("the demo's data was refused")]
    Refused(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

fn refused(error: impl std::error::Error + Send + Sync + 'static) -> DemoError {
    DemoError::Refused(Box::new(error))
}

/// Makes the demo's data with the ids that it always has, unless it is there already.
pub fn fill(conn: &mut DbConn, now: LocalNow) -> Result<Cast, DemoError> {
    match Cast::find(conn)? {
        Some(cast) => Ok(cast),
        None => ids::with_stable(FIRST_ID, || make(conn, now)),
    }
}

fn make(conn: &mut DbConn, now: LocalNow) -> Result<Cast, DemoError> {
    let cast = cast::make(conn, now)?;
    let coordinator = person(cast.coordinator, Role::Coordinator);
    for content in shipped_programmes() {
        add_contact(conn, now, &grant(&coordinator)?, &content.slug, &cast)?;
    }
    let round = round_actions::NewRound {
        programme: slug("inclusief")?,
        name: format!("Ronde {}", now.today.year()),
        opens_on: now.today,
        closes_on: days_later(now.today, 60),
        capacity: None,
    };
    round_actions::create(conn, &grant(&coordinator)?, now.at, round).map_err(refused)?;

    draft(conn, now, &cast, "inclusief")?;
    let waiting = draft(conn, now, &cast, "uitvoering")?;
    submit(conn, now, &cast, waiting)?;
    let planned = draft(conn, now, &cast, "versnelling")?;
    submit(conn, now, &cast, planned)?;
    plan_talk(conn, now, &cast, planned)?;
    let withdrawn = draft(conn, now, &cast, "clientenparticipatie")?;
    submit(conn, now, &cast, withdrawn)?;
    let reason = Some("We bespreken dit eerst met de adviesraad.");
    let official = grant(&municipality(cast.municipality))?;
    flows::withdraw_intake(conn, &official, now, withdrawn, None, reason).map_err(refused)?;
    Ok(cast)
}

fn add_contact(
    conn: &mut DbConn,
    now: LocalNow,
    granted: &Granted<CatalogueWrite>,
    programme: &Slug,
    cast: &Cast,
) -> Result<(), DemoError> {
    let version = programmes::queries::find(conn, programme)?.map_or(0, |found| found.version);
    let contacts = [cast.adviser];
    programmes::actions::set_contacts(conn, granted, now.at, programme, Some(version), &contacts)
        .map_err(refused)?;
    Ok(())
}

fn draft(
    conn: &mut DbConn,
    now: LocalNow,
    cast: &Cast,
    programme: &str,
) -> Result<IntakeId, DemoError> {
    let programme = slug(programme)?;
    let content = shipped().programme(programme.as_str());
    let answers: BTreeMap<String, String> = content
        .into_iter()
        .flat_map(ProgrammeContent::required_answers)
        .map(|key| {
            let answer = "We willen dit samen met inwoners en aanbieders in onze wijken aanpakken.";
            (key.to_owned(), answer.to_owned())
        })
        .collect();
    let new = NewIntake {
        municipality: None,
        round: None,
        external_reference: Some(format!("DEMO-{programme}")),
        programme,
        contact_person: Some(cast.contact),
        sponsor: Some(Sponsor {
            person: cast.sponsor,
            role: cast::SPONSOR_ROLE,
        }),
        answers,
        issues: vec![NewIssue {
            title: "Ouderen die alleen wonen".to_owned(),
            description: "Ouderen die alleen wonen, vinden de weg naar hulp niet. \
                          Hoe bereiken we hen samen met de buurt?"
                .to_owned(),
            themes: shipped()
                .themes
                .iter()
                .take(2)
                .map(|tag| tag.slug.clone())
                .collect(),
            target_groups: shipped()
                .target_groups
                .iter()
                .take(1)
                .map(|tag| tag.slug.clone())
                .collect(),
        }],
    };
    let granted: Granted<IntakesWrite> = grant(&municipality(cast.municipality))?;
    Ok(intakes::create(conn, &granted, now, new)
        .map_err(refused)?
        .id)
}

fn submit(conn: &mut DbConn, now: LocalNow, cast: &Cast, id: IntakeId) -> Result<(), DemoError> {
    let granted: Granted<IntakesWrite> = grant(&municipality(cast.municipality))?;
    intakes::submit(conn, &granted, now, id, None).map_err(refused)?;
    Ok(())
}

/// Plans a talk on the first Tuesday two weeks from now, at two in the afternoon.
fn plan_talk(conn: &mut DbConn, now: LocalNow, cast: &Cast, id: IntakeId) -> Result<(), DemoError> {
    let zone = TimeZone::get("Europe/Amsterdam").map_err(refused)?;
    let day = days_later(now.today, 13)
        .nth_weekday(1, Weekday::Tuesday)
        .map_err(refused)?;
    let period =
        LocalPeriod::new(day.at(14, 0, 0, 0), day.at(15, 30, 0, 0), zone).map_err(refused)?;
    let venue = Venue::Both {
        place: "Stadhuis, kamer 2.14".to_owned(),
        online_url: "https://overleg.example.nl/intake".to_owned(),
    };
    let plan = TalkPlan {
        kind: None,
        period,
        venue,
        agenda: Some("Kennismaken en uw vraag samen verkennen.".to_owned()),
        organiser: Some(cast.adviser),
        invitees: vec![Invitee {
            person: cast.sponsor,
            required: false,
            chair: false,
        }],
    };
    let adviser: Granted<IntakesAssess> = grant(&person(cast.adviser, Role::Adviser))?;
    flows::plan_talk(conn, &adviser, now, id, None, plan).map_err(refused)?;
    Ok(())
}

fn days_later(day: Date, days: i64) -> Date {
    day.saturating_add(jiff::Span::new().days(days))
}

fn slug(text: &str) -> Result<Slug, DemoError> {
    text.parse().map_err(refused)
}

fn grant<P: Permission>(actor: &Arc<Actor>) -> Result<Granted<P>, DemoError> {
    actor.grant().map_err(refused)
}

fn person(id: PersonId, role: Role) -> Arc<Actor> {
    let who = Who::Person { person: id };
    Arc::new(Actor::new(who, Scope::Institute, role.permits()))
}

fn municipality(code: MunicipalityCode) -> Arc<Actor> {
    let who = Who::Client {
        client_id: cast::MUNICIPAL_CLIENT.into(),
    };
    let scope = Scope::municipality(code, &[]);
    Arc::new(Actor::new(who, scope, Role::Municipality.permits()))
}
