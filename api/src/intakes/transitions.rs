//! Sending an intake in and taking it back.

use actix_web::{HttpResponse, post, web};
use koplopers_shared::access::IntakesWrite;
use koplopers_shared::flows;
use koplopers_shared::ids::IntakeId;
use koplopers_shared::intakes;

use super::dto::{IntakeView, WithdrawIntakeRequest};
use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::MaybeIfMatch;
use crate::idempotency::IdempotencyKey;
use crate::operation;
use crate::problem::Problem;
use crate::problem::document::WriteErrors;
use crate::reply::Reply;
use crate::state::AppState;

/// Send an intake in
///
/// A draft needs at least one issue, a contact person with an e-mail address, a sponsor with a
/// role, and the programme's required answers. What is missing is named, all at once (409). The
/// contact person gets a mail.
#[utoipa::path(
    operation_id = "submit_intake",
    tag = "intakes",
    security(("bearer" = ["intakes:write"])),
    params(("id" = uuid::Uuid, Path, description = "The intake"), MaybeIfMatch, IdempotencyKey),
    responses((status = 200, description = "The submitted intake", body = IntakeView), WriteErrors),
)]
#[post("/intakes/{id}/submission")]
pub async fn submit_intake(
    auth: Authorized<IntakesWrite>,
    id: web::Path<IntakeId>,
    if_match: MaybeIfMatch,
    key: IdempotencyKey,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::post(&state, auth, key, move |conn, by| {
        intakes::submit(conn, by.granted(), by.now(), id, if_match.version())
            .map(|intake| Reply::ok(intake.version, &IntakeView::new(intake, by.permits())))
    })
    .await
}

/// Take an intake back
///
/// Possible until it is closed. An open talk is called off, and everybody who was told of it
/// hears so.
#[utoipa::path(
    operation_id = "withdraw_intake",
    tag = "intakes",
    security(("bearer" = ["intakes:write"])),
    params(("id" = uuid::Uuid, Path, description = "The intake"), MaybeIfMatch, IdempotencyKey),
    request_body = WithdrawIntakeRequest,
    responses((status = 200, description = "The withdrawn intake", body = IntakeView), WriteErrors),
)]
#[post("/intakes/{id}/withdrawal")]
pub async fn withdraw_intake(
    auth: Authorized<IntakesWrite>,
    id: web::Path<IntakeId>,
    if_match: MaybeIfMatch,
    key: IdempotencyKey,
    body: Body<WithdrawIntakeRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let reason = body.into_inner().reason;
    operation::post(&state, auth, key, move |conn, by| {
        let version = if_match.version();
        flows::withdraw_intake(conn, by.granted(), by.now(), id, version, reason.as_deref())
            .map(|intake| Reply::ok(intake.version, &IntakeView::new(intake, by.permits())))
    })
    .await
}
