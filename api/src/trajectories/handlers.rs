//! Starting and reading trajectories.

use actix_web::{HttpResponse, get, post, web};
use koplopers_shared::access::{TrajectoriesRead, TrajectoriesWrite};
use koplopers_shared::db::DbError;
use koplopers_shared::events::Subject;
use koplopers_shared::flows;
use koplopers_shared::ids::TrajectoryId;
use koplopers_shared::overviews::CaseParts;
use koplopers_shared::trajectories::{self, TrajectoryFilter};

use super::dto::TrajectoryView;
use super::expand::{self, TrajectoryParams};
use super::requests::{StartTrajectoryRequest, TrajectoryListFilter};
use crate::auth::Authorized;
use crate::body::Body;
use crate::events::EventView;
use crate::idempotency::IdempotencyKey;
use crate::operation;
use crate::page::{List, ListBody, NoFilter, PageParams};
use crate::problem::Problem;
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::query::Query;
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
/// municipalities that merged into it. `expand` shows children of each in `expanded`: name them
/// once each, or with commas.
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
    let (now, wanted) = (state.local_now(), filter.expand);
    expand::permitted(&state, granted.actor(), &wanted)?;
    let filter = TrajectoryFilter {
        status: filter.status,
        municipality: filter.municipality,
        programme: filter.programme,
        round: filter.round,
    };
    let found = state
        .db
        .read(move |conn| {
            let found = trajectories::list(conn, granted.scope(), &filter, &page)?;
            let parts = CaseParts::of_trajectories(conn, granted.scope(), &found.items, &wanted)?;
            Ok::<_, DbError>(found.map(|it| expand::view(it, &wanted, &parts, permits, now)))
        })
        .await?;
    Ok(links.answer(found, None))
}

/// Get a trajectory
///
/// With its blocks and steps.
#[utoipa::path(
    operation_id = "get_trajectory",
    tag = "trajectories",
    security(("bearer" = ["trajectories:read"])),
    params(("id" = uuid::Uuid, Path, description = "The trajectory"), TrajectoryParams),
    responses((status = 200, description = "The trajectory", body = TrajectoryView), ReadErrors),
)]
#[get("/trajectories/{id}")]
pub async fn get_trajectory(
    auth: Authorized<TrajectoriesRead>,
    id: web::Path<TrajectoryId>,
    params: Query<TrajectoryParams>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (id, Query(params)) = (id.into_inner(), params);
    let wanted = params.expand;
    expand::permitted(&state, auth.actor(), &wanted)?;
    operation::get(&state, auth, move |conn, by| {
        let Some(found) = trajectories::find(conn, by.scope(), id)? else {
            return Ok(None);
        };
        let of = std::slice::from_ref(&found);
        let parts = CaseParts::of_trajectories(conn, by.scope(), of, &wanted)?;
        let version = found.version;
        let view = expand::view(found, &wanted, &parts, by.permits(), by.now());
        Ok(Some(Reply::ok(version, &view)))
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
