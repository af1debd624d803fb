//! Mails about a trajectory: when it begins, and when its end product is nearly due.

use super::{ComposeError, ComposedMail, Composer, Looked, intake as about_intake, notice};
use crate::access::Scope;
use crate::catalogue::programme::{BuildingBlock, ProgrammeContent};
use crate::catalogue::words::Language;
use crate::db::DbConn;
use crate::deliveries::DroppedReason;
use crate::ids::TrajectoryId;
use crate::intakes::{self, Intake};
use crate::mail::clean::Line;
use crate::mail::trajectory::{EndProductChaser, PlannedStep, TrajectoryRunning};
use crate::trajectories::{self, Block, Step, StepStatus, Trajectory, TrajectoryStatus};

/// A trajectory with its intake.
pub(super) struct TrajectoryFacts {
    trajectory: Trajectory,
    intake: Intake,
}

fn read(conn: &mut DbConn, id: TrajectoryId) -> Result<TrajectoryFacts, ComposeError> {
    let missing = |what| ComposeError::Incomplete { what };
    let scope = &Scope::Institute;
    let trajectory = trajectories::find(conn, scope, id)?.ok_or(missing("trajectory"))?;
    let intake = intakes::find(conn, scope, trajectory.intake)?.ok_or(missing("intake"))?;
    Ok(TrajectoryFacts { trajectory, intake })
}

/// Wanted only while it runs.
pub(super) fn look_running(conn: &mut DbConn, id: TrajectoryId) -> Looked<TrajectoryFacts> {
    let facts = read(conn, id)?;
    Ok(match facts.trajectory.status {
        TrajectoryStatus::Running => Ok(facts),
        TrajectoryStatus::Preparing | TrajectoryStatus::Completed => Err(DroppedReason::Past),
        TrajectoryStatus::Stopped => Err(DroppedReason::Cancelled),
    })
}

/// Wanted while it runs and owes its end product.
pub(super) fn look_end_product(conn: &mut DbConn, id: TrajectoryId) -> Looked<TrajectoryFacts> {
    let looked = look_running(conn, id)?;
    Ok(looked.and_then(|facts| {
        if facts.trajectory.owes_end_product() {
            Ok(facts)
        } else {
            Err(DroppedReason::Answered)
        }
    }))
}

impl Composer<'_> {
    pub(super) fn trajectory_running(
        &mut self,
        TrajectoryFacts { trajectory, intake }: &TrajectoryFacts,
    ) -> Result<ComposedMail, ComposeError> {
        let missing = |what| ComposeError::Incomplete { what };
        let content = self.content(intake)?;
        let contents = TrajectoryRunning {
            programme: self.programme(intake, &content)?,
            municipality: Line::new(&notice::municipality_name(self, intake)?),
            reference: about_intake::reference(intake),
            began_on: self.day(trajectory.running_at, trajectory.updated_at),
            year_ends_on: trajectory.year_ends_on.ok_or(missing("year"))?,
            end_product_due_on: trajectory.end_product.due_on,
            steps: planned(trajectory, &content, self.reader.person.language),
            notice: notice::for_contact(self, intake)?,
        };
        self.write(&contents)
    }

    pub(super) fn end_product_chaser(
        &mut self,
        TrajectoryFacts { trajectory, intake }: &TrajectoryFacts,
    ) -> Result<ComposedMail, ComposeError> {
        let content = self.content(intake)?;
        let contents = EndProductChaser {
            programme: self.programme(intake, &content)?,
            municipality: Line::new(&notice::municipality_name(self, intake)?),
            reference: about_intake::reference(intake),
            due_on: (trajectory.end_product.due_on)
                .ok_or(ComposeError::Incomplete { what: "last day" })?,
            notice: notice::for_contact(self, intake)?,
        };
        self.write(&contents)
    }
}

/// The steps that are still to come, block by block.
fn planned(
    trajectory: &Trajectory,
    content: &ProgrammeContent,
    language: Language,
) -> Vec<PlannedStep> {
    let of_block = |block: &Block| -> Vec<PlannedStep> {
        let offered = content.building_block(&block.key);
        let name = offered.map_or(block.key.as_str(), |block| block.name.in_language(language));
        let steps = block.steps.iter();
        steps
            .filter(|step| step.status == StepStatus::Planned)
            .map(|step| PlannedStep {
                name: Line::new(step_name(step, offered, language)),
                block: Line::new(name),
                on: step.planned_on,
            })
            .collect()
    };
    trajectory.blocks.iter().flat_map(of_block).collect()
}

/// A fixed step as its programme calls it in the reader's language, any other as it was typed.
fn step_name<'n>(step: &'n Step, block: Option<&'n BuildingBlock>, language: Language) -> &'n str {
    let key = step.key.as_deref();
    let named = block.and_then(|block| {
        let mut steps = block.steps.iter();
        steps.find(|named| key == Some(named.key.as_str()))
    });
    named.map_or(step.name.as_str(), |named| named.name.in_language(language))
}
