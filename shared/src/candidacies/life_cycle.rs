//! The states of a candidacy and what moves it from one to the next.

use crate::access::Permit;
use crate::text_enum;

text_enum! {
    /// Where a candidacy stands.
    pub enum CandidacyStatus {
        /// Somebody was nominated.
        Open => "open",
        /// The highest executive of their employer was asked.
        ConsentRequested => "consent_requested",
        /// The executive refused.
        ConsentRefused => "consent_refused",
        /// The executive did not answer in time.
        ConsentExpired => "consent_expired",
        /// The executive consents, or there is none to ask.
        Consented => "consented",
        /// The candidate was invited to become a member.
        CandidateInvited => "candidate_invited",
        /// The candidate became a member.
        Admitted => "admitted",
        /// The candidate does not want to.
        CandidateDeclined => "candidate_declined",
        /// The institute does not invite them.
        Rejected => "rejected",
        /// The candidate objected, or nobody nominates them any more.
        Withdrawn => "withdrawn",
    }
}

crate::text_column!(CandidacyStatus);

impl CandidacyStatus {
    /// Whether nothing can happen any more.
    #[must_use]
    pub const fn is_closed(self) -> bool {
        match self {
            Self::Admitted | Self::CandidateDeclined | Self::Rejected | Self::Withdrawn => true,
            Self::Open
            | Self::ConsentRequested
            | Self::ConsentRefused
            | Self::ConsentExpired
            | Self::Consented
            | Self::CandidateInvited => false,
        }
    }

    /// The state after `action`.
    pub fn after(self, action: CandidacyAction) -> Result<Self, InvalidCandidacyTransition> {
        if action.possible_in().contains(&self) {
            Ok(action.leads_to().unwrap_or(self))
        } else {
            Err(InvalidCandidacyTransition { from: self, action })
        }
    }
}

text_enum! {
    /// What can be done with a candidacy.
    pub enum CandidacyAction {
        /// Tell the candidate that they were nominated, by whom and what is stored.
        Tell => "tell",
        /// Bring another candidacy of the same person into this one.
        Merge => "merge",
        /// Give one nomination a candidacy of its own.
        Split => "split",
        /// Ask the highest executive for consent.
        RequestConsent => "request_consent",
        /// Ask another executive, since the one who was asked left.
        ReplaceGiver => "replace_giver",
        /// Record that there is no executive to ask.
        SkipConsent => "skip_consent",
        /// The executive consents.
        GiveConsent => "give_consent",
        /// The executive refuses.
        RefuseConsent => "refuse_consent",
        /// The executive did not answer in time.
        ExpireConsent => "expire_consent",
        /// Say who reviews it.
        AssignReviewers => "assign_reviewers",
        /// Judge it.
        Review => "review",
        /// Invite the candidate to become a member.
        Invite => "invite",
        /// The candidate becomes a member.
        Accept => "accept",
        /// The candidate does not want to.
        Decline => "decline",
        /// Decide not to invite them.
        Reject => "reject",
        /// The candidate objects, or its last nomination is withdrawn.
        Withdraw => "withdraw",
    }
}

/// From the first nomination until the candidate is invited.
const UNDECIDED: &[CandidacyStatus] = &[
    CandidacyStatus::Open,
    CandidacyStatus::ConsentRequested,
    CandidacyStatus::ConsentRefused,
    CandidacyStatus::ConsentExpired,
    CandidacyStatus::Consented,
];

/// Whatever is not closed.
const UNDER_WAY: &[CandidacyStatus] = &[
    CandidacyStatus::Open,
    CandidacyStatus::ConsentRequested,
    CandidacyStatus::ConsentRefused,
    CandidacyStatus::ConsentExpired,
    CandidacyStatus::Consented,
    CandidacyStatus::CandidateInvited,
];

impl CandidacyAction {
    /// The states in which the action is possible.
    #[must_use]
    pub const fn possible_in(self) -> &'static [CandidacyStatus] {
        match self {
            Self::Tell | Self::Merge | Self::Split | Self::Withdraw => UNDER_WAY,
            Self::AssignReviewers | Self::Review | Self::Reject => UNDECIDED,
            Self::RequestConsent => &[
                CandidacyStatus::Open,
                CandidacyStatus::ConsentRefused,
                CandidacyStatus::ConsentExpired,
            ],
            Self::SkipConsent => &[CandidacyStatus::Open],
            Self::ReplaceGiver | Self::GiveConsent | Self::RefuseConsent | Self::ExpireConsent => {
                &[CandidacyStatus::ConsentRequested]
            }
            Self::Invite => &[CandidacyStatus::Consented],
            Self::Accept | Self::Decline => &[CandidacyStatus::CandidateInvited],
        }
    }

    /// The state that the action leads to; `None` when it stays where it is.
    #[must_use]
    pub const fn leads_to(self) -> Option<CandidacyStatus> {
        match self {
            Self::Tell | Self::Merge | Self::Split | Self::AssignReviewers | Self::Review => None,
            Self::RequestConsent | Self::ReplaceGiver => Some(CandidacyStatus::ConsentRequested),
            Self::SkipConsent | Self::GiveConsent => Some(CandidacyStatus::Consented),
            Self::RefuseConsent => Some(CandidacyStatus::ConsentRefused),
            Self::ExpireConsent => Some(CandidacyStatus::ConsentExpired),
            Self::Invite => Some(CandidacyStatus::CandidateInvited),
            Self::Accept => Some(CandidacyStatus::Admitted),
            Self::Decline => Some(CandidacyStatus::CandidateDeclined),
            Self::Reject => Some(CandidacyStatus::Rejected),
            Self::Withdraw => Some(CandidacyStatus::Withdrawn),
        }
    }

    /// The permission that the action needs over the API.
    #[must_use]
    pub const fn needs(self) -> Permit {
        match self {
            Self::Tell
            | Self::Merge
            | Self::Split
            | Self::RequestConsent
            | Self::ReplaceGiver
            | Self::SkipConsent
            | Self::GiveConsent
            | Self::RefuseConsent
            | Self::ExpireConsent
            | Self::AssignReviewers => Permit::CandidaciesWrite,
            Self::Review => Permit::CandidaciesReview,
            Self::Invite | Self::Reject => Permit::CandidaciesDecide,
            Self::Accept | Self::Decline | Self::Withdraw => Permit::CandidaciesAnswer,
        }
    }

    /// The actions that somebody can ask for; the others follow from a rule.
    pub fn to_choose_from() -> impl Iterator<Item = Self> {
        Self::ALL
            .iter()
            .copied()
            .filter(|action| !matches!(action, Self::ExpireConsent))
    }

    /// The type of the business event that the action appends.
    #[must_use]
    pub const fn event_type(self) -> &'static str {
        match self {
            Self::Tell => "candidacy.told",
            Self::Merge => "candidacy.merged",
            Self::Split => "candidacy.split",
            Self::RequestConsent => "candidacy.consent_requested",
            Self::ReplaceGiver => "candidacy.giver_replaced",
            Self::SkipConsent => "candidacy.consent_skipped",
            Self::GiveConsent => "candidacy.consent_given",
            Self::RefuseConsent => "candidacy.consent_refused",
            Self::ExpireConsent => "candidacy.consent_expired",
            Self::AssignReviewers => "candidacy.reviewers_assigned",
            Self::Review => "candidacy.reviewed",
            Self::Invite => "candidacy.invited",
            Self::Accept => "candidacy.admitted",
            Self::Decline => "candidacy.declined",
            Self::Reject => "candidacy.rejected",
            Self::Withdraw => "candidacy.withdrawn",
        }
    }

    /// The action in the words of the audit trail.
    #[must_use]
    pub const fn audit_action(self) -> &'static str {
        match self {
            Self::Tell => "candidacy.tell",
            Self::Merge => "candidacy.merge",
            Self::Split => "candidacy.split",
            Self::RequestConsent => "candidacy.request_consent",
            Self::ReplaceGiver => "candidacy.replace_giver",
            Self::SkipConsent => "candidacy.skip_consent",
            Self::GiveConsent => "candidacy.give_consent",
            Self::RefuseConsent => "candidacy.refuse_consent",
            Self::ExpireConsent => "candidacy.expire_consent",
            Self::AssignReviewers => "candidacy.assign_reviewers",
            Self::Review => "candidacy.review",
            Self::Invite => "candidacy.invite",
            Self::Accept => "candidacy.accept",
            Self::Decline => "candidacy.decline",
            Self::Reject => "candidacy.reject",
            Self::Withdraw => "candidacy.withdraw",
        }
    }
}

/// An action that the state of the candidacy does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a candidacy that is {from} does not allow {action}")]
pub struct InvalidCandidacyTransition {
    /// The state it is in.
    pub from: CandidacyStatus,
    /// What was tried.
    pub action: CandidacyAction,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of the module documentation, row by row; no state to go to means that it stays.
    const TABLE: &[(&[CandidacyStatus], CandidacyAction, Option<CandidacyStatus>)] = {
        use CandidacyAction as A;
        use CandidacyStatus as S;
        const UNDECIDED: &[S] = &[
            S::Open,
            S::ConsentRequested,
            S::ConsentRefused,
            S::ConsentExpired,
            S::Consented,
        ];
        const UNDER_WAY: &[S] = &[
            S::Open,
            S::ConsentRequested,
            S::ConsentRefused,
            S::ConsentExpired,
            S::Consented,
            S::CandidateInvited,
        ];
        &[
            (UNDER_WAY, A::Tell, None),
            (UNDER_WAY, A::Merge, None),
            (UNDER_WAY, A::Split, None),
            (
                &[S::Open, S::ConsentRefused, S::ConsentExpired],
                A::RequestConsent,
                Some(S::ConsentRequested),
            ),
            (
                &[S::ConsentRequested],
                A::ReplaceGiver,
                Some(S::ConsentRequested),
            ),
            (&[S::Open], A::SkipConsent, Some(S::Consented)),
            (&[S::ConsentRequested], A::GiveConsent, Some(S::Consented)),
            (
                &[S::ConsentRequested],
                A::RefuseConsent,
                Some(S::ConsentRefused),
            ),
            (
                &[S::ConsentRequested],
                A::ExpireConsent,
                Some(S::ConsentExpired),
            ),
            (UNDECIDED, A::AssignReviewers, None),
            (UNDECIDED, A::Review, None),
            (&[S::Consented], A::Invite, Some(S::CandidateInvited)),
            (&[S::CandidateInvited], A::Accept, Some(S::Admitted)),
            (
                &[S::CandidateInvited],
                A::Decline,
                Some(S::CandidateDeclined),
            ),
            (UNDECIDED, A::Reject, Some(S::Rejected)),
            (UNDER_WAY, A::Withdraw, Some(S::Withdrawn)),
        ]
    };

    #[test]
    fn every_pair_of_state_and_action_follows_the_table() {
        for status in CandidacyStatus::ALL {
            for action in CandidacyAction::ALL {
                let expected = TABLE
                    .iter()
                    .find(|(from, acts, _)| acts == action && from.contains(status))
                    .map(|(.., to)| to.unwrap_or(*status));
                assert_eq!(status.after(*action).ok(), expected, "{status} {action}");
            }
        }
    }

    #[test]
    fn what_is_closed_allows_nothing() {
        for status in CandidacyStatus::ALL {
            let allows = CandidacyAction::ALL
                .iter()
                .any(|action| status.after(*action).is_ok());
            assert_ne!(status.is_closed(), allows, "{status}");
        }
    }
}
