//! An invitation and its answer.

use jiff::Timestamp;

use crate::ids::{InvitationId, MeetingId, PersonId};
use crate::text_enum;

text_enum! {
    /// What an invitee answered.
    pub enum InvitationAnswer {
        /// Nothing yet.
        NeedsAction => "needs_action",
        /// Will come.
        Accepted => "accepted",
        /// May come.
        Tentative => "tentative",
        /// Will not come.
        Declined => "declined",
        /// Sends a colleague.
        Delegated => "delegated",
        /// Would come if there were a place.
        Waitlisted => "waitlisted",
        /// Is no longer invited.
        Removed => "removed",
    }
}

text_enum! {
    /// What an invitee can answer.
    pub enum AnswerChoice {
        /// Will come.
        Accepted => "accepted",
        /// May come.
        Tentative => "tentative",
        /// Will not come.
        Declined => "declined",
    }
}

impl From<AnswerChoice> for InvitationAnswer {
    fn from(choice: AnswerChoice) -> Self {
        match choice {
            AnswerChoice::Accepted => Self::Accepted,
            AnswerChoice::Tentative => Self::Tentative,
            AnswerChoice::Declined => Self::Declined,
        }
    }
}

text_enum! {
    /// How an answer came in.
    pub enum AnsweredVia {
        /// On the page behind the signed link.
        Link => "link",
        /// Over the API.
        Api => "api",
        /// As a calendar REPLY by mail.
        Mail => "mail",
    }
}

crate::text_column!(InvitationAnswer, AnsweredVia);

impl InvitationAnswer {
    /// Whether the invitee can still give another answer, the meeting permitting.
    #[must_use]
    pub const fn is_open(self) -> bool {
        match self {
            Self::NeedsAction
            | Self::Accepted
            | Self::Tentative
            | Self::Declined
            | Self::Waitlisted => true,
            Self::Delegated | Self::Removed => false,
        }
    }
}

/// One person's invitation to one meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// Rises on every write; the ETag.
    pub version: i64,
    /// The meeting.
    pub meeting: MeetingId,
    /// The invitee.
    pub person: PersonId,
    /// Whether the meeting needs them.
    pub required: bool,
    /// Whether they lead it.
    pub chair: bool,
    /// What they answered.
    pub answer: InvitationAnswer,
    /// What they added to the answer.
    pub remark: Option<String>,
    /// When they answered.
    pub answered_at: Option<Timestamp>,
    /// How they answered.
    pub answered_via: Option<AnsweredVia>,
    /// When they were invited.
    pub invited_at: Timestamp,
    /// When they were removed again.
    pub removed_at: Option<Timestamp>,
    /// SEQUENCE of the newest calendar mail meant for them.
    pub sequence: i32,
    /// SEQUENCE of the last calendar mail that went out to them; `None` while none did.
    pub last_sequence_sent: Option<i32>,
    /// Message-ID of the first mail, for In-Reply-To and References.
    pub first_message_id: Option<String>,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When a mail about it came back, unless a later one left since.
    pub bounced_at: Option<Timestamp>,
    /// The invitation of whoever comes in their place.
    pub delegated_to: Option<InvitationId>,
    /// Whether the place of whoever sent them is kept for them until they answer.
    pub place_kept: bool,
    /// What they need to take part.
    pub wishes: Wishes,
}

/// What an invitee needs to take part. It may tell of their health or belief: for the organisers
/// alone.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Wishes {
    /// What they do not eat or drink; at most 500 characters.
    pub dietary: Option<String>,
    /// What they need to get in, to hear, to see or to follow; at most 500 characters.
    pub accessibility: Option<String>,
}

// What somebody's body needs stays out of logs (security 66).
impl std::fmt::Debug for Wishes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wishes").finish_non_exhaustive()
    }
}

impl Invitation {
    /// Whether they are no longer invited.
    #[must_use]
    pub const fn is_removed(&self) -> bool {
        self.removed_at.is_some()
    }

    /// Whether they have a place: they come, or the place of whoever sent them waits for their
    /// answer.
    #[must_use]
    pub(super) fn has_place(&self) -> bool {
        let asked = self.answer == InvitationAnswer::NeedsAction;
        self.answer == InvitationAnswer::Accepted || (asked && self.place_kept)
    }

    /// The invitation to a meeting that moved: whoever answered is asked again.
    #[must_use]
    pub(super) fn asked_again(self) -> Self {
        let answer = if self.answer.is_open() {
            InvitationAnswer::NeedsAction
        } else {
            self.answer
        };
        Self {
            answer,
            place_kept: false,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_is_an_answer_that_can_be_changed() {
        for choice in AnswerChoice::ALL {
            let answer = InvitationAnswer::from(*choice);
            assert_eq!(answer.as_str(), choice.as_str());
            assert!(answer.is_open());
        }
    }
}
