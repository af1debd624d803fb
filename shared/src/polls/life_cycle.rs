//! The states of a date poll and what can be done in each.

use crate::access::Permit;
use crate::text_enum;

text_enum! {
    /// Where a date poll stands.
    pub enum PollStatus {
        /// Invitees vote.
        Open => "open",
        /// No vote counts any more; no option was chosen yet.
        Closed => "closed",
        /// An option was chosen, and the meeting is scheduled at it.
        Decided => "decided",
        /// The meeting is called off.
        Cancelled => "cancelled",
    }
}

crate::text_column!(PollStatus);

text_enum! {
    /// What can be done with a date poll.
    pub enum PollAction {
        /// Say which options suit.
        Vote => "vote",
        /// Change the options, the end, or which municipalities are needed.
        Change => "change",
        /// Take no more votes.
        Close => "close",
        /// Schedule the meeting at an option.
        Choose => "choose",
        /// Call the meeting off.
        Cancel => "cancel",
    }
}

impl PollAction {
    /// The permission that the action needs.
    #[must_use]
    pub const fn needs(self) -> Permit {
        match self {
            Self::Vote => Permit::InvitationsAnswer,
            Self::Change | Self::Close | Self::Choose | Self::Cancel => Permit::MeetingsWrite,
        }
    }
}

/// An action that the state of the poll does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a date poll that is {from} does not allow {action}")]
pub struct InvalidPollTransition {
    /// The state it is in.
    pub from: PollStatus,
    /// What was tried.
    pub action: PollAction,
}

impl PollStatus {
    /// The state after `action`.
    pub const fn after(self, action: PollAction) -> Result<Self, InvalidPollTransition> {
        match (self, action) {
            (Self::Open, PollAction::Vote) | (Self::Open | Self::Closed, PollAction::Change) => {
                Ok(Self::Open)
            }
            (Self::Open, PollAction::Close) => Ok(Self::Closed),
            (Self::Open | Self::Closed, PollAction::Choose) => Ok(Self::Decided),
            (Self::Open | Self::Closed, PollAction::Cancel) => Ok(Self::Cancelled),
            (Self::Closed, PollAction::Vote | PollAction::Close)
            | (
                Self::Decided | Self::Cancelled,
                PollAction::Vote
                | PollAction::Change
                | PollAction::Close
                | PollAction::Choose
                | PollAction::Cancel,
            ) => Err(InvalidPollTransition { from: self, action }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of the module documentation, row by row.
    const TABLE: &[(PollStatus, PollAction, PollStatus)] = {
        use PollAction as A;
        use PollStatus as S;
        &[
            (S::Open, A::Vote, S::Open),
            (S::Open, A::Change, S::Open),
            (S::Closed, A::Change, S::Open),
            (S::Open, A::Close, S::Closed),
            (S::Open, A::Choose, S::Decided),
            (S::Closed, A::Choose, S::Decided),
            (S::Open, A::Cancel, S::Cancelled),
            (S::Closed, A::Cancel, S::Cancelled),
        ]
    };

    // mission: L9
    #[test]
    fn every_pair_of_state_and_action_follows_the_table() {
        for status in PollStatus::ALL {
            for action in PollAction::ALL {
                let expected = TABLE
                    .iter()
                    .find(|(from, acts, _)| acts == action && from == status)
                    .map(|(.., to)| *to);
                assert_eq!(status.after(*action).ok(), expected, "{status} {action}");
            }
        }
    }
}
