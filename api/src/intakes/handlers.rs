//! Making, changing and reading intakes.

use actix_web::{HttpResponse, get, patch, post, web};
use koplopers_shared::access::{IntakesRead, IntakesWrite};
use koplopers_shared::events::Subject;
use koplopers_shared::ids::IntakeId;
use koplopers_shared::intakes::{self, IntakeFilter};

use super::dto::{ChangeIntakeRequest, CreateIntakeRequest, IntakeListFilter, IntakeView};
use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::IfMatch;
use crate::events::EventView;
use crate::idempotency::IdempotencyKey;
use crate::operation;
use crate::page::{List, ListBody, NoFilter, PageParams};
use crate::problem::Problem;
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::reply::Reply;
use crate::state::AppState;

/// Make an intake
///
/// The intake starts as a draft under the programme's current version, which it keeps. A
/// municipality has at most one open intake per programme and round.
#[utoipa::path(
    operation_id = "create_intake",
    tag = "intakes",
    security(("bearer" = ["intakes:write"])),
    params(IdempotencyKey),
    request_body = CreateIntakeRequest,
    responses((status = 201, description = "The draft", body = IntakeView), WriteErrors),
)]
#[post("/intakes")]
pub async fn create_intake(
    auth: Authorized<IntakesWrite>,
    key: IdempotencyKey,
    body: Body<CreateIntakeRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let new = intakes::NewIntake::from(body.into_inner());
    operation::post(&state, auth, key, move |conn, by| {
        intakes::create(conn, by.granted(), by.now(), new.clone()).map(|intake| {
            let location = format!("/v1/intakes/{}", intake.id);
            let version = intake.version;
            Reply::created(location, version, &IntakeView::new(intake, by.permits()))
        })
    })
    .await
}

/// List intakes
///
/// The newest first. A municipality sees its own and those of municipalities that merged into
/// it.
#[utoipa::path(
    operation_id = "list_intakes",
    tag = "intakes",
    security(("bearer" = ["intakes:read"])),
    params(IntakeListFilter, PageParams),
    responses((status = 200, description = "A page of intakes", body = ListBody<IntakeView>), ReadErrors),
)]
#[get("/intakes")]
pub async fn list_intakes(
    auth: Authorized<IntakesRead>,
    list: List<IntakeListFilter>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let granted = auth.into_granted();
    let permits = granted.actor().permits();
    let (filter, page, links) = list.into_parts();
    let filter = IntakeFilter {
        statuses: filter.status.into_iter().collect(),
        municipality: filter.municipality,
        programme: filter.programme,
        round: filter.round,
        theme: filter.theme,
        external_reference: filter.external_reference,
        changed_after: filter.changed_after,
        created_from: filter.created_from,
        created_to: filter.created_to,
    };
    let found = state
        .db
        .read(move |conn| intakes::list(conn, granted.scope(), &filter, &page))
        .await?;
    Ok(links.answer(found.map(|intake| IntakeView::new(intake, permits)), None))
}

/// Get an intake
#[utoipa::path(
    operation_id = "get_intake",
    tag = "intakes",
    security(("bearer" = ["intakes:read"])),
    params(("id" = uuid::Uuid, Path, description = "The intake")),
    responses((status = 200, description = "The intake", body = IntakeView), ReadErrors),
)]
#[get("/intakes/{id}")]
pub async fn get_intake(
    auth: Authorized<IntakesRead>,
    id: web::Path<IntakeId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::get(&state, auth, move |conn, by| {
        let found = intakes::find(conn, by.scope(), id)?;
        Ok(found.map(|intake| Reply::ok(intake.version, &IntakeView::new(intake, by.permits()))))
    })
    .await
}

/// Change a draft
///
/// A JSON Merge Patch (RFC 7396) on a draft; `If-Match` is needed.
#[utoipa::path(
    operation_id = "change_intake",
    tag = "intakes",
    security(("bearer" = ["intakes:write"])),
    params(("id" = uuid::Uuid, Path, description = "The intake"), IfMatch),
    request_body(content = ChangeIntakeRequest, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The changed draft", body = IntakeView), WriteErrors),
)]
#[patch("/intakes/{id}")]
pub async fn change_intake(
    auth: Authorized<IntakesWrite>,
    id: web::Path<IntakeId>,
    if_match: IfMatch,
    body: Body<ChangeIntakeRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let change = intakes::IntakeChange::from(body.into_inner());
    operation::change(&state, auth, move |conn, by| {
        intakes::change(
            conn,
            by.granted(),
            by.now(),
            id,
            if_match.version(),
            change.clone(),
        )
        .map(|intake| Reply::ok(intake.version, &IntakeView::new(intake, by.permits())))
    })
    .await
}

/// List what happened to an intake
///
/// The business history, oldest first: who did what, and when.
#[utoipa::path(
    operation_id = "list_intake_history",
    tag = "intakes",
    security(("bearer" = ["intakes:read"])),
    params(("id" = uuid::Uuid, Path, description = "The intake"), PageParams),
    responses((status = 200, description = "A page of events", body = ListBody<EventView>), ReadErrors),
)]
#[get("/intakes/{id}/history")]
pub async fn list_intake_history(
    auth: Authorized<IntakesRead>,
    id: web::Path<IntakeId>,
    list: List<NoFilter>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::history(&state, auth, list, move |conn, scope| {
        let found = intakes::find(conn, scope, id)?;
        Ok(found.map(|intake| Subject {
            kind: "intake",
            id: intake.id.0,
        }))
    })
    .await
}
