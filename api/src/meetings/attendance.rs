//! Who was at a meeting, and what was said there.

use actix_web::{HttpResponse, get, put, web};
use jiff::Timestamp;
use koplopers_shared::access::{MeetingsRead, MeetingsWrite};
use koplopers_shared::db::{DbConn, DbResult};
use koplopers_shared::flows::{self, AttendanceProblem, RecordMeetingError};
use koplopers_shared::ids::{MeetingId, PersonId};
use koplopers_shared::meetings::{self, Attendance, Minutes, Presence};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::IfMatch;
use crate::operation;
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::problem::{FieldError, Problem, kinds};
use crate::reply::{Reply, StoredResponse};
use crate::state::AppState;
use crate::words::PresenceWord;

/// Whether one person was at a meeting.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = Attendance)]
pub struct AttendanceBody {
    /// Who.
    #[schema(value_type = uuid::Uuid)]
    person: PersonId,
    /// Whether they were there.
    #[schema(value_type = PresenceWord, example = "present")]
    presence: Presence,
    /// Who came in their place, with `delegate`, if that is known.
    #[schema(value_type = Option<uuid::Uuid>)]
    delegate: Option<PersonId>,
}

impl From<AttendanceBody> for Attendance {
    fn from(body: AttendanceBody) -> Self {
        Self {
            person: body.person,
            presence: body.presence,
            delegate: body.delegate,
        }
    }
}

impl From<Attendance> for AttendanceBody {
    fn from(attendance: Attendance) -> Self {
        Self {
            person: attendance.person,
            presence: attendance.presence,
            delegate: attendance.delegate,
        }
    }
}

/// Who was at a meeting.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecordAttendanceRequest {
    /// Everybody of whom it is known, in the place of what was recorded before; also people who
    /// were not invited.
    #[schema(max_items = 500)]
    items: Vec<AttendanceBody>,
}

/// Who was at a meeting.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AttendanceList)]
pub struct AttendanceListView {
    /// Everybody of whom it was recorded; nothing while nothing was.
    items: Vec<AttendanceBody>,
}

fn list(conn: &mut DbConn, id: MeetingId) -> DbResult<AttendanceListView> {
    let found = meetings::attendance(conn, id)?.into_iter();
    Ok(AttendanceListView {
        items: found.map(AttendanceBody::from).collect(),
    })
}

/// Record who was at a meeting
///
/// `If-Match` is needed, with the ETag of the meeting. Possible once it has started. The list takes
/// the place of what was recorded before.
#[utoipa::path(
    operation_id = "record_meeting_attendance",
    tag = "meetings",
    security(("bearer" = ["meetings:write"])),
    params(("id" = uuid::Uuid, Path, description = "The meeting"), IfMatch),
    request_body = RecordAttendanceRequest,
    responses((status = 200, description = "Who was there; the ETag is that of the meeting", body = AttendanceListView), WriteErrors),
)]
#[put("/meetings/{id}/attendance")]
pub async fn record_meeting_attendance(
    auth: Authorized<MeetingsWrite>,
    id: web::Path<MeetingId>,
    if_match: IfMatch,
    body: Body<RecordAttendanceRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let items = body.into_inner().items.into_iter();
    let attended: Vec<Attendance> = items.map(Attendance::from).collect();
    operation::change(&state, auth, move |conn, by| {
        let (granted, now, version) = (by.granted(), by.now(), if_match.version());
        let meeting = flows::record_attendance(conn, granted, now, id, version, &attended)?;
        Ok::<_, RecordMeetingError>(Reply::ok(meeting.version, &list(conn, id)?))
    })
    .await
}

/// List who was at a meeting
#[utoipa::path(
    operation_id = "list_meeting_attendance",
    tag = "meetings",
    security(("bearer" = ["meetings:read"])),
    params(("id" = uuid::Uuid, Path, description = "The meeting")),
    responses((status = 200, description = "Who was there; the ETag is that of the meeting", body = AttendanceListView), ReadErrors),
)]
#[get("/meetings/{id}/attendance")]
pub async fn list_meeting_attendance(
    auth: Authorized<MeetingsRead>,
    id: web::Path<MeetingId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::get(&state, auth, move |conn, by| {
        match meetings::find(conn, by.scope(), id)? {
            Some(meeting) => Ok(Some(Reply::ok(meeting.version, &list(conn, id)?))),
            None => Ok(None),
        }
    })
    .await
}

/// What was said at a meeting.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WriteMinutesRequest {
    /// The text; whoever sees the meeting may read it.
    #[schema(
        min_length = 1,
        max_length = 50_000,
        example = "We spraken af dat elke praktijk een bewoner meebrengt."
    )]
    text: String,
    /// True when you looked, and no text holds a citizen service number.
    #[serde(rename = "containsNoBsn")]
    #[schema(nullable = false)]
    _contains_no_bsn: Option<bool>,
}

/// What was said at a meeting.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MeetingMinutes)]
pub struct MinutesView {
    /// The text.
    text: String,
    /// When it was last written.
    #[schema(value_type = String, format = DateTime)]
    written_at: Timestamp,
}

impl From<Minutes> for MinutesView {
    fn from(minutes: Minutes) -> Self {
        Self {
            text: minutes.body,
            written_at: minutes.written_at,
        }
    }
}

fn answer(conn: &mut DbConn, id: MeetingId, version: i64) -> DbResult<Option<StoredResponse>> {
    let found = meetings::minutes(conn, id)?;
    Ok(found.map(|minutes| Reply::ok(version, &MinutesView::from(minutes))))
}

/// Write the minutes of a meeting
///
/// `If-Match` is needed, with the ETag of the meeting. Possible once it has started. The text takes
/// the place of what was written before.
#[utoipa::path(
    operation_id = "write_meeting_minutes",
    tag = "meetings",
    security(("bearer" = ["meetings:write"])),
    params(("id" = uuid::Uuid, Path, description = "The meeting"), IfMatch),
    request_body = WriteMinutesRequest,
    responses((status = 200, description = "The minutes; the ETag is that of the meeting", body = MinutesView), WriteErrors),
)]
#[put("/meetings/{id}/minutes")]
pub async fn write_meeting_minutes(
    auth: Authorized<MeetingsWrite>,
    id: web::Path<MeetingId>,
    if_match: IfMatch,
    body: Body<WriteMinutesRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let text = body.into_inner().text;
    operation::change(&state, auth, move |conn, by| {
        let (granted, now, version) = (by.granted(), by.now(), if_match.version());
        let meeting = flows::write_minutes(conn, granted, now, id, version, &text)?;
        answer(conn, id, meeting.version)?.ok_or(RecordMeetingError::NotFound)
    })
    .await
}

/// Get the minutes of a meeting
///
/// 404 while none were written.
#[utoipa::path(
    operation_id = "get_meeting_minutes",
    tag = "meetings",
    security(("bearer" = ["meetings:read"])),
    params(("id" = uuid::Uuid, Path, description = "The meeting")),
    responses((status = 200, description = "The minutes; the ETag is that of the meeting", body = MinutesView), ReadErrors),
)]
#[get("/meetings/{id}/minutes")]
pub async fn get_meeting_minutes(
    auth: Authorized<MeetingsRead>,
    id: web::Path<MeetingId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::get(&state, auth, move |conn, by| {
        match meetings::find(conn, by.scope(), id)? {
            Some(meeting) => answer(conn, id, meeting.version),
            None => Ok(None),
        }
    })
    .await
}

fn field(problem: &AttendanceProblem) -> FieldError {
    let (at, key, code, reason) = match problem {
        AttendanceProblem::UnknownPerson { at } => {
            (at, "person", "unknown", "there is no such person")
        }
        AttendanceProblem::Twice { at } => (
            at,
            "person",
            "duplicate",
            "the person is in the list already",
        ),
        AttendanceProblem::UnknownDelegate { at } => (
            at,
            "delegate",
            "unknown",
            "must be another person whom we know",
        ),
        AttendanceProblem::NoDelegate { at } => (
            at,
            "delegate",
            "not-allowed",
            "only with the presence `delegate`",
        ),
    };
    FieldError::new(format!("/items/{at}/{key}"), code, reason)
}

impl From<RecordMeetingError> for Problem {
    fn from(error: RecordMeetingError) -> Self {
        match error {
            RecordMeetingError::NotFound => Self::not_found(),
            RecordMeetingError::Stale => Self::of(&kinds::STALE),
            RecordMeetingError::State(invalid) => invalid.into(),
            RecordMeetingError::NotStarted { starts_at } => {
                Self::of(&kinds::MEETING_NOT_STARTED).member("startsAt", starts_at.to_string())
            }
            RecordMeetingError::Invalid(problems) => {
                Self::invalid(problems.iter().map(field).collect())
            }
            RecordMeetingError::Db(error) => error.into(),
        }
    }
}
