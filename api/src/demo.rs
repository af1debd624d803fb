//! What the demo starts with, made through the real actions: people, rounds, and intakes in the
//! states that a front end wants to show. All names are invented.
//!
//! | municipality | programme | where it stands |
//! | --- | --- | --- |
//! | Amsterdam | inclusief | waitlisted in the round before, and a draft for this one |
//! | Amsterdam | uitvoering | one referred, one sent in |
//! | Amsterdam | versnelling | one declined, one with its talk planned |
//! | Amsterdam | clientenparticipatie | one withdrawn, one that became a running trajectory |
//! | Utrecht | inclusief | matched, in the only place of the round before |
//! | Utrecht | uitvoering | assessed, to be decided on |
//!
//! And a network: a cohort of forty members over all provinces, and three candidates whose
//! executive has yet to consent; its meetings of this year, of which one moved and one is off; and a
//! learning group that votes on the day of its exchange.

mod cast;
pub mod credentials;
mod intakes;
mod meetings;
mod network;
mod outcomes;

use std::sync::Arc;

use jiff::civil::Date;
use jiff::{SignedDuration, Span};
use koplopers_shared::access::{
    Actor, CatalogueWrite, Granted, IntakesWrite, Permission, Role, Scope, Who,
};
use koplopers_shared::catalogue::shipped_programmes;
use koplopers_shared::clock::LocalNow;
use koplopers_shared::db::{DbConn, DbError};
use koplopers_shared::decisions::DecisionOutcome;
use koplopers_shared::flows;
use koplopers_shared::ids::{self, PersonId, RoundId};
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
    before_today(conn, now, &cast)?;

    let round = ("Tweede ronde", now, days_later(now.today, 60));
    open_round(conn, &cast, round, None)?;
    let own = cast.applicant;
    intakes::draft(conn, now, &own, "inclusief", "DEMO-inclusief")?;
    let waiting = intakes::draft(conn, now, &own, "uitvoering", "DEMO-uitvoering")?;
    intakes::submit(conn, now, &own, waiting)?;
    let planned = intakes::draft(conn, now, &own, "versnelling", "DEMO-versnelling")?;
    intakes::submit(conn, now, &own, planned)?;
    intakes::plan_talk(conn, now, &cast, &own, planned)?;
    let members = network::make(conn, now, &cast)?;
    meetings::make(conn, now, &cast, &members)?;
    Ok(cast)
}

/// What happened in the months before the demo was started.
fn before_today(conn: &mut DbConn, now: LocalNow, cast: &Cast) -> Result<(), DemoError> {
    let (own, neighbour) = (cast.applicant, cast.neighbour);
    let round = ("Eerste ronde", ago(now, 120), days_later(now.today, -61));
    let round = open_round(conn, cast, round, Some(1))?;
    for applicant in [neighbour, own] {
        let id = intakes::submitted(conn, ago(now, 100), &applicant, "inclusief", Some(round))?;
        outcomes::assessed(conn, ago(now, 90), cast, &applicant, id)?;
        outcomes::decided(conn, ago(now, 70), cast, id, DecisionOutcome::Match)?;
    }
    let light = intakes::submitted(conn, ago(now, 80), &own, "uitvoering", None)?;
    outcomes::referred(conn, ago(now, 75), cast, light)?;
    let early = intakes::submitted(conn, ago(now, 80), &own, "versnelling", None)?;
    outcomes::assessed(conn, ago(now, 70), cast, &own, early)?;
    outcomes::decided(conn, ago(now, 50), cast, early, DecisionOutcome::Decline)?;
    let ready = intakes::submitted(conn, ago(now, 40), &neighbour, "uitvoering", None)?;
    outcomes::assessed(conn, ago(now, 30), cast, &neighbour, ready)?;
    let withdrawn = intakes::submitted(conn, ago(now, 110), &own, "clientenparticipatie", None)?;
    let reason = Some("We bespreken dit eerst met de adviesraad.");
    let official: Granted<IntakesWrite> = grant(&municipality(own.municipality))?;
    flows::withdraw_intake(conn, &official, ago(now, 105), withdrawn, None, reason)
        .map_err(refused)?;
    let begun = intakes::submitted(conn, ago(now, 100), &own, "clientenparticipatie", None)?;
    outcomes::assessed(conn, ago(now, 90), cast, &own, begun)?;
    outcomes::decided(conn, ago(now, 70), cast, begun, DecisionOutcome::Match)?;
    outcomes::accepted(conn, ago(now, 60), cast, &own, begun)?;
    outcomes::running(conn, ago(now, 50), cast, begun)
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

/// A round of `inclusief`, open from the instant at which it is made.
fn open_round(
    conn: &mut DbConn,
    cast: &Cast,
    (name, from, closes_on): (&str, LocalNow, Date),
    capacity: Option<i32>,
) -> Result<RoundId, DemoError> {
    let granted = grant(&person(cast.coordinator, Role::Coordinator))?;
    let round = round_actions::NewRound {
        programme: slug("inclusief")?,
        name: name.to_owned(),
        opens_on: from.today,
        closes_on,
        capacity,
    };
    let made = round_actions::create(conn, &granted, from.at, round).map_err(refused)?;
    Ok(made.id)
}

/// The same time of day, some days before.
fn ago(now: LocalNow, days: i64) -> LocalNow {
    LocalNow {
        at: now.at - SignedDuration::from_hours(24 * days),
        today: days_later(now.today, -days),
    }
}

fn days_later(day: Date, days: i64) -> Date {
    day.saturating_add(Span::new().days(days))
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
