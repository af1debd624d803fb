//! `/calendars/{token}.ics`: what calendar programs fetch, time and again, for somebody who follows
//! their meetings, a programme or a series. No page, since no person looks at it: a link that does
//! not work is 404.

use actix_web::{HttpRequest, HttpResponse, get, web};
use koplopers_shared::flows::{self, Letterhead};
use koplopers_shared::ids::CalendarId;
use koplopers_shared::links::LinkPurpose;

use super::visit::Visit;
use crate::calendars;
use crate::problem::Problem;
use crate::state::AppState;

/// The meetings behind a link.
#[utoipa::path(
    params(("token" = String, Path, description = "The link's token")),
    responses((status = 200, description = "The calendar", content_type = "text/calendar")),
)]
#[get("/calendars/{token}.ics")]
pub(super) async fn show_calendar(
    req: HttpRequest,
    token: web::Path<String>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let visit = Visit::of(&req, &state);
    let (letterhead, now) = (Letterhead::from(&*state.settings), visit.now);
    let found = visit
        .opened(&state, LinkPurpose::Calendar, &token, move |conn, link| {
            flows::publish_calendar(conn, &letterhead, CalendarId(link.object), now)
        })
        .await?;
    found.map(calendars::send).ok_or_else(Problem::not_found)
}
