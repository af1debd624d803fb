//! Making, changing and reading intakes.

use actix_web::{HttpResponse, get, patch, post, web};
use koplopers_shared::access::{IntakesRead, IntakesWrite};
use koplopers_shared::db::DbError;
use koplopers_shared::events::Subject;
use koplopers_shared::ids::IntakeId;
use koplopers_shared::intakes::{self, IntakeFilter};
use koplopers_shared::overviews::IntakeParts;

use super::dto::{ChangeIntakeRequest, CreateIntakeRequest, IntakeListFilter, IntakeView};
use super::expand::{self, IntakeParams};
use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::IfMatch;
use crate::events::EventView;
use crate::idempotency::IdempotencyKey;
use crate::operation;
use crate::page::{List, ListBody, NoFilter, PageParams};
use crate::problem::Problem;
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::query::Query;
use crate::reply::{Reply, send};
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
/// it. `expand` shows children of each in `expanded`: name them once each, or with commas.
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
    let now = state.local_now();
    let granted = auth.into_granted();
    let permits = granted.actor().permits();
    let (filter, page, links) = list.into_parts();
    let wanted = filter.expand.clone();
    expand::permitted(&wanted, permits)?;
    expand::tell_people_read(&state, granted.actor(), &wanted)?;
    let filter = IntakeFilter::from(filter);
    let found = state
        .db
        .read(move |conn| {
            let found = intakes::list(conn, granted.scope(), &filter, &page)?;
            let parts = IntakeParts::read(conn, &granted, &found.items, &wanted)?;
            let views = found.map(|intake| expand::view(intake, &wanted, &parts, permits, now));
            Ok::<_, DbError>(links.reply(views, None))
        })
        .await?;
    Ok(send(found))
}

/// Get an intake
#[utoipa::path(
    operation_id = "get_intake",
    tag = "intakes",
    security(("bearer" = ["intakes:read"])),
    params(("id" = uuid::Uuid, Path, description = "The intake"), IntakeParams),
    responses((status = 200, description = "The intake", body = IntakeView), ReadErrors),
)]
#[get("/intakes/{id}")]
pub async fn get_intake(
    auth: Authorized<IntakesRead>,
    id: web::Path<IntakeId>,
    params: Query<IntakeParams>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (id, Query(params)) = (id.into_inner(), params);
    let wanted = params.expand;
    expand::permitted(&wanted, auth.actor().permits())?;
    expand::tell_people_read(&state, auth.actor(), &wanted)?;
    operation::get(&state, auth, move |conn, by| {
        let Some(intake) = intakes::find(conn, by.scope(), id)? else {
            return Ok(None);
        };
        let parts = IntakeParts::read(conn, by.granted(), std::slice::from_ref(&intake), &wanted)?;
        let version = intake.version;
        let view = expand::view(intake, &wanted, &parts, by.permits(), by.now());
        Ok(Some(Reply::ok(version, &view)))
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
