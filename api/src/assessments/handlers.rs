//! Starting, recording, finding, settling and reading.

use actix_web::{HttpResponse, get, patch, post, put, web};
use koplopers_shared::access::{IntakesAssess, IntakesDecide, Permission};
use koplopers_shared::assessments::{
    self, AssessmentChange, ChangeAssessmentError, Judgement, StartAssessmentError,
};
use koplopers_shared::db::{DbConn, DbResult};
use koplopers_shared::ids::IntakeId;

use super::dto::{ChangeAssessmentRequest, ReplaceFindingsRequest, ReplaceSettlementRequest};
use super::view::AssessmentView;
use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::{IfMatch, MaybeIfMatch};
use crate::idempotency::IdempotencyKey;
use crate::operation::{self, Caller};
use crate::problem::Problem;
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::reply::{Reply, StoredResponse};
use crate::state::AppState;

/// The assessment at its version, as the caller sees it.
fn shown<P: Permission>(
    conn: &mut DbConn,
    by: &Caller<P>,
    id: IntakeId,
) -> DbResult<Option<(i64, AssessmentView)>> {
    let found = assessments::overview(conn, by.granted(), by.now(), id)?;
    Ok(found.map(|overview| {
        let version = overview.assessment.version;
        (version, AssessmentView::new(overview, by.permits()))
    }))
}

/// The answer to a write: what is there now.
fn written<P: Permission>(
    conn: &mut DbConn,
    by: &Caller<P>,
    id: IntakeId,
) -> Result<StoredResponse, ChangeAssessmentError> {
    let (version, view) = shown(conn, by, id)?.ok_or(ChangeAssessmentError::NotFound)?;
    Ok(Reply::ok(version, &view))
}

/// Start the assessment of an intake
///
/// The talk must have been held. The intake becomes `assessing`. `If-Match` takes the tag of
/// the intake.
#[utoipa::path(
    operation_id = "start_assessment",
    tag = "assessments",
    security(("bearer" = ["intakes:assess"])),
    params(("id" = uuid::Uuid, Path, description = "The intake"), MaybeIfMatch, IdempotencyKey),
    responses((status = 201, description = "The assessment", body = AssessmentView), WriteErrors),
)]
#[post("/intakes/{id}/assessment")]
pub async fn start_assessment(
    auth: Authorized<IntakesAssess>,
    id: web::Path<IntakeId>,
    if_match: MaybeIfMatch,
    key: IdempotencyKey,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::post(&state, auth, key, move |conn, by| {
        assessments::start(conn, by.granted(), by.now(), id, if_match.version())?;
        let (version, view) = shown(conn, by, id)?.ok_or(StartAssessmentError::NotFound)?;
        let location = format!("/v1/intakes/{id}/assessment");
        Ok::<_, StartAssessmentError>(Reply::created(location, version, &view))
    })
    .await
}

/// Get the assessment of an intake
///
/// What was recorded and found, what each criterion comes to and why, which hard requirements
/// hold, which parties were not heard, and what hinders a match. Who decides sees everybody's
/// findings; an adviser sees their own.
#[utoipa::path(
    operation_id = "get_assessment",
    tag = "assessments",
    security(("bearer" = ["intakes:assess"])),
    params(("id" = uuid::Uuid, Path, description = "The intake")),
    responses((status = 200, description = "The assessment", body = AssessmentView), ReadErrors),
)]
#[get("/intakes/{id}/assessment")]
pub async fn get_assessment(
    auth: Authorized<IntakesAssess>,
    id: web::Path<IntakeId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::get(&state, auth, move |conn, by| {
        let found = shown(conn, by, id)?;
        Ok(found.map(|(version, view)| Reply::ok(version, &view)))
    })
    .await
}

/// Change what is recorded of a case
///
/// A JSON Merge Patch (RFC 7396); `If-Match` is needed. What stays the same keeps who recorded
/// it and when.
#[utoipa::path(
    operation_id = "change_assessment",
    tag = "assessments",
    security(("bearer" = ["intakes:assess"])),
    params(("id" = uuid::Uuid, Path, description = "The intake"), IfMatch),
    request_body(content = ChangeAssessmentRequest, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The assessment", body = AssessmentView), WriteErrors),
)]
#[patch("/intakes/{id}/assessment")]
pub async fn change_assessment(
    auth: Authorized<IntakesAssess>,
    id: web::Path<IntakeId>,
    if_match: IfMatch,
    body: Body<ChangeAssessmentRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let change = AssessmentChange::from(body.into_inner());
    operation::change(&state, auth, move |conn, by| {
        let (version, change) = (if_match.version(), change.clone());
        assessments::change(conn, by.granted(), by.now(), id, version, change)?;
        written(conn, by, id)
    })
    .await
}

/// Replace your findings
///
/// What the calling person finds of each criterion, in the place of what they found before;
/// `If-Match` is needed. Several advisers each assess apart. This takes a person.
#[utoipa::path(
    operation_id = "replace_findings",
    tag = "assessments",
    security(("bearer" = ["intakes:assess"])),
    params(("id" = uuid::Uuid, Path, description = "The intake"), IfMatch),
    request_body = ReplaceFindingsRequest,
    responses((status = 200, description = "The assessment", body = AssessmentView), WriteErrors),
)]
#[put("/intakes/{id}/assessment/findings")]
pub async fn replace_findings(
    auth: Authorized<IntakesAssess>,
    id: web::Path<IntakeId>,
    if_match: IfMatch,
    body: Body<ReplaceFindingsRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let findings = Vec::<Judgement>::from(body.into_inner());
    operation::change(&state, auth, move |conn, by| {
        let (version, findings) = (if_match.version(), findings.clone());
        assessments::set_findings(conn, by.granted(), by.now(), id, version, findings)?;
        written(conn, by, id)
    })
    .await
}

/// Replace the settlement
///
/// What the coordinator settles per criterion, in the place of what was settled; `If-Match` is
/// needed. A criterion that is left out counts as what all findings agree on, else as unknown.
#[utoipa::path(
    operation_id = "replace_settlement",
    tag = "assessments",
    security(("bearer" = ["intakes:decide"])),
    params(("id" = uuid::Uuid, Path, description = "The intake"), IfMatch),
    request_body = ReplaceSettlementRequest,
    responses((status = 200, description = "The assessment", body = AssessmentView), WriteErrors),
)]
#[put("/intakes/{id}/assessment/settlement")]
pub async fn replace_settlement(
    auth: Authorized<IntakesDecide>,
    id: web::Path<IntakeId>,
    if_match: IfMatch,
    body: Body<ReplaceSettlementRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let settlements = Vec::<Judgement>::from(body.into_inner());
    operation::change(&state, auth, move |conn, by| {
        let (version, settlements) = (if_match.version(), settlements.clone());
        assessments::settle(conn, by.granted(), by.now(), id, version, settlements)?;
        written(conn, by, id)
    })
    .await
}
