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
        /// Begin to assess, after the talk was held.
        StartAssessment => "start_assessment",
        /// Record what the talk was about, and what one assessor finds.
        Assess => "assess",
        /// Settle what the assessors found.
        Settle => "settle",
        /// Answer a light question with knowledge items.
        Refer => "refer",
        /// Decide that it fits, and give it a place.
        Match => "match",
        /// Decide that it fits while the round is full.
        Waitlist => "waitlist",
        /// Give it the place that came free.
        TakePlace => "take_place",
        /// Decide that it does not fit, or close it.
        Decline => "decline",
        /// Turn it into a trajectory.
        StartTrajectory => "start_trajectory",
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
            Self::CancelTalk | Self::StartAssessment => &[IntakeStatus::TalkPlanned],
            Self::Refer => &[IntakeStatus::Submitted, IntakeStatus::Assessing],
            Self::Assess | Self::Settle | Self::Match | Self::Waitlist => {
                &[IntakeStatus::Assessing]
            }
            Self::TakePlace => &[IntakeStatus::Waitlisted],
            Self::Decline => &[
                IntakeStatus::Assessing,
                IntakeStatus::Matched,
                IntakeStatus::Waitlisted,
            ],
            Self::StartTrajectory => &[IntakeStatus::Matched],
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
            Self::StartAssessment | Self::Assess | Self::Settle => IntakeStatus::Assessing,
            Self::Refer => IntakeStatus::Referred,
            Self::Match | Self::TakePlace => IntakeStatus::Matched,
            Self::Waitlist => IntakeStatus::Waitlisted,
            Self::Decline => IntakeStatus::Declined,
            Self::StartTrajectory => IntakeStatus::Started,
            Self::Withdraw => IntakeStatus::Withdrawn,
        }
    }

    /// The permission that the action needs.
    #[must_use]
    pub const fn needs(self) -> Permit {
        match self {
            Self::Change | Self::Submit | Self::Withdraw => Permit::IntakesWrite,
            Self::PlanTalk
            | Self::CancelTalk
            | Self::StartAssessment
            | Self::Assess
            | Self::Refer => Permit::IntakesAssess,
            Self::Settle | Self::Match | Self::Waitlist | Self::TakePlace | Self::Decline => {
                Permit::IntakesDecide
            }
            Self::StartTrajectory => Permit::TrajectoriesWrite,
        }
    }

    /// The actions that somebody can ask for; the others follow from a rule.
    pub fn to_choose_from() -> impl Iterator<Item = Self> {
        Self::ALL
            .iter()
            .copied()
            .filter(|action| !matches!(action, Self::Waitlist | Self::TakePlace))
    }

    /// The type of the business event that the action appends.
    #[must_use]
    pub const fn event_type(self) -> &'static str {
        match self {
            Self::Change => "intake.changed",
            Self::Submit => "intake.submitted",
            Self::PlanTalk => "intake.talk_planned",
            Self::CancelTalk => "intake.talk_cancelled",
            Self::StartAssessment => "intake.assessment_started",
            Self::Assess => "intake.assessed",
            Self::Settle => "intake.settled",
            Self::Refer => "intake.referred",
            Self::Match => "intake.matched",
            Self::Waitlist => "intake.waitlisted",
            Self::TakePlace => "intake.place_taken",
            Self::Decline => "intake.declined",
            Self::StartTrajectory => "intake.started",
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
            Self::StartAssessment => "intake.start_assessment",
            Self::Assess => "intake.assess",
            Self::Settle => "intake.settle",
            Self::Refer => "intake.refer",
            Self::Match => "intake.match",
            Self::Waitlist => "intake.waitlist",
            Self::TakePlace => "intake.take_place",
            Self::Decline => "intake.decline",
            Self::StartTrajectory => "intake.start_trajectory",
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

    /// The table of the module documentation, row by row.
    const TABLE: &[(&[IntakeStatus], IntakeAction, IntakeStatus)] = {
        use IntakeAction as A;
        use IntakeStatus as S;
        &[
            (&[S::Draft], A::Change, S::Draft),
            (&[S::Draft], A::Submit, S::Submitted),
            (&[S::Submitted], A::PlanTalk, S::TalkPlanned),
            (&[S::TalkPlanned], A::CancelTalk, S::Submitted),
            (&[S::TalkPlanned], A::StartAssessment, S::Assessing),
            (&[S::Assessing], A::Assess, S::Assessing),
            (&[S::Assessing], A::Settle, S::Assessing),
            (&[S::Submitted, S::Assessing], A::Refer, S::Referred),
            (&[S::Assessing], A::Match, S::Matched),
            (&[S::Assessing], A::Waitlist, S::Waitlisted),
            (&[S::Waitlisted], A::TakePlace, S::Matched),
            (
                &[S::Assessing, S::Matched, S::Waitlisted],
                A::Decline,
                S::Declined,
            ),
            (&[S::Matched], A::StartTrajectory, S::Started),
            (
                &[
                    S::Draft,
                    S::Submitted,
                    S::TalkPlanned,
                    S::Assessing,
                    S::Matched,
                    S::Waitlisted,
                ],
                A::Withdraw,
                S::Withdrawn,
            ),
        ]
    };

    fn expected(status: IntakeStatus, action: IntakeAction) -> Option<IntakeStatus> {
        TABLE
            .iter()
            .find(|(from, acts, _)| *acts == action && from.contains(&status))
            .map(|(.., to)| *to)
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
