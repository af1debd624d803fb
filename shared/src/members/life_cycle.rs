//! The states of a membership and what moves it from one to the next.

use crate::text_enum;

text_enum! {
    /// Where a membership stands.
    pub enum MemberStatus {
        /// Takes part.
        Active => "active",
        /// Does not take part for a while.
        Paused => "paused",
        /// Is no longer a member.
        Left => "left",
    }
}

crate::text_column!(MemberStatus);

text_enum! {
    /// What can be done with a membership.
    pub enum MemberAction {
        /// Change the profile and who sees it.
        Change => "change",
        /// Say what one knows and wants to work on.
        ChangeExpertise => "change_expertise",
        /// Do not take part for a while.
        Pause => "pause",
        /// Take part again.
        Resume => "resume",
        /// Work for somebody else from now on.
        ChangeEmployer => "change_employer",
        /// Be a member no longer.
        Leave => "leave",
    }
}

impl MemberAction {
    /// The states in which the action is possible.
    #[must_use]
    pub const fn possible_in(self) -> &'static [MemberStatus] {
        match self {
            Self::Change | Self::ChangeExpertise | Self::ChangeEmployer | Self::Leave => {
                &[MemberStatus::Active, MemberStatus::Paused]
            }
            Self::Pause => &[MemberStatus::Active],
            Self::Resume => &[MemberStatus::Paused],
        }
    }

    /// The state that the action leads to; `None` when it stays where it is.
    #[must_use]
    pub const fn leads_to(self) -> Option<MemberStatus> {
        match self {
            Self::Change | Self::ChangeExpertise | Self::ChangeEmployer => None,
            Self::Pause => Some(MemberStatus::Paused),
            Self::Resume => Some(MemberStatus::Active),
            Self::Leave => Some(MemberStatus::Left),
        }
    }

    /// The event and the audit line that the action leaves.
    #[must_use]
    pub const fn traces(self) -> (&'static str, &'static str) {
        match self {
            Self::Change => ("member.changed", "member.change"),
            Self::ChangeExpertise => ("member.expertise_changed", "member.change_expertise"),
            Self::Pause => ("member.paused", "member.pause"),
            Self::Resume => ("member.resumed", "member.resume"),
            Self::ChangeEmployer => ("member.employer_changed", "member.change_employer"),
            Self::Leave => ("member.left", "member.leave"),
        }
    }
}

/// An action that the state of the membership does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a membership that is {from} does not allow {action}")]
pub struct InvalidMemberTransition {
    /// The state it is in.
    pub from: MemberStatus,
    /// What was tried.
    pub action: MemberAction,
}

impl MemberStatus {
    /// The state after `action`.
    pub fn after(self, action: MemberAction) -> Result<Self, InvalidMemberTransition> {
        if action.possible_in().contains(&self) {
            Ok(action.leads_to().unwrap_or(self))
        } else {
            Err(InvalidMemberTransition { from: self, action })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of the module documentation, row by row; no state to go to means that it stays.
    const TABLE: &[(&[MemberStatus], MemberAction, Option<MemberStatus>)] = {
        use MemberAction as A;
        use MemberStatus as S;
        &[
            (&[S::Active, S::Paused], A::Change, None),
            (&[S::Active, S::Paused], A::ChangeExpertise, None),
            (&[S::Active], A::Pause, Some(S::Paused)),
            (&[S::Paused], A::Resume, Some(S::Active)),
            (&[S::Active, S::Paused], A::ChangeEmployer, None),
            (&[S::Active, S::Paused], A::Leave, Some(S::Left)),
        ]
    };

    #[test]
    fn every_pair_of_state_and_action_follows_the_table() {
        for status in MemberStatus::ALL {
            for action in MemberAction::ALL {
                let expected = TABLE
                    .iter()
                    .find(|(from, acts, _)| acts == action && from.contains(status))
                    .map(|(.., to)| to.unwrap_or(*status));
                assert_eq!(status.after(*action).ok(), expected, "{status} {action}");
            }
        }
    }
}
