//! Learning networks: one for the officials of every running trajectory (B4), and themed ones
//! that people join and leave freely (B5).
//!
//! | network is | action | to | who |
//! | --- | --- | --- | --- |
//! | – | create | open | coordinator |
//! | open | change | open | coordinator |
//! | open, themed | join | open | municipality for its own people, adviser, coordinator |
//! | open, themed | close | closed | coordinator |
//!
//! The general network is made when the service first starts and is never closed; a trajectory
//! that begins to run brings its officials in ([`enrol`]), and nobody else joins it. A trajectory
//! brings each official in once: who leaves is not brought back by the same trajectory.
//!
//! | membership is | action | to | who |
//! | --- | --- | --- | --- |
//! | active | leave | left | the member by the link in every mail of the network, municipality for its own people, adviser, coordinator |
//!
//! Leaving is possible at any time, also from a closed network. Nothing else ends a membership:
//! not the end of the trajectory, and not the closing of the network.

mod actions;
mod errors;
mod life_cycle;
mod membership_actions;
mod memberships;
mod model;
mod queries;

pub use actions::{NetworkChange, NewNetwork, change, close, create, load};
pub use errors::{ChangeNetworkError, CreateNetworkError, JoinError, LeaveError, NetworkProblem};
pub use life_cycle::{
    InvalidMembershipTransition, InvalidNetworkTransition, MembershipAction, MembershipStatus,
    NetworkAction, NetworkStatus,
};
pub use membership_actions::{NewMembership, enrol, join, leave};
pub use memberships::{MembershipFilter, find_membership, members, membership_by_id, of_person};
pub use model::{Membership, Network, NetworkKind};
pub use queries::{NetworkFilter, find, general, list, member_counts};
