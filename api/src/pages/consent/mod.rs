//! `/c/{token}`: the highest executive of a candidate's employer reads what is asked, and consents
//! or refuses (N3).
//!
//! After the answer, and when the time to answer is over, the page says so and has no form.

mod form;
mod view;

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use askama::Template;
use koplopers_shared::access::{Actor, ConsentsAnswer, Permit};
use koplopers_shared::clock::LocalNow;
use koplopers_shared::consents::{AnswerConsentError, ConsentStatus};
use koplopers_shared::db::DbError;
use koplopers_shared::flows;
use koplopers_shared::idempotency::{IdempotencyKey, Outcome, WriteOnceError};
use koplopers_shared::ids::ConsentId;
use koplopers_shared::links::{self, LinkPurpose};

use super::bad_link;
use super::form::{Form, unreadable};
use super::layout::{Layout, html};
use super::saving;
use super::visit::Visit;
use crate::state::AppState;
use form::ConsentForm;
use view::{Asked, ConsentView};

#[derive(Template)]
#[template(path = "consent.html")]
struct ConsentPage<'a> {
    layout: &'a Layout<'a>,
    page: &'a ConsentView,
    /// `None` when there is nothing to answer any more.
    form: Option<&'a ConsentForm>,
    saved: bool,
}

impl ConsentPage<'_> {
    fn has_errors(&self) -> bool {
        self.form.is_some_and(ConsentForm::has_errors)
    }
}

/// The page behind the link in the mail that asks for consent.
#[utoipa::path(
    params(("token" = String, Path, description = "The link's token")),
    responses((status = 200, description = "The page", content_type = "text/html")),
)]
#[get("/c/{token}")]
pub(super) async fn show_consent(
    req: HttpRequest,
    token: web::Path<String>,
    state: web::Data<AppState>,
) -> HttpResponse {
    let visit = Visit::of(&req, &state);
    if let Err(refusal) = state.process.pages.limits.visit(visit.address, &token) {
        return visit.too_often(refusal);
    }
    let asked = match load(&state, &visit, &token).await {
        Ok(Some(asked)) => asked,
        Ok(None) => return bad_link::show(&visit.layout),
        Err(error) => return visit.failed(&error),
    };
    let saved = req.query_string() == saving::SAVED;
    page(&state, &visit, &asked, StatusCode::OK, saved, None)
}

/// Takes an answer; or, at a link that does not work, the request for a fresh one.
#[utoipa::path(
    params(("token" = String, Path, description = "The link's token")),
    responses((status = 303, description = "Saved; see the page")),
)]
#[post("/c/{token}")]
pub(super) async fn submit_consent(
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
    let asked = match load(&state, &visit, &token).await {
        Ok(Some(asked)) => asked,
        Ok(None) => {
            return bad_link::submit(&visit, &state, LinkPurpose::Consent, &token, &form).await;
        }
        Err(error) => return visit.failed(&error),
    };
    let parsed = match form::parse(&form) {
        Ok(parsed) => parsed,
        Err(form) => {
            let status = StatusCode::BAD_REQUEST;
            return page(&state, &visit, &asked, status, false, Some(*form));
        }
    };
    let save = async || save(&state, &visit, &asked, &token, &parsed).await;
    match saving::patiently(save).await {
        Ok(Outcome::Fresh(_) | Outcome::Replayed(_)) => saving::see_saved(),
        Err(WriteOnceError::Action(AnswerConsentError::Db(
            error @ (DbError::Saturated
            | DbError::Unreachable
            | DbError::Full
            | DbError::Overdue
            | DbError::Panicked
            | DbError::Query(_)
            | DbError::Corrupt { .. }),
        ))) => visit.failed(&error),
        // It was answered before, or the time is over: the page as it is now says what holds.
        Err(
            WriteOnceError::BodyDiffers
            | WriteOnceError::StillRunning
            | WriteOnceError::Action(
                AnswerConsentError::Closed(_)
                | AnswerConsentError::Expired
                | AnswerConsentError::NotFound
                | AnswerConsentError::Stale
                | AnswerConsentError::Db(DbError::Conflict),
            ),
        ) => match load(&state, &visit, &token).await {
            Ok(Some(asked)) => page(&state, &visit, &asked, StatusCode::CONFLICT, false, None),
            Ok(None) => bad_link::show(&visit.layout),
            Err(error) => visit.failed(&error),
        },
    }
}

/// Saves the answer in the name of the link's recipient; the same form again changes nothing.
async fn save(
    state: &AppState,
    visit: &Visit<'_>,
    asked: &Asked,
    token: &str,
    parsed: &form::Parsed,
) -> Result<Outcome, WriteOnceError<AnswerConsentError>> {
    let holder = Actor::link_holder(asked.link.recipient, Permit::ConsentsAnswer);
    let granted = Arc::new(holder.traced(visit.trace))
        .grant::<ConsentsAnswer>()
        .map_err(|_| WriteOnceError::Action(AnswerConsentError::NotFound))?;
    let key = IdempotencyKey::new(
        format!("link:{}", asked.link.id),
        "consent_page",
        &parsed.nonce,
        parsed.contents().as_bytes(),
        visit.now,
    );
    let (keys, token, answer) = (
        state.auth.keys().clone(),
        token.to_owned(),
        parsed.answer.clone(),
    );
    let now = LocalNow::new(visit.now, &state.settings.time_zone);
    state
        .db
        .write_once(Some(key), move |conn| {
            // Opened again in the transaction: the link may have been revoked since.
            let link = links::opened(conn, &keys, LinkPurpose::Consent, &token, now.at)?;
            let link = link.ok_or(AnswerConsentError::NotFound)?;
            flows::answer_consent(conn, &granted, now, ConsentId(link.object), answer.clone())?;
            Ok(saving::kept())
        })
        .await
}

/// What the link leads to; `None` when it does not work.
async fn load(state: &AppState, visit: &Visit<'_>, token: &str) -> Result<Option<Asked>, DbError> {
    visit
        .opened(state, LinkPurpose::Consent, token, view::find)
        .await
}

/// The page in the language of the giver; with a form while there is something to answer.
fn page(
    state: &AppState,
    visit: &Visit<'_>,
    asked: &Asked,
    status: StatusCode,
    saved: bool,
    form: Option<ConsentForm>,
) -> HttpResponse {
    let layout = Layout {
        language: asked.giver.language,
        institute: &state.process.pages.institute,
    };
    let view = ConsentView::of(asked, &state.settings.time_zone, visit.now);
    let open = view.status == ConsentStatus::Requested;
    let form = open.then(|| form.unwrap_or_default().ready());
    let Ok(form) = form.transpose() else {
        tracing::error!("no random number for a form");
        return HttpResponse::InternalServerError().finish();
    };
    let page = ConsentPage {
        layout: &layout,
        page: &view,
        form: form.as_ref(),
        saved: saved && form.is_none(),
    };
    html(status, &layout, &page)
}
