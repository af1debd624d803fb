//! `/r/{token}`: an invitee sees their invitation and answers it.
//!
//! The answer can be changed until the meeting starts; after that, or when it is called off or
//! the invitee was removed, the page explains that and has no form.

mod form;
mod view;

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use askama::Template;
use koplopers_shared::access::{Actor, InvitationsAnswer, Permit};
use koplopers_shared::db::DbError;
use koplopers_shared::idempotency::{IdempotencyKey, Outcome, WriteOnceError};
use koplopers_shared::ids::InvitationId;
use koplopers_shared::invitations::{self, Answer, AnswerError, AnsweredVia};
use koplopers_shared::links::{self, LinkPurpose};

use super::bad_link;
use super::delegate::{self, DelegateForm, Forms, Submitted};
use super::form::{Form, unreadable};
use super::layout::{Layout, Words, html};
use super::saving;
use super::visit::Visit;
use crate::state::AppState;
use form::AnswerForm;
use view::{AnswerView, Invited};

#[derive(Template)]
#[template(path = "answer.html")]
struct AnswerPage<'a> {
    layout: &'a Layout<'a>,
    page: &'a AnswerView,
    /// `None` when there is nothing to answer any more.
    form: Option<&'a AnswerForm>,
    /// The form to send somebody else; there as long as the other one is.
    delegate: Option<&'a DelegateForm>,
    saved: bool,
}

impl AnswerPage<'_> {
    fn has_errors(&self) -> bool {
        self.form.is_some_and(AnswerForm::has_errors)
            || self.delegate.is_some_and(DelegateForm::has_errors)
    }
}

/// The page behind the link in an invitation.
#[utoipa::path(
    params(("token" = String, Path, description = "The link's token")),
    responses((status = 200, description = "The page", content_type = "text/html")),
)]
#[get("/r/{token}")]
pub(super) async fn show_answer(
    req: HttpRequest,
    token: web::Path<String>,
    state: web::Data<AppState>,
) -> HttpResponse {
    let visit = Visit::of(&req, &state);
    if let Err(refusal) = state.process.pages.limits.visit(visit.address, &token) {
        return visit.too_often(refusal);
    }
    let invited = match load(&state, &visit, &token).await {
        Ok(Some(invited)) => invited,
        Ok(None) => return bad_link::show(&visit.layout),
        Err(error) => return visit.failed(&error),
    };
    let saved = req.query_string() == saving::SAVED;
    page(
        &state,
        &visit,
        &invited,
        StatusCode::OK,
        saved,
        Forms::default(),
    )
}

/// Takes an answer; or, at a link that does not work, the request for a fresh one.
#[utoipa::path(
    params(("token" = String, Path, description = "The link's token")),
    responses((status = 303, description = "Saved; see the page")),
)]
#[post("/r/{token}")]
pub(super) async fn submit_answer(
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
    let invited = match load(&state, &visit, &token).await {
        Ok(Some(invited)) => invited,
        Ok(None) => {
            return bad_link::submit(&visit, &state, LinkPurpose::Answer, &token, &form).await;
        }
        Err(error) => return visit.failed(&error),
    };
    // Before the page is closed by what the first sending of this very form did.
    if delegate::is_this(&form) {
        let (link, id) = (invited.link, invited.invitation.id);
        return match delegate::submit(&state, &visit, (link, &token), id, &form).await {
            Submitted::Answered(response) => response,
            Submitted::Refused(status, form) => page(
                &state,
                &visit,
                &invited,
                status,
                false,
                Forms::delegate(form),
            ),
            Submitted::Overtaken => as_it_is_now(&state, &visit, &token).await,
        };
    }
    if invited.closed(visit.now).is_some() {
        return page(
            &state,
            &visit,
            &invited,
            StatusCode::CONFLICT,
            false,
            Forms::default(),
        );
    }
    let parsed = match form::parse(&form) {
        Ok(parsed) => parsed,
        Err(form) => {
            let status = StatusCode::BAD_REQUEST;
            return page(&state, &visit, &invited, status, false, Forms::own(*form));
        }
    };
    let save = async || save(&state, &visit, &invited, &token, &parsed).await;
    match saving::patiently(save).await {
        Ok(Outcome::Fresh(_) | Outcome::Replayed(_)) => saving::see_saved(),
        Err(WriteOnceError::Action(AnswerError::Db(error))) => visit.failed(&error),
        // Somebody went back and sent the old form with another answer.
        Err(WriteOnceError::BodyDiffers | WriteOnceError::StillRunning) => {
            let form = AnswerForm::again(parsed, SENT_BEFORE);
            let status = StatusCode::CONFLICT;
            page(&state, &visit, &invited, status, false, Forms::own(form))
        }
        Err(WriteOnceError::Action(
            AnswerError::Closed
            | AnswerError::Person(_)
            | AnswerError::NotFound
            | AnswerError::NotOpen { .. }
            | AnswerError::Outdated
            | AnswerError::Stale,
        )) => as_it_is_now(&state, &visit, &token).await,
    }
}

const SENT_BEFORE: Words = Words {
    nl: "U stuurde dit formulier al eerder. Kijk of uw antwoord klopt en bewaar het nog een keer",
    en: "You sent this form before. Check your answer and save it once more",
};

/// The page as it is by now, after what somebody sent came too late.
async fn as_it_is_now(state: &AppState, visit: &Visit<'_>, token: &str) -> HttpResponse {
    match load(state, visit, token).await {
        Ok(Some(invited)) => {
            let forms = Forms::default();
            page(state, visit, &invited, StatusCode::CONFLICT, false, forms)
        }
        Ok(None) => bad_link::show(&visit.layout),
        Err(error) => visit.failed(&error),
    }
}

/// Saves the answer in the name of the link's recipient; the same form again changes nothing.
async fn save(
    state: &AppState,
    visit: &Visit<'_>,
    invited: &Invited,
    token: &str,
    parsed: &form::Parsed,
) -> Result<Outcome, WriteOnceError<AnswerError>> {
    let actor = Arc::new(
        Actor::link_holder(invited.link.recipient, Permit::InvitationsAnswer).traced(visit.trace),
    );
    let granted = actor
        .grant::<InvitationsAnswer>()
        .map_err(|_| WriteOnceError::Action(AnswerError::NotFound))?;
    let answer = Answer {
        choice: parsed.choice,
        remark: parsed.remark.clone(),
        via: AnsweredVia::Link,
    };
    let wishes = parsed.wishes.clone();
    let key = IdempotencyKey::new(
        format!("link:{}", invited.link.id),
        "answer_page",
        &parsed.nonce,
        parsed.contents().as_bytes(),
        visit.now,
    );
    let (keys, token, now) = (state.auth.keys().clone(), token.to_owned(), visit.now);
    state
        .db
        .write_once(Some(key), move |conn| {
            // Opened again in the transaction: the link may have been revoked since.
            let link = links::opened(conn, &keys, LinkPurpose::Answer, &token, now)?;
            let link = link.ok_or(AnswerError::NotFound)?;
            let id = InvitationId(link.object);
            let answered = invitations::answer(conn, &granted, now, id, None, answer.clone())?;
            invitations::keep_wishes(conn, &granted, now, answered, wishes.clone())?;
            Ok(saving::kept())
        })
        .await
}

/// What the link leads to; `None` when it does not work.
async fn load(
    state: &AppState,
    visit: &Visit<'_>,
    token: &str,
) -> Result<Option<Invited>, DbError> {
    visit
        .opened(state, LinkPurpose::Answer, token, view::find)
        .await
}

/// The page in the language of the recipient; with a form while the invitation can be answered.
fn page(
    state: &AppState,
    visit: &Visit<'_>,
    invited: &Invited,
    status: StatusCode,
    saved: bool,
    forms: Forms<AnswerForm>,
) -> HttpResponse {
    let institute = &state.process.pages.institute;
    let layout = Layout {
        language: invited.recipient.language,
        institute,
    };
    let view = AnswerView::of(invited, institute, visit.now);
    let (form, delegate) = if view.closed.is_some() {
        (None, None)
    } else {
        let own = forms.own;
        let own = own.unwrap_or_else(|| AnswerForm::of(&invited.invitation));
        (Some(own.ready()), Some(forms.delegate.ready()))
    };
    let (Ok(form), Ok(delegate)) = (form.transpose(), delegate.transpose()) else {
        tracing::error!("no random number for a form");
        return HttpResponse::InternalServerError().finish();
    };
    let page = AnswerPage {
        layout: &layout,
        page: &view,
        form: form.as_ref(),
        delegate: delegate.as_ref(),
        saved,
    };
    html(status, &layout, &page)
}
