//! Bodies and answers of the operations on decisions.

use jiff::Timestamp;
use koplopers_shared::access::{Permit, PermitSet};
use koplopers_shared::candidacies::{Candidacy, CandidacyStatus, Outcome};
use koplopers_shared::decisions::{DecisionAction, DecisionState};
use koplopers_shared::flows::NewCandidacyDecision;
use koplopers_shared::ids::{CandidacyId, PersonId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::actions::AllowedActionView;
use crate::words::CandidacyOutcomeWord;

/// A decision about to be prepared.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateCandidacyDecisionRequest {
    /// What is decided.
    #[schema(value_type = CandidacyOutcomeWord, example = "invite")]
    outcome: Outcome,
    /// Why, in words that the nominators may read; to reject needs it.
    #[schema(
        min_length = 1,
        max_length = 2_000,
        nullable = false,
        example = "In deze lichting is geen plaats meer voor dit vak."
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

impl From<CreateCandidacyDecisionRequest> for NewCandidacyDecision {
    fn from(request: CreateCandidacyDecisionRequest) -> Self {
        Self {
            outcome: request.outcome,
            reason: request.reason,
            release: request.release,
        }
    }
}

/// A decision on a candidacy.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CandidacyDecision)]
pub struct CandidacyDecisionView {
    /// The candidacy.
    #[schema(value_type = uuid::Uuid)]
    candidacy: CandidacyId,
    /// What was decided.
    #[schema(value_type = CandidacyOutcomeWord, example = "invite")]
    outcome: Outcome,
    /// Where it stands: `prepared` or `released`.
    #[schema(value_type = String, example = "released")]
    state: DecisionState,
    /// Why.
    reason: Option<String>,
    /// Where the candidacy stands now.
    #[schema(value_type = String, example = "candidate_invited")]
    candidacy_status: CandidacyStatus,
    /// Who prepared it, while it waits.
    #[schema(value_type = Option<uuid::Uuid>)]
    prepared_by: Option<PersonId>,
    /// When it was prepared, while it waits.
    #[schema(value_type = Option<String>, format = DateTime)]
    prepared_at: Option<Timestamp>,
    /// When it was carried out.
    #[schema(value_type = Option<String>, format = DateTime)]
    released_at: Option<Timestamp>,
    /// What can be done with it now.
    allowed_actions: Vec<AllowedActionView>,
}

impl CandidacyDecisionView {
    /// The decision on a candidacy, if there is one: that which waits, else that which was
    /// carried out.
    #[must_use]
    pub fn of(candidacy: &Candidacy, permits: PermitSet) -> Option<Self> {
        let waiting = candidacy
            .prepared
            .as_ref()
            .filter(|_| !candidacy.status.is_closed());
        let (outcome, released_at) = match (waiting, candidacy.status) {
            (Some(prepared), _) => (prepared.outcome, None),
            (None, CandidacyStatus::Rejected) => (Outcome::Reject, candidacy.closed_at),
            (None, _) => (Outcome::Invite, Some(candidacy.invited_at?)),
        };
        let state = match waiting {
            Some(_) => DecisionState::Prepared,
            None => DecisionState::Released,
        };
        let allowed = DecisionAction::ALL.iter().map(|action| {
            AllowedActionView::new(
                action.as_str(),
                permits.contains(Permit::CandidaciesDecide),
                action.possible_in().contains(&state),
            )
        });
        let reason = match waiting {
            Some(prepared) => prepared.reason.clone(),
            None => candidacy
                .closed_reason
                .clone()
                .filter(|_| outcome == Outcome::Reject),
        };
        Some(Self {
            allowed_actions: allowed.collect(),
            candidacy: candidacy.id,
            outcome,
            state,
            reason,
            candidacy_status: candidacy.status,
            prepared_by: waiting.and_then(|prepared| prepared.by),
            prepared_at: waiting.map(|prepared| prepared.at),
            released_at,
        })
    }
}

/// The decisions of a cohort that were released.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ReleasedCandidacyDecisions)]
pub struct ReleasedCandidacyDecisionsView {
    /// In the order in which they were prepared and released.
    pub items: Vec<CandidacyDecisionView>,
}
