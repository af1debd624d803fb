//! Bodies and answers of the operations on decisions.

use jiff::Timestamp;
use koplopers_shared::access::{Permit, PermitSet};
use koplopers_shared::decisions::{Decision, DecisionAction, DecisionOutcome, DecisionState};
use koplopers_shared::flows::NewDecision;
use koplopers_shared::ids::{DecisionId, IntakeId};
use koplopers_shared::intakes::{Intake, IntakeStatus};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::actions::AllowedActionView;
use crate::words::DecisionOutcomeWord;

/// A decision about to be prepared.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateDecisionRequest {
    /// What is decided.
    #[schema(value_type = DecisionOutcomeWord, example = "match")]
    outcome: DecisionOutcome,
    /// Why, in words that the municipality may read; to decline or close needs it.
    #[schema(
        min_length = 1,
        max_length = 5_000,
        nullable = false,
        example = "De praktijk is nog niet gehoord. Doe dat eerst en kom dan terug."
    )]
    reason: Option<String>,
    /// Whether it is carried out at once; otherwise it waits to be released.
    #[serde(default = "yes")]
    #[schema(default = true)]
    release: bool,
    /// True when you looked, and no text holds a citizen service number.
    #[serde(rename = "containsNoBsn")]
    #[schema(nullable = false)]
    _contains_no_bsn: Option<bool>,
}

const fn yes() -> bool {
    true
}

impl From<CreateDecisionRequest> for NewDecision {
    fn from(request: CreateDecisionRequest) -> Self {
        Self {
            outcome: request.outcome,
            reason: request.reason,
            release: request.release,
        }
    }
}

/// A decision on an intake.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DecisionView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: DecisionId,
    /// The intake.
    #[schema(value_type = uuid::Uuid)]
    intake: IntakeId,
    /// What was decided.
    #[schema(value_type = String, example = "match")]
    outcome: DecisionOutcome,
    /// Where it stands: `prepared` or `released`.
    #[schema(value_type = String, example = "released")]
    state: DecisionState,
    /// Why.
    reason: Option<String>,
    /// Where the intake stands now: a match in a full round is `waitlisted`.
    #[schema(value_type = String, example = "matched")]
    intake_status: IntakeStatus,
    /// At which place the intake waits, from 1, while it waits.
    waitlist_position: Option<u32>,
    /// When it was prepared.
    #[schema(value_type = String, format = DateTime)]
    prepared_at: Timestamp,
    /// When the municipality was told.
    #[schema(value_type = Option<String>, format = DateTime)]
    released_at: Option<Timestamp>,
    /// What can be done with it now.
    allowed_actions: Vec<AllowedActionView>,
}

impl DecisionView {
    /// The decision as a caller with `permits` sees it.
    #[must_use]
    pub fn new(decision: Decision, intake: &Intake, permits: PermitSet) -> Self {
        let allowed = DecisionAction::ALL.iter().map(|action| {
            AllowedActionView::new(
                action.as_str(),
                permits.contains(Permit::IntakesDecide),
                action.possible_in().contains(&decision.state),
            )
        });
        Self {
            id: decision.id,
            intake: decision.intake,
            outcome: decision.outcome,
            state: decision.state,
            allowed_actions: allowed.collect(),
            reason: decision.reason,
            intake_status: intake.status,
            waitlist_position: intake.waitlist_position,
            prepared_at: decision.prepared_at,
            released_at: decision.released_at,
        }
    }
}

/// The decisions of a round that were released.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReleasedDecisionsView {
    /// In the order in which they were prepared and released.
    pub items: Vec<DecisionView>,
}
