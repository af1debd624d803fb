//! What can be done with a network and a membership, and when.

use super::NetworkKind;
use crate::access::Permit;
use crate::text_enum;

text_enum! {
    /// Whether a network takes members.
    pub enum NetworkStatus {
        /// It does.
        Open => "open",
        /// It is over; its members stay on the list.
        Closed => "closed",
    }
}

text_enum! {
    /// What can be done with a network.
    pub enum NetworkAction {
        /// Change what it says.
        Change => "change",
        /// Let somebody join.
        Join => "join",
        /// Close it.
        Close => "close",
    }
}

text_enum! {
    /// Whether somebody is in a network.
    pub enum MembershipStatus {
        /// They are.
        Active => "active",
        /// They were.
        Left => "left",
    }
}

text_enum! {
    /// What can be done with a membership.
    pub enum MembershipAction {
        /// End it.
        Leave => "leave",
    }
}

impl NetworkAction {
    /// The kinds of network that know the action: the general one is joined by running a
    /// trajectory only, and stays.
    #[must_use]
    pub const fn known_to(self) -> &'static [NetworkKind] {
        match self {
            Self::Change => &[NetworkKind::General, NetworkKind::Themed],
            Self::Join | Self::Close => &[NetworkKind::Themed],
        }
    }

    /// The state that the action leads to; every action starts from an open network.
    #[must_use]
    pub const fn leads_to(self) -> NetworkStatus {
        match self {
            Self::Change | Self::Join => NetworkStatus::Open,
            Self::Close => NetworkStatus::Closed,
        }
    }

    /// The permission that the action needs.
    #[must_use]
    pub const fn needs(self) -> Permit {
        match self {
            Self::Join => Permit::NetworksJoin,
            Self::Change | Self::Close => Permit::NetworksWrite,
        }
    }
}

/// An action that a network does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a {kind} learning network that is {from} does not allow {action}")]
pub struct InvalidNetworkTransition {
    /// Which kind of network it is.
    pub kind: NetworkKind,
    /// The state it is in.
    pub from: NetworkStatus,
    /// What was tried.
    pub action: NetworkAction,
}

impl NetworkStatus {
    /// The state of a network of this kind after `action`.
    pub fn after(
        self,
        kind: NetworkKind,
        action: NetworkAction,
    ) -> Result<Self, InvalidNetworkTransition> {
        if self == Self::Open && action.known_to().contains(&kind) {
            Ok(action.leads_to())
        } else {
            Err(InvalidNetworkTransition {
                kind,
                from: self,
                action,
            })
        }
    }
}

impl MembershipAction {
    /// The permission that the action needs.
    #[must_use]
    pub const fn needs(self) -> Permit {
        match self {
            Self::Leave => Permit::NetworksJoin,
        }
    }
}

/// An action that a membership does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a membership that is {from} does not allow {action}")]
pub struct InvalidMembershipTransition {
    /// The state it is in.
    pub from: MembershipStatus,
    /// What was tried.
    pub action: MembershipAction,
}

impl MembershipStatus {
    /// The state after `action`.
    pub const fn after(
        self,
        action: MembershipAction,
    ) -> Result<Self, InvalidMembershipTransition> {
        match (self, action) {
            (Self::Active, MembershipAction::Leave) => Ok(Self::Left),
            (Self::Left, MembershipAction::Leave) => {
                Err(InvalidMembershipTransition { from: self, action })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of the module documentation, row by row.
    const TABLE: &[(&[NetworkKind], NetworkStatus, NetworkAction, NetworkStatus)] = {
        use NetworkAction as A;
        use NetworkKind as K;
        use NetworkStatus as S;
        &[
            (&[K::General, K::Themed], S::Open, A::Change, S::Open),
            (&[K::Themed], S::Open, A::Join, S::Open),
            (&[K::Themed], S::Open, A::Close, S::Closed),
        ]
    };

    #[test]
    fn every_kind_state_and_action_follows_the_table() {
        for kind in NetworkKind::ALL {
            for status in NetworkStatus::ALL {
                for action in NetworkAction::ALL {
                    let expected = TABLE
                        .iter()
                        .find(|(kinds, from, acts, _)| {
                            kinds.contains(kind) && from == status && acts == action
                        })
                        .map(|(.., to)| *to);
                    let found = status.after(*kind, *action).ok();
                    assert_eq!(found, expected, "{kind} {status} {action}");
                }
            }
        }
    }

    #[test]
    fn a_membership_is_left_once() {
        let leave = MembershipAction::Leave;
        assert_eq!(
            MembershipStatus::Active.after(leave),
            Ok(MembershipStatus::Left)
        );
        assert!(MembershipStatus::Left.after(leave).is_err());
    }
}
