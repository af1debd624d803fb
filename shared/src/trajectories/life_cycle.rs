//! The states of a trajectory and what moves it from one to the next.

use crate::access::Permit;
use crate::text_enum;

text_enum! {
    /// Where a trajectory stands.
    pub enum TrajectoryStatus {
        /// The offer was accepted; the work has not begun.
        Preparing => "preparing",
        /// Under way.
        Running => "running",
        /// Done, and looked back on.
        Completed => "completed",
        /// Ended before it was done.
        Stopped => "stopped",
    }
}

crate::text_column!(TrajectoryStatus);

impl TrajectoryStatus {
    /// Whether it is over.
    #[must_use]
    pub const fn is_closed(self) -> bool {
        match self {
            Self::Preparing | Self::Running => false,
            Self::Completed | Self::Stopped => true,
        }
    }
}

text_enum! {
    /// What can be done with a trajectory.
    pub enum TrajectoryAction {
        /// Say which officials take part.
        ChangeOfficials => "change_officials",
        /// Begin to run.
        Commence => "commence",
        /// Plan another step.
        AddStep => "add_step",
        /// Move a step, or say that it was done.
        ChangeStep => "change_step",
        /// Hand in the end product.
        DeliverEndProduct => "deliver_end_product",
        /// Look back, and close it.
        Complete => "complete",
        /// End it early.
        Stop => "stop",
    }
}

impl TrajectoryAction {
    /// The states in which the action is possible.
    #[must_use]
    pub const fn possible_in(self) -> &'static [TrajectoryStatus] {
        match self {
            Self::ChangeOfficials | Self::AddStep | Self::ChangeStep | Self::Stop => {
                &[TrajectoryStatus::Preparing, TrajectoryStatus::Running]
            }
            Self::Commence => &[TrajectoryStatus::Preparing],
            Self::DeliverEndProduct | Self::Complete => &[TrajectoryStatus::Running],
        }
    }

    /// The state that the action leads to; `None` for one that leaves it as it is.
    #[must_use]
    pub const fn leads_to(self) -> Option<TrajectoryStatus> {
        match self {
            Self::ChangeOfficials | Self::AddStep | Self::ChangeStep | Self::DeliverEndProduct => {
                None
            }
            Self::Commence => Some(TrajectoryStatus::Running),
            Self::Complete => Some(TrajectoryStatus::Completed),
            Self::Stop => Some(TrajectoryStatus::Stopped),
        }
    }

    /// The permission that every action needs.
    pub const NEEDS: Permit = Permit::TrajectoriesWrite;

    /// The type of the business event that the action appends.
    #[must_use]
    pub const fn event_type(self) -> &'static str {
        match self {
            Self::ChangeOfficials => "trajectory.officials_changed",
            Self::Commence => "trajectory.commenced",
            Self::AddStep => "trajectory.step_added",
            Self::ChangeStep => "trajectory.step_changed",
            Self::DeliverEndProduct => "trajectory.end_product_delivered",
            Self::Complete => "trajectory.completed",
            Self::Stop => "trajectory.stopped",
        }
    }

    /// The action in the words of the audit trail.
    #[must_use]
    pub const fn audit_action(self) -> &'static str {
        match self {
            Self::ChangeOfficials => "trajectory.change_officials",
            Self::Commence => "trajectory.commence",
            Self::AddStep => "trajectory.add_step",
            Self::ChangeStep => "trajectory.change_step",
            Self::DeliverEndProduct => "trajectory.deliver_end_product",
            Self::Complete => "trajectory.complete",
            Self::Stop => "trajectory.stop",
        }
    }
}

/// An action that the state of the trajectory does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a trajectory that is {from} does not allow {action}")]
pub struct InvalidTrajectoryTransition {
    /// The state it is in.
    pub from: TrajectoryStatus,
    /// What was tried.
    pub action: TrajectoryAction,
}

impl TrajectoryStatus {
    /// The state after `action`.
    pub fn after(self, action: TrajectoryAction) -> Result<Self, InvalidTrajectoryTransition> {
        if action.possible_in().contains(&self) {
            Ok(action.leads_to().unwrap_or(self))
        } else {
            Err(InvalidTrajectoryTransition { from: self, action })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of the module documentation, row by row; `None` stands for the same state.
    const TABLE: &[(
        &[TrajectoryStatus],
        TrajectoryAction,
        Option<TrajectoryStatus>,
    )] = {
        use TrajectoryAction as A;
        use TrajectoryStatus as S;
        &[
            (&[S::Preparing, S::Running], A::ChangeOfficials, None),
            (&[S::Preparing, S::Running], A::AddStep, None),
            (&[S::Preparing, S::Running], A::ChangeStep, None),
            (&[S::Preparing], A::Commence, Some(S::Running)),
            (&[S::Running], A::DeliverEndProduct, None),
            (&[S::Running], A::Complete, Some(S::Completed)),
            (&[S::Preparing, S::Running], A::Stop, Some(S::Stopped)),
        ]
    };

    #[test]
    fn every_pair_of_state_and_action_follows_the_table() {
        for status in TrajectoryStatus::ALL {
            for action in TrajectoryAction::ALL {
                let expected = TABLE
                    .iter()
                    .find(|(from, acts, _)| acts == action && from.contains(status))
                    .map(|(.., to)| to.unwrap_or(*status));
                assert_eq!(status.after(*action).ok(), expected, "{status} {action}");
            }
        }
    }
}
