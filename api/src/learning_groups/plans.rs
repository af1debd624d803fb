//! Plan checks and proposed dates.

use actix_web::{HttpResponse, get, web};
use koplopers_shared::access::{LearningGroupsRead, MeetingsWrite, TrajectoriesRead};
use koplopers_shared::ids::{LearningGroupId, TrajectoryId};
use koplopers_shared::overviews;

use super::plan_view::{PlanCheckView, ProposedDatesView};
use crate::auth::Authorized;
use crate::operation;
use crate::problem::Problem;
use crate::problem::document::ReadErrors;
use crate::reply::Reply;
use crate::state::AppState;

/// Check the plan of a learning group
///
/// A kick-off, local meetings of each practice, exchange meetings and a closing meeting, as often
/// and in the order that the programme says, within its months; and the kinds of party around each
/// table. A municipality is told what concerns the group as a whole and its own practices.
#[utoipa::path(
    operation_id = "check_learning_group_plan",
    tag = "learning groups",
    security(("bearer" = ["learning-groups:read"])),
    params(("id" = uuid::Uuid, Path, description = "The learning group")),
    responses((status = 200, description = "What was found", body = PlanCheckView), ReadErrors),
)]
#[get("/learning-groups/{id}/plan-check")]
pub async fn check_learning_group_plan(
    auth: Authorized<LearningGroupsRead>,
    id: web::Path<LearningGroupId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::get(&state, auth, move |conn, by| {
        let checked = overviews::check_group_plan(conn, by.scope(), by.now(), id)?;
        Ok(checked.map(|checked| Reply::plain(&PlanCheckView::from(checked))))
    })
    .await
}

/// Propose dates for what a learning group misses
///
/// In the order of the plan, spread over the time that is left. Never in a weekend, on a Dutch
/// public holiday, or on a day on which a member has another meeting.
#[utoipa::path(
    operation_id = "propose_learning_group_dates",
    tag = "learning groups",
    security(("bearer" = ["learning-groups:read"])),
    params(("id" = uuid::Uuid, Path, description = "The learning group")),
    responses((status = 200, description = "A day for each meeting", body = ProposedDatesView), ReadErrors),
)]
#[get("/learning-groups/{id}/proposed-dates")]
pub async fn propose_learning_group_dates(
    auth: Authorized<LearningGroupsRead>,
    id: web::Path<LearningGroupId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::get(&state, auth, move |conn, by| {
        let proposed = overviews::propose_for_group(conn, by.scope(), by.now(), id)?;
        Ok(proposed.map(|proposed| Reply::plain(&ProposedDatesView::from(proposed))))
    })
    .await
}

/// Check the plan of a trajectory
///
/// As a practice of its learning group when it is in one, and on its own otherwise.
#[utoipa::path(
    operation_id = "check_trajectory_plan",
    tag = "trajectories",
    security(("bearer" = ["trajectories:read"])),
    params(("id" = uuid::Uuid, Path, description = "The trajectory")),
    responses((status = 200, description = "What was found", body = PlanCheckView), ReadErrors),
)]
#[get("/trajectories/{id}/plan-check")]
pub async fn check_trajectory_plan(
    auth: Authorized<TrajectoriesRead>,
    id: web::Path<TrajectoryId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::get(&state, auth, move |conn, by| {
        let checked = overviews::check_trajectory_plan(conn, by.scope(), by.now(), id)?;
        Ok(checked.map(|checked| Reply::plain(&PlanCheckView::from(checked))))
    })
    .await
}

/// A year that calendars here hold.
fn is_year(year: i16) -> bool {
    (2000..=2100).contains(&year)
}

/// Check the network's meetings of a year
///
/// The network of associate members meets 4 to 6 times a calendar year. The forecast says where
/// the year is heading: at this pace 3 of at least 4 by 31 December. For those who plan meetings.
#[utoipa::path(
    operation_id = "check_network_year_plan",
    tag = "meetings",
    security(("bearer" = ["meetings:write"])),
    params(("year" = i16, Path, description = "The calendar year, 2000 to 2100", example = 2026)),
    responses((status = 200, description = "What was found", body = PlanCheckView), ReadErrors),
)]
#[get("/network-years/{year}/plan-check")]
pub async fn check_network_year_plan(
    auth: Authorized<MeetingsWrite>,
    year: web::Path<i16>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let year = year.into_inner();
    operation::get(&state, auth, move |conn, by| {
        if !is_year(year) || by.scope().bound_to().is_some() {
            return Ok(None);
        }
        let checked = overviews::check_network_year(conn, by.now(), year)?;
        Ok(Some(Reply::plain(&PlanCheckView::from(checked))))
    })
    .await
}

/// Propose dates for what the network's year misses
///
/// Spread over what is left of the year. Never in a weekend, on a Dutch public holiday, or on a day
/// on which an active member has another meeting. For those who plan meetings.
#[utoipa::path(
    operation_id = "propose_network_year_dates",
    tag = "meetings",
    security(("bearer" = ["meetings:write"])),
    params(("year" = i16, Path, description = "The calendar year, 2000 to 2100", example = 2026)),
    responses((status = 200, description = "A day for each meeting", body = ProposedDatesView), ReadErrors),
)]
#[get("/network-years/{year}/proposed-dates")]
pub async fn propose_network_year_dates(
    auth: Authorized<MeetingsWrite>,
    year: web::Path<i16>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let year = year.into_inner();
    operation::get(&state, auth, move |conn, by| {
        if !is_year(year) || by.scope().bound_to().is_some() {
            return Ok(None);
        }
        let proposed = overviews::propose_for_network(conn, by.now(), year)?;
        Ok(Some(Reply::plain(&ProposedDatesView::from(proposed))))
    })
    .await
}
