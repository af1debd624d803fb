//! What became of the demo's intakes after the talk: assessed, decided on, referred, and one
//! with an accepted offer and a running trajectory.

use std::sync::Arc;

use koplopers_shared::access::{
    Actor, IntakesAssess, IntakesDecide, KnowledgeWrite, MeetingsWrite, OffersAnswer, OffersWrite,
    Permit, Role, Scope, TrajectoriesWrite,
};
use koplopers_shared::assessments::{
    self, AssessmentChange, CoFunding, CriterionValue, Evidenced, Judgement,
};
use koplopers_shared::catalogue::ProgrammeContent;
use koplopers_shared::catalogue::words::{
    KnowledgeSource, Language, LearningPractice, MunicipalBody, PartyKind, SupportKind,
};
use koplopers_shared::clock::LocalNow;
use koplopers_shared::db::{DbConn, DbError};
use koplopers_shared::decisions::DecisionOutcome;
use koplopers_shared::flows::{self, NewDecision, NewReferral};
use koplopers_shared::ids::{IntakeId, KnowledgeItemId};
use koplopers_shared::knowledge::{self, ItemContent};
use koplopers_shared::meetings::MeetingOutcome;
use koplopers_shared::offers::{
    self, AnsweredBy, NewBlock, NewOffer, NewStep, OfferAnswer, Principle,
};
use koplopers_shared::words::Cents;
use koplopers_shared::{intakes as requests, programmes, trajectories};

use super::cast::{Applicant, Cast};
use super::{DemoError, ago, days_later, grant, intakes, person, refused};

/// Holds the talk ten days after it was planned, and records what a match asks for.
pub(super) fn assessed(
    conn: &mut DbConn,
    now: LocalNow,
    cast: &Cast,
    by: &Applicant,
    id: IntakeId,
) -> Result<(), DemoError> {
    let talk = intakes::plan_talk_on(conn, now, (cast, by), id, days_later(now.today, 9))?;
    let after = ago(now, -11);
    let adviser = person(cast.adviser, Role::Adviser);
    let held = MeetingOutcome::Held;
    let meetings = grant::<MeetingsWrite>(&adviser)?;
    flows::record_outcome(conn, &meetings, after, talk, None, held, None).map_err(refused)?;
    let assess = grant::<IntakesAssess>(&adviser)?;
    assessments::start(conn, &assess, after, id, None).map_err(refused)?;
    let change = AssessmentChange {
        local_situation: Some(Some(
            "Veel ouderen wonen alleen en kennen de weg niet.".to_owned(),
        )),
        support_needed: Some(Some("Samen met de buurt een aanpak maken.".to_owned())),
        heard: Some(PartyKind::ALL.iter().copied().map(shown).collect()),
        supports: Some(SupportKind::ALL.iter().copied().map(shown).collect()),
        bodies: Some(MunicipalBody::ALL.iter().copied().map(shown).collect()),
        co_funding: Some(Some(CoFunding {
            percent: 50,
            given_by: Some(by.sponsor),
        })),
    };
    assessments::change(conn, &assess, after, id, None, change).map_err(refused)?;
    let judgements: Vec<Judgement> = content_of(conn, id)?
        .criteria
        .iter()
        .map(|criterion| Judgement {
            criterion: criterion.key.clone(),
            value: CriterionValue::Met,
            evidence: Some("Zo bleek in het gesprek.".to_owned()),
            reason: None,
        })
        .collect();
    let decide = grant::<IntakesDecide>(&person(cast.coordinator, Role::Coordinator))?;
    assessments::set_findings(conn, &assess, after, id, None, judgements.clone())
        .map_err(refused)?;
    assessments::settle(conn, &decide, after, id, None, judgements).map_err(refused)
}

/// Decides, and tells the municipality at once.
pub(super) fn decided(
    conn: &mut DbConn,
    now: LocalNow,
    cast: &Cast,
    id: IntakeId,
    outcome: DecisionOutcome,
) -> Result<(), DemoError> {
    let reason = match outcome {
        DecisionOutcome::Match => "Uw vraag past goed bij dit traject.",
        DecisionOutcome::Decline | DecisionOutcome::Close => {
            "Uw vraag is nog te breed. Kies eerst met de buurt waar u begint."
        }
    };
    let granted = grant::<IntakesDecide>(&person(cast.coordinator, Role::Coordinator))?;
    let new = NewDecision {
        outcome,
        reason: Some(reason.to_owned()),
        release: true,
    };
    flows::prepare_decision(conn, &granted, now, id, None, new).map_err(refused)?;
    Ok(())
}

/// Answers a light question with an item of the body of knowledge.
pub(super) fn referred(
    conn: &mut DbConn,
    now: LocalNow,
    cast: &Cast,
    id: IntakeId,
) -> Result<(), DemoError> {
    let item = published_item(conn, now, cast, id)?;
    let granted = grant::<IntakesAssess>(&person(cast.adviser, Role::Adviser))?;
    let new = NewReferral {
        items: vec![item],
        note: "Dit stappenplan helpt u op weg. Komt u er niet uit? Vraag het ons.".to_owned(),
    };
    flows::refer_intake(conn, &granted, now, id, None, new).map_err(refused)?;
    Ok(())
}

fn published_item(
    conn: &mut DbConn,
    now: LocalNow,
    cast: &Cast,
    id: IntakeId,
) -> Result<KnowledgeItemId, DemoError> {
    let granted = grant::<KnowledgeWrite>(&person(cast.adviser, Role::Adviser))?;
    let issue = intake(conn, id)?.issues.into_iter().next();
    let tags = issue.map(|issue| issue.content);
    let content = ItemContent {
        title: "Stappenplan: ouderen bereiken met de buurt".to_owned(),
        summary: "Zeven stappen om met buren, vrijwilligers en professionals te beginnen."
            .to_owned(),
        url: "https://kennis.example.org/ouderen-bereiken"
            .parse()
            .map_err(refused)?,
        language: Language::Nl,
        source: KnowledgeSource::Practice,
        learning_practice: Some(LearningPractice::ActionResearch),
        programme: None,
        meeting: None,
        themes: tags
            .as_ref()
            .map_or_else(Vec::new, |tags| tags.themes.clone()),
        target_groups: tags.map_or_else(Vec::new, |tags| tags.target_groups),
    };
    let item = knowledge::create(conn, &granted, now, content).map_err(refused)?;
    knowledge::publish(conn, &granted, now, item.id, None).map_err(refused)?;
    Ok(item.id)
}

/// Sends an offer of every building block, which the sponsor accepts five days later.
pub(super) fn accepted(
    conn: &mut DbConn,
    now: LocalNow,
    cast: &Cast,
    by: &Applicant,
    id: IntakeId,
) -> Result<(), DemoError> {
    let granted = grant::<OffersWrite>(&person(cast.adviser, Role::Adviser))?;
    let content = content_of(conn, id)?;
    let new = offer(&content, now)?;
    let offer = offers::draft(conn, &granted, now, id, new).map_err(refused)?;
    offers::send(conn, &granted, now, offer.id, None).map_err(refused)?;
    let sponsor = Arc::new(Actor::link_holder(by.sponsor, Permit::OffersAnswer));
    let answer = OfferAnswer::Accept(AnsweredBy {
        name: "Joris Vermeulen".to_owned(),
        role: "Gemeentesecretaris".to_owned(),
    });
    let granted = grant::<OffersAnswer>(&sponsor)?;
    offers::answer(conn, &granted, ago(now, -5), offer.id, answer).map_err(refused)?;
    Ok(())
}

fn offer(content: &ProgrammeContent, now: LocalNow) -> Result<NewOffer, DemoError> {
    let cost = Cents::new(480_000).map_err(refused)?;
    let own_contribution = Cents::new(240_000).map_err(refused)?;
    let blocks = content.building_blocks.iter().map(|block| NewBlock {
        key: block.key.clone(),
        kind: None,
        description: "Samen met bewoners en aanbieders, in de wijk.".to_owned(),
        hours: 40,
        cost,
        own_contribution,
        asked_by: block.asked_by.first().copied(),
        steps: block
            .steps
            .iter()
            .zip(1..)
            .map(|(step, month)| NewStep {
                key: Some(step.key.clone()),
                name: None,
                form: None,
                method: None,
                planned_on: Some(days_later(now.today, 30 * month)),
            })
            .collect(),
    });
    let principles = content
        .guiding_principles
        .iter()
        .map(|principle| Principle {
            key: principle.key.clone(),
            ticked: true,
            remark: None,
        });
    Ok(NewOffer {
        introduction: Some("Dit stellen we voor na ons gesprek.".to_owned()),
        blocks: blocks.collect(),
        principles: principles.collect(),
        valid_until_on: Some(days_later(now.today, 30)),
    })
}

/// Turns an intake with an accepted offer into a trajectory that runs.
pub(super) fn running(
    conn: &mut DbConn,
    now: LocalNow,
    cast: &Cast,
    id: IntakeId,
) -> Result<(), DemoError> {
    let granted = grant::<TrajectoriesWrite>(&person(cast.coordinator, Role::Coordinator))?;
    let started = flows::start_trajectory(conn, &granted, now, id, Vec::new()).map_err(refused)?;
    trajectories::commence(conn, &granted, ago(now, -7), started.id, None).map_err(refused)?;
    Ok(())
}

fn intake(conn: &mut DbConn, id: IntakeId) -> Result<requests::Intake, DemoError> {
    let found = requests::find(conn, &Scope::Institute, id)?;
    Ok(found.ok_or(DbError::Corrupt { what: "demo" })?)
}

fn content_of(conn: &mut DbConn, id: IntakeId) -> Result<ProgrammeContent, DemoError> {
    let intake = intake(conn, id)?;
    let content = programmes::queries::content(conn, &intake.programme, intake.programme_number)?;
    Ok(content.ok_or(DbError::Corrupt { what: "demo" })?)
}

fn shown<W>(key: W) -> Evidenced<W> {
    Evidenced {
        key,
        evidence: Some("Verslag van het gesprek.".to_owned()),
    }
}
