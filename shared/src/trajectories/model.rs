//! A trajectory, its blocks and their steps.

use jiff::Timestamp;
use jiff::civil::Date;

use super::{InvalidTrajectoryTransition, TrajectoryAction, TrajectoryStatus};
use crate::ids::{
    IntakeId, KnowledgeItemId, OfferId, PersonId, RoundId, TrajectoryBlockId, TrajectoryId,
    TrajectoryStepId,
};
use crate::text_enum;
use crate::words::{MunicipalityCode, Slug};

text_enum! {
    /// Where a step stands.
    pub enum StepStatus {
        /// Still to come.
        Planned => "planned",
        /// It took place.
        Done => "done",
        /// It will not take place.
        Cancelled => "cancelled",
    }
}

text_enum! {
    /// Where a block stands; follows from its steps.
    pub enum BlockStatus {
        /// No step was done.
        Planned => "planned",
        /// A step was done, and one is still to come.
        Running => "running",
        /// No step is still to come.
        Done => "done",
        /// None of its steps will take place.
        Cancelled => "cancelled",
    }
}

text_enum! {
    /// How content somebody is with what came of a trajectory (K6).
    pub enum Judgement {
        /// Content.
        Satisfied => "satisfied",
        /// Content in part.
        PartlySatisfied => "partly_satisfied",
        /// Not content.
        NotSatisfied => "not_satisfied",
    }
}

crate::text_column!(StepStatus, Judgement);

/// A judgement in words as well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The judgement.
    pub judgement: Judgement,
    /// What they say about it.
    pub remark: String,
}

/// What a trajectory came to (K6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conclusion {
    /// What it brought.
    pub outcome: String,
    /// How that gets a lasting place in the municipality's own organisation.
    pub anchoring: String,
    /// What the municipality thinks of it.
    pub municipality: Judged,
    /// What the residents think of it, which may differ.
    pub residents: Judged,
}

/// The knowledge product of a trajectory (K2).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EndProduct {
    /// The last day for it; none when the programme asks for none, or the trajectory does not run.
    pub due_on: Option<Date>,
    /// What was handed in, and on which day.
    pub delivered: Option<(KnowledgeItemId, Date)>,
}

/// One municipality's engagement in a programme, after it accepted an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trajectory {
    /// Its id.
    pub id: TrajectoryId,
    /// Rises when the trajectory itself is written; the ETag. A step has a version of its own.
    pub version: i64,
    /// Where it stands.
    pub status: TrajectoryStatus,
    /// The intake that led to it.
    pub intake: IntakeId,
    /// The offer that was accepted.
    pub offer: OfferId,
    /// Its programme.
    pub programme: Slug,
    /// The version of the programme of its intake.
    pub programme_number: i32,
    /// The round of its intake.
    pub round: Option<RoundId>,
    /// Whose it is.
    pub municipality: MunicipalityCode,
    /// The officials who take part, in the order in which they were named.
    pub officials: Vec<PersonId>,
    /// The building blocks, in the order of the offer.
    pub blocks: Vec<Block>,
    /// When it began to run.
    pub running_at: Option<Timestamp>,
    /// The last day of the plan's year.
    pub year_ends_on: Option<Date>,
    /// Its knowledge product.
    pub end_product: EndProduct,
    /// What it came to, once it is completed.
    pub conclusion: Option<Conclusion>,
    /// Why it was stopped.
    pub stopped_reason: Option<String>,
    /// When it was completed or stopped.
    pub closed_at: Option<Timestamp>,
    /// When it was started from the offer.
    pub created_at: Timestamp,
    /// When it was last written.
    pub updated_at: Timestamp,
}

impl Trajectory {
    /// The trajectory after `action`, with the instants that belong to it.
    pub(super) fn after(
        self,
        action: TrajectoryAction,
        now: Timestamp,
    ) -> Result<Self, InvalidTrajectoryTransition> {
        let status = self.status.after(action)?;
        Ok(Self {
            status,
            updated_at: now,
            running_at: if action == TrajectoryAction::Commence {
                Some(now)
            } else {
                self.running_at
            },
            closed_at: status.is_closed().then_some(now),
            ..self
        })
    }

    /// The steps of all blocks, block by block.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.blocks.iter().flat_map(|block| &block.steps)
    }

    /// Whether the programme asks for an end product that was not handed in.
    #[must_use]
    pub const fn owes_end_product(&self) -> bool {
        self.end_product.due_on.is_some() && self.end_product.delivered.is_none()
    }
}

/// A building block of a trajectory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Its id.
    pub id: TrajectoryBlockId,
    /// Its place, from 0.
    pub position: i32,
    /// Its key in the programme.
    pub key: String,
    /// Its steps, in order.
    pub steps: Vec<Step>,
}

impl Block {
    /// Where it stands. A block without steps is still to come.
    #[must_use]
    pub fn status(&self) -> BlockStatus {
        let any = |status| self.steps.iter().any(|step| step.status == status);
        match (
            any(StepStatus::Planned),
            any(StepStatus::Done),
            any(StepStatus::Cancelled),
        ) {
            (true, true, _) => BlockStatus::Running,
            (false, true, _) => BlockStatus::Done,
            (false, false, true) => BlockStatus::Cancelled,
            (true, false, _) | (false, false, false) => BlockStatus::Planned,
        }
    }
}

/// A dated part of a block (B1, B3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its id.
    pub id: TrajectoryStepId,
    /// Rises on every write; the ETag.
    pub version: i64,
    /// The block it belongs to.
    pub block: TrajectoryBlockId,
    /// Its place in the block, from 0.
    pub position: i32,
    /// Its key in the programme, for a step that the block always has.
    pub key: Option<String>,
    /// What it is called.
    pub name: String,
    /// The form it takes, a key of the block's list.
    pub form: Option<String>,
    /// The method it uses, a key of the block's list.
    pub method: Option<String>,
    /// The day it is planned on, or begins.
    pub planned_on: Option<Date>,
    /// Where it stands.
    pub status: StepStatus,
    /// What there is to say about it.
    pub note: Option<String>,
    /// When it was last written.
    pub updated_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(statuses: &[StepStatus]) -> Block {
        let id = TrajectoryBlockId::generate();
        let step = |status: &StepStatus| Step {
            id: TrajectoryStepId::generate(),
            version: 1,
            block: id,
            position: 0,
            key: None,
            name: "Stap".to_owned(),
            form: None,
            method: None,
            planned_on: None,
            status: *status,
            note: None,
            updated_at: Timestamp::UNIX_EPOCH,
        };
        Block {
            id,
            position: 0,
            key: "local_practice".to_owned(),
            steps: statuses.iter().map(step).collect(),
        }
    }

    #[test]
    fn a_block_stands_where_its_steps_stand() {
        use StepStatus::{Cancelled, Done, Planned};
        for (steps, status) in [
            (&[][..], BlockStatus::Planned),
            (&[Planned, Cancelled], BlockStatus::Planned),
            (&[Done, Planned], BlockStatus::Running),
            (&[Done, Planned, Cancelled], BlockStatus::Running),
            (&[Done, Done], BlockStatus::Done),
            (&[Done, Cancelled], BlockStatus::Done),
            (&[Cancelled, Cancelled], BlockStatus::Cancelled),
        ] {
            assert_eq!(block(steps).status(), status, "{steps:?}");
        }
    }
}
