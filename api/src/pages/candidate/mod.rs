//! `/a/{token}`: a candidate sees what is stored about them and by whom they were nominated, and
//! objects (AVG art. 14, 15 and 21); later they answer the invitation (N1).
//!
//! The form says what it does in its field `act`; each act has a file of its own.

mod answer;
mod object;
mod view;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use askama::Template;
use koplopers_shared::db::DbError;
use koplopers_shared::links::LinkPurpose;

use super::bad_link;
use super::form::{Form, unreadable};
use super::layout::{Layout, html};
use super::visit::Visit;
use crate::state::AppState;
use answer::Answer;
use view::{CandidateView, Nominated};

#[derive(Template)]
#[template(path = "candidate.html")]
struct CandidatePage<'a> {
    layout: &'a Layout<'a>,
    page: &'a CandidateView,
    /// What was missing in the form that was sent.
    lacking: Option<Lacking>,
}

/// What a form on the page can lack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lacking {
    /// The name of who accepts.
    Name,
    /// The tick of who declines.
    DeclineTick,
    /// The tick of who objects.
    ObjectTick,
}

impl CandidatePage<'_> {
    fn lacks_name(&self) -> bool {
        self.lacking == Some(Lacking::Name)
    }

    fn lacks_decline_tick(&self) -> bool {
        self.lacking == Some(Lacking::DeclineTick)
    }

    fn lacks_object_tick(&self) -> bool {
        self.lacking == Some(Lacking::ObjectTick)
    }
}

/// The page behind the link in the mail to a candidate.
#[utoipa::path(
    params(("token" = String, Path, description = "The link's token")),
    responses((status = 200, description = "The page", content_type = "text/html")),
)]
#[get("/a/{token}")]
pub(super) async fn show_candidate(
    req: HttpRequest,
    token: web::Path<String>,
    state: web::Data<AppState>,
) -> HttpResponse {
    let visit = Visit::of(&req, &state);
    if let Err(refusal) = state.process.pages.limits.visit(visit.address, &token) {
        return visit.too_often(refusal);
    }
    match load(&state, &visit, &token).await {
        Ok(Some(nominated)) => page(&state, &nominated, StatusCode::OK, None),
        Ok(None) => bad_link::show(&visit.layout),
        Err(error) => visit.failed(&error),
    }
}

/// Takes what the candidate does; or, at a link that does not work, the request for a fresh one.
#[utoipa::path(
    params(("token" = String, Path, description = "The link's token")),
    responses((status = 200, description = "Done; the page says so", content_type = "text/html")),
)]
#[post("/a/{token}")]
pub(super) async fn submit_candidate(
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
    let nominated = match load(&state, &visit, &token).await {
        Ok(Some(nominated)) => nominated,
        Ok(None) => {
            let purpose = LinkPurpose::Candidate;
            return bad_link::submit(&visit, &state, purpose, &token, &form).await;
        }
        Err(error) => return visit.failed(&error),
    };
    match form.get("act") {
        Some("object") => object::submit(&state, &visit, &nominated, &token, &form).await,
        Some("accept") => {
            let answer = (Answer::Accept, &form);
            answer::submit(&state, &visit, &nominated, &token, answer).await
        }
        Some("decline") => {
            let answer = (Answer::Decline, &form);
            answer::submit(&state, &visit, &nominated, &token, answer).await
        }
        Some(_) | None => page(&state, &nominated, StatusCode::BAD_REQUEST, None),
    }
}

/// What the link leads to; none when it does not work.
async fn load(
    state: &AppState,
    visit: &Visit<'_>,
    token: &str,
) -> Result<Option<Nominated>, DbError> {
    visit
        .opened(state, LinkPurpose::Candidate, token, view::find)
        .await
}

fn layout_of<'s>(state: &'s AppState, nominated: &Nominated) -> Layout<'s> {
    Layout {
        language: nominated.person.language,
        institute: &state.process.pages.institute,
    }
}

/// The page in the language of the candidate.
fn page(
    state: &AppState,
    nominated: &Nominated,
    status: StatusCode,
    lacking: Option<Lacking>,
) -> HttpResponse {
    let layout = layout_of(state, nominated);
    let view = CandidateView::of(nominated, layout.institute);
    let page = CandidatePage {
        layout: &layout,
        page: &view,
        lacking,
    };
    html(status, &layout, &page)
}
