//! A decision and its life.

use jiff::Timestamp;

use crate::ids::{DecisionId, IntakeId};
use crate::intakes::IntakeAction;
use crate::text_enum;

text_enum! {
    /// What is decided.
    pub enum DecisionOutcome {
        /// It fits; a place in the round, or on its waiting list.
        Match => "match",
        /// It does not fit.
        Decline => "decline",
        /// It goes no further, though nobody says that it does not fit.
        Close => "close",
    }
}

impl DecisionOutcome {
    /// What it does to the intake; a match in a full round waits instead.
    #[must_use]
    pub const fn action(self) -> IntakeAction {
        match self {
            Self::Match => IntakeAction::Match,
            Self::Decline | Self::Close => IntakeAction::Decline,
        }
    }

    /// Whether the municipality must be told why.
    #[must_use]
    pub const fn needs_reason(self) -> bool {
        match self {
            Self::Match => false,
            Self::Decline | Self::Close => true,
        }
    }
}

text_enum! {
    /// Where a decision stands.
    pub enum DecisionState {
        /// Known to the institute only.
        Prepared => "prepared",
        /// The municipality was told.
        Released => "released",
        /// Taken back before anybody was told.
        Withdrawn => "withdrawn",
    }
}

crate::text_column!(DecisionOutcome, DecisionState);

text_enum! {
    /// What can be done with a decision.
    pub enum DecisionAction {
        /// Carry it out and tell the municipality.
        Release => "release",
        /// Take it back before anybody was told.
        TakeBack => "take_back",
    }
}

impl DecisionAction {
    /// The states in which the action is possible.
    #[must_use]
    pub const fn possible_in(self) -> &'static [DecisionState] {
        match self {
            Self::Release | Self::TakeBack => &[DecisionState::Prepared],
        }
    }

    /// The state that the action leads to.
    #[must_use]
    pub const fn leads_to(self) -> DecisionState {
        match self {
            Self::Release => DecisionState::Released,
            Self::TakeBack => DecisionState::Withdrawn,
        }
    }
}

/// An action that the state of the decision does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a decision that is {from} does not allow {action}")]
pub struct InvalidDecisionTransition {
    /// The state it is in.
    pub from: DecisionState,
    /// What was tried.
    pub action: DecisionAction,
}

/// A decision on an intake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Its id.
    pub id: DecisionId,
    /// Rises on every write; the ETag.
    pub version: i64,
    /// The intake.
    pub intake: IntakeId,
    /// What is decided.
    pub outcome: DecisionOutcome,
    /// Where it stands.
    pub state: DecisionState,
    /// Why, in words that the municipality may read.
    pub reason: Option<String>,
    /// Who prepared it: the kind of actor and its id, joined by a colon.
    pub prepared_by: String,
    /// When it was prepared; the order in which a round's decisions are released.
    pub prepared_at: Timestamp,
    /// When the municipality was told.
    pub released_at: Option<Timestamp>,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Decision {
    /// The decision after `action`.
    pub fn after(
        self,
        action: DecisionAction,
        now: Timestamp,
    ) -> Result<Self, InvalidDecisionTransition> {
        if !action.possible_in().contains(&self.state) {
            return Err(InvalidDecisionTransition {
                from: self.state,
                action,
            });
        }
        let state = action.leads_to();
        Ok(Self {
            released_at: (state == DecisionState::Released).then_some(now),
            state,
            updated_at: now,
            ..self
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn only_a_prepared_decision_is_released_or_taken_back() {
        for state in DecisionState::ALL {
            for action in DecisionAction::ALL {
                let decision = Decision {
                    id: DecisionId::generate(),
                    version: 1,
                    intake: IntakeId::generate(),
                    outcome: DecisionOutcome::Match,
                    state: *state,
                    reason: None,
                    prepared_by: "person:1".to_owned(),
                    prepared_at: Timestamp::UNIX_EPOCH,
                    released_at: None,
                    updated_at: Timestamp::UNIX_EPOCH,
                };
                let after = decision.after(*action, Timestamp::UNIX_EPOCH);
                match (state, action) {
                    (DecisionState::Prepared, DecisionAction::Release) => {
                        let after = after.unwrap();
                        assert_eq!(after.state, DecisionState::Released);
                        assert_eq!(after.released_at, Some(Timestamp::UNIX_EPOCH));
                    }
                    (DecisionState::Prepared, DecisionAction::TakeBack) => {
                        assert_eq!(after.unwrap().state, DecisionState::Withdrawn);
                    }
                    (DecisionState::Released | DecisionState::Withdrawn, _) => {
                        assert_eq!(after.unwrap_err().from, *state, "{action}");
                    }
                }
            }
        }
    }
}
