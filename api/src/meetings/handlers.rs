//! Reading meetings and calling them off.

use actix_web::{HttpResponse, get, post, put, web};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use koplopers_shared::access::{MeetingsRead, MeetingsWrite};
use koplopers_shared::db::DbError;
use koplopers_shared::events::Subject;
use koplopers_shared::ids::MeetingId;
use koplopers_shared::meetings::{
    self, CancelMeetingError, InvalidMeetingTransition, MeetingAction, MeetingFilter,
    RecordOutcomeError,
};
use koplopers_shared::{flows, invitations};

use super::dto::{
    CancelMeetingRequest, InvitationView, InvitationsView, MeetingListFilter, MeetingView,
    RecordOutcomeRequest,
};
use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::IfMatch;
use crate::events::EventView;
use crate::idempotency::IdempotencyKey;
use crate::operation;
use crate::page::{List, ListBody, NoFilter, PageParams};
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::problem::{Problem, kinds};
use crate::reply::Reply;
use crate::state::AppState;

/// List meetings
///
/// In order of their start, each with how many invitees gave which answer; `onFrom` and `onTo`
/// give a month or a week of days on the institute's clock. A municipality sees the talks of its intakes, and meetings to which
/// somebody who holds a role with it is invited.
#[utoipa::path(
    operation_id = "list_meetings",
    tag = "meetings",
    security(("bearer" = ["meetings:read"])),
    params(MeetingListFilter, PageParams),
    responses((status = 200, description = "A page of meetings", body = ListBody<MeetingView>), ReadErrors),
)]
#[get("/meetings")]
pub async fn list_meetings(
    auth: Authorized<MeetingsRead>,
    list: List<MeetingListFilter>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let granted = auth.into_granted();
    let permits = granted.actor().permits();
    let now = state.clock.now();
    let (filter, page, links) = list.into_parts();
    let zone = &state.settings.time_zone;
    let on_from = filter
        .on_from
        .map(|day| start_of("onFrom", day, zone))
        .transpose()?;
    let on_to = filter
        .on_to
        .map(|day| start_of("onTo", day, zone))
        .transpose()?;
    let filter = MeetingFilter {
        status: filter.status,
        kind: filter.kind,
        intake: filter.intake,
        programme: filter.programme,
        learning_group: filter.learning_group,
        practice: filter.practice,
        trajectory: filter.trajectory,
        series: filter.series,
        person: filter.person,
        starts_from: filter.starts_from.max(on_from),
        starts_to: filter.starts_to.into_iter().chain(on_to).min(),
    };
    let found = state
        .db
        .read(move |conn| {
            let found = meetings::list(conn, granted.scope(), &filter, &page)?;
            let ids: Vec<MeetingId> = found.items.iter().map(|meeting| meeting.id).collect();
            let counts = invitations::answer_counts(conn, &ids)?;
            Ok::<_, DbError>((found, counts))
        })
        .await?;
    let (found, counts) = found;
    let views = found.map(|meeting| {
        let counts = counts.get(&meeting.id);
        MeetingView::new(meeting, permits, now).listed(counts)
    });
    Ok(links.answer(views, None))
}

/// The instant at which the day of this query key begins where the institute is.
fn start_of(key: &'static str, day: Date, zone: &TimeZone) -> Result<Timestamp, Problem> {
    let start = day.to_zoned(zone.clone());
    let start = start.map_err(|_| Problem::invalid_field(key, "range", "is out of range"))?;
    Ok(start.timestamp())
}

/// Get a meeting
#[utoipa::path(
    operation_id = "get_meeting",
    tag = "meetings",
    security(("bearer" = ["meetings:read"])),
    params(("id" = uuid::Uuid, Path, description = "The meeting")),
    responses((status = 200, description = "The meeting", body = MeetingView), ReadErrors),
)]
#[get("/meetings/{id}")]
pub async fn get_meeting(
    auth: Authorized<MeetingsRead>,
    id: web::Path<MeetingId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::get(&state, auth, move |conn, by| {
        let found = meetings::find(conn, by.scope(), id)?;
        Ok(found.map(|meeting| {
            Reply::ok(
                meeting.version,
                &MeetingView::new(meeting, by.permits(), by.now().at),
            )
        }))
    })
    .await
}

/// List the invitations to a meeting
///
/// All of them, with what everybody answered.
#[utoipa::path(
    operation_id = "list_meeting_invitations",
    tag = "meetings",
    security(("bearer" = ["meetings:read"])),
    params(("id" = uuid::Uuid, Path, description = "The meeting")),
    responses((status = 200, description = "The invitations", body = InvitationsView), ReadErrors),
)]
#[get("/meetings/{id}/invitations")]
pub async fn list_meeting_invitations(
    auth: Authorized<MeetingsRead>,
    id: web::Path<MeetingId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::get(&state, auth, move |conn, by| {
        if meetings::find(conn, by.scope(), id)?.is_none() {
            return Ok(None);
        }
        let found = invitations::of_meeting(conn, id)?;
        let permits = by.permits();
        let items = found
            .into_iter()
            .map(|it| InvitationView::seen(it, permits));
        let items = items.collect();
        Ok(Some(Reply::plain(&InvitationsView { items })))
    })
    .await
}

/// List what happened to a meeting
///
/// The business history, oldest first: who did what, and when.
#[utoipa::path(
    operation_id = "list_meeting_history",
    tag = "meetings",
    security(("bearer" = ["meetings:read"])),
    params(("id" = uuid::Uuid, Path, description = "The meeting"), PageParams),
    responses((status = 200, description = "A page of events", body = ListBody<EventView>), ReadErrors),
)]
#[get("/meetings/{id}/history")]
pub async fn list_meeting_history(
    auth: Authorized<MeetingsRead>,
    id: web::Path<MeetingId>,
    list: List<NoFilter>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::history(&state, auth, list, move |conn, scope| {
        let found = meetings::find(conn, scope, id)?;
        Ok(found.map(|meeting| Subject {
            kind: "meeting",
            id: meeting.id.0,
        }))
    })
    .await
}

/// Call a meeting off
///
/// `If-Match` is needed. Everybody to whom an invitation went gets a cancellation that takes
/// the meeting out of their calendar. The talk of an intake takes the intake back to
/// `submitted`.
#[utoipa::path(
    operation_id = "cancel_meeting",
    tag = "meetings",
    security(("bearer" = ["meetings:write"])),
    params(("id" = uuid::Uuid, Path, description = "The meeting"), IfMatch, IdempotencyKey),
    request_body = CancelMeetingRequest,
    responses((status = 200, description = "The cancelled meeting", body = MeetingView), WriteErrors),
)]
#[post("/meetings/{id}/cancellation")]
pub async fn cancel_meeting(
    auth: Authorized<MeetingsWrite>,
    id: web::Path<MeetingId>,
    if_match: IfMatch,
    key: IdempotencyKey,
    body: Body<CancelMeetingRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let reason = body.into_inner().reason;
    operation::post(&state, auth, key, move |conn, by| {
        let version = if_match.version();
        flows::cancel_meeting(conn, by.granted(), by.now(), id, version, reason.clone()).map(
            |meeting| {
                Reply::ok(
                    meeting.version,
                    &MeetingView::new(meeting, by.permits(), by.now().at),
                )
            },
        )
    })
    .await
}

/// Record what came of a meeting
///
/// `If-Match` is needed. Possible once the meeting has started. A talk that did not take place
/// takes its intake back to `submitted`, so that it can be planned anew. What was recorded can
/// be corrected, for a talk until its intake is being assessed.
#[utoipa::path(
    operation_id = "record_meeting_outcome",
    tag = "meetings",
    security(("bearer" = ["meetings:write"])),
    params(("id" = uuid::Uuid, Path, description = "The meeting"), IfMatch),
    request_body = RecordOutcomeRequest,
    responses((status = 200, description = "The meeting", body = MeetingView), WriteErrors),
)]
#[put("/meetings/{id}/outcome")]
pub async fn record_meeting_outcome(
    auth: Authorized<MeetingsWrite>,
    id: web::Path<MeetingId>,
    if_match: IfMatch,
    body: Body<RecordOutcomeRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let RecordOutcomeRequest { outcome, note, .. } = body.into_inner();
    operation::change(&state, auth, move |conn, by| {
        let (version, note) = (if_match.version(), note.clone());
        flows::record_outcome(conn, by.granted(), by.now(), id, version, outcome, note).map(
            |meeting| {
                let version = meeting.version;
                Reply::ok(
                    version,
                    &MeetingView::new(meeting, by.permits(), by.now().at),
                )
            },
        )
    })
    .await
}

impl From<InvalidMeetingTransition> for Problem {
    fn from(invalid: InvalidMeetingTransition) -> Self {
        let possible: Vec<&str> = MeetingAction::ALL
            .iter()
            .filter(|action| action.possible_in().contains(&invalid.from))
            .map(|action| action.as_str())
            .collect();
        Self::invalid_transition(invalid.from.as_str(), &possible).detail(invalid.to_string())
    }
}

impl From<CancelMeetingError> for Problem {
    fn from(error: CancelMeetingError) -> Self {
        match error {
            CancelMeetingError::NotFound => Self::not_found(),
            CancelMeetingError::Stale => Self::of(&kinds::STALE),
            CancelMeetingError::State(invalid) => invalid.into(),
            CancelMeetingError::Db(error) => error.into(),
        }
    }
}

impl From<RecordOutcomeError> for Problem {
    fn from(error: RecordOutcomeError) -> Self {
        match error {
            RecordOutcomeError::NotFound => Self::not_found(),
            RecordOutcomeError::Stale => Self::of(&kinds::STALE),
            RecordOutcomeError::State(invalid) => invalid.into(),
            RecordOutcomeError::NotStarted { starts_at } => {
                Self::of(&kinds::MEETING_NOT_STARTED).member("startsAt", starts_at.to_string())
            }
            RecordOutcomeError::IntakeWentOn => Self::of(&kinds::INTAKE_WENT_ON),
            RecordOutcomeError::Db(error) => error.into(),
        }
    }
}
