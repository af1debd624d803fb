//! What can be done with a nomination, and when.

use crate::access::Permit;
use crate::text_enum;

text_enum! {
    /// Where a nomination stands.
    pub enum NominationStatus {
        /// It came by the open form and waits for its nominator.
        Unconfirmed => "unconfirmed",
        /// It belongs to a candidacy.
        Submitted => "submitted",
        /// Its nominator took it back.
        Withdrawn => "withdrawn",
    }
}

crate::text_column!(NominationStatus);

text_enum! {
    /// What can be done with a nomination.
    pub enum NominationAction {
        /// Stand by it; only by the link that was mailed to the nominator.
        Confirm => "confirm",
        /// Take it back.
        Withdraw => "withdraw",
    }
}

impl NominationAction {
    /// The permission that the action needs over the API; none for what takes a link.
    #[must_use]
    pub const fn needs(self) -> Option<Permit> {
        match self {
            Self::Confirm => None,
            Self::Withdraw => Some(Permit::NominationsWrite),
        }
    }

    /// The type of the business event that the action appends.
    #[must_use]
    pub const fn event_type(self) -> &'static str {
        match self {
            Self::Confirm => "nomination.confirmed",
            Self::Withdraw => "nomination.withdrawn",
        }
    }

    /// The action in the words of the audit trail.
    #[must_use]
    pub const fn audit_action(self) -> &'static str {
        match self {
            Self::Confirm => "nomination.confirm",
            Self::Withdraw => "nomination.withdraw",
        }
    }
}

/// An action that the state of the nomination does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a nomination that is {from} does not allow {action}")]
pub struct InvalidNominationTransition {
    /// The state it is in.
    pub from: NominationStatus,
    /// What was tried.
    pub action: NominationAction,
}

impl NominationStatus {
    /// The state after `action`.
    pub const fn after(
        self,
        action: NominationAction,
    ) -> Result<Self, InvalidNominationTransition> {
        match (self, action) {
            (Self::Unconfirmed, NominationAction::Confirm) => Ok(Self::Submitted),
            (Self::Submitted, NominationAction::Withdraw) => Ok(Self::Withdrawn),
            (Self::Unconfirmed, NominationAction::Withdraw)
            | (Self::Submitted, NominationAction::Confirm)
            | (Self::Withdrawn, NominationAction::Confirm | NominationAction::Withdraw) => {
                Err(InvalidNominationTransition { from: self, action })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_state_and_action_follows_the_table() {
        use NominationAction as A;
        use NominationStatus as S;
        let table = [
            (S::Unconfirmed, A::Confirm, S::Submitted),
            (S::Submitted, A::Withdraw, S::Withdrawn),
        ];
        for status in S::ALL {
            for action in A::ALL {
                let expected = table
                    .iter()
                    .find(|(from, acts, _)| from == status && acts == action)
                    .map(|(.., to)| *to);
                assert_eq!(status.after(*action).ok(), expected, "{status} {action}");
            }
        }
    }
}
