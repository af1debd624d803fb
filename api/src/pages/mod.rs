//! The pages behind the links in our mails: for people without an account, who may come in with
//! any browser, a screen reader, a keyboard alone or a small screen.
//!
//! GET shows, POST acts (`security: 62`), because mail scanners open every link they see. The
//! pages run no script, load one stylesheet of ours and nothing from elsewhere. Whatever is wrong
//! with a link, the answer is the same page (`bad_link`), which offers a fresh one by mail.
//!
//! To add a page: a folder like `answer` with its handlers and what its template shows, a
//! template that extends `base.html`, and its services in [`routes`].

mod answer;
mod bad_link;
mod calendar;
mod candidate;
mod consent;
mod delegate;
mod form;
mod layout;
mod leave;
mod limits;
mod nominate;
mod offer;
pub(crate) mod participants;
mod poll;
mod saving;
mod stylesheet;
mod visit;
mod when;

use std::net::IpAddr;
use std::time::Duration;

use crate::mounts::Mounts;
use koplopers_shared::mail::institute::Institute;
use koplopers_shared::words::EmailAddress;

use limits::Limits;

/// What all pages share; one for all threads of a process.
#[derive(Debug)]
pub struct Pages {
    institute: Institute,
    stylesheet: String,
    limits: Limits,
}

impl Pages {
    /// The pages of `institute`.
    #[must_use]
    pub fn new(institute: Institute) -> Self {
        Self {
            stylesheet: stylesheet::of(institute.colour),
            institute,
            limits: Limits::default(),
        }
    }

    /// Counts a nomination without a token that came from `address`; the wait, when there were
    /// too many.
    pub(crate) fn may_nominate(&self, address: Option<IpAddr>) -> Result<(), Duration> {
        let counted = self.limits.nominate(address);
        counted.map_err(|refusal| refusal.wait)
    }

    /// Whether a nomination whose nominator has this mailbox is kept: beyond some, they are
    /// dropped without a word.
    pub(crate) fn keeps_nomination_by(&self, mailbox: &EmailAddress) -> bool {
        self.limits.nominate_as(mailbox).is_ok()
    }
}

/// Mounts the pages.
pub fn routes(mounts: &mut Mounts<'_>) {
    mounts
        .service(stylesheet::show_stylesheet)
        .service(answer::show_answer)
        .service(answer::submit_answer)
        .service(poll::show_poll)
        .service(poll::submit_poll)
        .service(calendar::show_calendar)
        .service(consent::show_consent)
        .service(consent::submit_consent)
        .service(candidate::show_candidate)
        .service(candidate::submit_candidate)
        .service(nominate::show_open_nomination)
        .service(nominate::submit_open_nomination)
        .service(nominate::show_nomination)
        .service(nominate::confirm_nomination)
        .service(leave::show_membership)
        .service(leave::leave_network)
        .service(offer::show_offer)
        .service(offer::submit_offer);
}
