//! A meeting once more, on another day.

use actix_web::{HttpResponse, post, web};
use jiff::civil::DateTime;
use koplopers_shared::access::MeetingsWrite;
use koplopers_shared::flows::{self, CopyMeetingError};
use koplopers_shared::ids::MeetingId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::dto::MeetingDetailView;
use super::period::local_period;
use crate::auth::Authorized;
use crate::body::Body;
use crate::idempotency::IdempotencyKey;
use crate::operation;
use crate::problem::Problem;
use crate::problem::document::WriteErrors;
use crate::reply::Reply;
use crate::state::AppState;

/// When the copy is, and who comes along.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CopyMeetingRequest {
    /// The start, on the clock of the time zone.
    #[schema(format = "date-time-local", value_type = String, example = "2027-05-13T13:00")]
    local_start: DateTime,
    /// The end, on the clock of the time zone.
    #[schema(format = "date-time-local", value_type = String, example = "2027-05-13T17:00")]
    local_end: DateTime,
    /// The time zone (IANA); the institute's when left out.
    #[schema(
        format = "time-zone",
        max_length = 64,
        nullable = false,
        example = "Europe/Amsterdam"
    )]
    time_zone: Option<String>,
    /// Whether everybody who is invited to the first one is invited to the copy; yes unless said
    /// otherwise.
    #[serde(default = "yes")]
    #[schema(default = true)]
    with_invitees: bool,
}

const fn yes() -> bool {
    true
}

/// Copy a meeting
///
/// Plans a meeting with the same words, place and people on another day, under a UID of its own.
/// Possible in any state: what was called off is held after all by copying it. The talk of an
/// intake is planned anew at `/intakes/{id}/talk`.
#[utoipa::path(
    operation_id = "copy_meeting",
    tag = "meetings",
    security(("bearer" = ["meetings:write"])),
    params(("id" = uuid::Uuid, Path, description = "The meeting that is copied"), IdempotencyKey),
    request_body = CopyMeetingRequest,
    responses((status = 201, description = "The new meeting", body = MeetingDetailView), WriteErrors),
)]
#[post("/meetings/{id}/copy")]
pub async fn copy_meeting(
    auth: Authorized<MeetingsWrite>,
    id: web::Path<MeetingId>,
    key: IdempotencyKey,
    body: Body<CopyMeetingRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let body = body.into_inner();
    let zone = body.time_zone.as_deref();
    let period = local_period(body.local_start, body.local_end, zone, &state)?;
    operation::post(&state, auth, key, move |conn, by| {
        let (granted, now, period) = (by.granted(), by.now(), period.clone());
        let planned = flows::copy_meeting(conn, granted, now, id, period, body.with_invitees)?;
        let location = format!("/v1/meetings/{}", planned.meeting.id);
        let version = planned.meeting.version;
        let view = MeetingDetailView::planned(conn, by, planned.meeting, planned.invitations)?;
        Ok::<_, CopyMeetingError>(Reply::created(location, version, &view))
    })
    .await
}

impl From<CopyMeetingError> for Problem {
    fn from(error: CopyMeetingError) -> Self {
        match error {
            CopyMeetingError::NotFound => Self::not_found(),
            CopyMeetingError::Plan(error) => error.into(),
            CopyMeetingError::Db(error) => error.into(),
        }
    }
}
