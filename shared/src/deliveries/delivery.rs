//! A delivery as it is stored, without the bytes of its mail.

use jiff::Timestamp;
use uuid::Uuid;

use super::{DeliveryState, DroppedReason, Payload};
use crate::ids::{DeliveryId, InvitationId, MeetingId, PersonId};

/// One mail to one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// The word for what it tells.
    pub kind: String,
    /// What it tells; `None` when this build cannot read it.
    pub payload: Option<Payload>,
    /// To whom.
    pub recipient: Option<PersonId>,
    /// The kind of thing it is about, in API words.
    pub subject_type: String,
    /// That thing.
    pub subject_id: Uuid,
    /// The meeting it is about.
    pub meeting: Option<MeetingId>,
    /// The invitation it is about.
    pub invitation: Option<InvitationId>,
    /// The SEQUENCE of the meeting when it was enqueued.
    pub sequence: Option<i32>,
    /// From when it could go.
    pub due_at: Timestamp,
    /// From when it is pointless.
    pub expires_at: Option<Timestamp>,
    /// Where it stands.
    pub state: DeliveryState,
    /// Why it was dropped, if it was.
    pub dropped_reason: Option<DroppedReason>,
    /// Attempts that counted.
    pub attempts: i32,
    /// When it is tried next, while it waits.
    pub next_at: Timestamp,
    /// Its Message-ID, without angle brackets, from the first attempt on.
    pub message_id: Option<String>,
    /// The last reply code of the mail server.
    pub smtp_code: Option<i32>,
    /// The last words of the mail server, or ours; without addresses.
    pub smtp_text: Option<String>,
    /// The request that caused it.
    pub request_id: Option<String>,
    /// When it was enqueued.
    pub created_at: Timestamp,
    /// When the mail server took it.
    pub sent_at: Option<Timestamp>,
    /// When it reached a state in which it stays.
    pub closed_at: Option<Timestamp>,
}
