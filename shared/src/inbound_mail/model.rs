//! A mail that came in, and what it was taken for.

use jiff::Timestamp;

use crate::ids::{DeliveryId, InboundMailId};
use crate::text_enum;

text_enum! {
    /// What a mail that came in was taken for.
    pub enum InboundOutcome {
        /// A delivery failed for good.
        Bounced => "bounced",
        /// A delivery is late; the other mail server still tries.
        Delayed => "delayed",
        /// Not about a delivery of ours.
        Unmatched => "unmatched",
    }
}
crate::text_column!(InboundOutcome);

/// A mail that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboundMail {
    /// Its id.
    pub id: InboundMailId,
    /// What it was taken for.
    pub outcome: InboundOutcome,
    /// Why it could not be matched.
    pub reason: Option<String>,
    /// The delivery it is about.
    pub delivery: Option<DeliveryId>,
    /// When it came.
    pub received_at: Timestamp,
}
