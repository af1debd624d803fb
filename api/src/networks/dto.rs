//! Bodies and answers of the operations on learning networks.

use jiff::Timestamp;
use koplopers_shared::access::PermitSet;
use koplopers_shared::ids::{LearningNetworkId, NetworkMembershipId, PersonId, TrajectoryId};
use koplopers_shared::networks::{
    Membership, MembershipAction, MembershipStatus, Network, NetworkAction, NetworkChange,
    NetworkKind, NetworkStatus, NewNetwork,
};
use koplopers_shared::words::Slug;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::actions::AllowedActionView;
use crate::patch::patched;
use crate::words::{MembershipStatusWord, NetworkKindWord, NetworkStatusWord};

/// A themed learning network to be made.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateLearningNetworkRequest {
    /// What people call it.
    #[schema(min_length = 1, max_length = 200, example = "Netwerk schulden")]
    name: String,
    /// What it is about; members read it in their first mail.
    #[schema(
        min_length = 1,
        max_length = 2_000,
        nullable = false,
        example = "Hoe helpen we mensen met schulden eerder?"
    )]
    description: Option<String>,
    /// Its theme, from `/themes`.
    #[schema(format = "slug", value_type = Option<String>, nullable = false, example = "debt")]
    theme: Option<Slug>,
}

impl From<CreateLearningNetworkRequest> for NewNetwork {
    fn from(request: CreateLearningNetworkRequest) -> Self {
        Self {
            name: request.name,
            description: request.description,
            theme: request.theme,
        }
    }
}

/// What is to change of a learning network, as a JSON Merge Patch (RFC 7396): a key left out
/// stays as it is, null takes a value away.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(
    clippy::option_option,
    reason = "a key left out and null differ in a merge patch"
)]
pub struct ChangeLearningNetworkRequest {
    /// What people call it.
    #[schema(
        min_length = 1,
        max_length = 200,
        nullable = false,
        example = "Netwerk schulden en armoede"
    )]
    name: Option<String>,
    /// What it is about.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 2_000)]
    description: Option<Option<String>>,
    /// Its theme, from `/themes`; the general network has none.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<String>, format = "slug")]
    theme: Option<Option<Slug>>,
}

impl From<ChangeLearningNetworkRequest> for NetworkChange {
    fn from(request: ChangeLearningNetworkRequest) -> Self {
        Self {
            name: request.name,
            description: request.description,
            theme: request.theme,
        }
    }
}

/// Which learning networks are listed.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct LearningNetworkListFilter {
    /// Only those of this kind.
    #[param(value_type = Option<NetworkKindWord>, inline)]
    pub kind: Option<NetworkKind>,
    /// Only those in this state.
    #[param(value_type = Option<NetworkStatusWord>, inline)]
    pub status: Option<NetworkStatus>,
    /// Only those on this theme.
    #[param(format = "slug", value_type = Option<String>)]
    pub theme: Option<Slug>,
}

/// A learning network.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = LearningNetwork)]
pub struct LearningNetworkView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: LearningNetworkId,
    /// Whom it is for: the officials of every running trajectory, or whoever works on its theme.
    #[schema(value_type = NetworkKindWord)]
    kind: NetworkKind,
    /// Whether it takes members.
    #[schema(value_type = NetworkStatusWord)]
    status: NetworkStatus,
    /// What people call it.
    #[schema(example = "Netwerk schulden")]
    name: String,
    /// What it is about.
    description: Option<String>,
    /// Its theme.
    #[schema(value_type = Option<String>, example = "debt")]
    theme: Option<Slug>,
    /// How many people are in it now, of all municipalities.
    member_count: i64,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// When it was closed.
    #[schema(value_type = Option<String>, format = DateTime)]
    closed_at: Option<Timestamp>,
    /// Every action on a learning network, with whether the caller may do it now.
    allowed_actions: Vec<AllowedActionView>,
}

impl LearningNetworkView {
    /// The network as a caller with `permits` sees it.
    #[must_use]
    pub fn new(network: Network, member_count: i64, permits: PermitSet) -> Self {
        let allowed = NetworkAction::ALL.iter().map(|action| {
            AllowedActionView::new(
                action.as_str(),
                permits.contains(action.needs()),
                network.allows(*action),
            )
        });
        Self {
            allowed_actions: allowed.collect(),
            id: network.id,
            kind: network.kind,
            status: network.status(),
            name: network.name,
            description: network.description,
            theme: network.theme,
            member_count,
            created_at: network.created_at,
            updated_at: network.updated_at,
            closed_at: network.closed_at,
        }
    }
}

/// Somebody who is to join a learning network.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateNetworkMembershipRequest {
    /// The person.
    #[schema(value_type = uuid::Uuid)]
    pub person: PersonId,
}

/// Which memberships are listed.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct NetworkMembershipListFilter {
    /// Only those in this state.
    #[param(value_type = Option<MembershipStatusWord>, inline)]
    pub status: Option<MembershipStatus>,
}

/// One person's time in a learning network.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NetworkMembership)]
pub struct NetworkMembershipView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: NetworkMembershipId,
    /// The network.
    #[schema(value_type = uuid::Uuid)]
    network: LearningNetworkId,
    /// Whether they are in it.
    #[schema(value_type = MembershipStatusWord)]
    status: MembershipStatus,
    /// Who.
    #[schema(value_type = uuid::Uuid)]
    person: PersonId,
    /// The trajectory that brought them in, for the general network.
    #[schema(value_type = Option<uuid::Uuid>)]
    trajectory: Option<TrajectoryId>,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    joined_at: Timestamp,
    /// Until when.
    #[schema(value_type = Option<String>, format = DateTime)]
    left_at: Option<Timestamp>,
    /// Every action on a membership, with whether the caller may do it now.
    allowed_actions: Vec<AllowedActionView>,
}

impl NetworkMembershipView {
    /// The membership as a caller with `permits` sees it.
    #[must_use]
    pub fn new(membership: &Membership, permits: PermitSet) -> Self {
        let status = membership.status();
        let allowed = MembershipAction::ALL.iter().map(|action| {
            AllowedActionView::new(
                action.as_str(),
                permits.contains(action.needs()),
                status.after(*action).is_ok(),
            )
        });
        Self {
            id: membership.id,
            network: membership.network,
            status,
            person: membership.person,
            trajectory: membership.trajectory,
            joined_at: membership.joined_at,
            left_at: membership.left_at,
            allowed_actions: allowed.collect(),
        }
    }
}
