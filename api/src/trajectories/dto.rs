//! Answers of the operations on trajectories.

use jiff::Timestamp;
use jiff::civil::Date;
use koplopers_shared::access::PermitSet;
use koplopers_shared::ids::{
    IntakeId, KnowledgeItemId, OfferId, PersonId, RoundId, TrajectoryBlockId, TrajectoryId,
    TrajectoryStepId,
};
use koplopers_shared::trajectories::{
    Block, BlockStatus, Conclusion, EndProduct, Step, StepStatus, Trajectory, TrajectoryAction,
    TrajectoryStatus,
};
use koplopers_shared::words::{MunicipalityCode, Slug};
use serde::Serialize;
use utoipa::ToSchema;

use super::expand::ExpandedTrajectoryView;
use super::requests::JudgedBody;
use crate::actions::AllowedActionView;
use crate::words::{BlockStatusWord, StepStatusWord, TrajectoryStatusWord};

fn allowed(
    action: TrajectoryAction,
    status: TrajectoryStatus,
    permits: PermitSet,
) -> AllowedActionView {
    AllowedActionView::new(
        action.as_str(),
        permits.contains(TrajectoryAction::NEEDS),
        status.after(action).is_ok(),
    )
}

/// A dated part of a block.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TrajectoryStep)]
pub struct TrajectoryStepView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: TrajectoryStepId,
    /// The block it belongs to.
    #[schema(value_type = uuid::Uuid)]
    block: TrajectoryBlockId,
    /// Its key in the programme, for a step that the block always has.
    key: Option<String>,
    /// What it is called.
    name: String,
    /// The form it takes, a key of the block's forms in the programme.
    form: Option<String>,
    /// The method it uses, a key of the block's methods in the programme.
    method: Option<String>,
    /// The day it is planned on, or begins.
    #[schema(value_type = Option<String>, format = Date)]
    planned_on: Option<Date>,
    /// Where it stands.
    #[schema(value_type = StepStatusWord)]
    status: StepStatus,
    /// What there is to say about it.
    note: Option<String>,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// Every action on a step, with whether the caller may do it now.
    allowed_actions: Vec<AllowedActionView>,
}

impl TrajectoryStepView {
    /// A step of a trajectory in a state, as a caller with `permits` sees it.
    #[must_use]
    pub fn new(step: Step, status: TrajectoryStatus, permits: PermitSet) -> Self {
        Self {
            id: step.id,
            block: step.block,
            key: step.key,
            name: step.name,
            form: step.form,
            method: step.method,
            planned_on: step.planned_on,
            status: step.status,
            note: step.note,
            updated_at: step.updated_at,
            allowed_actions: vec![allowed(TrajectoryAction::ChangeStep, status, permits)],
        }
    }
}

/// The steps of a trajectory.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TrajectorySteps)]
pub struct TrajectoryStepsView {
    /// All of them, block by block.
    pub items: Vec<TrajectoryStepView>,
}

/// A building block of a trajectory.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TrajectoryBlock)]
pub struct TrajectoryBlockView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: TrajectoryBlockId,
    /// Its key in the programme.
    #[schema(example = "local_practice")]
    key: String,
    /// Where it stands; follows from its steps.
    #[schema(value_type = BlockStatusWord)]
    status: BlockStatus,
    /// Its steps, in order.
    steps: Vec<TrajectoryStepView>,
}

impl TrajectoryBlockView {
    fn new(block: Block, status: TrajectoryStatus, permits: PermitSet) -> Self {
        Self {
            id: block.id,
            status: block.status(),
            key: block.key,
            steps: block
                .steps
                .into_iter()
                .map(|step| TrajectoryStepView::new(step, status, permits))
                .collect(),
        }
    }
}

/// The knowledge product of a trajectory.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TrajectoryEndProduct)]
pub struct EndProductView {
    /// The last day for it; null when the programme asks for none, or before the trajectory runs.
    #[schema(value_type = Option<String>, format = Date)]
    due_on: Option<Date>,
    /// What was handed in.
    #[schema(value_type = Option<uuid::Uuid>)]
    knowledge_item: Option<KnowledgeItemId>,
    /// On which day.
    #[schema(value_type = Option<String>, format = Date)]
    delivered_on: Option<Date>,
}

impl From<EndProduct> for EndProductView {
    fn from(product: EndProduct) -> Self {
        let (knowledge_item, delivered_on) = product.delivered.unzip();
        Self {
            due_on: product.due_on,
            knowledge_item,
            delivered_on,
        }
    }
}

/// What a trajectory came to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TrajectoryOutcome)]
pub struct OutcomeView {
    /// What it brought.
    outcome: String,
    /// How that gets a lasting place in the municipality's own organisation.
    anchoring: String,
    /// What the municipality thinks of it.
    municipality: JudgedBody,
    /// What the residents think of it.
    residents: JudgedBody,
}

impl From<Conclusion> for OutcomeView {
    fn from(conclusion: Conclusion) -> Self {
        Self {
            outcome: conclusion.outcome,
            anchoring: conclusion.anchoring,
            municipality: conclusion.municipality.into(),
            residents: conclusion.residents.into(),
        }
    }
}

/// One municipality's engagement in a programme, after it accepted an offer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Trajectory)]
pub struct TrajectoryView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: TrajectoryId,
    /// Where it stands.
    #[schema(value_type = TrajectoryStatusWord)]
    status: TrajectoryStatus,
    /// The intake that led to it.
    #[schema(value_type = uuid::Uuid)]
    intake: IntakeId,
    /// The offer that was accepted.
    #[schema(value_type = uuid::Uuid)]
    offer: OfferId,
    /// Whose it is.
    #[schema(value_type = String, example = "GM0363")]
    municipality: MunicipalityCode,
    /// Its programme.
    #[schema(value_type = String, example = "versnelling")]
    programme: Slug,
    /// The version of the programme.
    programme_version: i32,
    /// The round, for a programme that has rounds.
    #[schema(value_type = Option<uuid::Uuid>)]
    round: Option<RoundId>,
    /// The officials of the municipality who take part.
    #[schema(value_type = Vec<uuid::Uuid>)]
    officials: Vec<PersonId>,
    /// The building blocks with their steps, in the order of the offer.
    blocks: Vec<TrajectoryBlockView>,
    /// When it began to run.
    #[schema(value_type = Option<String>, format = DateTime)]
    running_at: Option<Timestamp>,
    /// The last day of the plan's year.
    #[schema(value_type = Option<String>, format = Date)]
    year_ends_on: Option<Date>,
    /// Its knowledge product.
    end_product: EndProductView,
    /// What it came to, once it is completed.
    outcome: Option<OutcomeView>,
    /// Why it was stopped.
    stopped_reason: Option<String>,
    /// When it was completed or stopped.
    #[schema(value_type = Option<String>, format = DateTime)]
    closed_at: Option<Timestamp>,
    /// When it was started from the offer.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// Every action on a trajectory, with whether the caller may do it now.
    allowed_actions: Vec<AllowedActionView>,
    /// The children that `expand` asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    expanded: Option<Box<ExpandedTrajectoryView>>,
}

impl TrajectoryView {
    /// The trajectory with children.
    #[must_use]
    pub fn expanded(self, children: ExpandedTrajectoryView) -> Self {
        Self {
            expanded: Some(Box::new(children)),
            ..self
        }
    }

    /// The trajectory as a caller with `permits` sees it.
    #[must_use]
    pub fn new(trajectory: Trajectory, permits: PermitSet) -> Self {
        let status = trajectory.status;
        let actions = TrajectoryAction::ALL.iter();
        Self {
            id: trajectory.id,
            status,
            intake: trajectory.intake,
            offer: trajectory.offer,
            municipality: trajectory.municipality,
            programme: trajectory.programme,
            programme_version: trajectory.programme_number,
            round: trajectory.round,
            officials: trajectory.officials,
            blocks: trajectory
                .blocks
                .into_iter()
                .map(|block| TrajectoryBlockView::new(block, status, permits))
                .collect(),
            running_at: trajectory.running_at,
            year_ends_on: trajectory.year_ends_on,
            end_product: trajectory.end_product.into(),
            outcome: trajectory.conclusion.map(OutcomeView::from),
            stopped_reason: trajectory.stopped_reason,
            closed_at: trajectory.closed_at,
            created_at: trajectory.created_at,
            updated_at: trajectory.updated_at,
            allowed_actions: actions
                .map(|action| allowed(*action, status, permits))
                .collect(),
            expanded: None,
        }
    }
}
