//! The one page for every link that does not work, and the request for a fresh one.
//!
//! Tampered, expired, foreign, revoked or for another page: the page and its answers are the same
//! (`security: 63`), in the language the browser asks for and not the recipient's. The fresh link
//! goes to the address on file, whatever address was typed; nobody learns whether one is known
//! (`security: 80`).

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use koplopers_shared::flows::fresh_link::{self, FreshLinkWish};
use koplopers_shared::links::LinkPurpose;
use koplopers_shared::words::EmailAddress;

use super::form::Form;
use super::layout::{Layout, Words, html, message};
use super::visit::Visit;
use crate::state::AppState;
use crate::steady::steady;

/// The field that only the form of this page has.
const EMAIL: &str = "email";

#[derive(Template)]
#[template(path = "bad_link.html")]
struct BadLinkPage<'a> {
    layout: &'a Layout<'a>,
    typed: &'a str,
    error: Option<Words>,
}

/// The page with its form.
pub(super) fn show(layout: &Layout<'_>) -> HttpResponse {
    let page = BadLinkPage {
        layout,
        typed: "",
        error: None,
    };
    html(StatusCode::NOT_FOUND, layout, &page)
}

/// Answers a form sent to a link that does not work: the request for a fresh link, or whatever
/// was sent to a link that worked when its page was opened.
pub(super) async fn submit(
    visit: &Visit<'_>,
    state: &AppState,
    purpose: LinkPurpose,
    token: &str,
    form: &Form,
) -> HttpResponse {
    let layout = &visit.layout;
    let Some(typed) = form.get(EMAIL) else {
        return show(layout);
    };
    if let Err(refusal) = state.process.pages.limits.ask(visit.address, token) {
        return visit.too_often(refusal);
    }
    let Ok(address) = EmailAddress::parse(typed.trim()) else {
        let page = BadLinkPage {
            layout,
            typed,
            error: Some(Words {
                nl: "Vul een mailadres in, zoals naam@voorbeeld.nl",
                en: "Fill in an e-mail address, such as name@example.org",
            }),
        };
        return html(StatusCode::BAD_REQUEST, layout, &page);
    };
    // Too many requests for one mailbox are dropped without a word: the answer would tell.
    if state.process.pages.limits.ask_for(&address).is_ok() {
        let wish = FreshLinkWish {
            purpose,
            token: token.to_owned(),
            address,
        };
        let (keys, trace, now) = (state.auth.keys().clone(), visit.trace, visit.now);
        let ask = state
            .db
            .write(move |conn| fresh_link::ask(conn, &keys, &trace, now, &wish).map(|_| ()));
        let asked = steady(ask).await;
        if let Err(error) = asked {
            return visit.failed(&error);
        }
    }
    message(
        StatusCode::OK,
        layout,
        Words {
            nl: "Kijk in uw mail",
            en: "Look at your mail",
        },
        Words {
            nl: "Kennen wij dit mailadres bij deze link? Dan krijgt u binnen een paar minuten een mail met een nieuwe link. Krijgt u niets? Kijk dan ook bij de ongewenste mail, of mail ons.",
            en: "If we know this e-mail address with this link, you get a mail with a new link within a few minutes. Nothing there? Look among your unwanted mail too, or write to us.",
        },
    )
}
