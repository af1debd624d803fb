//! `/o/{token}`: the sponsor reads an offer and accepts or refuses it (T4).
//!
//! After the answer, and when the offer has expired, was replaced or withdrawn, the page says so
//! and has no form to answer. Where another offer counts instead it sends a link to that one by
//! mail, and never shows it: only the mailbox on file proves who the sponsor is.

mod form;
mod view;

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use askama::Template;
use koplopers_shared::access::{Actor, OffersAnswer, Permit};
use koplopers_shared::clock::LocalNow;
use koplopers_shared::db::DbError;
use koplopers_shared::flows::fresh_link;
use koplopers_shared::idempotency::{IdempotencyKey, Outcome, WriteOnceError};
use koplopers_shared::ids::OfferId;
use koplopers_shared::links::{self, LinkPurpose};
use koplopers_shared::offers::{self, AnswerOfferError, OfferStatus};

use super::bad_link;
use super::form::{Form, unreadable};
use super::layout::{Layout, Words, html, message};
use super::saving;
use super::visit::Visit;
use crate::state::AppState;
use form::OfferForm;
use view::{OfferView, Offered};

#[derive(Template)]
#[template(path = "offer.html")]
struct OfferPage<'a> {
    layout: &'a Layout<'a>,
    page: &'a OfferView,
    /// `None` when there is nothing to answer any more.
    form: Option<&'a OfferForm>,
    /// Whether a link to the offer that counts instead can be asked for.
    newer: bool,
    saved: bool,
}

impl OfferPage<'_> {
    fn has_errors(&self) -> bool {
        self.form.is_some_and(OfferForm::has_errors)
    }
}

/// The page behind the link in the mail about an offer.
#[utoipa::path(
    params(("token" = String, Path, description = "The link's token")),
    responses((status = 200, description = "The page", content_type = "text/html")),
)]
#[get("/o/{token}")]
pub(super) async fn show_offer(
    req: HttpRequest,
    token: web::Path<String>,
    state: web::Data<AppState>,
) -> HttpResponse {
    let visit = Visit::of(&req, &state);
    if let Err(refusal) = state.process.pages.limits.visit(visit.address, &token) {
        return visit.too_often(refusal);
    }
    let offered = match load(&state, &visit, &token).await {
        Ok(Some(offered)) => offered,
        Ok(None) => return bad_link::show(&visit.layout),
        Err(error) => return visit.failed(&error),
    };
    let saved = req.query_string() == saving::SAVED;
    page(&state, &visit, &offered, StatusCode::OK, saved, None)
}

/// Takes an answer, or a request for the newer offer; or, at a link that does not work, the
/// request for a fresh one.
#[utoipa::path(
    params(("token" = String, Path, description = "The link's token")),
    responses((status = 303, description = "Saved; see the page")),
)]
#[post("/o/{token}")]
pub(super) async fn submit_offer(
    req: HttpRequest,
    token: web::Path<String>,
    state: web::Data<AppState>,
    payload: web::Payload,
) -> HttpResponse {
    let visit = Visit::of(&req, &state);
    if let Err(refusal) = state.process.pages.limits.visit(visit.address, &token) {
        return visit.too_often(refusal);
    }
    let form = match Form::read(&req, &mut payload.into_inner()).await {
        Ok(form) => form,
        Err(error) => return unreadable(&visit.layout, error),
    };
    let offered = match load(&state, &visit, &token).await {
        Ok(Some(offered)) => offered,
        Ok(None) => {
            return bad_link::submit(&visit, &state, LinkPurpose::Offer, &token, &form).await;
        }
        Err(error) => return visit.failed(&error),
    };
    if form.get("ask").is_some() {
        return send_newer(&state, &visit, &offered, &token).await;
    }
    let parsed = match form::parse(&form) {
        Ok(parsed) => parsed,
        Err(form) => {
            let status = StatusCode::BAD_REQUEST;
            return page(&state, &visit, &offered, status, false, Some(*form));
        }
    };
    let save = async || save(&state, &visit, &offered, &token, &parsed).await;
    match saving::patiently(save).await {
        Ok(Outcome::Fresh(_) | Outcome::Replayed(_)) => saving::see_saved(),
        Err(WriteOnceError::Action(AnswerOfferError::Db(
            error @ (DbError::Saturated
            | DbError::Unreachable
            | DbError::Full
            | DbError::Overdue
            | DbError::Panicked
            | DbError::Query(_)
            | DbError::Corrupt { .. }),
        ))) => visit.failed(&error),
        // Somebody else was first, or an old form was sent with another answer: the page as it is
        // now says what holds.
        Err(
            WriteOnceError::BodyDiffers
            | WriteOnceError::StillRunning
            | WriteOnceError::Action(
                AnswerOfferError::Closed(_)
                | AnswerOfferError::Expired
                | AnswerOfferError::NotFound
                | AnswerOfferError::Db(DbError::Conflict),
            ),
        ) => match load(&state, &visit, &token).await {
            Ok(Some(offered)) => page(&state, &visit, &offered, StatusCode::CONFLICT, false, None),
            Ok(None) => bad_link::show(&visit.layout),
            Err(error) => visit.failed(&error),
        },
    }
}

/// Mails a link to the offer that counts now, to the sponsor.
async fn send_newer(
    state: &AppState,
    visit: &Visit<'_>,
    offered: &Offered,
    token: &str,
) -> HttpResponse {
    let layout = layout_of(state, offered);
    if let Err(refusal) = state.process.pages.limits.ask(visit.address, token) {
        return visit.too_often(refusal);
    }
    if !offered.has_newer {
        return page(state, visit, offered, StatusCode::CONFLICT, false, None);
    }
    let (link, trace, now) = (offered.link, visit.trace, visit.now);
    let asked = state
        .db
        .write(move |conn| fresh_link::send_for_offer(conn, &trace, now, &link).map(|_| ()))
        .await;
    match asked {
        Ok(()) => message(StatusCode::OK, &layout, LOOK_AT_MAIL, NEWER_SENT),
        Err(error) => visit.failed(&error),
    }
}

const LOOK_AT_MAIL: Words = Words {
    nl: "Kijk in uw mail",
    en: "Look at your mail",
};

const NEWER_SENT: Words = Words {
    nl: "U krijgt binnen een paar minuten een mail met een link naar de nieuwere offerte. Krijgt u niets? Kijk dan ook bij de ongewenste mail, of mail ons.",
    en: "Within a few minutes you get a mail with a link to the newer offer. Nothing there? Look among your unwanted mail too, or write to us.",
};

/// Saves the answer in the name of the link's recipient; the same form again changes nothing.
async fn save(
    state: &AppState,
    visit: &Visit<'_>,
    offered: &Offered,
    token: &str,
    parsed: &form::Parsed,
) -> Result<Outcome, WriteOnceError<AnswerOfferError>> {
    let holder = Actor::link_holder(offered.link.recipient, Permit::OffersAnswer);
    let granted = Arc::new(holder.traced(visit.trace))
        .grant::<OffersAnswer>()
        .map_err(|_| WriteOnceError::Action(AnswerOfferError::NotFound))?;
    let key = IdempotencyKey::new(
        format!("link:{}", offered.link.id),
        "offer_page",
        &parsed.nonce,
        parsed.contents().as_bytes(),
        visit.now,
    );
    let (keys, token, answer) = (
        state.auth.keys().clone(),
        token.to_owned(),
        parsed.answer.clone(),
    );
    let now = local(state, visit);
    state
        .db
        .write_once(Some(key), move |conn| {
            // Opened again in the transaction: the link may have been revoked since.
            let link = links::opened(conn, &keys, LinkPurpose::Offer, &token, now.at)?;
            let link = link.ok_or(AnswerOfferError::NotFound)?;
            offers::answer(conn, &granted, now, OfferId(link.object), answer.clone())?;
            Ok(saving::kept())
        })
        .await
}

fn local(state: &AppState, visit: &Visit<'_>) -> LocalNow {
    LocalNow::new(visit.now, &state.settings.time_zone)
}

/// What the link leads to; `None` when it does not work.
async fn load(
    state: &AppState,
    visit: &Visit<'_>,
    token: &str,
) -> Result<Option<Offered>, DbError> {
    let today = local(state, visit).today;
    visit
        .opened(state, LinkPurpose::Offer, token, move |conn, link| {
            view::find(conn, link, today)
        })
        .await
}

fn layout_of<'s>(state: &'s AppState, offered: &Offered) -> Layout<'s> {
    Layout {
        language: offered.recipient.language,
        institute: &state.process.pages.institute,
    }
}

/// The page in the language of the recipient; with forms while the offer can be answered.
fn page(
    state: &AppState,
    visit: &Visit<'_>,
    offered: &Offered,
    status: StatusCode,
    saved: bool,
    form: Option<OfferForm>,
) -> HttpResponse {
    let layout = layout_of(state, offered);
    let today = local(state, visit).today;
    let view = OfferView::of(offered, &state.settings.time_zone, today);
    let form = match view.status {
        OfferStatus::Sent => Some(form.unwrap_or_default().ready()),
        OfferStatus::Drafted
        | OfferStatus::Accepted
        | OfferStatus::Refused
        | OfferStatus::Expired
        | OfferStatus::Superseded
        | OfferStatus::Withdrawn => None,
    };
    let Ok(form) = form.transpose() else {
        tracing::error!("no random number for a form");
        return HttpResponse::InternalServerError().finish();
    };
    let page = OfferPage {
        layout: &layout,
        page: &view,
        form: form.as_ref(),
        newer: offered.has_newer,
        saved: saved && form.is_none(),
    };
    html(status, &layout, &page)
}
