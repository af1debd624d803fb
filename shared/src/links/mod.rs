//! Signed links: the pages that people reach from a mail, without an account.
//!
//! A link stands for one purpose, one object and one recipient, until it expires. Its token holds
//! the link's id and a MAC over all of that; the row holds the rest, and lets a link die before
//! it expires. So a token is short, cannot be guessed or bent to another use, and a changed row
//! makes no link either.
//!
//! | the token is | [`open`] says |
//! | --- | --- |
//! | ours, for this purpose, in time | the [`Link`] |
//! | ours, for this purpose, too late | [`LinkRefused::Expired`] |
//! | tampered, foreign, for another purpose, revoked, by a removed key | [`LinkRefused::NotValid`] |
//!
//! Whoever answers a request shows the two refusals alike (`security: 63`). Making a new link
//! leaves the older ones alive: somebody may still act on the first mail after a chaser.

mod actions;
mod fresh;
mod queries;
mod token;

pub use actions::{LinkRefused, make, open, opened, revoke, revoke_object};
pub use fresh::{FreshLinkFor, fresh_link_for};
pub use queries::forget_expired;
pub use token::LinkToken;

use jiff::Timestamp;
use uuid::Uuid;

use crate::ids::{LinkId, PersonId};
use crate::text_enum;

text_enum! {
    /// What a link lets its holder do; never anything else.
    pub enum LinkPurpose {
        /// Answer an invitation.
        Answer => "answer",
        /// Say which dates suit.
        DatePoll => "date_poll",
        /// Accept or refuse an offer.
        Offer => "offer",
        /// Give or refuse consent for a candidate.
        Consent => "consent",
        /// Confirm a nomination made on the open form.
        ConfirmNomination => "confirm_nomination",
        /// See what is stored about a nominated person; object, accept or decline.
        Candidate => "candidate",
        /// Accept or decline a seat in a team.
        TeamSeat => "team_seat",
        /// Tell of an experience.
        Experience => "experience",
        /// Stop the mails of the learning network.
        Unsubscribe => "unsubscribe",
        /// Follow one's meetings in a calendar program.
        Calendar => "calendar",
    }
}
crate::text_column!(LinkPurpose);

impl LinkPurpose {
    /// The path of the page that a link of this purpose opens.
    #[must_use]
    pub fn path(self, token: &LinkToken) -> String {
        let token = token.as_str();
        match self {
            Self::Answer => format!("/r/{token}"),
            Self::DatePoll => format!("/d/{token}"),
            Self::Offer => format!("/o/{token}"),
            Self::Consent => format!("/c/{token}"),
            Self::ConfirmNomination => format!("/n/{token}"),
            Self::Candidate => format!("/a/{token}"),
            Self::TeamSeat => format!("/t/{token}"),
            Self::Experience => format!("/e/{token}"),
            Self::Unsubscribe => format!("/u/{token}"),
            Self::Calendar => format!("/calendars/{token}.ics"),
        }
    }
}

/// What a token stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The link itself.
    pub id: LinkId,
    /// What it lets its holder do.
    pub purpose: LinkPurpose,
    /// To which object, such as an invitation.
    pub object: Uuid,
    /// As whom.
    pub recipient: PersonId,
    /// From this instant it is dead.
    pub expires_at: Timestamp,
}
