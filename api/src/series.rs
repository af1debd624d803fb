//! Series over HTTP: meetings that belong together, each a meeting of its own.

use actix_web::{HttpResponse, get, patch, post, web};
use jiff::Timestamp;
use koplopers_shared::access::{MeetingsRead, MeetingsWrite};
use koplopers_shared::db::DbResult;
use koplopers_shared::flows::{self, MOST_INVITATIONS, PlanSeriesError, SeriesPlan};
use koplopers_shared::ids::SeriesId;
use koplopers_shared::series::{self, ChangeSeriesError, Series, SeriesChange};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::IfMatch;
use crate::idempotency::IdempotencyKey;
use crate::meetings::{MeetingDetailView, PlanMeetingRequest, meeting_plan};
use crate::mounts::Mounts;
use crate::operation;
use crate::page::{List, ListBody, NoFilter, PageParams};
use crate::patch::patched;
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::problem::{Problem, kinds};
use crate::reply::Reply;
use crate::state::AppState;

/// Mounts the operations on series.
pub fn routes(mounts: &mut Mounts<'_>) {
    mounts
        .service(plan_series)
        .service(list_series)
        .service(get_series)
        .service(change_series);
}

/// A series about to be planned.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlanSeriesRequest {
    /// What people call it.
    #[schema(
        min_length = 1,
        max_length = 200,
        example = "Werkgroep laaggeletterdheid"
    )]
    name: String,
    /// What it is about.
    #[schema(min_length = 1, max_length = 2_000, nullable = false)]
    description: Option<String>,
    /// Its meetings, with at most 500 invitations together. More can be planned into it later.
    #[serde(default)]
    #[schema(max_items = 52)]
    meetings: Vec<PlanMeetingRequest>,
}

/// What is to change of a series, as a JSON Merge Patch (RFC 7396).
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(
    clippy::option_option,
    reason = "a key left out and null differ in a merge patch"
)]
pub struct ChangeSeriesRequest {
    /// What people call it.
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    name: Option<String>,
    /// What it is about.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 2_000)]
    description: Option<Option<String>>,
}

/// Meetings that belong together; `/meetings?series=` lists them.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Series)]
pub struct SeriesView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: SeriesId,
    /// What people call it.
    name: String,
    /// What it is about.
    description: Option<String>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl From<Series> for SeriesView {
    fn from(series: Series) -> Self {
        Self {
            id: series.id,
            name: series.name,
            description: series.description,
            created_at: series.created_at,
            updated_at: series.updated_at,
        }
    }
}

/// A series with the meetings that were planned.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SeriesDetail)]
pub struct SeriesDetailView {
    /// The series.
    series: SeriesView,
    /// Its meetings, in the order of the request.
    meetings: Vec<MeetingDetailView>,
}

/// Plan a series of meetings
///
/// Each is a meeting of its own, with its own UID in calendars, and is moved and called off on its
/// own. Either all are planned or none; everything that is wrong with any of them is named at once.
#[utoipa::path(
    operation_id = "plan_series",
    tag = "meetings",
    security(("bearer" = ["meetings:write"])),
    params(IdempotencyKey),
    request_body = PlanSeriesRequest,
    responses((status = 201, description = "The series", body = SeriesDetailView), WriteErrors),
)]
#[post("/series")]
pub async fn plan_series(
    auth: Authorized<MeetingsWrite>,
    key: IdempotencyKey,
    body: Body<PlanSeriesRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let plan = plan_of(body.into_inner(), &state)?;
    operation::post(&state, auth, key, move |conn, by| {
        let planned = flows::plan_series(conn, by.granted(), by.now(), plan.clone())?;
        let location = format!("/v1/series/{}", planned.series.id);
        let version = planned.series.version;
        let meetings = planned.meetings.into_iter();
        let meetings: DbResult<Vec<MeetingDetailView>> = meetings
            .map(|it| MeetingDetailView::planned(conn, by, it.meeting, it.invitations))
            .collect();
        let view = SeriesDetailView {
            series: planned.series.into(),
            meetings: meetings?,
        };
        Ok::<_, PlanSeriesError>(Reply::created(location, version, &view))
    })
    .await
}

fn plan_of(request: PlanSeriesRequest, state: &AppState) -> Result<SeriesPlan, Problem> {
    let (mut meetings, mut wrong) = (Vec::new(), Vec::new());
    for (at, meeting) in request.meetings.into_iter().enumerate() {
        if meeting.is_draft() {
            let reason = "the meetings of a series are planned at once";
            wrong.push((at, Problem::invalid_field("/draft", "not-allowed", reason)));
        }
        match meeting_plan(meeting, state) {
            Ok(plan) => meetings.push(plan),
            Err(problem) => wrong.push((at, problem)),
        }
    }
    match all(wrong) {
        Some(problem) => Err(problem),
        None => Ok(SeriesPlan {
            name: request.name,
            description: request.description,
            meetings,
        }),
    }
}

/// What is wrong with each meeting, as one problem.
fn all(wrong: Vec<(usize, Problem)>) -> Option<Problem> {
    wrong
        .into_iter()
        .map(|(at, problem)| problem.under(&format!("/meetings/{at}")))
        .reduce(Problem::and)
}

/// List series
///
/// The newest first. A municipality sees the series with a meeting that it sees.
#[utoipa::path(
    operation_id = "list_series",
    tag = "meetings",
    security(("bearer" = ["meetings:read"])),
    params(PageParams),
    responses((status = 200, description = "A page of series", body = ListBody<SeriesView>), ReadErrors),
)]
#[get("/series")]
pub async fn list_series(
    auth: Authorized<MeetingsRead>,
    list: List<NoFilter>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let granted = auth.into_granted();
    let (_, page, links) = list.into_parts();
    let found = state
        .db
        .read(move |conn| series::list(conn, granted.scope(), &page))
        .await?;
    Ok(links.answer(found.map(SeriesView::from), None))
}

/// Get a series
#[utoipa::path(
    operation_id = "get_series",
    tag = "meetings",
    security(("bearer" = ["meetings:read"])),
    params(("id" = uuid::Uuid, Path, description = "The series")),
    responses((status = 200, description = "The series", body = SeriesView), ReadErrors),
)]
#[get("/series/{id}")]
pub async fn get_series(
    auth: Authorized<MeetingsRead>,
    id: web::Path<SeriesId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::get(&state, auth, move |conn, by| {
        let found = series::find(conn, by.scope(), id)?;
        Ok(found.map(|series| Reply::ok(series.version, &SeriesView::from(series))))
    })
    .await
}

/// Change a series
///
/// A JSON Merge Patch (RFC 7396); `If-Match` is needed. Its meetings say what they said.
#[utoipa::path(
    operation_id = "change_series",
    tag = "meetings",
    security(("bearer" = ["meetings:write"])),
    params(("id" = uuid::Uuid, Path, description = "The series"), IfMatch),
    request_body(content = ChangeSeriesRequest, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The changed series", body = SeriesView), WriteErrors),
)]
#[patch("/series/{id}")]
pub async fn change_series(
    auth: Authorized<MeetingsWrite>,
    id: web::Path<SeriesId>,
    if_match: IfMatch,
    body: Body<ChangeSeriesRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let body = body.into_inner();
    let change = SeriesChange {
        name: body.name,
        description: body.description,
    };
    operation::change(&state, auth, move |conn, by| {
        let version = if_match.version();
        series::change(conn, by.granted(), by.now(), id, version, change.clone())
            .map(|series| Reply::ok(series.version, &SeriesView::from(series)))
    })
    .await
}

impl From<ChangeSeriesError> for Problem {
    fn from(error: ChangeSeriesError) -> Self {
        match error {
            ChangeSeriesError::NotFound => Self::not_found(),
            ChangeSeriesError::Stale => Self::of(&kinds::STALE),
            ChangeSeriesError::Db(error) => error.into(),
        }
    }
}

impl From<PlanSeriesError> for Problem {
    fn from(error: PlanSeriesError) -> Self {
        match error {
            PlanSeriesError::TooMany => Self::invalid_field(
                "/meetings",
                "too-many",
                format!("sends at most {MOST_INVITATIONS} invitations at once"),
            ),
            PlanSeriesError::Meetings(refused) => {
                let refused = refused.into_iter();
                let wrong = refused.map(|(at, error)| (at, Self::from(error)));
                all(wrong.collect()).unwrap_or_else(Self::not_found)
            }
            PlanSeriesError::Db(error) => error.into(),
        }
    }
}
