//! A date poll, its options and votes.

use jiff::Timestamp;

use super::{InvalidPollTransition, PollAction, PollResult, PollStatus};
use crate::ids::{MeetingId, PersonId, PollOptionId};
use crate::invitations::AnsweredVia;
use crate::meetings::LocalPeriod;
use crate::text_enum;

/// How many options a poll has at most: more than anybody compares.
pub const MAX_OPTIONS: usize = 40;

/// The date poll of a meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Poll {
    /// The meeting; it has one poll.
    pub meeting: MeetingId,
    /// Rises on every write; the ETag. Votes do not count.
    pub version: i64,
    /// Where it stands.
    pub status: PollStatus,
    /// From this instant on no vote counts.
    pub closes_at: Timestamp,
    /// Rises whenever everybody has to look again.
    pub round: i32,
    /// How many hours before the end the last chaser was for.
    pub last_chaser: Option<i32>,
    /// The counts, once they are frozen.
    pub result: Option<PollResult>,
    /// When votes were closed, or the poll came to nothing.
    pub closed_at: Option<Timestamp>,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Poll {
    /// Whether `action` is possible at `now`. Nobody votes after the end, also while nobody has
    /// closed the poll yet.
    #[must_use]
    pub fn allows(&self, action: PollAction, now: Timestamp) -> bool {
        let in_time = action != PollAction::Vote || now < self.closes_at;
        in_time && self.status.after(action).is_ok()
    }

    /// The poll after `action`.
    pub(super) fn after(
        self,
        action: PollAction,
        now: Timestamp,
    ) -> Result<Self, InvalidPollTransition> {
        let status = self.status.after(action)?;
        let closed_at = match status {
            PollStatus::Open => None,
            PollStatus::Closed | PollStatus::Decided | PollStatus::Cancelled => {
                Some(self.closed_at.unwrap_or(now))
            }
        };
        Ok(Self {
            status,
            closed_at,
            updated_at: now,
            ..self
        })
    }
}

text_enum! {
    /// What became of an option.
    pub enum OptionState {
        /// People vote on it.
        Open => "open",
        /// The meeting is at it.
        Chosen => "chosen",
        /// It holds nobody's time any more.
        Released => "released",
    }
}

text_enum! {
    /// What somebody says of an option.
    pub enum Vote {
        /// It suits.
        Yes => "yes",
        /// It can be done, rather not.
        IfNeedBe => "if_need_be",
        /// It does not suit.
        No => "no",
    }
}

crate::text_column!(OptionState, Vote);

impl Vote {
    /// Whether somebody would come.
    #[must_use]
    pub const fn is_possible(self) -> bool {
        match self {
            Self::Yes | Self::IfNeedBe => true,
            Self::No => false,
        }
    }
}

/// A day and time to vote on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PollOption {
    /// Its id.
    pub id: PollOptionId,
    /// What became of it.
    pub state: OptionState,
    /// When it is.
    pub period: LocalPeriod,
}

/// What one invitee says of one option.
#[derive(Clone, PartialEq, Eq)]
pub struct PollVote {
    /// The option.
    pub option: PollOptionId,
    /// Who.
    pub person: PersonId,
    /// What they say.
    pub vote: Vote,
    /// What they add.
    pub remark: Option<String>,
    /// How it came in.
    pub via: AnsweredVia,
    /// When they last said so.
    pub voted_at: Timestamp,
}

// What somebody typed stays out of logs (security 66).
impl std::fmt::Debug for PollVote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PollVote")
            .field("option", &self.option)
            .field("person", &self.person)
            .field("vote", &self.vote)
            .finish_non_exhaustive()
    }
}
