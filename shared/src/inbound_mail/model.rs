//! A mail that came in, and what it was taken for.

use aws_lc_rs::digest::{SHA256, digest};
use jiff::Timestamp;

use super::reply::{self, CalendarReply};
use super::report::{self, Report};
use crate::ids::{DeliveryId, InboundMailId, InvitationId};
use crate::text_enum;

text_enum! {
    /// What a mail that came in was taken for.
    pub enum InboundOutcome {
        /// A delivery failed for good.
        Bounced => "bounced",
        /// A delivery is late; the other mail server still tries.
        Delayed => "delayed",
        /// An invitation was answered.
        Answered => "answered",
        /// About nothing of ours.
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
    /// The invitation that it answers.
    pub invitation: Option<InvitationId>,
    /// When it came.
    pub received_at: Timestamp,
}

/// A mail as it came over the wire (RFC 5322), read before a transaction is opened for it.
#[derive(Debug, Clone)]
pub struct RawMail {
    pub(crate) bytes: Vec<u8>,
    /// SHA-256: the same mail twice counts once.
    pub(crate) digest: Vec<u8>,
    /// What it reports, when it is a report.
    pub(crate) report: Option<Report>,
    /// What it answers, when it is the answer of a calendar program.
    pub(crate) reply: Option<CalendarReply>,
}

impl RawMail {
    /// Reads what the mail reports or answers.
    #[must_use]
    pub fn read(bytes: Vec<u8>) -> Self {
        Self {
            digest: digest(&SHA256, &bytes).as_ref().to_vec(),
            report: report::read(&bytes),
            reply: reply::read(&bytes),
            bytes,
        }
    }
}
