//! The steps of a trajectory.

use actix_web::{HttpResponse, get, patch, post, web};
use koplopers_shared::access::{TrajectoriesRead, TrajectoriesWrite};
use koplopers_shared::ids::{TrajectoryId, TrajectoryStepId};
use koplopers_shared::trajectories::{self, NewStep, StepChange};

use super::dto::{TrajectoryStepView, TrajectoryStepsView};
use super::requests::{ChangeTrajectoryStepRequest, CreateTrajectoryStepRequest};
use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::IfMatch;
use crate::idempotency::IdempotencyKey;
use crate::operation;
use crate::problem::Problem;
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::reply::Reply;
use crate::state::AppState;

/// List the steps of a trajectory
///
/// All of them, block by block, also those that were done or cancelled.
#[utoipa::path(
    operation_id = "list_trajectory_steps",
    tag = "trajectories",
    security(("bearer" = ["trajectories:read"])),
    params(("id" = uuid::Uuid, Path, description = "The trajectory")),
    responses((status = 200, description = "The steps", body = TrajectoryStepsView), ReadErrors),
)]
#[get("/trajectories/{id}/steps")]
pub async fn list_trajectory_steps(
    auth: Authorized<TrajectoriesRead>,
    id: web::Path<TrajectoryId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::get(&state, auth, move |conn, by| {
        let found = trajectories::find(conn, by.scope(), id)?;
        Ok(found.map(|trajectory| {
            let steps = trajectory.steps().cloned();
            let items = steps
                .map(|step| TrajectoryStepView::new(step, trajectory.status, by.permits()))
                .collect();
            Reply::plain(&TrajectoryStepsView { items })
        }))
    })
    .await
}

/// Plan another step
///
/// At the end of a block. Its form and method are those that the block has in the programme.
#[utoipa::path(
    operation_id = "create_trajectory_step",
    tag = "trajectories",
    security(("bearer" = ["trajectories:write"])),
    params(("id" = uuid::Uuid, Path, description = "The trajectory"), IdempotencyKey),
    request_body = CreateTrajectoryStepRequest,
    responses((status = 201, description = "The step", body = TrajectoryStepView), WriteErrors),
)]
#[post("/trajectories/{id}/steps")]
pub async fn create_trajectory_step(
    auth: Authorized<TrajectoriesWrite>,
    id: web::Path<TrajectoryId>,
    key: IdempotencyKey,
    body: Body<CreateTrajectoryStepRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let new = NewStep::from(body.into_inner());
    operation::post(&state, auth, key, move |conn, by| {
        trajectories::add_step(conn, by.granted(), by.now(), id, new.clone()).map(
            |(trajectory, step)| {
                let location = format!("/v1/trajectories/{id}/steps/{}", step.id);
                let version = step.version;
                let view = TrajectoryStepView::new(step, trajectory.status, by.permits());
                Reply::created(location, version, &view)
            },
        )
    })
    .await
}

/// Get a step
#[utoipa::path(
    operation_id = "get_trajectory_step",
    tag = "trajectories",
    security(("bearer" = ["trajectories:read"])),
    params(
        ("id" = uuid::Uuid, Path, description = "The trajectory"),
        ("step" = uuid::Uuid, Path, description = "The step"),
    ),
    responses((status = 200, description = "The step", body = TrajectoryStepView), ReadErrors),
)]
#[get("/trajectories/{id}/steps/{step}")]
pub async fn get_trajectory_step(
    auth: Authorized<TrajectoriesRead>,
    path: web::Path<(TrajectoryId, TrajectoryStepId)>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (id, step) = path.into_inner();
    operation::get(&state, auth, move |conn, by| {
        let found = trajectories::find(conn, by.scope(), id)?;
        Ok(found.and_then(|trajectory| {
            let step = trajectory.steps().find(|found| found.id == step)?.clone();
            let version = step.version;
            let view = TrajectoryStepView::new(step, trajectory.status, by.permits());
            Some(Reply::ok(version, &view))
        }))
    })
    .await
}

/// Change a step
///
/// A JSON Merge Patch (RFC 7396): moves it, says that it was done or cancelled, or notes
/// something. `If-Match` with the step's own `ETag` is needed. The state of its block follows.
#[utoipa::path(
    operation_id = "change_trajectory_step",
    tag = "trajectories",
    security(("bearer" = ["trajectories:write"])),
    params(
        ("id" = uuid::Uuid, Path, description = "The trajectory"),
        ("step" = uuid::Uuid, Path, description = "The step"),
        IfMatch,
    ),
    request_body(content = ChangeTrajectoryStepRequest, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The changed step", body = TrajectoryStepView), WriteErrors),
)]
#[patch("/trajectories/{id}/steps/{step}")]
pub async fn change_trajectory_step(
    auth: Authorized<TrajectoriesWrite>,
    path: web::Path<(TrajectoryId, TrajectoryStepId)>,
    if_match: IfMatch,
    body: Body<ChangeTrajectoryStepRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let path = path.into_inner();
    let change = StepChange::from(body.into_inner());
    operation::change(&state, auth, move |conn, by| {
        let version = if_match.version();
        trajectories::change_step(conn, by.granted(), by.now(), path, version, change.clone()).map(
            |(trajectory, step)| {
                let version = step.version;
                let view = TrajectoryStepView::new(step, trajectory.status, by.permits());
                Reply::ok(version, &view)
            },
        )
    })
    .await
}
