//! What happens to a trajectory between its start and its end.

use actix_web::{HttpResponse, post, put, web};
use koplopers_shared::access::TrajectoriesWrite;
use koplopers_shared::ids::TrajectoryId;
use koplopers_shared::trajectories::{self, Conclusion, Trajectory};

use super::dto::TrajectoryView;
use super::requests::{
    CompleteTrajectoryRequest, SetEndProductRequest, SetTrajectoryOfficialsRequest,
    StopTrajectoryRequest,
};
use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::{IfMatch, MaybeIfMatch};
use crate::idempotency::IdempotencyKey;
use crate::operation::{self, Caller};
use crate::problem::Problem;
use crate::problem::document::WriteErrors;
use crate::reply::{Reply, StoredResponse};
use crate::state::AppState;

fn answer<P>(trajectory: Trajectory, by: &Caller<P>) -> StoredResponse {
    let version = trajectory.version;
    Reply::ok(version, &TrajectoryView::new(trajectory, by.permits()))
}

/// Say which officials take part
///
/// `If-Match` is needed. Whoever is new must hold a role with the municipality today. Of a
/// running trajectory they enter the general learning network at once, with a mail; who is taken
/// off the list stays in the network until they leave it.
#[utoipa::path(
    operation_id = "set_trajectory_officials",
    tag = "trajectories",
    security(("bearer" = ["trajectories:write"])),
    params(("id" = uuid::Uuid, Path, description = "The trajectory"), IfMatch),
    request_body = SetTrajectoryOfficialsRequest,
    responses((status = 200, description = "The trajectory", body = TrajectoryView), WriteErrors),
)]
#[put("/trajectories/{id}/officials")]
pub async fn set_trajectory_officials(
    auth: Authorized<TrajectoriesWrite>,
    id: web::Path<TrajectoryId>,
    if_match: IfMatch,
    body: Body<SetTrajectoryOfficialsRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let named = body.into_inner().officials;
    operation::change(&state, auth, move |conn, by| {
        let version = if_match.version();
        trajectories::change_officials(conn, by.granted(), by.now(), id, version, named.clone())
            .map(|trajectory| answer(trajectory, by))
    })
    .await
}

/// Begin to run a trajectory
///
/// The plan's year begins today. A programme with an end product sets the last day for it. The
/// officials enter the general learning network, each with a mail that has a way out; the contact
/// person and the sponsor get a mail with the plan.
#[utoipa::path(
    operation_id = "commence_trajectory",
    tag = "trajectories",
    security(("bearer" = ["trajectories:write"])),
    params(("id" = uuid::Uuid, Path, description = "The trajectory"), MaybeIfMatch, IdempotencyKey),
    responses((status = 200, description = "The running trajectory", body = TrajectoryView), WriteErrors),
)]
#[post("/trajectories/{id}/commencement")]
pub async fn commence_trajectory(
    auth: Authorized<TrajectoriesWrite>,
    id: web::Path<TrajectoryId>,
    if_match: MaybeIfMatch,
    key: IdempotencyKey,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::post(&state, auth, key, move |conn, by| {
        let version = if_match.version();
        trajectories::commence(conn, by.granted(), by.now(), id, version)
            .map(|trajectory| answer(trajectory, by))
    })
    .await
}

/// Say what the end product is
///
/// `If-Match` is needed. The knowledge item that was handed in, and on which day; again to name
/// another.
#[utoipa::path(
    operation_id = "set_trajectory_end_product",
    tag = "trajectories",
    security(("bearer" = ["trajectories:write"])),
    params(("id" = uuid::Uuid, Path, description = "The trajectory"), IfMatch),
    request_body = SetEndProductRequest,
    responses((status = 200, description = "The trajectory", body = TrajectoryView), WriteErrors),
)]
#[put("/trajectories/{id}/end-product")]
pub async fn set_trajectory_end_product(
    auth: Authorized<TrajectoriesWrite>,
    id: web::Path<TrajectoryId>,
    if_match: IfMatch,
    body: Body<SetEndProductRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let body = body.into_inner();
    let delivered = (body.knowledge_item, body.delivered_on);
    operation::change(&state, auth, move |conn, by| {
        let version = if_match.version();
        trajectories::deliver_end_product(conn, by.granted(), by.now(), id, version, delivered)
            .map(|trajectory| answer(trajectory, by))
    })
    .await
}

/// Complete a trajectory
///
/// `If-Match` is needed. Records what it brought, how that gets a lasting place, and what the
/// municipality and the residents each think of it. Not before an end product that the programme
/// asks for was handed in.
#[utoipa::path(
    operation_id = "complete_trajectory",
    tag = "trajectories",
    security(("bearer" = ["trajectories:write"])),
    params(("id" = uuid::Uuid, Path, description = "The trajectory"), IfMatch),
    request_body = CompleteTrajectoryRequest,
    responses((status = 200, description = "The completed trajectory", body = TrajectoryView), WriteErrors),
)]
#[put("/trajectories/{id}/outcome")]
pub async fn complete_trajectory(
    auth: Authorized<TrajectoriesWrite>,
    id: web::Path<TrajectoryId>,
    if_match: IfMatch,
    body: Body<CompleteTrajectoryRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let conclusion = Conclusion::from(body.into_inner());
    operation::change(&state, auth, move |conn, by| {
        let version = if_match.version();
        let conclusion = conclusion.clone();
        trajectories::complete(conn, by.granted(), by.now(), id, version, conclusion)
            .map(|trajectory| answer(trajectory, by))
    })
    .await
}

/// Stop a trajectory
///
/// Before it is done, with the reason. Its officials stay in the learning network until they
/// leave it.
#[utoipa::path(
    operation_id = "stop_trajectory",
    tag = "trajectories",
    security(("bearer" = ["trajectories:write"])),
    params(("id" = uuid::Uuid, Path, description = "The trajectory"), MaybeIfMatch, IdempotencyKey),
    request_body = StopTrajectoryRequest,
    responses((status = 200, description = "The stopped trajectory", body = TrajectoryView), WriteErrors),
)]
#[post("/trajectories/{id}/stoppage")]
pub async fn stop_trajectory(
    auth: Authorized<TrajectoriesWrite>,
    id: web::Path<TrajectoryId>,
    if_match: MaybeIfMatch,
    key: IdempotencyKey,
    body: Body<StopTrajectoryRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let reason = body.into_inner().reason;
    operation::post(&state, auth, key, move |conn, by| {
        let version = if_match.version();
        trajectories::stop(conn, by.granted(), by.now(), id, version, reason.clone())
            .map(|trajectory| answer(trajectory, by))
    })
    .await
}
