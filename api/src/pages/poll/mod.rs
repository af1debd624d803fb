//! `/d/{token}`: an invitee says which dates suit.
//!
//! The votes can be changed until the poll closes; after that, or when the meeting is called off
//! or the invitee was removed, the page explains that and has no form.

mod form;
mod view;

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use askama::Template;
use koplopers_shared::access::{Actor, InvitationsAnswer, Permit};
use koplopers_shared::clock::LocalNow;
use koplopers_shared::db::DbError;
use koplopers_shared::idempotency::{IdempotencyKey, Outcome, WriteOnceError};
use koplopers_shared::invitations::AnsweredVia;
use koplopers_shared::links::{self, LinkPurpose};
use koplopers_shared::polls::{self, VoteError};

use super::bad_link;
use super::delegate::{self, DelegateForm, Forms, Submitted};
use super::form::{Form, unreadable};
use super::layout::{Layout, Words, html};
use super::saving;
use super::visit::Visit;
use crate::state::AppState;
use form::{PollForm, Row};
use view::{DateView, PollView, Voter};

/// The most bytes the form may have: forty remarks of 500 characters.
const MAX_FORM: usize = 250 * 1024;

#[derive(Template)]
#[template(path = "poll.html")]
struct PollPage<'a> {
    layout: &'a Layout<'a>,
    page: &'a PollView,
    /// `None` when there is nothing to vote on any more.
    form: Option<&'a PollForm>,
    /// The form to send somebody else; there as long as the other one is.
    delegate: Option<&'a DelegateForm>,
    saved: bool,
}

impl PollPage<'_> {
    fn has_errors(&self) -> bool {
        self.form.is_some_and(PollForm::has_errors)
            || self.delegate.is_some_and(DelegateForm::has_errors)
    }

    /// Each date with its place on the form.
    fn rows(&self) -> Vec<(&Row, &DateView)> {
        let rows = self.form.map_or(&[][..], |form| &form.rows);
        rows.iter().zip(&self.page.dates).collect()
    }
}

/// The page behind the link in a mail about a date poll.
#[utoipa::path(
    params(("token" = String, Path, description = "The link's token")),
    responses((status = 200, description = "The page", content_type = "text/html")),
)]
#[get("/d/{token}")]
pub(super) async fn show_poll(
    req: HttpRequest,
    token: web::Path<String>,
    state: web::Data<AppState>,
) -> HttpResponse {
    let visit = Visit::of(&req, &state);
    if let Err(refusal) = state.process.pages.limits.visit(visit.address, &token) {
        return visit.too_often(refusal);
    }
    let voter = match load(&state, &visit, &token).await {
        Ok(Some(voter)) => voter,
        Ok(None) => return bad_link::show(&visit.layout),
        Err(error) => return visit.failed(&error),
    };
    let saved = req.query_string() == saving::SAVED;
    page(
        &state,
        &visit,
        &voter,
        StatusCode::OK,
        saved,
        Forms::default(),
    )
}

/// Takes votes; or, at a link that does not work, the request for a fresh one.
#[utoipa::path(
    params(("token" = String, Path, description = "The link's token")),
    responses((status = 303, description = "Saved; see the page")),
)]
#[post("/d/{token}")]
pub(super) async fn submit_poll(
    req: HttpRequest,
    token: web::Path<String>,
    state: web::Data<AppState>,
    payload: web::Payload,
) -> HttpResponse {
    let visit = Visit::of(&req, &state);
    if let Err(refusal) = state.process.pages.limits.visit(visit.address, &token) {
        return visit.too_often(refusal);
    }
    let form = match Form::read_within(&req, &mut payload.into_inner(), MAX_FORM).await {
        Ok(form) => form,
        Err(error) => return unreadable(&visit.layout, error),
    };
    let voter = match load(&state, &visit, &token).await {
        Ok(Some(voter)) => voter,
        Ok(None) => {
            return bad_link::submit(&visit, &state, LinkPurpose::DatePoll, &token, &form).await;
        }
        Err(error) => return visit.failed(&error),
    };
    // Before the page is closed by what the first sending of this very form did.
    if delegate::is_this(&form) {
        let (link, id) = (voter.link, voter.invitation.id);
        return match delegate::submit(&state, &visit, (link, &token), id, &form).await {
            Submitted::Answered(response) => response,
            Submitted::Refused(status, form) => {
                page(&state, &visit, &voter, status, false, Forms::delegate(form))
            }
            Submitted::Overtaken => as_it_is_now(&state, &visit, &token).await,
        };
    }
    if voter.closed(visit.now).is_some() {
        return page(
            &state,
            &visit,
            &voter,
            StatusCode::CONFLICT,
            false,
            Forms::default(),
        );
    }
    let parsed = match form::parse(&form, &voter) {
        Ok(parsed) => parsed,
        Err(form) => {
            let status = StatusCode::BAD_REQUEST;
            return page(&state, &visit, &voter, status, false, Forms::own(*form));
        }
    };
    let save = async || save(&state, &visit, &voter, &token, &parsed).await;
    match saving::patiently(save).await {
        Ok(Outcome::Fresh(_) | Outcome::Replayed(_)) => saving::see_saved(),
        Err(WriteOnceError::Action(VoteError::Db(error))) => visit.failed(&error),
        // Somebody went back and sent the old form with other votes.
        Err(WriteOnceError::BodyDiffers | WriteOnceError::StillRunning) => {
            let form = PollForm::again(&voter, &parsed, SENT_BEFORE);
            let status = StatusCode::CONFLICT;
            page(&state, &visit, &voter, status, false, Forms::own(form))
        }
        // Closed, called off, or with other options in the meantime: as it is now.
        Err(WriteOnceError::Action(
            VoteError::NotFound
            | VoteError::Person(_)
            | VoteError::NotInvited
            | VoteError::Stale
            | VoteError::State(_)
            | VoteError::Over
            | VoteError::Invalid(_),
        )) => as_it_is_now(&state, &visit, &token).await,
    }
}

const SENT_BEFORE: Words = Words {
    nl: "U stuurde dit formulier al eerder. Kijk of uw keuzes kloppen en bewaar ze nog een keer",
    en: "You sent this form before. Check your choices and save them once more",
};

/// The page as it is by now, after what somebody sent came too late.
async fn as_it_is_now(state: &AppState, visit: &Visit<'_>, token: &str) -> HttpResponse {
    match load(state, visit, token).await {
        Ok(Some(voter)) => {
            let forms = Forms::default();
            page(state, visit, &voter, StatusCode::CONFLICT, false, forms)
        }
        Ok(None) => bad_link::show(&visit.layout),
        Err(error) => visit.failed(&error),
    }
}

/// Saves the votes in the name of the link's recipient; the same form again changes nothing.
async fn save(
    state: &AppState,
    visit: &Visit<'_>,
    voter: &Voter,
    token: &str,
    parsed: &form::Parsed,
) -> Result<Outcome, WriteOnceError<VoteError>> {
    let recipient = voter.link.recipient;
    let actor =
        Arc::new(Actor::link_holder(recipient, Permit::InvitationsAnswer).traced(visit.trace));
    let granted = actor
        .grant::<InvitationsAnswer>()
        .map_err(|_| WriteOnceError::Action(VoteError::NotFound))?;
    let key = IdempotencyKey::new(
        format!("link:{}", voter.link.id),
        "poll_page",
        &parsed.nonce,
        parsed.contents().as_bytes(),
        visit.now,
    );
    let (keys, token) = (state.auth.keys().clone(), token.to_owned());
    let now = LocalNow::new(visit.now, &state.settings.time_zone);
    let (meeting, parsed) = (voter.meeting.id, parsed.votes.clone());
    state
        .db
        .write_once(Some(key), move |conn| {
            // Opened again in the transaction: the link may have been revoked since.
            let link = links::opened(conn, &keys, LinkPurpose::DatePoll, &token, now.at)?;
            link.ok_or(VoteError::NotFound)?;
            let cast = (parsed.as_slice(), AnsweredVia::Link);
            polls::vote(conn, &granted, now, meeting, None, cast)?;
            Ok(saving::kept())
        })
        .await
}

/// What the link leads to; `None` when it does not work.
async fn load(state: &AppState, visit: &Visit<'_>, token: &str) -> Result<Option<Voter>, DbError> {
    visit
        .opened(state, LinkPurpose::DatePoll, token, view::find)
        .await
}

/// The page in the language of the recipient; with a form while they can vote.
fn page(
    state: &AppState,
    visit: &Visit<'_>,
    voter: &Voter,
    status: StatusCode,
    saved: bool,
    forms: Forms<PollForm>,
) -> HttpResponse {
    let institute = &state.process.pages.institute;
    let layout = Layout {
        language: voter.recipient.language,
        institute,
    };
    let view = PollView::of(voter, institute, visit.now);
    let (form, delegate) = if view.closed.is_some() {
        (None, None)
    } else {
        let own = forms.own.unwrap_or_else(|| PollForm::of(voter));
        (Some(own.ready()), Some(forms.delegate.ready()))
    };
    let (Ok(form), Ok(delegate)) = (form.transpose(), delegate.transpose()) else {
        tracing::error!("no random number for a form");
        return HttpResponse::InternalServerError().finish();
    };
    let page = PollPage {
        layout: &layout,
        page: &view,
        form: form.as_ref(),
        delegate: delegate.as_ref(),
        saved,
    };
    html(status, &layout, &page)
}
