//! A theme round, its proposals and votes.

use jiff::Timestamp;
use jiff::civil::Date;

use super::{
    InvalidThemeRoundTransition, Ranking, ThemeRoundAction, ThemeRoundStatus, ThemeWeights,
};
use crate::ids::{MemberId, ThemeProposalId, ThemeRoundId};
use crate::words::Slug;

/// A round in which members choose themes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThemeRound {
    /// Its id.
    pub id: ThemeRoundId,
    /// Rises on every write; the ETag. Proposals and votes do not count.
    pub version: i64,
    /// Where it stands.
    pub status: ThemeRoundStatus,
    /// What people call it.
    pub name: String,
    /// What members should know before they choose.
    pub description: Option<String>,
    /// The last day on which members propose and vote.
    pub closes_on: Date,
    /// How the parts of the score weigh, as fixed when it opened.
    pub weights: ThemeWeights,
    /// The result, once it is frozen.
    pub result: Option<Ranking>,
    /// Why it was called off.
    pub cancelled_reason: Option<String>,
    /// When it was closed or called off.
    pub closed_at: Option<Timestamp>,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl ThemeRound {
    /// Whether `action` is possible on `today`.
    #[must_use]
    pub fn allows(&self, action: ThemeRoundAction, today: Date) -> bool {
        let in_time = today <= self.closes_on || !action.ends_with_last_day();
        in_time && self.status.after(action).is_ok()
    }

    /// The round after `action`.
    pub(super) fn after(
        self,
        action: ThemeRoundAction,
        now: Timestamp,
    ) -> Result<Self, InvalidThemeRoundTransition> {
        let status = self.status.after(action)?;
        let ended = status != ThemeRoundStatus::Open;
        Ok(Self {
            status,
            closed_at: ended.then_some(now),
            updated_at: now,
            ..self
        })
    }
}

/// A theme that a member proposed in a round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Its id.
    pub id: ThemeProposalId,
    /// The round.
    pub round: ThemeRoundId,
    /// The theme.
    pub theme: Slug,
    /// The member who proposed it.
    pub proposed_by: MemberId,
    /// Why, in their own words.
    pub motivation: Option<String>,
    /// When.
    pub created_at: Timestamp,
}

/// One member's answer to one proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vote {
    /// The proposal.
    pub proposal: ThemeProposalId,
    /// The member.
    pub member: MemberId,
    /// How much experience they have with the theme, from 0 (none) to 5 (much).
    pub experience: i32,
    /// How much it interests them, from 0 (not) to 5 (much).
    pub interest: i32,
    /// When they last said so.
    pub voted_at: Timestamp,
}
