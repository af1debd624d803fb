//! What a delivery is, before anything of it is in a database.

use uuid::Uuid;

use crate::ids::{MeetingId, PersonId};
use crate::text_enum;

text_enum! {
    /// Where a delivery stands.
    pub enum DeliveryState {
        /// Waits for its time and for a worker.
        Queued => "queued",
        /// A worker holds it.
        Leased => "leased",
        /// The bytes are on their way; recorded before the first of them leaves.
        Sending => "sending",
        /// The mail server took it.
        Sent => "sent",
        /// It will not be tried again unless by hand.
        Buried => "buried",
        /// It may or may not have been taken: whoever sent it did not live to tell.
        Unknown => "unknown",
        /// It is no longer wanted.
        Dropped => "dropped",
    }
}

text_enum! {
    /// Why a delivery is no longer wanted.
    pub enum DroppedReason {
        /// What it tells of was cancelled, or the recipient was removed.
        Cancelled => "cancelled",
        /// The recipient has answered in the meantime.
        Answered => "answered",
        /// Its time has passed.
        Past => "past",
        /// A newer mail takes its place.
        Superseded => "superseded",
        /// The address does not want or take mail.
        Suppressed => "suppressed",
        /// Ops dropped it.
        ByHand => "by_hand",
    }
}

crate::text_column!(DeliveryState, DroppedReason);

/// The order in which due mails are claimed; the lowest number first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// A cancellation: somebody may be about to leave home.
    Cancel = 10,
    /// An invitation.
    Invitation = 20,
    /// A mail on somebody's own request or case.
    Notice = 30,
    /// A reminder.
    Reminder = 40,
    /// A digest for ops.
    Digest = 50,
}

impl Priority {
    /// Every priority, the most urgent first.
    pub const ALL: &'static [Self] = &[
        Self::Cancel,
        Self::Invitation,
        Self::Notice,
        Self::Reminder,
        Self::Digest,
    ];
}

/// The key under which mails keep their order: only the oldest open one may be claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderKey(String);

impl OrderKey {
    /// All mails to one person about one meeting.
    #[must_use]
    pub fn meeting(meeting: MeetingId, person: PersonId) -> Self {
        Self(format!("{meeting}:{person}"))
    }

    /// All mails to one person about one other thing.
    #[must_use]
    pub fn subject(subject: Uuid, person: PersonId) -> Self {
        Self(format!("{subject}:{person}"))
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
