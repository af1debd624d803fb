//! Bodies and answers of the operations on theme rounds.

use jiff::Timestamp;
use jiff::civil::Date;
use koplopers_shared::access::PermitSet;
use koplopers_shared::ids::{MemberId, ThemeProposalId, ThemeRoundId};
use koplopers_shared::theme_rounds::{
    NewThemeRound, NewVote, Proposal, ThemeRound, ThemeRoundAction, ThemeRoundChange,
    ThemeRoundStatus, ThemeWeights, Vote,
};
use koplopers_shared::words::Slug;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::actions::AllowedActionView;
use crate::patch::patched;
use crate::words::ThemeRoundStatusWord;

/// A theme round to be opened.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OpenThemeRoundRequest {
    /// What people call it.
    #[schema(min_length = 1, max_length = 200, example = "Thema's voor 2027")]
    name: String,
    /// What members should know before they choose.
    #[schema(
        min_length = 1,
        max_length = 2_000,
        nullable = false,
        example = "Kies waaraan we volgend jaar werken."
    )]
    description: Option<String>,
    /// The last day on which members propose and vote.
    #[schema(value_type = String, format = "date", example = "2026-10-31")]
    closes_on: Date,
}

impl OpenThemeRoundRequest {
    /// The round, with the weights of the installation.
    #[must_use]
    pub fn with(self, weights: ThemeWeights) -> NewThemeRound {
        NewThemeRound {
            name: self.name,
            description: self.description,
            closes_on: self.closes_on,
            weights,
        }
    }
}

/// What is to change of a theme round, as a JSON Merge Patch (RFC 7396): a key left out stays as
/// it is, null takes a value away.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(
    clippy::option_option,
    reason = "a key left out and null differ in a merge patch"
)]
pub struct ChangeThemeRoundRequest {
    /// What people call it.
    #[schema(
        min_length = 1,
        max_length = 200,
        nullable = false,
        example = "Thema's voor 2027"
    )]
    name: Option<String>,
    /// What members should know before they choose.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 2_000)]
    description: Option<Option<String>>,
    /// The last day on which members propose and vote.
    #[schema(value_type = Option<String>, format = "date", nullable = false, example = "2026-11-15")]
    closes_on: Option<Date>,
}

impl From<ChangeThemeRoundRequest> for ThemeRoundChange {
    fn from(request: ChangeThemeRoundRequest) -> Self {
        Self {
            name: request.name,
            description: request.description,
            closes_on: request.closes_on,
        }
    }
}

/// Which theme rounds are listed.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct ThemeRoundListFilter {
    /// Only those in this state.
    #[param(value_type = Option<ThemeRoundStatusWord>, inline)]
    pub status: Option<ThemeRoundStatus>,
}

/// A round in which members choose themes.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ThemeRound)]
pub struct ThemeRoundView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: ThemeRoundId,
    /// Where it stands.
    #[schema(value_type = ThemeRoundStatusWord)]
    status: ThemeRoundStatus,
    /// What people call it.
    #[schema(example = "Thema's voor 2027")]
    name: String,
    /// What members should know before they choose.
    description: Option<String>,
    /// The last day on which members propose and vote.
    #[schema(value_type = String, format = "date")]
    closes_on: Date,
    /// How the parts of a score weigh, as fixed when the round opened.
    weights: ThemeWeightsView,
    /// Why it was called off.
    cancelled_reason: Option<String>,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was last changed; proposals and votes do not count.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// When it was closed or called off.
    #[schema(value_type = Option<String>, format = DateTime)]
    closed_at: Option<Timestamp>,
    /// Every action on a theme round, with whether the caller may do it now.
    allowed_actions: Vec<AllowedActionView>,
}

/// How the parts of a score weigh, in relation to each other.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ThemeWeights)]
pub struct ThemeWeightsView {
    /// The voters' experience.
    experience: u16,
    /// Their interest.
    interest: u16,
    /// The expertise in their profiles.
    expertise: u16,
    /// The knowledge that is published.
    knowledge: u16,
}

impl From<ThemeWeights> for ThemeWeightsView {
    fn from(weights: ThemeWeights) -> Self {
        Self {
            experience: weights.experience,
            interest: weights.interest,
            expertise: weights.expertise,
            knowledge: weights.knowledge,
        }
    }
}

impl ThemeRoundView {
    /// The round as a caller with `permits` sees it `today`.
    #[must_use]
    pub fn new(round: ThemeRound, permits: PermitSet, today: Date) -> Self {
        let allowed = ThemeRoundAction::ALL.iter().map(|action| {
            AllowedActionView::new(
                action.as_str(),
                permits.contains(action.needs()),
                round.allows(*action, today),
            )
        });
        Self {
            allowed_actions: allowed.collect(),
            id: round.id,
            status: round.status,
            name: round.name,
            description: round.description,
            closes_on: round.closes_on,
            weights: round.weights.into(),
            cancelled_reason: round.cancelled_reason,
            created_at: round.created_at,
            updated_at: round.updated_at,
            closed_at: round.closed_at,
        }
    }
}

/// A theme to be proposed.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateThemeProposalRequest {
    /// The theme, from `/themes`.
    #[schema(value_type = String, format = "slug", example = "loneliness")]
    pub theme: Slug,
    /// Why, for the other members.
    #[schema(
        min_length = 1,
        max_length = 2_000,
        nullable = false,
        example = "We zien het in elke wijk."
    )]
    pub motivation: Option<String>,
}

/// A theme that a member proposed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ThemeProposal)]
pub struct ThemeProposalView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: ThemeProposalId,
    /// The round.
    #[schema(value_type = uuid::Uuid)]
    round: ThemeRoundId,
    /// The theme.
    #[schema(value_type = String, example = "loneliness")]
    theme: Slug,
    /// The member who proposed it.
    #[schema(value_type = uuid::Uuid)]
    proposed_by: MemberId,
    /// Why.
    motivation: Option<String>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl From<Proposal> for ThemeProposalView {
    fn from(proposal: Proposal) -> Self {
        Self {
            id: proposal.id,
            round: proposal.round,
            theme: proposal.theme,
            proposed_by: proposal.proposed_by,
            motivation: proposal.motivation,
            created_at: proposal.created_at,
        }
    }
}

/// The proposals of a round, in order of proposing.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ThemeProposals)]
pub struct ThemeProposalsView {
    /// The proposals; never more than there are themes.
    pub items: Vec<ThemeProposalView>,
}

/// What a member says of proposals.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateThemeVotesRequest {
    /// One for each proposal that they speak of; the others stay as they are.
    #[schema(min_items = 1, max_items = 100)]
    pub votes: Vec<ThemeVoteRequest>,
}

/// What a member says of one proposal.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ThemeVoteRequest {
    /// The proposal.
    #[schema(value_type = uuid::Uuid)]
    proposal: ThemeProposalId,
    /// How much experience they have with the theme, from 0 (none) to 5 (much).
    #[schema(minimum = 0, maximum = 5, example = 3)]
    experience: i32,
    /// How much it interests them, from 0 (not) to 5 (much).
    #[schema(minimum = 0, maximum = 5, example = 5)]
    interest: i32,
}

impl From<ThemeVoteRequest> for NewVote {
    fn from(request: ThemeVoteRequest) -> Self {
        Self {
            proposal: request.proposal,
            experience: request.experience,
            interest: request.interest,
        }
    }
}

/// What the caller said in a round; nobody sees what others said.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ThemeVotes)]
pub struct ThemeVotesView {
    /// One for each proposal that they spoke of.
    votes: Vec<ThemeVoteView>,
}

/// What the caller said of one proposal.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ThemeVote)]
pub struct ThemeVoteView {
    /// The proposal.
    #[schema(value_type = uuid::Uuid)]
    proposal: ThemeProposalId,
    /// How much experience, from 0 to 5.
    experience: i32,
    /// How much interest, from 0 to 5.
    interest: i32,
    /// When they last said so.
    #[schema(value_type = String, format = DateTime)]
    voted_at: Timestamp,
}

impl From<Vec<Vote>> for ThemeVotesView {
    fn from(votes: Vec<Vote>) -> Self {
        let votes = votes.into_iter().map(|vote| ThemeVoteView {
            proposal: vote.proposal,
            experience: vote.experience,
            interest: vote.interest,
            voted_at: vote.voted_at,
        });
        Self {
            votes: votes.collect(),
        }
    }
}
