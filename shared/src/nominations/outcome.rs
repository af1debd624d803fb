//! What a nominator may know of what came of their nomination.

use super::Nomination;
use super::NominationStatus;
use crate::candidacies::{Candidacy, CandidacyStatus};
use crate::text_enum;

text_enum! {
    /// What came of a nomination, for its nominator.
    pub enum NominationOutcome {
        /// It waits for the nominator to confirm it.
        Unconfirmed => "unconfirmed",
        /// It is looked at.
        UnderConsideration => "under_consideration",
        /// The candidate was invited to become a member.
        Invited => "invited",
        /// The candidate became a member.
        Admitted => "admitted",
        /// The institute did not invite the candidate; there is a reason.
        Rejected => "rejected",
        /// It went no further: taken back, or the candidate does not want to.
        Closed => "closed",
    }
}

impl NominationOutcome {
    /// The outcome of a nomination, as far as it happened after the nomination was made: who
    /// nominates somebody must not learn from the answer what was going on about them already.
    #[must_use]
    // security: 80
    pub fn of(nomination: &Nomination, candidacy: Option<&Candidacy>) -> Self {
        match nomination.status {
            NominationStatus::Unconfirmed => return Self::Unconfirmed,
            NominationStatus::Withdrawn => return Self::Closed,
            NominationStatus::Submitted => {}
        }
        let Some(candidacy) = candidacy else {
            return Self::UnderConsideration;
        };
        match candidacy.status {
            // What the executive said, or did not, is the candidate's and ours.
            CandidacyStatus::Open
            | CandidacyStatus::ConsentRequested
            | CandidacyStatus::ConsentRefused
            | CandidacyStatus::ConsentExpired
            | CandidacyStatus::Consented => Self::UnderConsideration,
            CandidacyStatus::CandidateInvited => {
                let since = nomination.confirmed_at.unwrap_or(nomination.created_at);
                if candidacy.invited_at.is_some_and(|at| at > since) {
                    Self::Invited
                } else {
                    Self::UnderConsideration
                }
            }
            CandidacyStatus::Admitted => Self::Admitted,
            CandidacyStatus::Rejected => Self::Rejected,
            CandidacyStatus::CandidateDeclined | CandidacyStatus::Withdrawn => Self::Closed,
        }
    }

    /// The reason that the nominator may read: that of a rejection.
    #[must_use]
    pub fn reason(self, candidacy: Option<&Candidacy>) -> Option<&str> {
        match self {
            Self::Rejected => candidacy.and_then(|candidacy| candidacy.closed_reason.as_deref()),
            Self::Unconfirmed
            | Self::UnderConsideration
            | Self::Invited
            | Self::Admitted
            | Self::Closed => None,
        }
    }
}
