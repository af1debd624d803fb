//! The decision on one candidacy, and those of a cohort.

use actix_web::{HttpResponse, delete, get, post, web};
use koplopers_shared::access::{CandidaciesDecide, Scope};
use koplopers_shared::candidacies;
use koplopers_shared::db::DbError;
use koplopers_shared::flows::{self, DecideCandidacyError, NewCandidacyDecision};
use koplopers_shared::ids::{CandidacyId, CohortId};

use super::dto::{
    CandidacyDecisionView, CreateCandidacyDecisionRequest, ReleasedCandidacyDecisionsView,
};
use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::MaybeIfMatch;
use crate::idempotency::IdempotencyKey;
use crate::operation;
use crate::problem::Problem;
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::reply::Reply;
use crate::state::AppState;

/// Decide on a candidacy
///
/// To invite needs consent, or that none is needed, at least two reviews that were handed in, a
/// cohort and an address; what hinders it is named (409). To reject needs a reason, which the
/// nominators may read. With `release: false` the decision waits, and nobody hears of it.
/// `If-Match` takes the tag of the candidacy.
#[utoipa::path(
    operation_id = "create_candidacy_decision",
    tag = "candidacy decisions",
    security(("bearer" = ["candidacies:decide"])),
    params(("id" = uuid::Uuid, Path, description = "The candidacy"), MaybeIfMatch, IdempotencyKey),
    request_body = CreateCandidacyDecisionRequest,
    responses((status = 201, description = "The decision", body = CandidacyDecisionView), WriteErrors),
)]
#[post("/candidacies/{id}/decision")]
pub async fn create_candidacy_decision(
    auth: Authorized<CandidaciesDecide>,
    id: web::Path<CandidacyId>,
    if_match: MaybeIfMatch,
    key: IdempotencyKey,
    body: Body<CreateCandidacyDecisionRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let new = NewCandidacyDecision::from(body.into_inner());
    operation::post(&state, auth, key, move |conn, by| {
        let (granted, version, new) = (by.granted(), if_match.version(), new.clone());
        let decided = flows::prepare_candidacy_decision(conn, granted, by.now(), id, version, new)?;
        let view = CandidacyDecisionView::of(&decided, by.permits()).ok_or(DbError::Conflict)?;
        let location = format!("/v1/candidacies/{id}/decision");
        Ok::<_, DecideCandidacyError>(Reply::created(location, decided.version, &view))
    })
    .await
}

/// Get the decision on a candidacy
///
/// The one that waits, else the one that was carried out. Its tag is that of the candidacy.
#[utoipa::path(
    operation_id = "get_candidacy_decision",
    tag = "candidacy decisions",
    security(("bearer" = ["candidacies:decide"])),
    params(("id" = uuid::Uuid, Path, description = "The candidacy")),
    responses((status = 200, description = "The decision", body = CandidacyDecisionView), ReadErrors),
)]
#[get("/candidacies/{id}/decision")]
pub async fn get_candidacy_decision(
    auth: Authorized<CandidaciesDecide>,
    id: web::Path<CandidacyId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::get(&state, auth, move |conn, by| {
        if *by.scope() != Scope::Institute {
            return Ok(None);
        }
        let found = candidacies::find(conn, id)?;
        Ok(found.and_then(|candidacy| {
            let view = CandidacyDecisionView::of(&candidacy, by.permits())?;
            Some(Reply::ok(candidacy.version, &view))
        }))
    })
    .await
}

/// Take a prepared decision on a candidacy back
///
/// Nobody was told of it, and nobody will be. `If-Match` takes the tag of the decision.
#[utoipa::path(
    operation_id = "take_back_candidacy_decision",
    tag = "candidacy decisions",
    security(("bearer" = ["candidacies:decide"])),
    params(("id" = uuid::Uuid, Path, description = "The candidacy"), MaybeIfMatch),
    responses((status = 204, description = "It is taken back"), WriteErrors),
)]
#[delete("/candidacies/{id}/decision")]
pub async fn take_back_candidacy_decision(
    auth: Authorized<CandidaciesDecide>,
    id: web::Path<CandidacyId>,
    if_match: MaybeIfMatch,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::change(&state, auth, move |conn, by| {
        let (granted, version) = (by.granted(), if_match.version());
        flows::take_back_candidacy_decision(conn, granted, by.now(), id, version)
            .map(|()| Reply::no_content())
    })
    .await
}

/// Release the prepared decision on a candidacy
///
/// The rules are checked again; then the candidacy moves and whoever it concerns is told: the
/// candidate by an invitation with a link, the nominators of a rejection. `If-Match` takes the tag
/// of the decision.
#[utoipa::path(
    operation_id = "release_candidacy_decision",
    tag = "candidacy decisions",
    security(("bearer" = ["candidacies:decide"])),
    params(("id" = uuid::Uuid, Path, description = "The candidacy"), MaybeIfMatch, IdempotencyKey),
    responses((status = 200, description = "The released decision", body = CandidacyDecisionView), WriteErrors),
)]
#[post("/candidacies/{id}/decision/release")]
pub async fn release_candidacy_decision(
    auth: Authorized<CandidaciesDecide>,
    id: web::Path<CandidacyId>,
    if_match: MaybeIfMatch,
    key: IdempotencyKey,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::post(&state, auth, key, move |conn, by| {
        let (granted, version) = (by.granted(), if_match.version());
        let decided = flows::release_candidacy_decision(conn, granted, by.now(), id, version)?;
        let view = CandidacyDecisionView::of(&decided, by.permits()).ok_or(DbError::Conflict)?;
        Ok::<_, DecideCandidacyError>(Reply::ok(decided.version, &view))
    })
    .await
}

/// Release the prepared decisions of a cohort
///
/// All of them, in the order in which they were prepared, or none: what hinders is named per
/// candidacy (409).
#[utoipa::path(
    operation_id = "release_cohort_decisions",
    tag = "candidacy decisions",
    security(("bearer" = ["candidacies:decide"])),
    params(("id" = uuid::Uuid, Path, description = "The cohort"), IdempotencyKey),
    responses((status = 200, description = "The released decisions", body = ReleasedCandidacyDecisionsView), WriteErrors),
)]
#[post("/cohorts/{id}/decision-release")]
pub async fn release_cohort_decisions(
    auth: Authorized<CandidaciesDecide>,
    id: web::Path<CohortId>,
    key: IdempotencyKey,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::post(&state, auth, key, move |conn, by| {
        flows::release_cohort(conn, by.granted(), by.now(), id).map(|released| {
            let view = |decided| CandidacyDecisionView::of(decided, by.permits());
            let items = released.iter().filter_map(view).collect();
            Reply::plain(&ReleasedCandidacyDecisionsView { items })
        })
    })
    .await
}
