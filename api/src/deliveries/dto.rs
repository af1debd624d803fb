//! Deliveries as ops see them: ids and states, no addresses and no words of a mail.

use jiff::Timestamp;
use koplopers_shared::access::{Permit, PermitSet};
use koplopers_shared::deliveries::{
    AttemptOutcome, Delivery, DeliveryAction, DeliveryState, DroppedReason, PastAttempt,
};
use koplopers_shared::ids::{DeliveryId, InvitationId, MeetingId, PersonId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::actions::AllowedActionView;
use crate::words::{DeliveryStateWord, DroppedReasonWord};

/// Which deliveries are listed.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct DeliveryListFilter {
    /// Only those in this state.
    #[param(value_type = Option<DeliveryStateWord>, inline)]
    pub status: Option<DeliveryState>,
    /// Only those of this kind of mail.
    #[param(max_length = 64, example = "invitation")]
    pub kind: Option<String>,
    /// Only those about this thing, such as an intake or a meeting.
    pub subject: Option<Uuid>,
    /// Only those to this person.
    #[param(value_type = Option<Uuid>)]
    pub recipient: Option<PersonId>,
}

/// One mail to one address.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Delivery)]
pub struct DeliveryView {
    /// Its id.
    #[schema(value_type = Uuid)]
    id: DeliveryId,
    /// What it tells.
    #[schema(example = "invitation")]
    kind: String,
    /// Where it stands.
    #[schema(value_type = DeliveryStateWord)]
    status: DeliveryState,
    /// Why it was dropped, if it was.
    #[schema(value_type = Option<DroppedReasonWord>)]
    dropped_reason: Option<DroppedReason>,
    /// To whom; null for the address of ops and for who is no person here.
    #[schema(value_type = Option<Uuid>)]
    recipient: Option<PersonId>,
    /// The kind of thing it is about.
    #[schema(example = "meeting")]
    subject_type: String,
    /// That thing.
    subject: Uuid,
    /// The meeting it is about.
    #[schema(value_type = Option<Uuid>)]
    meeting: Option<MeetingId>,
    /// The invitation it is about.
    #[schema(value_type = Option<Uuid>)]
    invitation: Option<InvitationId>,
    /// From when it could go.
    #[schema(value_type = String, format = DateTime)]
    due_at: Timestamp,
    /// From when it is pointless.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    /// When it is tried next, while it waits.
    #[schema(value_type = Option<String>, format = DateTime)]
    next_at: Option<Timestamp>,
    /// The attempts that counted.
    attempts: i32,
    /// Its Message-ID from the first attempt on, without angle brackets.
    message_id: Option<String>,
    /// The last reply code of the mail server.
    smtp_code: Option<i32>,
    /// Its last words, or ours; without addresses.
    smtp_text: Option<String>,
    /// The request that caused it.
    request_id: Option<String>,
    /// When it was put into the outbox.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When the mail server took it.
    #[schema(value_type = Option<String>, format = DateTime)]
    sent_at: Option<Timestamp>,
    /// When it reached a state in which it stays.
    #[schema(value_type = Option<String>, format = DateTime)]
    closed_at: Option<Timestamp>,
    /// What the caller may do with it.
    allowed_actions: Vec<AllowedActionView>,
}

impl DeliveryView {
    /// The delivery, for a caller with these permissions.
    pub fn new(delivery: Delivery, permits: PermitSet) -> Self {
        let permitted = permits.contains(Permit::DeliveriesRetry);
        let waits = matches!(
            delivery.state,
            DeliveryState::Queued | DeliveryState::Unknown
        );
        let actions = DeliveryAction::ALL.iter().map(|action| {
            let possible = action.possible_in().contains(&delivery.state);
            AllowedActionView::new(action.as_str(), permitted, possible)
        });
        Self {
            id: delivery.id,
            allowed_actions: actions.collect(),
            kind: delivery.kind,
            status: delivery.state,
            dropped_reason: delivery.dropped_reason,
            recipient: delivery.recipient,
            subject_type: delivery.subject_type,
            subject: delivery.subject_id,
            meeting: delivery.meeting,
            invitation: delivery.invitation,
            due_at: delivery.due_at,
            expires_at: delivery.expires_at,
            next_at: waits.then_some(delivery.next_at),
            attempts: delivery.attempts,
            message_id: delivery.message_id,
            smtp_code: delivery.smtp_code,
            smtp_text: delivery.smtp_text,
            request_id: delivery.request_id,
            created_at: delivery.created_at,
            sent_at: delivery.sent_at,
            closed_at: delivery.closed_at,
        }
    }
}

/// A delivery with all that was tried.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DeliveryDetail)]
pub struct DeliveryDetailView {
    /// The delivery.
    delivery: DeliveryView,
    /// Every attempt, the oldest first; also those that count for nothing.
    tried: Vec<AttemptView>,
}

impl DeliveryDetailView {
    /// The delivery and its attempts, for a caller with these permissions.
    pub fn new(delivery: Delivery, attempts: Vec<PastAttempt>, permits: PermitSet) -> Self {
        Self {
            delivery: DeliveryView::new(delivery, permits),
            tried: attempts.into_iter().map(AttemptView::from).collect(),
        }
    }
}

/// One attempt at a delivery.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DeliveryAttempt)]
pub struct AttemptView {
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    started_at: Timestamp,
    /// When it ended.
    #[schema(value_type = String, format = DateTime)]
    ended_at: Timestamp,
    /// How it ended.
    #[schema(value_type = String, example = "deferred")]
    outcome: AttemptOutcome,
    /// How far the conversation with the mail server had come.
    #[schema(example = "recipient")]
    phase: Option<String>,
    /// The server's reply code.
    smtp_code: Option<i32>,
    /// The server's words, or ours; without addresses.
    smtp_text: Option<String>,
}

impl From<PastAttempt> for AttemptView {
    fn from(attempt: PastAttempt) -> Self {
        Self {
            started_at: attempt.started_at,
            ended_at: attempt.ended_at,
            outcome: attempt.outcome,
            phase: attempt.phase,
            smtp_code: attempt.smtp_code,
            smtp_text: attempt.smtp_text,
        }
    }
}
