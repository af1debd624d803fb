//! Making, changing and reading intakes.

use actix_web::{HttpResponse, get, patch, post, web};
use koplopers_shared::access::{IntakesRead, IntakesWrite};
use koplopers_shared::db::DbError;
use koplopers_shared::events::{self, Subject};
use koplopers_shared::ids::IntakeId;
use koplopers_shared::intakes::{self, IntakeFilter};

use super::dto::{ChangeIntakeRequest, CreateIntakeRequest, IntakeListFilter, IntakeView};
use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::IfMatch;
use crate::events::EventView;
use crate::idempotency::{self, IdempotencyKey};
use crate::page::{List, ListBody, NoFilter, PageParams};
use crate::problem::Problem;
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::reply::{self, Reply};
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
    let now = state.local_now();
    let granted = auth.into_granted();
    let permits = granted.actor().permits();
    let new = intakes::NewIntake::from(body.into_inner());
    let key = key.of(granted.actor(), now.at);
    let write = move |conn: &mut _| {
        let intake = intakes::create(conn, &granted, now, new.clone())?;
        let location = format!("/v1/intakes/{}", intake.id);
        let version = intake.version;
        Ok::<_, intakes::CreateIntakeError>(Reply::created(
            location,
            version,
            &IntakeView::new(intake, permits),
        ))
    };
    idempotency::send(state.db.write_once(key, write).await)
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
    let granted = auth.into_granted();
    let permits = granted.actor().permits();
    let id = id.into_inner();
    let intake = state
        .db
        .read(move |conn| intakes::find(conn, granted.scope(), id))
        .await?
        .ok_or_else(Problem::not_found)?;
    let version = intake.version;
    Ok(reply::send(Reply::ok(
        version,
        &IntakeView::new(intake, permits),
    )))
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
    let now = state.local_now();
    let granted = auth.into_granted();
    let permits = granted.actor().permits();
    let id = id.into_inner();
    let change = intakes::IntakeChange::from(body.into_inner());
    let changed = state
        .db
        .write(move |conn| {
            intakes::change(conn, &granted, now, id, if_match.version(), change.clone())
        })
        .await?;
    let version = changed.version;
    Ok(reply::send(Reply::ok(
        version,
        &IntakeView::new(changed, permits),
    )))
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
    let granted = auth.into_granted();
    let id = id.into_inner();
    let (_, page, links) = list.into_parts();
    let found = state
        .db
        .read(move |conn| {
            let Some(intake) = intakes::find(conn, granted.scope(), id)? else {
                return Ok::<_, DbError>(None);
            };
            let subject = Subject {
                kind: "intake",
                id: intake.id.0,
            };
            events::history(conn, granted.scope(), subject, &page).map(Some)
        })
        .await?
        .ok_or_else(Problem::not_found)?;
    Ok(links.answer(found.map(EventView::from), None))
}
