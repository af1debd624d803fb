//! Calendars that people follow in a program of their own, and one meeting as a calendar.

use actix_web::http::header::{CONTENT_TYPE, ETAG};
use actix_web::{HttpResponse, delete, get, post, web};
use jiff::Timestamp;
use koplopers_shared::access::MeetingsRead;
use koplopers_shared::calendars::{self, Calendar, CalendarError, CalendarKind, CalendarOf};
use koplopers_shared::flows::{self, Letterhead};
use koplopers_shared::idempotency::StoredResponse;
use koplopers_shared::ids::{CalendarId, MeetingId, SeriesId};
use koplopers_shared::links::{LinkPurpose, LinkToken};
use koplopers_shared::meetings;
use koplopers_shared::words::Slug;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::Authorized;
use crate::body::Body;
use crate::etag;
use crate::idempotency::IdempotencyKey;
use crate::mounts::Mounts;
use crate::operation;
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::problem::{Problem, kinds};
use crate::reply::Reply;
use crate::state::AppState;
use crate::words::CalendarKindWord;

/// The media type of a calendar.
const CALENDAR: &str = "text/calendar; charset=utf-8; method=PUBLISH";

/// Mounts the operations on calendars.
pub fn routes(mounts: &mut Mounts<'_>) {
    mounts
        .service(create_calendar)
        .service(list_calendars)
        .service(delete_calendar)
        .service(get_meeting_calendar);
}

/// What a new calendar is to hold.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateCalendarRequest {
    /// Whose meetings: those that the caller is invited to or organises, those of a programme, or
    /// those of a series.
    #[schema(value_type = CalendarKindWord, example = "person")]
    kind: CalendarKind,
    /// The programme, for that kind.
    #[schema(format = "slug", value_type = Option<String>, nullable = false, example = "versnelling")]
    programme: Option<Slug>,
    /// The series, for that kind.
    #[schema(value_type = Option<uuid::Uuid>, nullable = false)]
    series: Option<SeriesId>,
}

impl CreateCalendarRequest {
    fn of(self) -> Result<CalendarOf, Problem> {
        let needs = |name| Problem::invalid_field(name, "required", "is needed for this kind");
        let extra = |name| Problem::invalid_field(name, "not-allowed", "is not for this kind");
        match (self.kind, self.programme, self.series) {
            (CalendarKind::Person, None, None) => Ok(CalendarOf::Owner),
            (CalendarKind::Programme, Some(slug), None) => Ok(CalendarOf::Programme(slug)),
            (CalendarKind::Series, None, Some(id)) => Ok(CalendarOf::Series(id)),
            (CalendarKind::Programme, None, _) => Err(needs("/programme")),
            (CalendarKind::Series, _, None) => Err(needs("/series")),
            (CalendarKind::Person | CalendarKind::Series, Some(_), _) => Err(extra("/programme")),
            (CalendarKind::Person | CalendarKind::Programme, _, Some(_)) => Err(extra("/series")),
        }
    }
}

/// A calendar that somebody follows.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Calendar)]
pub struct CalendarView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: CalendarId,
    /// Whose meetings it holds.
    #[schema(value_type = CalendarKindWord)]
    kind: CalendarKind,
    /// The programme, for that kind.
    #[schema(value_type = Option<String>)]
    programme: Option<Slug>,
    /// The series, for that kind.
    #[schema(value_type = Option<uuid::Uuid>)]
    series: Option<SeriesId>,
    /// The address for the calendar program: whoever has it sees the meetings. Shown once, when
    /// the calendar is made; null otherwise.
    #[schema(
        format = "uri",
        example = "https://koplopers.example.nl/calendars/AZ3m….ics"
    )]
    url: Option<String>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// From when the address works no longer.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

impl CalendarView {
    fn new(calendar: Calendar, url: Option<String>) -> Self {
        let kind = calendar.of.kind();
        let (programme, series) = match calendar.of {
            CalendarOf::Owner => (None, None),
            CalendarOf::Programme(slug) => (Some(slug), None),
            CalendarOf::Series(id) => (None, Some(id)),
        };
        Self {
            id: calendar.id,
            kind,
            programme,
            series,
            url,
            created_at: calendar.created_at,
            expires_at: calendar.expires_at,
        }
    }
}

/// The caller's calendars.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Calendars)]
pub struct CalendarsView {
    /// The oldest first.
    items: Vec<CalendarView>,
}

/// Follow meetings in a calendar program
///
/// Gives an address that Outlook, Google and Apple calendars subscribe to. It works for two years,
/// or until the calendar is deleted; a person follows at most 50. It takes a person's token. The
/// meetings of a programme or a series are for the institute. A repeat with the same
/// `Idempotency-Key` answers without the address.
#[utoipa::path(
    operation_id = "create_calendar",
    tag = "meetings",
    security(("bearer" = ["meetings:read"])),
    params(IdempotencyKey),
    request_body = CreateCalendarRequest,
    responses((status = 201, description = "The calendar and its address", body = CalendarView), WriteErrors),
)]
#[post("/calendars")]
pub async fn create_calendar(
    auth: Authorized<MeetingsRead>,
    key: IdempotencyKey,
    body: Body<CreateCalendarRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let of = body.into_inner().of()?;
    let (keys, base) = (
        state.auth.keys().clone(),
        state.settings.http.public_url.clone(),
    );
    operation::post(&state, auth, key, move |conn, by| {
        let made = calendars::create(conn, &keys, by.granted(), by.now(), of.clone())?;
        let (calendar, token) = made;
        let location = format!("/v1/calendars/{}", calendar.id);
        let repeat = CalendarView::new(calendar.clone(), None);
        let view = CalendarView::new(calendar, Some(address(&base, &token)));
        Ok::<_, CalendarError>(StoredResponse {
            replay_body: Some(Reply::plain(&repeat).body),
            ..Reply::created_plain(location, &view)
        })
    })
    .await
}

fn address(base: &url::Url, token: &LinkToken) -> String {
    let path = LinkPurpose::Calendar.path(token);
    format!("{}{path}", base.as_str().trim_end_matches('/'))
}

/// List one's calendars
///
/// Without their addresses. A machine has none.
#[utoipa::path(
    operation_id = "list_calendars",
    tag = "meetings",
    security(("bearer" = ["meetings:read"])),
    responses((status = 200, description = "The caller's calendars", body = CalendarsView), ReadErrors),
)]
#[get("/calendars")]
pub async fn list_calendars(
    auth: Authorized<MeetingsRead>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let granted = auth.into_granted();
    let found = state
        .db
        .read(move |conn| calendars::own(conn, &granted))
        .await?;
    let items = found.into_iter().map(|it| CalendarView::new(it, None));
    Ok(HttpResponse::Ok().json(CalendarsView {
        items: items.collect(),
    }))
}

/// Delete a calendar
///
/// Its address shows nothing any more. It takes the token of the person who made it.
#[utoipa::path(
    operation_id = "delete_calendar",
    tag = "meetings",
    security(("bearer" = ["meetings:read"])),
    params(("id" = uuid::Uuid, Path, description = "The calendar")),
    responses((status = 204, description = "It is gone"), WriteErrors),
)]
#[delete("/calendars/{id}")]
pub async fn delete_calendar(
    auth: Authorized<MeetingsRead>,
    id: web::Path<CalendarId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::change(&state, auth, move |conn, by| {
        calendars::delete(conn, by.granted(), by.now(), id).map(|()| Reply::no_content())
    })
    .await
}

/// Get a meeting as a calendar
///
/// One meeting to be opened in a calendar program (iCalendar, RFC 5545). It says nothing of who is
/// invited, and asks for no answer.
#[utoipa::path(
    operation_id = "get_meeting_calendar",
    tag = "meetings",
    security(("bearer" = ["meetings:read"])),
    params(("id" = uuid::Uuid, Path, description = "The meeting")),
    responses((status = 200, description = "The calendar", body = String, content_type = "text/calendar"), ReadErrors),
)]
#[get("/meetings/{id}/calendar")]
pub async fn get_meeting_calendar(
    auth: Authorized<MeetingsRead>,
    id: web::Path<MeetingId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (granted, id) = (auth.into_granted(), id.into_inner());
    let letterhead = Letterhead::from(&*state.settings);
    let found = state
        .db
        .read(move |conn| {
            let found = meetings::find(conn, granted.scope(), id)?;
            let text =
                |it| flows::published(&letterhead, letterhead.institute.name.to_string(), &[it]);
            found.map(text).transpose()
        })
        .await?;
    found.map(send).ok_or_else(Problem::not_found)
}

/// The answer that holds a calendar; a program that has this very text gets a 304.
pub(crate) fn send(calendar: String) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, CALENDAR))
        .insert_header((ETAG, etag::tag(0, &calendar)))
        .body(calendar)
}

impl From<CalendarError> for Problem {
    fn from(error: CalendarError) -> Self {
        match error {
            CalendarError::Person(error) => error.into(),
            CalendarError::InstituteOnly => Self::of(&kinds::FORBIDDEN)
                .detail("only the institute follows programmes and series"),
            CalendarError::UnknownProgramme => {
                Self::invalid_field("/programme", "unknown", "there is no such programme")
            }
            CalendarError::UnknownSeries => {
                Self::invalid_field("/series", "unknown", "there is no such series")
            }
            CalendarError::TooMany => Self::of(&kinds::TOO_MANY_CALENDARS),
            CalendarError::NotFound => Self::not_found(),
            CalendarError::Db(error) => error.into(),
        }
    }
}
