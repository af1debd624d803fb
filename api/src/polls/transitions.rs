//! Closing a date poll, and choosing an option.

use actix_web::{HttpResponse, post, web};
use koplopers_shared::access::MeetingsWrite;
use koplopers_shared::ids::MeetingId;
use koplopers_shared::polls::{self, ChangePollError, ChoosePollOptionError};

use super::dto::ChooseDatePollOptionRequest;
use super::handlers::answer;
use super::view::DatePollView;
use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::{IfMatch, MaybeIfMatch};
use crate::idempotency::IdempotencyKey;
use crate::meetings::MeetingDetailView;
use crate::operation;
use crate::problem::Problem;
use crate::problem::document::WriteErrors;
use crate::reply::Reply;
use crate::state::AppState;

/// Close a date poll
///
/// Before its end; at its end the service closes it by itself. An option is still to be chosen,
/// or the poll opened again with another end.
#[utoipa::path(
    operation_id = "close_date_poll",
    tag = "date polls",
    security(("bearer" = ["meetings:write"])),
    params(("id" = uuid::Uuid, Path, description = "The meeting"), MaybeIfMatch, IdempotencyKey),
    responses((status = 200, description = "The closed date poll", body = DatePollView), WriteErrors),
)]
#[post("/meetings/{id}/poll/closure")]
pub async fn close_date_poll(
    auth: Authorized<MeetingsWrite>,
    id: web::Path<MeetingId>,
    if_match: MaybeIfMatch,
    key: IdempotencyKey,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::post(&state, auth, key, move |conn, by| {
        let version = if_match.version();
        let closed = polls::close(conn, by.granted(), by.now(), id, version)?;
        Ok::<_, ChangePollError>(answer(conn, by, closed)?)
    })
    .await
}

/// Choose an option of a date poll
///
/// `If-Match` is needed, with the tag of the poll. The meeting is scheduled at the option,
/// everybody on its list is invited, and the other options are released, all at once. Refused
/// while a required municipality is not represented on the option: 409 `municipalities-missing`
/// names each.
#[utoipa::path(
    operation_id = "choose_date_poll_option",
    tag = "date polls",
    security(("bearer" = ["meetings:write"])),
    params(("id" = uuid::Uuid, Path, description = "The meeting"), IfMatch, IdempotencyKey),
    request_body = ChooseDatePollOptionRequest,
    responses(
        (status = 200, description = "The meeting, scheduled", body = MeetingDetailView),
        WriteErrors,
    ),
)]
#[post("/meetings/{id}/poll/choice")]
pub async fn choose_date_poll_option(
    auth: Authorized<MeetingsWrite>,
    id: web::Path<MeetingId>,
    if_match: IfMatch,
    key: IdempotencyKey,
    body: Body<ChooseDatePollOptionRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (id, option) = (id.into_inner(), body.into_inner().option);
    operation::post(&state, auth, key, move |conn, by| {
        let version = if_match.version();
        let agreed = polls::choose(conn, by.granted(), by.now(), id, version, option)?;
        let version = agreed.meeting.version;
        let view = MeetingDetailView::planned(conn, by, agreed.meeting, agreed.invitations)?;
        Ok::<_, ChoosePollOptionError>(Reply::ok(version, &view))
    })
    .await
}
