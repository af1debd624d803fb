//! Intakes further along their life: talked with, assessed, decided on.

use jiff::civil::date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::{catalogue_of, granted, now, slug, staff, submitted};
use crate::access::{CatalogueWrite, IntakesAssess, IntakesDecide, MeetingsWrite, Role, Scope};
use crate::assessments::{self, AssessmentChange, CoFunding, CriterionValue, Evidenced, Judgement};
use crate::catalogue::words::{MunicipalBody, PartyKind, SupportKind};
use crate::clock::LocalNow;
use crate::db::{Db, DbError};
use crate::decisions::{Decision, DecisionOutcome};
use crate::flows::{self, DecideError, NewDecision, TalkPlan};
use crate::ids::{IntakeId, RoundId};
use crate::intakes::{self, Intake};
use crate::meetings::{LocalPeriod, MeetingOutcome, Venue};
use crate::programmes::round_actions::{self, NewRound};
use crate::words::MunicipalityCode;

/// The first of several municipalities that no other test data uses; `number` from 0.
#[must_use]
pub fn municipality_number(number: usize) -> MunicipalityCode {
    let all = crate::catalogue::shipped_municipalities();
    all.get(number).expect("a shipped municipality").code
}

/// A round of `inclusief` that is open now.
pub async fn round(db: &Db, capacity: i32) -> RoundId {
    let granted = granted::<CatalogueWrite>(&staff(Role::Coordinator));
    let new = NewRound {
        programme: slug("inclusief"),
        name: "Voorjaar 2026".to_owned(),
        opens_on: date(2026, 2, 1),
        closes_on: date(2026, 12, 31),
        capacity: Some(capacity),
    };
    db.write(move |conn| round_actions::create(conn, &granted, now().at, new.clone()))
        .await
        .expect("a round")
        .id
}

/// The afternoon after [`now`], when the talks of this file are over.
fn after_talk() -> LocalNow {
    LocalNow {
        at: now().at + SignedDuration::from_hours(32),
        today: date(2026, 3, 3),
    }
}

/// The intake, with its talk planned.
pub async fn talk_planned(db: &Db, intake: &Intake) -> flows::PlannedTalk {
    let granted = granted::<IntakesAssess>(&staff(Role::Adviser));
    let day = date(2026, 3, 3);
    let zone = TimeZone::get("Europe/Amsterdam").expect("a zone that ships");
    let period = LocalPeriod::new(day.at(10, 0, 0, 0), day.at(11, 30, 0, 0), zone);
    let plan = TalkPlan {
        kind: None,
        period: period.expect("a period"),
        venue: Venue::Place("Stadhuis".to_owned()),
        agenda: None,
        organiser: None,
        invitees: Vec::new(),
    };
    let id = intake.id;
    db.write(move |conn| flows::plan_talk(conn, &granted, now(), id, None, plan.clone()))
        .await
        .expect("a planned talk")
}

/// The intake, with its talk held.
pub async fn talk_held(db: &Db, intake: &Intake) {
    let talk = talk_planned(db, intake).await;
    let granted = granted::<MeetingsWrite>(&staff(Role::Adviser));
    let (id, held) = (talk.meeting.id, MeetingOutcome::Held);
    db.write(move |conn| flows::record_outcome(conn, &granted, after_talk(), id, None, held, None))
        .await
        .expect("an outcome");
}

/// An intake of which the assessment has started, with nothing in it.
pub async fn assessing(db: &Db, code: MunicipalityCode, programme: &str) -> Intake {
    let intake = submitted(db, code, programme).await;
    talk_held(db, &intake).await;
    let granted = granted::<IntakesAssess>(&staff(Role::Adviser));
    db.write(move |conn| assessments::start(conn, &granted, after_talk(), intake.id, None))
        .await
        .expect("an assessment")
}

/// An intake that can be matched: everything is recorded and settled.
pub async fn assessed(db: &Db, code: MunicipalityCode, programme: &str) -> Intake {
    let intake = assessing(db, code, programme).await;
    let contact = intake.contact_person;
    let (assess, decide) = (staff(Role::Adviser), staff(Role::Coordinator));
    let (assess, decide) = (
        granted::<IntakesAssess>(&assess),
        granted::<IntakesDecide>(&decide),
    );
    let judgements: Vec<Judgement> = catalogue_of(programme)
        .criteria
        .iter()
        .map(|criterion| judgement(&criterion.key, CriterionValue::Met))
        .collect();
    let id = intake.id;
    db.write(move |conn| {
        let change = AssessmentChange {
            heard: Some(PartyKind::ALL.iter().map(|kind| shown(*kind)).collect()),
            supports: Some(SupportKind::ALL.iter().map(|kind| shown(*kind)).collect()),
            bodies: Some(MunicipalBody::ALL.iter().map(|body| shown(*body)).collect()),
            co_funding: Some(Some(CoFunding {
                percent: 50,
                given_by: contact,
            })),
            ..AssessmentChange::default()
        };
        let now = after_talk();
        assessments::change(conn, &assess, now, id, None, change)?;
        assessments::settle(conn, &decide, now, id, None, judgements.clone())
    })
    .await
    .expect("a settled assessment");
    intake
}

fn shown<W>(key: W) -> Evidenced<W> {
    Evidenced {
        key,
        evidence: Some("Verslag van het gesprek.".to_owned()),
    }
}

/// What is said of a criterion, with a reason.
#[must_use]
pub fn judgement(criterion: &str, value: CriterionValue) -> Judgement {
    Judgement {
        criterion: criterion.to_owned(),
        value,
        evidence: None,
        reason: Some("Zo bleek in het gesprek.".to_owned()),
    }
}

/// A decision on an intake, released at once, at `at`.
pub async fn decided(
    db: &Db,
    id: IntakeId,
    outcome: DecisionOutcome,
    at: Timestamp,
) -> Result<(Decision, Intake), DecideError> {
    let granted = granted::<IntakesDecide>(&staff(Role::Coordinator));
    let now = LocalNow {
        at,
        today: date(2026, 3, 4),
    };
    db.write(move |conn| {
        let new = NewDecision {
            outcome,
            reason: Some("Dat is de uitkomst van het gesprek.".to_owned()),
            release: true,
        };
        flows::prepare_decision(conn, &granted, now, id, None, new)
    })
    .await
}

/// An intake that was assessed and matched by a decision.
pub async fn matched(db: &Db, code: MunicipalityCode, programme: &str) -> Intake {
    let intake = assessed(db, code, programme).await;
    decided(db, intake.id, DecisionOutcome::Match, after_talk().at)
        .await
        .expect("a match")
        .1
}

/// The intake as it is now.
pub async fn reread(db: &Db, id: IntakeId) -> Intake {
    db.read(move |conn| intakes::find(conn, &Scope::Institute, id))
        .await
        .unwrap_or_else(|error: DbError| panic!("{error}"))
        .expect("an intake")
}
