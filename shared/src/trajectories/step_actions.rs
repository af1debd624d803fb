//! Planning steps, moving them, and saying that they were done.

use jiff::civil::Date;
use serde_json::json;

use super::actions::{content_of, found};
use super::{
    ChangeTrajectoryError, Step, StepStatus, Trajectory, TrajectoryAction, TrajectoryProblem, plan,
    rules, trace,
};
use crate::access::{Granted, TrajectoriesWrite};
use crate::clock::LocalNow;
use crate::db::DbConn;
use crate::ids::{TrajectoryBlockId, TrajectoryId, TrajectoryStepId};

/// A step about to be planned.
#[derive(Debug, Clone)]
pub struct NewStep {
    /// The block it belongs to.
    pub block: TrajectoryBlockId,
    /// What it is called.
    pub name: String,
    /// The form it takes, a key of the block's list (B1).
    pub form: Option<String>,
    /// The method it uses, a key of the block's list (B1).
    pub method: Option<String>,
    /// The day it is planned on, or begins.
    pub planned_on: Option<Date>,
    /// What there is to say about it.
    pub note: Option<String>,
}

/// What changes in a step: `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct StepChange {
    /// Where it stands now.
    pub status: Option<StepStatus>,
    /// Another day, or none.
    pub planned_on: Option<Option<Date>>,
    /// Another form, or none.
    pub form: Option<Option<String>>,
    /// Another method, or none.
    pub method: Option<Option<String>>,
    /// Another note, or none.
    pub note: Option<Option<String>>,
}

/// Plans another step at the end of a block.
pub fn add_step(
    conn: &mut DbConn,
    granted: &Granted<TrajectoriesWrite>,
    now: LocalNow,
    id: TrajectoryId,
    new: NewStep,
) -> Result<(Trajectory, Step), ChangeTrajectoryError> {
    let trajectory = found(conn, granted, id, None)?;
    let action = TrajectoryAction::AddStep;
    trajectory.status.after(action)?;
    let Some(block) = trajectory.blocks.iter().find(|block| block.id == new.block) else {
        let problems = vec![TrajectoryProblem::UnknownBlock];
        return Err(ChangeTrajectoryError::Invalid(problems));
    };
    let last = block.steps.iter().map(|step| step.position).max();
    let step = Step {
        id: TrajectoryStepId::generate(),
        version: 1,
        block: new.block,
        position: last.map_or(0, |last| last + 1),
        key: None,
        name: new.name,
        form: new.form,
        method: new.method,
        planned_on: new.planned_on,
        status: StepStatus::Planned,
        note: new.note,
        updated_at: now.at,
    };
    check(conn, &trajectory, &step)?;
    plan::insert_step(conn, id, &step)?;
    let (actor, status) = (granted.actor(), trajectory.status);
    let data = json!({ "step": step.id });
    trace::acted(conn, actor, now, &trajectory, status, action, data)?;
    Ok((trajectory, step))
}

/// Changes a step; `expected_version` is the step's own.
pub fn change_step(
    conn: &mut DbConn,
    granted: &Granted<TrajectoriesWrite>,
    now: LocalNow,
    (id, step): (TrajectoryId, TrajectoryStepId),
    expected_version: Option<i64>,
    change: StepChange,
) -> Result<(Trajectory, Step), ChangeTrajectoryError> {
    let trajectory = found(conn, granted, id, None)?;
    let step = trajectory.steps().find(|found| found.id == step).cloned();
    let mut step = step.ok_or(ChangeTrajectoryError::NotFound)?;
    if expected_version.is_some_and(|version| version != step.version) {
        return Err(ChangeTrajectoryError::Stale);
    }
    let action = TrajectoryAction::ChangeStep;
    trajectory.status.after(action)?;
    let from = step.status;
    step.status = change.status.unwrap_or(step.status);
    step.planned_on = change.planned_on.unwrap_or(step.planned_on);
    step.form = change.form.unwrap_or(step.form);
    step.method = change.method.unwrap_or(step.method);
    step.note = change.note.unwrap_or(step.note);
    step.updated_at = now.at;
    check(conn, &trajectory, &step)?;
    let step = plan::update_step(conn, step)?;
    let (actor, status) = (granted.actor(), trajectory.status);
    let data = json!({ "step": step.id, "from": from, "to": step.status });
    trace::acted(conn, actor, now, &trajectory, status, action, data)?;
    Ok((trajectory, step))
}

fn check(
    conn: &mut DbConn,
    trajectory: &Trajectory,
    step: &Step,
) -> Result<(), ChangeTrajectoryError> {
    let content = content_of(conn, trajectory)?;
    let block = trajectory
        .blocks
        .iter()
        .find(|block| block.id == step.block);
    let offered = block.and_then(|block| content.building_block(&block.key));
    let problems = rules::step_problems(offered, step.form.as_deref(), step.method.as_deref());
    if problems.is_empty() {
        Ok(())
    } else {
        Err(ChangeTrajectoryError::Invalid(problems))
    }
}
