//! Reading, adding and changing the rounds of a programme.

use actix_web::{HttpResponse, get, patch, post, web};
use koplopers_shared::access::{CatalogueRead, CatalogueWrite};
use koplopers_shared::db::DbError;
use koplopers_shared::flows;
use koplopers_shared::ids::RoundId;
use koplopers_shared::programmes::round_actions::{self, RoundChanges, RoundError};
use koplopers_shared::programmes::{queries, rounds};
use koplopers_shared::words::Slug;

use super::dto::{ChangeRoundRequest, CreateRoundRequest, RoundView};
use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::IfMatch;
use crate::idempotency::IdempotencyKey;
use crate::operation;
use crate::page::{List, ListBody, NoFilter, PageParams};
use crate::problem::Problem;
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::reply::Reply;
use crate::state::AppState;

/// List the rounds of a programme
///
/// By their first day.
#[utoipa::path(
    operation_id = "list_rounds",
    tag = "programmes",
    security(("bearer" = ["catalogue:read"])),
    params(("slug" = String, Path, description = "The programme", example = "inclusief"), PageParams),
    responses((status = 200, description = "A page of rounds", body = ListBody<RoundView>), ReadErrors),
)]
#[get("/programmes/{slug}/rounds")]
pub async fn list_rounds(
    auth: Authorized<CatalogueRead>,
    slug: web::Path<Slug>,
    list: List<NoFilter>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let today = state.local_now().today;
    let permits = auth.actor().permits();
    let (NoFilter {}, page, links) = list.into_parts();
    let slug = slug.into_inner();
    let found = state
        .db
        .read(move |conn| {
            if queries::find(conn, &slug)?.is_none() {
                return Ok::<_, DbError>(None);
            }
            rounds::list(conn, &slug, &page).map(Some)
        })
        .await?
        .ok_or_else(Problem::not_found)?;
    let views = found.map(|round| RoundView::new(round, today, permits));
    Ok(links.answer(views, None))
}

/// Add a round to a programme
///
/// One round of a programme is open at a time. Its capacity is what the programme says unless
/// given.
#[utoipa::path(
    operation_id = "create_round",
    tag = "programmes",
    security(("bearer" = ["catalogue:write"])),
    params(("slug" = String, Path, description = "The programme", example = "inclusief"), IdempotencyKey),
    request_body = CreateRoundRequest,
    responses((status = 201, description = "The round", body = RoundView), WriteErrors),
)]
#[post("/programmes/{slug}/rounds")]
pub async fn create_round(
    auth: Authorized<CatalogueWrite>,
    slug: web::Path<Slug>,
    key: IdempotencyKey,
    body: Body<CreateRoundRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let today = state.local_now().today;
    let new = body.into_inner().of(slug.into_inner());
    operation::post(&state, auth, key, move |conn, by| {
        let round = round_actions::create(conn, by.granted(), by.now().at, new.clone())?;
        let location = format!("/v1/programmes/{}/rounds/{}", round.programme, round.id);
        let version = round.version;
        let view = RoundView::new(round, today, by.permits());
        Ok::<_, RoundError>(Reply::created(location, version, &view))
    })
    .await
}

/// Get a round of a programme
#[utoipa::path(
    operation_id = "get_round",
    tag = "programmes",
    security(("bearer" = ["catalogue:read"])),
    params(
        ("slug" = String, Path, description = "The programme", example = "inclusief"),
        ("id" = uuid::Uuid, Path, description = "The round"),
    ),
    responses((status = 200, description = "The round", body = RoundView), ReadErrors),
)]
#[get("/programmes/{slug}/rounds/{id}")]
pub async fn get_round(
    auth: Authorized<CatalogueRead>,
    path: web::Path<(Slug, RoundId)>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (slug, id) = path.into_inner();
    operation::get(&state, auth, move |conn, by| {
        let found = rounds::round(conn, id)?.filter(|round| round.programme == slug);
        Ok(found.map(|round| {
            let version = round.version;
            Reply::ok(
                version,
                &RoundView::new(round, by.now().today, by.permits()),
            )
        }))
    })
    .await
}

/// Change a round of a programme
///
/// A JSON Merge Patch (RFC 7396) on its name, days and capacity. When the capacity rises, whoever
/// waits first gets a place and a mail.
#[utoipa::path(
    operation_id = "change_round",
    tag = "programmes",
    security(("bearer" = ["catalogue:write"])),
    params(
        ("slug" = String, Path, description = "The programme", example = "inclusief"),
        ("id" = uuid::Uuid, Path, description = "The round"),
        ("If-Match" = String, Header, description = "The version that you last read"),
    ),
    request_body(content = ChangeRoundRequest, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The round", body = RoundView), WriteErrors),
)]
#[patch("/programmes/{slug}/rounds/{id}")]
pub async fn change_round(
    auth: Authorized<CatalogueWrite>,
    path: web::Path<(Slug, RoundId)>,
    if_match: IfMatch,
    body: Body<ChangeRoundRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let today = state.local_now().today;
    let ((slug, id), expected) = (path.into_inner(), if_match.version());
    let changes = RoundChanges::from(body.into_inner());
    operation::change(&state, auth, move |conn, by| {
        let changes = changes.clone();
        let round =
            flows::change_round(conn, by.granted(), by.now(), (&slug, id), expected, changes)?;
        let version = round.version;
        let view = RoundView::new(round, today, by.permits());
        Ok::<_, RoundError>(Reply::ok(version, &view))
    })
    .await
}
