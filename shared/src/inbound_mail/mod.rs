//! Mail that comes in through the gateway: what mail servers return (RFC 3464), and the answers of
//! calendar programs (RFC 6047).
//!
//! | the mail is | outcome |
//! | --- | --- |
//! | a report to a return address of ours that a delivery failed for good | bounced |
//! | the same, that it is late | delayed |
//! | the answer of somebody who is invited, from their own address | answered |
//! | anything else | unmatched: kept, sealed, for ops to look at |
//!
//! Only the MAC in the return address says which delivery it is about; what the mail itself says
//! of its recipients is anybody's word (`security: 61`). An answer names the meeting by its UID, and
//! counts when the ATTENDEE in it, the sender and the invitee have one mailbox.

mod model;
mod queries;
mod reply;
mod report;

pub use model::{InboundMail, InboundOutcome, RawMail};
pub use queries::{find_seen, forget_bytes, insert, list_unmatched, mime_of};
pub use reply::CalendarReply;
pub use report::{Report, Verdict};
