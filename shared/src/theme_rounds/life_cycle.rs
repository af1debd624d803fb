//! The states of a theme round and what can be done in each.

use crate::access::Permit;
use crate::text_enum;

text_enum! {
    /// Where a theme round stands.
    pub enum ThemeRoundStatus {
        /// Members propose and vote.
        Open => "open",
        /// The result is frozen.
        Closed => "closed",
        /// It came to nothing.
        Cancelled => "cancelled",
    }
}

crate::text_column!(ThemeRoundStatus);

text_enum! {
    /// What can be done with a theme round.
    pub enum ThemeRoundAction {
        /// Change what it says.
        Change => "change",
        /// Propose a theme.
        Propose => "propose",
        /// Say how much experience and interest one has.
        Vote => "vote",
        /// Freeze the result.
        Close => "close",
        /// Call it off.
        Cancel => "cancel",
    }
}

impl ThemeRoundAction {
    /// The state that the action leads to; every action starts from an open round.
    #[must_use]
    pub const fn leads_to(self) -> ThemeRoundStatus {
        match self {
            Self::Change | Self::Propose | Self::Vote => ThemeRoundStatus::Open,
            Self::Close => ThemeRoundStatus::Closed,
            Self::Cancel => ThemeRoundStatus::Cancelled,
        }
    }

    /// Whether it ends with the last day, also while nobody has closed the round yet.
    #[must_use]
    pub const fn ends_with_last_day(self) -> bool {
        match self {
            Self::Propose | Self::Vote => true,
            Self::Change | Self::Close | Self::Cancel => false,
        }
    }

    /// The permission that the action needs.
    #[must_use]
    pub const fn needs(self) -> Permit {
        match self {
            Self::Propose | Self::Vote => Permit::ThemeRoundsVote,
            Self::Change | Self::Close | Self::Cancel => Permit::ThemeRoundsWrite,
        }
    }
}

/// An action that the state of the round does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a theme round that is {from} does not allow {action}")]
pub struct InvalidThemeRoundTransition {
    /// The state it is in.
    pub from: ThemeRoundStatus,
    /// What was tried.
    pub action: ThemeRoundAction,
}

impl ThemeRoundStatus {
    /// The state after `action`.
    pub const fn after(
        self,
        action: ThemeRoundAction,
    ) -> Result<Self, InvalidThemeRoundTransition> {
        match self {
            Self::Open => Ok(action.leads_to()),
            Self::Closed | Self::Cancelled => {
                Err(InvalidThemeRoundTransition { from: self, action })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of the module documentation, row by row.
    const TABLE: &[(ThemeRoundStatus, ThemeRoundAction, ThemeRoundStatus)] = {
        use ThemeRoundAction as A;
        use ThemeRoundStatus as S;
        &[
            (S::Open, A::Change, S::Open),
            (S::Open, A::Propose, S::Open),
            (S::Open, A::Vote, S::Open),
            (S::Open, A::Close, S::Closed),
            (S::Open, A::Cancel, S::Cancelled),
        ]
    };

    #[test]
    fn every_pair_of_state_and_action_follows_the_table() {
        for status in ThemeRoundStatus::ALL {
            for action in ThemeRoundAction::ALL {
                let expected = TABLE
                    .iter()
                    .find(|(from, acts, _)| acts == action && from == status)
                    .map(|(.., to)| *to);
                assert_eq!(status.after(*action).ok(), expected, "{status} {action}");
            }
        }
    }
}
