//! Every statement on the blocks and steps of trajectories.

use diesel::prelude::*;
use jiff::civil::Date;

use super::{Block, Step, StepStatus, Trajectory};
use crate::db::columns::{At, On};
use crate::db::schema::{trajectory_blocks, trajectory_steps};
use crate::db::{DbConn, DbResult, one_row};
use crate::ids::{TrajectoryBlockId, TrajectoryId, TrajectoryStepId};

#[derive(Queryable, Selectable)]
#[diesel(table_name = trajectory_blocks)]
struct BlockRow {
    id: TrajectoryBlockId,
    trajectory: TrajectoryId,
    position: i32,
    key: String,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = trajectory_steps)]
struct StepRow {
    id: TrajectoryStepId,
    version: i64,
    trajectory: TrajectoryId,
    block: TrajectoryBlockId,
    position: i32,
    key: Option<String>,
    name: String,
    form: Option<String>,
    method: Option<String>,
    planned_on: Option<On>,
    status: StepStatus,
    note: Option<String>,
    updated_at: At,
}

impl From<StepRow> for Step {
    fn from(row: StepRow) -> Self {
        Self {
            id: row.id,
            version: row.version,
            block: row.block,
            position: row.position,
            key: row.key,
            name: row.name,
            form: row.form,
            method: row.method,
            planned_on: row.planned_on.map(Date::from),
            status: row.status,
            note: row.note,
            updated_at: row.updated_at.0,
        }
    }
}

/// Reads the blocks and steps of several trajectories in two queries.
pub(super) fn attach(conn: &mut DbConn, trajectories: &mut [Trajectory]) -> DbResult<()> {
    let ids: Vec<TrajectoryId> = trajectories.iter().map(|it| it.id).collect();
    let blocks = trajectory_blocks::table
        .filter(trajectory_blocks::trajectory.eq_any(ids.clone()))
        .order((trajectory_blocks::trajectory, trajectory_blocks::position))
        .select(BlockRow::as_select())
        .load(conn)?;
    let steps = trajectory_steps::table
        .filter(trajectory_steps::trajectory.eq_any(ids))
        .order((trajectory_steps::block, trajectory_steps::position))
        .select(StepRow::as_select())
        .load(conn)?;
    for row in blocks {
        if let Some(owner) = trajectories.iter_mut().find(|it| it.id == row.trajectory) {
            owner.blocks.push(Block {
                id: row.id,
                position: row.position,
                key: row.key,
                steps: Vec::new(),
            });
        }
    }
    let mut blocks: Vec<&mut Block> = trajectories
        .iter_mut()
        .flat_map(|trajectory| &mut trajectory.blocks)
        .collect();
    for row in steps {
        if let Some(block) = blocks.iter_mut().find(|block| block.id == row.block) {
            block.steps.push(row.into());
        }
    }
    Ok(())
}

pub(super) fn insert(conn: &mut DbConn, trajectory: &Trajectory) -> DbResult<()> {
    for block in &trajectory.blocks {
        diesel::insert_into(trajectory_blocks::table)
            .values((
                trajectory_blocks::id.eq(block.id),
                trajectory_blocks::trajectory.eq(trajectory.id),
                trajectory_blocks::position.eq(block.position),
                trajectory_blocks::key.eq(&block.key),
            ))
            .execute(conn)?;
    }
    for step in trajectory.steps() {
        insert_step(conn, trajectory.id, step)?;
    }
    Ok(())
}

pub(super) fn insert_step(
    conn: &mut DbConn,
    trajectory: TrajectoryId,
    step: &Step,
) -> DbResult<()> {
    let step = step.clone();
    diesel::insert_into(trajectory_steps::table)
        .values(StepRow {
            id: step.id,
            version: step.version,
            trajectory,
            block: step.block,
            position: step.position,
            key: step.key,
            name: step.name,
            form: step.form,
            method: step.method,
            planned_on: step.planned_on.map(On),
            status: step.status,
            note: step.note,
            updated_at: At(step.updated_at),
        })
        .execute(conn)?;
    Ok(())
}

/// Stores a changed step, provided that nobody changed it since it was read.
pub(super) fn update_step(conn: &mut DbConn, step: Step) -> DbResult<Step> {
    let version = step.version + 1;
    let unchanged = trajectory_steps::table
        .filter(trajectory_steps::id.eq(step.id))
        .filter(trajectory_steps::version.eq(step.version));
    let changed = diesel::update(unchanged)
        .set((
            trajectory_steps::version.eq(version),
            trajectory_steps::form.eq(step.form.as_deref()),
            trajectory_steps::method.eq(step.method.as_deref()),
            trajectory_steps::planned_on.eq(step.planned_on.map(On)),
            trajectory_steps::status.eq(step.status),
            trajectory_steps::note.eq(step.note.as_deref()),
            trajectory_steps::updated_at.eq(At(step.updated_at)),
        ))
        .execute(conn)?;
    one_row(changed)?;
    Ok(Step { version, ..step })
}
