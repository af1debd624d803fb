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
mod consent;
mod form;
mod layout;
mod leave;
mod limits;
mod offer;
mod saving;
mod stylesheet;
mod visit;

use koplopers_shared::mail::institute::Institute;
use utoipa_actix_web::service_config::ServiceConfig;

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
}

/// Mounts the pages.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(stylesheet::show_stylesheet)
        .service(answer::show_answer)
        .service(answer::submit_answer)
        .service(consent::show_consent)
        .service(consent::submit_consent)
        .service(leave::show_membership)
        .service(leave::leave_network)
        .service(offer::show_offer)
        .service(offer::submit_offer);
}
