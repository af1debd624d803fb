//! The decision on one intake.

use actix_web::{HttpResponse, delete, get, post, web};
use koplopers_shared::access::{IntakesDecide, IntakesRead};
use koplopers_shared::flows::{self, NewDecision};
use koplopers_shared::ids::IntakeId;

use super::dto::{CreateDecisionRequest, DecisionView};
use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::MaybeIfMatch;
use crate::idempotency::IdempotencyKey;
use crate::operation;
use crate::problem::Problem;
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::reply::Reply;
use crate::state::AppState;

/// Decide on an intake
///
/// A match needs every required criterion met or waived, and every hard requirement to hold;
/// what hinders it is named (409). To decline or close needs a reason. A match in a full round
/// is put on the waiting list. The contact person gets a mail with the reason, unless `release`
/// is false: then the decision waits, unseen by the municipality. `If-Match` takes the tag of
/// the intake.
#[utoipa::path(
    operation_id = "create_decision",
    tag = "decisions",
    security(("bearer" = ["intakes:decide"])),
    params(("id" = uuid::Uuid, Path, description = "The intake"), MaybeIfMatch, IdempotencyKey),
    request_body = CreateDecisionRequest,
    responses((status = 201, description = "The decision", body = DecisionView), WriteErrors),
)]
#[post("/intakes/{id}/decision")]
pub async fn create_decision(
    auth: Authorized<IntakesDecide>,
    id: web::Path<IntakeId>,
    if_match: MaybeIfMatch,
    key: IdempotencyKey,
    body: Body<CreateDecisionRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let new = NewDecision::from(body.into_inner());
    operation::post(&state, auth, key, move |conn, by| {
        let (version, new) = (if_match.version(), new.clone());
        flows::prepare_decision(conn, by.granted(), by.now(), id, version, new).map(
            |(decision, intake)| {
                let location = format!("/v1/intakes/{id}/decision");
                let version = decision.version;
                let view = DecisionView::new(decision, &intake, by.permits());
                Reply::created(location, version, &view)
            },
        )
    })
    .await
}

/// Get the decision on an intake
///
/// The newest. A municipality sees what was released; one that still waits is not there.
#[utoipa::path(
    operation_id = "get_decision",
    tag = "decisions",
    security(("bearer" = ["intakes:read"])),
    params(("id" = uuid::Uuid, Path, description = "The intake")),
    responses((status = 200, description = "The decision", body = DecisionView), ReadErrors),
)]
#[get("/intakes/{id}/decision")]
pub async fn get_decision(
    auth: Authorized<IntakesRead>,
    id: web::Path<IntakeId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::get(&state, auth, move |conn, by| {
        let found = flows::decision_of(conn, by.granted(), id)?;
        Ok(found.map(|(decision, intake)| {
            let version = decision.version;
            Reply::ok(version, &DecisionView::new(decision, &intake, by.permits()))
        }))
    })
    .await
}

/// Take a prepared decision back
///
/// Nobody was told of it, and nobody will be. `If-Match` takes the tag of the decision.
#[utoipa::path(
    operation_id = "take_back_decision",
    tag = "decisions",
    security(("bearer" = ["intakes:decide"])),
    params(("id" = uuid::Uuid, Path, description = "The intake"), MaybeIfMatch),
    responses((status = 204, description = "It is taken back"), WriteErrors),
)]
#[delete("/intakes/{id}/decision")]
pub async fn take_back_decision(
    auth: Authorized<IntakesDecide>,
    id: web::Path<IntakeId>,
    if_match: MaybeIfMatch,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::change(&state, auth, move |conn, by| {
        flows::take_back_decision(conn, by.granted(), by.now(), id, if_match.version())
            .map(|()| Reply::no_content())
    })
    .await
}

/// Release the prepared decision on an intake
///
/// The rules are checked again; then the intake moves and the contact person gets a mail.
/// `If-Match` takes the tag of the decision.
#[utoipa::path(
    operation_id = "release_decision",
    tag = "decisions",
    security(("bearer" = ["intakes:decide"])),
    params(("id" = uuid::Uuid, Path, description = "The intake"), MaybeIfMatch, IdempotencyKey),
    responses((status = 200, description = "The released decision", body = DecisionView), WriteErrors),
)]
#[post("/intakes/{id}/decision/release")]
pub async fn release_decision(
    auth: Authorized<IntakesDecide>,
    id: web::Path<IntakeId>,
    if_match: MaybeIfMatch,
    key: IdempotencyKey,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::post(&state, auth, key, move |conn, by| {
        flows::release_decision(conn, by.granted(), by.now(), id, if_match.version()).map(
            |(decision, intake)| {
                let version = decision.version;
                Reply::ok(version, &DecisionView::new(decision, &intake, by.permits()))
            },
        )
    })
    .await
}
