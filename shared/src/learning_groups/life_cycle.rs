//! What can be done with a learning group, and when.

use crate::access::Permit;
use crate::text_enum;

text_enum! {
    /// Whether a group learns together.
    pub enum GroupStatus {
        /// It does.
        Active => "active",
        /// It is over.
        Closed => "closed",
    }
}

text_enum! {
    /// What can be done with a group.
    pub enum GroupAction {
        /// Change what it says.
        Change => "change",
        /// Add a practice.
        AddPractice => "add_practice",
        /// Change a practice.
        ChangePractice => "change_practice",
        /// End a practice.
        EndPractice => "end_practice",
        /// Add a member.
        AddMember => "add_member",
        /// Take a member out.
        TakeOutMember => "take_out_member",
        /// Plan a meeting of it.
        PlanMeeting => "plan_meeting",
        /// Close it.
        Close => "close",
    }
}

impl GroupAction {
    /// The state that the action leads to; every action starts from an active group.
    #[must_use]
    pub const fn leads_to(self) -> GroupStatus {
        match self {
            Self::Change
            | Self::AddPractice
            | Self::ChangePractice
            | Self::EndPractice
            | Self::AddMember
            | Self::TakeOutMember
            | Self::PlanMeeting => GroupStatus::Active,
            Self::Close => GroupStatus::Closed,
        }
    }

    /// The permission that the action needs.
    #[must_use]
    pub const fn needs(self) -> Permit {
        match self {
            Self::PlanMeeting => Permit::MeetingsWrite,
            Self::Change
            | Self::AddPractice
            | Self::ChangePractice
            | Self::EndPractice
            | Self::AddMember
            | Self::TakeOutMember
            | Self::Close => Permit::LearningGroupsWrite,
        }
    }
}

/// An action that a group does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a learning group that is {from} does not allow {action}")]
pub struct InvalidGroupTransition {
    /// The state it is in.
    pub from: GroupStatus,
    /// What was tried.
    pub action: GroupAction,
}

impl GroupStatus {
    /// The state after `action`.
    pub fn after(self, action: GroupAction) -> Result<Self, InvalidGroupTransition> {
        match self {
            Self::Active => Ok(action.leads_to()),
            Self::Closed => Err(InvalidGroupTransition { from: self, action }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_state_and_action_follows_the_table() {
        for action in GroupAction::ALL {
            let to = if *action == GroupAction::Close {
                GroupStatus::Closed
            } else {
                GroupStatus::Active
            };
            assert_eq!(GroupStatus::Active.after(*action), Ok(to), "{action}");
            assert!(GroupStatus::Closed.after(*action).is_err(), "{action}");
        }
    }
}
