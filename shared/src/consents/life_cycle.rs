//! The states of a consent and what moves it from one to the next.

use crate::text_enum;

text_enum! {
    /// Where a consent stands.
    pub enum ConsentStatus {
        /// The executive was asked.
        Requested => "requested",
        /// They consent.
        Given => "given",
        /// They do not.
        Refused => "refused",
        /// They did not answer in time.
        Expired => "expired",
        /// Somebody else was asked instead.
        Replaced => "replaced",
        /// Nobody needs an answer any more.
        Withdrawn => "withdrawn",
        /// There is no executive to ask.
        NotApplicable => "not_applicable",
    }
}

text_enum! {
    /// What can be done with a consent.
    pub enum ConsentAction {
        /// Say yes.
        Give => "give",
        /// Say no.
        Refuse => "refuse",
        /// Let it lapse: no answer came in time.
        Expire => "expire",
        /// Ask somebody else instead.
        Replace => "replace",
        /// Take the question back.
        Withdraw => "withdraw",
    }
}

crate::text_column!(ConsentStatus);

impl ConsentAction {
    /// The state that the action leads to. All of them start from a request that is open.
    #[must_use]
    pub const fn leads_to(self) -> ConsentStatus {
        match self {
            Self::Give => ConsentStatus::Given,
            Self::Refuse => ConsentStatus::Refused,
            Self::Expire => ConsentStatus::Expired,
            Self::Replace => ConsentStatus::Replaced,
            Self::Withdraw => ConsentStatus::Withdrawn,
        }
    }

    /// The type of the business event that the action appends.
    #[must_use]
    pub const fn event_type(self) -> &'static str {
        match self {
            Self::Give => "consent.given",
            Self::Refuse => "consent.refused",
            Self::Expire => "consent.expired",
            Self::Replace => "consent.replaced",
            Self::Withdraw => "consent.withdrawn",
        }
    }

    /// The action in the words of the audit trail.
    #[must_use]
    pub const fn audit_action(self) -> &'static str {
        match self {
            Self::Give => "consent.give",
            Self::Refuse => "consent.refuse",
            Self::Expire => "consent.expire",
            Self::Replace => "consent.replace",
            Self::Withdraw => "consent.withdraw",
        }
    }
}

/// An action that the state of the consent does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a consent that is {from} does not allow {action}")]
pub struct InvalidConsentTransition {
    /// The state it is in.
    pub from: ConsentStatus,
    /// What was tried.
    pub action: ConsentAction,
}

impl ConsentStatus {
    /// The state after `action`.
    pub fn after(self, action: ConsentAction) -> Result<Self, InvalidConsentTransition> {
        if self == Self::Requested {
            Ok(action.leads_to())
        } else {
            Err(InvalidConsentTransition { from: self, action })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of the module documentation, row by row.
    const TABLE: &[(ConsentStatus, ConsentAction, ConsentStatus)] = {
        use ConsentAction as A;
        use ConsentStatus as S;
        &[
            (S::Requested, A::Give, S::Given),
            (S::Requested, A::Refuse, S::Refused),
            (S::Requested, A::Expire, S::Expired),
            (S::Requested, A::Replace, S::Replaced),
            (S::Requested, A::Withdraw, S::Withdrawn),
        ]
    };

    #[test]
    fn every_pair_of_state_and_action_follows_the_table() {
        // mission: N3
        for status in ConsentStatus::ALL {
            for action in ConsentAction::ALL {
                let expected = TABLE
                    .iter()
                    .find(|(from, acts, _)| acts == action && from == status)
                    .map(|(.., to)| *to);
                assert_eq!(status.after(*action).ok(), expected, "{status} {action}");
            }
        }
    }
}
