//! Opening, reading and changing date polls.

use actix_web::{HttpResponse, get, patch, post, web};
use koplopers_shared::access::{MeetingsRead, MeetingsWrite, Permission};
use koplopers_shared::db::{DbConn, DbResult};
use koplopers_shared::ids::MeetingId;
use koplopers_shared::meetings;
use koplopers_shared::polls::{self, ChangePollError, OpenPollError, Poll};

use super::dto::{ChangeDatePollRequest, OpenDatePollRequest};
use super::view::DatePollView;
use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::IfMatch;
use crate::idempotency::IdempotencyKey;
use crate::operation::{self, Caller};
use crate::problem::Problem;
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::reply::{Reply, StoredResponse};
use crate::state::AppState;

/// The answer about one poll.
pub(super) fn answer<P: Permission>(
    conn: &mut DbConn,
    by: &Caller<P>,
    poll: Poll,
) -> DbResult<StoredResponse> {
    let version = poll.version;
    let detail = polls::detail(conn, poll, by.now())?;
    let view = DatePollView::new(detail, by.granted(), by.now().at);
    Ok(Reply::ok(version, &view))
}

/// Open the date poll of a meeting
///
/// `If-Match` is needed, with the tag of the meeting. The meeting must be a draft with invitees:
/// they vote, and the meeting is `polling` until an option is chosen. Each required municipality
/// must have somebody invited who holds a role with it.
#[utoipa::path(
    operation_id = "open_date_poll",
    tag = "date polls",
    security(("bearer" = ["meetings:write"])),
    params(("id" = uuid::Uuid, Path, description = "The meeting"), IfMatch, IdempotencyKey),
    request_body = OpenDatePollRequest,
    responses((status = 201, description = "The date poll", body = DatePollView), WriteErrors),
)]
#[post("/meetings/{id}/poll")]
pub async fn open_date_poll(
    auth: Authorized<MeetingsWrite>,
    id: web::Path<MeetingId>,
    if_match: IfMatch,
    key: IdempotencyKey,
    body: Body<OpenDatePollRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let new = body.into_inner().parse(&state)?;
    operation::post(&state, auth, key, move |conn, by| {
        let version = if_match.version();
        let (_, poll) = polls::open(conn, by.granted(), by.now(), id, version, &new)?;
        let version = poll.version;
        let detail = polls::detail(conn, poll, by.now())?;
        let view = DatePollView::new(detail, by.granted(), by.now().at);
        let location = format!("/v1/meetings/{id}/poll");
        Ok::<_, OpenPollError>(Reply::created(location, version, &view))
    })
    .await
}

/// Get the date poll of a meeting
///
/// With the votes, what they come to, which option wins, and who blocks when none can. Votes do
/// not change the version in the tag.
#[utoipa::path(
    operation_id = "get_date_poll",
    tag = "date polls",
    security(("bearer" = ["meetings:read"])),
    params(("id" = uuid::Uuid, Path, description = "The meeting")),
    responses((status = 200, description = "The date poll", body = DatePollView), ReadErrors),
)]
#[get("/meetings/{id}/poll")]
pub async fn get_date_poll(
    auth: Authorized<MeetingsRead>,
    id: web::Path<MeetingId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::get(&state, auth, move |conn, by| {
        if meetings::find(conn, by.scope(), id)?.is_none() {
            return Ok(None);
        }
        match polls::find(conn, id)? {
            Some(poll) => answer(conn, by, poll).map(Some),
            None => Ok(None),
        }
    })
    .await
}

/// Change a date poll
///
/// Its options, its end, or which municipalities must be represented; a JSON Merge Patch
/// (RFC 7396), and `If-Match` is needed. Votes on options that stay are kept. New options ask
/// everybody to vote again. A closed poll opens again when it is given another end.
#[utoipa::path(
    operation_id = "change_date_poll",
    tag = "date polls",
    security(("bearer" = ["meetings:write"])),
    params(("id" = uuid::Uuid, Path, description = "The meeting"), IfMatch),
    request_body(content = ChangeDatePollRequest, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The changed date poll", body = DatePollView), WriteErrors),
)]
#[patch("/meetings/{id}/poll")]
pub async fn change_date_poll(
    auth: Authorized<MeetingsWrite>,
    id: web::Path<MeetingId>,
    if_match: IfMatch,
    body: Body<ChangeDatePollRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let change = body.into_inner().parse(&state)?;
    operation::change(&state, auth, move |conn, by| {
        let version = if_match.version();
        let (granted, now) = (by.granted(), by.now());
        let poll = polls::change(conn, granted, now, id, version, change.clone())?;
        Ok::<_, ChangePollError>(answer(conn, by, poll)?)
    })
    .await
}
