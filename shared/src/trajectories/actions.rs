//! What happens to a trajectory between its start and its end.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::start::problems_of;
use super::{
    ChangeTrajectoryError, Conclusion, Trajectory, TrajectoryAction, TrajectoryProblem, officials,
    queries, rules, trace,
};
use crate::access::{Actor, Granted, Scope, TrajectoriesWrite};
use crate::catalogue::programme::ProgrammeContent;
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError, DbResult};
use crate::deliveries::{self, NewDelivery, OrderKey, Payload};
use crate::ids::{KnowledgeItemId, PersonId, TrajectoryId};
use crate::knowledge::{self, ItemStatus, Shelf};
use crate::networks::{self, NewMembership};
use crate::{intakes, programmes};

/// Says which officials take part. Those of a running trajectory who are new to it enter the
/// general learning network (B4).
pub fn change_officials(
    conn: &mut DbConn,
    granted: &Granted<TrajectoriesWrite>,
    now: LocalNow,
    id: TrajectoryId,
    expected_version: Option<i64>,
    named: Vec<PersonId>,
) -> Result<Trajectory, ChangeTrajectoryError> {
    let trajectory = found(conn, granted, id, expected_version)?;
    let action = TrajectoryAction::ChangeOfficials;
    let from = trajectory.status;
    let mut changed = trajectory.after(action, now.at)?;
    let known = &changed.officials;
    let problems = problems_of(conn, now, changed.municipality, known, &named)?;
    if !problems.is_empty() {
        return Err(ChangeTrajectoryError::Invalid(problems));
    }
    changed.officials = named;
    let changed = queries::update(conn, changed)?;
    officials::replace(conn, &changed)?;
    if changed.running_at.is_some() {
        enrol(conn, granted.actor(), now, &changed)?;
    }
    trace::acted(
        conn,
        granted.actor(),
        now,
        &changed,
        from,
        action,
        Value::Null,
    )?;
    Ok(changed)
}

/// Begins to run: the plan's year begins, the end product gets its day (K2), the officials enter
/// the general learning network (B4), and the contact person and the sponsor are told by mail.
pub fn commence(
    conn: &mut DbConn,
    granted: &Granted<TrajectoriesWrite>,
    now: LocalNow,
    id: TrajectoryId,
    expected_version: Option<i64>,
) -> Result<Trajectory, ChangeTrajectoryError> {
    let trajectory = found(conn, granted, id, expected_version)?;
    let action = TrajectoryAction::Commence;
    let from = trajectory.status;
    let mut running = trajectory.after(action, now.at)?;
    running.year_ends_on = Some(rules::year_end(now.today));
    let content = content_of(conn, &running)?;
    running.end_product.due_on = rules::end_product_due(&content, now.today);
    let running = queries::update(conn, running)?;
    let actor = granted.actor();
    trace::acted(conn, actor, now, &running, from, action, Value::Null)?;
    tell(conn, actor, now, &running)?;
    enrol(conn, actor, now, &running)?;
    Ok(running)
}

/// Notes which knowledge item is the end product, and on which day it was handed in (K2).
pub fn deliver_end_product(
    conn: &mut DbConn,
    granted: &Granted<TrajectoriesWrite>,
    now: LocalNow,
    id: TrajectoryId,
    expected_version: Option<i64>,
    (item, delivered_on): (KnowledgeItemId, Date),
) -> Result<Trajectory, ChangeTrajectoryError> {
    let trajectory = found(conn, granted, id, expected_version)?;
    let action = TrajectoryAction::DeliverEndProduct;
    let from = trajectory.status;
    let mut changed = trajectory.after(action, now.at)?;
    let mut problems: Vec<TrajectoryProblem> = item_problem(conn, item)?.into_iter().collect();
    if delivered_on > now.today {
        problems.push(TrajectoryProblem::DeliveredLater);
    }
    if !problems.is_empty() {
        return Err(ChangeTrajectoryError::Invalid(problems));
    }
    changed.end_product.delivered = Some((item, delivered_on));
    let changed = queries::update(conn, changed)?;
    let data = json!({ "knowledgeItem": item });
    trace::acted(conn, granted.actor(), now, &changed, from, action, data)?;
    Ok(changed)
}

/// Looks back and closes the trajectory (K6); not before an end product that it owes (K2).
pub fn complete(
    conn: &mut DbConn,
    granted: &Granted<TrajectoriesWrite>,
    now: LocalNow,
    id: TrajectoryId,
    expected_version: Option<i64>,
    conclusion: Conclusion,
) -> Result<Trajectory, ChangeTrajectoryError> {
    let trajectory = found(conn, granted, id, expected_version)?;
    let action = TrajectoryAction::Complete;
    let from = trajectory.status;
    let mut completed = trajectory.after(action, now.at)?;
    if completed.owes_end_product()
        && let Some(due_on) = completed.end_product.due_on
    {
        return Err(ChangeTrajectoryError::EndProductOwed { due_on });
    }
    completed.conclusion = Some(conclusion);
    let completed = queries::update(conn, completed)?;
    let actor = granted.actor();
    trace::acted(conn, actor, now, &completed, from, action, Value::Null)?;
    Ok(completed)
}

/// Ends the trajectory before it is done.
pub fn stop(
    conn: &mut DbConn,
    granted: &Granted<TrajectoriesWrite>,
    now: LocalNow,
    id: TrajectoryId,
    expected_version: Option<i64>,
    reason: String,
) -> Result<Trajectory, ChangeTrajectoryError> {
    let trajectory = found(conn, granted, id, expected_version)?;
    let action = TrajectoryAction::Stop;
    let from = trajectory.status;
    let mut stopped = trajectory.after(action, now.at)?;
    stopped.stopped_reason = Some(reason);
    let stopped = queries::update(conn, stopped)?;
    trace::acted(
        conn,
        granted.actor(),
        now,
        &stopped,
        from,
        action,
        Value::Null,
    )?;
    Ok(stopped)
}

pub(super) fn found(
    conn: &mut DbConn,
    granted: &Granted<TrajectoriesWrite>,
    id: TrajectoryId,
    expected_version: Option<i64>,
) -> Result<Trajectory, ChangeTrajectoryError> {
    let trajectory =
        queries::find(conn, granted.scope(), id)?.ok_or(ChangeTrajectoryError::NotFound)?;
    if expected_version.is_some_and(|version| version != trajectory.version) {
        return Err(ChangeTrajectoryError::Stale);
    }
    Ok(trajectory)
}

pub(super) fn content_of(conn: &mut DbConn, trajectory: &Trajectory) -> DbResult<ProgrammeContent> {
    let (programme, number) = (&trajectory.programme, trajectory.programme_number);
    programmes::queries::content(conn, programme, number)?.ok_or(DbError::Corrupt {
        what: "programme version",
    })
}

fn enrol(conn: &mut DbConn, actor: &Actor, now: LocalNow, trajectory: &Trajectory) -> DbResult<()> {
    for person in &trajectory.officials {
        let new = NewMembership {
            person: *person,
            trajectory: trajectory.id,
            municipality: trajectory.municipality,
        };
        networks::enrol(conn, actor, now, new)?;
    }
    Ok(())
}

/// Puts a mail to the contact person and one to the sponsor into the outbox.
fn tell(conn: &mut DbConn, actor: &Actor, now: LocalNow, trajectory: &Trajectory) -> DbResult<()> {
    let intake = intakes::find(conn, &Scope::Institute, trajectory.intake)?;
    let intake = intake.ok_or(DbError::Corrupt { what: "intake" })?;
    let sponsor = intake.sponsor.map(|sponsor| sponsor.person);
    for recipient in intake.contact_person.into_iter().chain(sponsor) {
        let new = NewDelivery {
            // The same person may be both.
            dedupe_key: format!("trajectory_running:{}:{recipient}", trajectory.id),
            payload: Payload::TrajectoryRunning {
                trajectory: trajectory.id,
            },
            recipient,
            subject: trace::subject(trajectory),
            meeting: None,
            order_key: OrderKey::subject(trajectory.id.0, recipient),
            due_at: now.at,
            expires_at: None,
        };
        deliveries::enqueue(conn, &new, actor, now.at)?;
    }
    Ok(())
}

fn item_problem(conn: &mut DbConn, item: KnowledgeItemId) -> DbResult<Option<TrajectoryProblem>> {
    let found = knowledge::find(conn, Shelf::Everything, item)?;
    Ok(match found.map(|item| item.status) {
        None => Some(TrajectoryProblem::UnknownItem),
        Some(ItemStatus::Retired) => Some(TrajectoryProblem::RetiredItem),
        Some(ItemStatus::Draft | ItemStatus::Published) => None,
    })
}
