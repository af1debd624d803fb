//! Starting and reading trajectories.

use actix_web::{HttpResponse, get, post, web};
use koplopers_shared::access::{TrajectoriesRead, TrajectoriesWrite};
use koplopers_shared::events::Subject;
use koplopers_shared::flows;
use koplopers_shared::ids::TrajectoryId;
use koplopers_shared::trajectories::{self, TrajectoryFilter};

use super::dto::TrajectoryView;
use super::requests::{StartTrajectoryRequest, TrajectoryListFilter};
use crate::auth::Authorized;
use crate::body::Body;
use crate::events::EventView;
use crate::idempotency::IdempotencyKey;
use crate::operation;
use crate::page::{List, ListBody, NoFilter, PageParams};
use crate::problem::Problem;
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::reply::Reply;
use crate::state::AppState;

/// Start a trajectory
///
/// From an intake that is matched and has an accepted offer, whose blocks and steps are copied.
/// The intake becomes `started`. Its contact person and its sponsor are officials of the
/// trajectory from the start.
#[utoipa::path(
    operation_id = "start_trajectory",
    tag = "trajectories",
    security(("bearer" = ["trajectories:write"])),
    params(IdempotencyKey),
    request_body = StartTrajectoryRequest,
    responses((status = 201, description = "The trajectory", body = TrajectoryView), WriteErrors),
)]
#[post("/trajectories")]
pub async fn start_trajectory(
    auth: Authorized<TrajectoriesWrite>,
    key: IdempotencyKey,
    body: Body<StartTrajectoryRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let StartTrajectoryRequest { intake, officials } = body.into_inner();
    operation::post(&state, auth, key, move |conn, by| {
        flows::start_trajectory(conn, by.granted(), by.now(), intake, officials.clone()).map(
            |trajectory| {
                let location = format!("/v1/trajectories/{}", trajectory.id);
                let version = trajectory.version;
                let view = TrajectoryView::new(trajectory, by.permits());
                Reply::created(location, version, &view)
            },
        )
    })
    .await
}

/// List trajectories
///
/// The newest first, with their blocks and steps. A municipality sees its own and those of
/// municipalities that merged into it.
#[utoipa::path(
    operation_id = "list_trajectories",
    tag = "trajectories",
    security(("bearer" = ["trajectories:read"])),
    params(TrajectoryListFilter, PageParams),
    responses((status = 200, description = "A page of trajectories", body = ListBody<TrajectoryView>), ReadErrors),
)]
#[get("/trajectories")]
pub async fn list_trajectories(
    auth: Authorized<TrajectoriesRead>,
    list: List<TrajectoryListFilter>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let granted = auth.into_granted();
    let permits = granted.actor().permits();
    let (filter, page, links) = list.into_parts();
    let filter = TrajectoryFilter {
        status: filter.status,
        municipality: filter.municipality,
        programme: filter.programme,
        round: filter.round,
    };
    let found = state
        .db
        .read(move |conn| trajectories::list(conn, granted.scope(), &filter, &page))
        .await?;
    let views = found.map(|trajectory| TrajectoryView::new(trajectory, permits));
    Ok(links.answer(views, None))
}

/// Get a trajectory
///
/// With its blocks and steps.
#[utoipa::path(
    operation_id = "get_trajectory",
    tag = "trajectories",
    security(("bearer" = ["trajectories:read"])),
    params(("id" = uuid::Uuid, Path, description = "The trajectory")),
    responses((status = 200, description = "The trajectory", body = TrajectoryView), ReadErrors),
)]
#[get("/trajectories/{id}")]
pub async fn get_trajectory(
    auth: Authorized<TrajectoriesRead>,
    id: web::Path<TrajectoryId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::get(&state, auth, move |conn, by| {
        let found = trajectories::find(conn, by.scope(), id)?;
        Ok(found.map(|found| Reply::ok(found.version, &TrajectoryView::new(found, by.permits()))))
    })
    .await
}

/// List what happened to a trajectory
///
/// The business history, oldest first: who did what, and when.
#[utoipa::path(
    operation_id = "list_trajectory_history",
    tag = "trajectories",
    security(("bearer" = ["trajectories:read"])),
    params(("id" = uuid::Uuid, Path, description = "The trajectory"), PageParams),
    responses((status = 200, description = "A page of events", body = ListBody<EventView>), ReadErrors),
)]
#[get("/trajectories/{id}/history")]
pub async fn list_trajectory_history(
    auth: Authorized<TrajectoriesRead>,
    id: web::Path<TrajectoryId>,
    list: List<NoFilter>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::history(&state, auth, list, move |conn, scope| {
        let found = trajectories::find(conn, scope, id)?;
        Ok(found.map(|trajectory| Subject {
            kind: "trajectory",
            id: trajectory.id.0,
        }))
    })
    .await
}
