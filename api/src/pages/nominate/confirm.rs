//! `/n/{token}`: whoever nominated on the open form stands by it.
//!
//! Confirming twice is confirming once, so that the form needs no nonce; but it asks for a tick,
//! since some mail scanners send forms.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use askama::Template;
use koplopers_shared::db::{DbConn, DbError, DbResult};
use koplopers_shared::flows::{self, ConfirmNominationError};
use koplopers_shared::ids::NominationId;
use koplopers_shared::links::{self, LinkPurpose};
use koplopers_shared::nominations::{self, Nomination, NominationStatus};

use super::super::bad_link;
use super::super::form::{Form, unreadable};
use super::super::layout::{Layout, html};
use super::super::visit::Visit;
use crate::state::AppState;

#[derive(Template)]
#[template(path = "nomination.html")]
struct NominationPage<'a> {
    layout: &'a Layout<'a>,
    nomination: &'a Nomination,
    /// Whether the tick was missing.
    unsure: bool,
}

impl NominationPage<'_> {
    fn waits(&self) -> bool {
        self.nomination.status == NominationStatus::Unconfirmed
    }

    fn is_withdrawn(&self) -> bool {
        self.nomination.status == NominationStatus::Withdrawn
    }
}

/// The page behind the link in the mail that asks to confirm.
#[utoipa::path(
    params(("token" = String, Path, description = "The link's token")),
    responses((status = 200, description = "The page", content_type = "text/html")),
)]
#[get("/n/{token}")]
pub(crate) async fn show_nomination(
    req: HttpRequest,
    token: web::Path<String>,
    state: web::Data<AppState>,
) -> HttpResponse {
    let visit = Visit::of(&req, &state);
    if let Err(refusal) = state.process.pages.limits.visit(visit.address, &token) {
        return visit.too_often(refusal);
    }
    match load(&state, &visit, &token).await {
        Ok(Some(nomination)) => page(&state, StatusCode::OK, &nomination, false),
        Ok(None) => bad_link::show(&visit.layout),
        Err(error) => visit.failed(&error),
    }
}

/// Confirms; or, at a link that does not work, takes the request for a fresh one.
#[utoipa::path(
    params(("token" = String, Path, description = "The link's token")),
    responses((status = 303, description = "Confirmed; see the page")),
)]
#[post("/n/{token}")]
pub(crate) async fn confirm_nomination(
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
    let nomination = match load(&state, &visit, &token).await {
        Ok(Some(nomination)) => nomination,
        Ok(None) => {
            let purpose = LinkPurpose::ConfirmNomination;
            return bad_link::submit(&visit, &state, purpose, &token, &form).await;
        }
        Err(error) => return visit.failed(&error),
    };
    let waits = nomination.status == NominationStatus::Unconfirmed;
    if waits && form.get("mine") != Some("yes") {
        return page(&state, StatusCode::BAD_REQUEST, &nomination, true);
    }
    match confirm(&state, &visit, &token).await {
        Ok(true) => HttpResponse::SeeOther()
            .insert_header((LOCATION, "?"))
            .insert_header((CACHE_CONTROL, "no-store"))
            .finish(),
        Ok(false) => bad_link::show(&visit.layout),
        Err(error) => visit.failed(&error),
    }
}

/// Confirms the nomination unless it was before; false when the link does not work.
async fn confirm(state: &AppState, visit: &Visit<'_>, token: &str) -> Result<bool, DbError> {
    let (keys, token, trace) = (state.auth.keys().clone(), token.to_owned(), visit.trace);
    let now = state.local_now();
    let act = move |conn: &mut DbConn| -> DbResult<bool> {
        let purpose = LinkPurpose::ConfirmNomination;
        let Some(link) = links::opened(conn, &keys, purpose, &token, now.at)? else {
            return Ok(false);
        };
        match flows::confirm_nomination(conn, &trace, now, &link) {
            Ok(_) | Err(ConfirmNominationError::State(_)) => Ok(true),
            Err(ConfirmNominationError::NotFound) => Ok(false),
            Err(ConfirmNominationError::Db(error)) => Err(error),
        }
    };
    match state.db.write(act.clone()).await {
        // Two clicks at once: the other one was first, and now it shows.
        Err(DbError::Conflict) => state.db.write(act).await,
        Err(error) if error.is_unique_violation() => state.db.write(act).await,
        done => done,
    }
}

/// What the link leads to; none when it does not work.
async fn load(
    state: &AppState,
    visit: &Visit<'_>,
    token: &str,
) -> Result<Option<Nomination>, DbError> {
    visit
        .opened(
            state,
            LinkPurpose::ConfirmNomination,
            token,
            |conn, link| nominations::find_any(conn, NominationId(link.object)),
        )
        .await
}

/// The page in the language of the nomination.
fn page(
    state: &AppState,
    status: StatusCode,
    nomination: &Nomination,
    unsure: bool,
) -> HttpResponse {
    let layout = Layout {
        language: nomination.language,
        institute: &state.process.pages.institute,
    };
    let page = NominationPage {
        layout: &layout,
        nomination,
        unsure,
    };
    html(status, &layout, &page)
}
