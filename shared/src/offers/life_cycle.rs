//! The states of an offer and what moves it from one to the next.

use crate::access::Permit;
use crate::text_enum;

text_enum! {
    /// Where an offer stands.
    pub enum OfferStatus {
        /// Being composed; the municipality does not see it yet.
        Drafted => "drafted",
        /// The sponsor can decide.
        Sent => "sent",
        /// The sponsor said yes.
        Accepted => "accepted",
        /// The sponsor said no.
        Refused => "refused",
        /// The day until which it held has passed without an answer.
        Expired => "expired",
        /// A newer version was sent.
        Superseded => "superseded",
        /// It was taken back.
        Withdrawn => "withdrawn",
    }
}

crate::text_column!(OfferStatus);

text_enum! {
    /// What can be done with an offer.
    pub enum OfferAction {
        /// Change what it says.
        Change => "change",
        /// Send it to the sponsor.
        Send => "send",
        /// Take it back.
        Withdraw => "withdraw",
        /// Say yes to it.
        Accept => "accept",
        /// Say no to it.
        Refuse => "refuse",
        /// Let it lapse after its last day.
        Expire => "expire",
        /// Put a newer one in its place.
        Supersede => "supersede",
    }
}

impl OfferAction {
    /// The states in which the action is possible.
    #[must_use]
    pub const fn possible_in(self) -> &'static [OfferStatus] {
        match self {
            Self::Change | Self::Send => &[OfferStatus::Drafted],
            Self::Withdraw => &[OfferStatus::Drafted, OfferStatus::Sent],
            Self::Accept | Self::Refuse | Self::Expire | Self::Supersede => &[OfferStatus::Sent],
        }
    }

    /// The state that the action leads to.
    #[must_use]
    pub const fn leads_to(self) -> OfferStatus {
        match self {
            Self::Change => OfferStatus::Drafted,
            Self::Send => OfferStatus::Sent,
            Self::Withdraw => OfferStatus::Withdrawn,
            Self::Accept => OfferStatus::Accepted,
            Self::Refuse => OfferStatus::Refused,
            Self::Expire => OfferStatus::Expired,
            Self::Supersede => OfferStatus::Superseded,
        }
    }

    /// The permission that the action needs.
    #[must_use]
    pub const fn needs(self) -> Permit {
        match self {
            Self::Change | Self::Send | Self::Withdraw | Self::Expire | Self::Supersede => {
                Permit::OffersWrite
            }
            Self::Accept | Self::Refuse => Permit::OffersAnswer,
        }
    }

    /// The actions that somebody can ask for; the others follow from a rule.
    pub fn to_choose_from() -> impl Iterator<Item = Self> {
        Self::ALL
            .iter()
            .copied()
            .filter(|action| !matches!(action, Self::Expire | Self::Supersede))
    }

    /// The type of the business event that the action appends.
    #[must_use]
    pub const fn event_type(self) -> &'static str {
        match self {
            Self::Change => "offer.changed",
            Self::Send => "offer.sent",
            Self::Withdraw => "offer.withdrawn",
            Self::Accept => "offer.accepted",
            Self::Refuse => "offer.refused",
            Self::Expire => "offer.expired",
            Self::Supersede => "offer.superseded",
        }
    }

    /// The action in the words of the audit trail.
    #[must_use]
    pub const fn audit_action(self) -> &'static str {
        match self {
            Self::Change => "offer.change",
            Self::Send => "offer.send",
            Self::Withdraw => "offer.withdraw",
            Self::Accept => "offer.accept",
            Self::Refuse => "offer.refuse",
            Self::Expire => "offer.expire",
            Self::Supersede => "offer.supersede",
        }
    }
}

/// An action that the state of the offer does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an offer that is {from} does not allow {action}")]
pub struct InvalidOfferTransition {
    /// The state it is in.
    pub from: OfferStatus,
    /// What was tried.
    pub action: OfferAction,
}

impl OfferStatus {
    /// The state after `action`.
    pub fn after(self, action: OfferAction) -> Result<Self, InvalidOfferTransition> {
        if action.possible_in().contains(&self) {
            Ok(action.leads_to())
        } else {
            Err(InvalidOfferTransition { from: self, action })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Role;

    /// The table of the module documentation, row by row.
    const TABLE: &[(&[OfferStatus], OfferAction, OfferStatus)] = {
        use OfferAction as A;
        use OfferStatus as S;
        &[
            (&[S::Drafted], A::Change, S::Drafted),
            (&[S::Drafted], A::Send, S::Sent),
            (&[S::Sent], A::Supersede, S::Superseded),
            (&[S::Sent], A::Accept, S::Accepted),
            (&[S::Sent], A::Refuse, S::Refused),
            (&[S::Sent], A::Expire, S::Expired),
            (&[S::Drafted, S::Sent], A::Withdraw, S::Withdrawn),
        ]
    };

    #[test]
    fn every_pair_of_state_and_action_follows_the_table() {
        for status in OfferStatus::ALL {
            for action in OfferAction::ALL {
                let expected = TABLE
                    .iter()
                    .find(|(from, acts, _)| acts == action && from.contains(status))
                    .map(|(.., to)| *to);
                assert_eq!(status.after(*action).ok(), expected, "{status} {action}");
            }
        }
    }

    #[test]
    fn no_role_decides_on_an_offer_and_no_municipality_writes_one() {
        // mission: T4
        for role in Role::ALL {
            let permits = role.permits();
            assert!(!permits.contains(OfferAction::Accept.needs()), "{role}");
            let writes = matches!(role, Role::Adviser | Role::Coordinator);
            assert_eq!(
                permits.contains(OfferAction::Send.needs()),
                writes,
                "{role}"
            );
        }
    }
}
