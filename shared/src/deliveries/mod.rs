//! The outbox: one row per mail, written in the transaction of the change it tells of.
//!
//! | from | what happens | to |
//! | --- | --- | --- |
//! | – | enqueued with the change | queued |
//! | queued | claimed by a worker, for a bounded time | leased |
//! | leased | wanted still; bytes frozen | sending |
//! | leased | no longer wanted | dropped |
//! | leased | the lease ran out, or was given back; its domain has had enough for now | queued |
//! | sending | the mail server said 250 | sent |
//! | sending | refused for now | queued |
//! | sending | refused for good | buried |
//! | sending | the connection or the worker died | unknown |
//! | unknown | looked at once more, still wanted | sending |
//! | queued, unknown | by hand, cancelled, superseded … | dropped |

mod announce;
mod bounces;
mod by_hand;
mod claim;
mod delivery;
mod enqueue;
mod figures;
mod finish;
mod lease;
mod model;
pub mod pauses;
mod payload;
mod queries;
pub mod return_path;
pub mod rules;
mod suppressions;
mod sweep;
mod taken;
pub mod workers;

pub use announce::{CHANNEL, announce};
pub use bounces::{Bounced, record_bounce};
pub use by_hand::{ByHandError, DeliveryAction, drop_by_hand, retry};
pub use claim::{Claimed, claim, next_due};
pub use delivery::Delivery;
pub use enqueue::{
    NewDelivery, NewOpsDelivery, ToStranger, drop_requests, enqueue, enqueue_to_ops,
    enqueue_to_stranger,
};
pub use figures::{OutboxFigures, figures};
pub use finish::{
    Attempt, AttemptId, AttemptOutcome, Completion, Frozen, MayHaveArrived, Recorded, drop_claimed,
    finish, start_sending,
};
pub use lease::{LEASE, Lease, LeaseToken, WorkerId, give_back, postpone, renew};
pub use model::{DeliveryState, DroppedReason, OrderKey, Priority};
pub use payload::Payload;
pub use queries::{
    DeliveryFilter, PastAttempt, attempts, find, list, mails_about, may_have_arrived, told_about,
    was_mailed,
};
pub use suppressions::{
    Suppression, SuppressionError, SuppressionReason, address_hash, find_suppression,
    is_suppressed, lift_suppression, list_suppressions, suppress, suppress_by_hand,
};
pub use sweep::{Swept, forget_bytes, forget_subject, sweep};
