//! The states of an intake and what moves it from one to the next.

use crate::access::Permit;
use crate::text_enum;

text_enum! {
    /// Where an intake stands.
    pub enum IntakeStatus {
        /// Being written.
        Draft => "draft",
        /// Sent in.
        Submitted => "submitted",
        /// The talk has a date.
        TalkPlanned => "talk_planned",
        /// The talk was held; the criteria are being assessed.
        Assessing => "assessing",
        /// Fits the programme, and holds a place.
        Matched => "matched",
        /// Fits the programme; the round is full.
        Waitlisted => "waitlisted",
        /// Answered with knowledge items.
        Referred => "referred",
        /// Does not fit, or was closed.
        Declined => "declined",
        /// Became a trajectory.
        Started => "started",
        /// The municipality took it back.
        Withdrawn => "withdrawn",
    }
}

crate::text_column!(IntakeStatus);

impl IntakeStatus {
    /// Whether the intake is still under way: a municipality has one such intake per programme
    /// and round.
    #[must_use]
    pub const fn is_open(self) -> bool {
        match self {
            Self::Draft
            | Self::Submitted
            | Self::TalkPlanned
            | Self::Assessing
            | Self::Matched
            | Self::Waitlisted => true,
            Self::Referred | Self::Declined | Self::Started | Self::Withdrawn => false,
        }
    }
}

text_enum! {
    /// What can be done with an intake.
    pub enum IntakeAction {
        /// Change what it says.
        Change => "change",
        /// Send it in.
        Submit => "submit",
        /// Plan the talk.
        PlanTalk => "plan_talk",
        /// Call the talk off.
        CancelTalk => "cancel_talk",
        /// Take it back.
        Withdraw => "withdraw",
    }
}

impl IntakeAction {
    /// The states in which the action is possible.
    #[must_use]
    pub const fn possible_in(self) -> &'static [IntakeStatus] {
        match self {
            Self::Change | Self::Submit => &[IntakeStatus::Draft],
            Self::PlanTalk => &[IntakeStatus::Submitted],
            Self::CancelTalk => &[IntakeStatus::TalkPlanned],
            Self::Withdraw => &[
                IntakeStatus::Draft,
                IntakeStatus::Submitted,
                IntakeStatus::TalkPlanned,
                IntakeStatus::Assessing,
                IntakeStatus::Matched,
                IntakeStatus::Waitlisted,
            ],
        }
    }

    /// The state that the action leads to.
    #[must_use]
    pub const fn leads_to(self) -> IntakeStatus {
        match self {
            Self::Change => IntakeStatus::Draft,
            Self::Submit | Self::CancelTalk => IntakeStatus::Submitted,
            Self::PlanTalk => IntakeStatus::TalkPlanned,
            Self::Withdraw => IntakeStatus::Withdrawn,
        }
    }

    /// The permission that the action needs.
    #[must_use]
    pub const fn needs(self) -> Permit {
        match self {
            Self::Change | Self::Submit | Self::Withdraw => Permit::IntakesWrite,
            Self::PlanTalk | Self::CancelTalk => Permit::IntakesAssess,
        }
    }

    /// The type of the business event that the action appends.
    #[must_use]
    pub const fn event_type(self) -> &'static str {
        match self {
            Self::Change => "intake.changed",
            Self::Submit => "intake.submitted",
            Self::PlanTalk => "intake.talk_planned",
            Self::CancelTalk => "intake.talk_cancelled",
            Self::Withdraw => "intake.withdrawn",
        }
    }

    /// The action in the words of the audit trail.
    #[must_use]
    pub const fn audit_action(self) -> &'static str {
        match self {
            Self::Change => "intake.change",
            Self::Submit => "intake.submit",
            Self::PlanTalk => "intake.plan_talk",
            Self::CancelTalk => "intake.cancel_talk",
            Self::Withdraw => "intake.withdraw",
        }
    }
}

/// An action that the state of the intake does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an intake that is {from} does not allow {action}")]
pub struct InvalidIntakeTransition {
    /// The state it is in.
    pub from: IntakeStatus,
    /// What was tried.
    pub action: IntakeAction,
}

impl IntakeStatus {
    /// The state after `action`.
    pub fn after(self, action: IntakeAction) -> Result<Self, InvalidIntakeTransition> {
        if action.possible_in().contains(&self) {
            Ok(action.leads_to())
        } else {
            Err(InvalidIntakeTransition { from: self, action })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Role;

    /// The table of the module documentation, pair by pair.
    fn expected(status: IntakeStatus, action: IntakeAction) -> Option<IntakeStatus> {
        use IntakeAction as A;
        use IntakeStatus as S;
        match (status, action) {
            (S::Draft, A::Change) => Some(S::Draft),
            (S::Draft, A::Submit) | (S::TalkPlanned, A::CancelTalk) => Some(S::Submitted),
            (S::Submitted, A::PlanTalk) => Some(S::TalkPlanned),
            (
                S::Draft
                | S::Submitted
                | S::TalkPlanned
                | S::Assessing
                | S::Matched
                | S::Waitlisted,
                A::Withdraw,
            ) => Some(S::Withdrawn),
            (
                S::Submitted
                | S::TalkPlanned
                | S::Assessing
                | S::Matched
                | S::Waitlisted
                | S::Referred
                | S::Declined
                | S::Started
                | S::Withdrawn,
                A::Change | A::Submit,
            )
            | (
                S::Draft
                | S::TalkPlanned
                | S::Assessing
                | S::Matched
                | S::Waitlisted
                | S::Referred
                | S::Declined
                | S::Started
                | S::Withdrawn,
                A::PlanTalk,
            )
            | (
                S::Draft
                | S::Submitted
                | S::Assessing
                | S::Matched
                | S::Waitlisted
                | S::Referred
                | S::Declined
                | S::Started
                | S::Withdrawn,
                A::CancelTalk,
            )
            | (S::Referred | S::Declined | S::Started | S::Withdrawn, A::Withdraw) => None,
        }
    }

    #[test]
    fn every_pair_of_state_and_action_follows_the_table() {
        for status in IntakeStatus::ALL {
            for action in IntakeAction::ALL {
                assert_eq!(
                    status.after(*action).ok(),
                    expected(*status, *action),
                    "{status} {action}"
                );
            }
        }
    }

    #[test]
    fn only_advisers_and_coordinators_plan_talks() {
        // mission: I1
        let planners: Vec<&Role> = Role::ALL
            .iter()
            .filter(|role| role.permits().contains(IntakeAction::PlanTalk.needs()))
            .collect();
        assert_eq!(planners, [&Role::Adviser, &Role::Coordinator]);
    }
}
