//! Listing, adding and retiring themes and target groups.

use actix_web::{HttpResponse, get, post, web};
use koplopers_shared::access::{CatalogueRead, CatalogueWrite, PermitSet};
use koplopers_shared::catalogue::BilingualText;
use koplopers_shared::paging::PageSpec;
use koplopers_shared::reference::actions::{AddReferenceError, RetireReferenceError};
use koplopers_shared::reference::{ReferenceItem, ReferenceList, actions, queries};
use koplopers_shared::words::Slug;

use super::dto::{CreateReferenceRequest, ReferenceFilter, ReferenceView};
use crate::auth::Authorized;
use crate::body::Body;
use crate::idempotency::IdempotencyKey;
use crate::operation;
use crate::page::{Links, List, ListBody, PageParams};
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::problem::{Problem, kinds};
use crate::reply::{Reply, StoredResponse};
use crate::state::AppState;

/// List themes
///
/// In order of slug. Those that are no longer offered are left out unless asked for.
#[utoipa::path(
    operation_id = "list_themes",
    tag = "reference",
    security(("bearer" = ["catalogue:read"])),
    params(ReferenceFilter, PageParams),
    responses((status = 200, description = "A page of themes", body = ListBody<ReferenceView>), ReadErrors),
)]
#[get("/themes")]
pub async fn list_themes(
    auth: Authorized<CatalogueRead>,
    list: List<ReferenceFilter, String>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let permits = auth.actor().permits();
    page_of(&state, ReferenceList::Themes, list.into_parts(), permits).await
}

/// Add a theme
#[utoipa::path(
    operation_id = "create_theme",
    tag = "reference",
    security(("bearer" = ["catalogue:write"])),
    params(IdempotencyKey),
    request_body = CreateReferenceRequest,
    responses((status = 201, description = "The theme", body = ReferenceView), WriteErrors),
)]
#[post("/themes")]
pub async fn create_theme(
    auth: Authorized<CatalogueWrite>,
    key: IdempotencyKey,
    body: Body<CreateReferenceRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    add(&state, ReferenceList::Themes, auth, key, body.into_inner()).await
}

/// Get a theme
#[utoipa::path(
    operation_id = "get_theme",
    tag = "reference",
    security(("bearer" = ["catalogue:read"])),
    params(("slug" = String, Path, description = "The theme")),
    responses((status = 200, description = "The theme", body = ReferenceView), ReadErrors),
)]
#[get("/themes/{slug}")]
pub async fn get_theme(
    auth: Authorized<CatalogueRead>,
    slug: web::Path<Slug>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    one(&state, ReferenceList::Themes, auth, slug.into_inner()).await
}

/// Retire a theme
///
/// It stays on what it was used for and is no longer offered for anything new.
#[utoipa::path(
    operation_id = "retire_theme",
    tag = "reference",
    security(("bearer" = ["catalogue:write"])),
    params(("slug" = String, Path, description = "The theme"), IdempotencyKey),
    responses((status = 200, description = "The theme", body = ReferenceView), WriteErrors),
)]
#[post("/themes/{slug}/retirement")]
pub async fn retire_theme(
    auth: Authorized<CatalogueWrite>,
    slug: web::Path<Slug>,
    key: IdempotencyKey,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    retire(&state, ReferenceList::Themes, auth, key, slug.into_inner()).await
}

/// List target groups
///
/// In order of slug. Those that are no longer offered are left out unless asked for.
#[utoipa::path(
    operation_id = "list_target_groups",
    tag = "reference",
    security(("bearer" = ["catalogue:read"])),
    params(ReferenceFilter, PageParams),
    responses((status = 200, description = "A page of target groups", body = ListBody<ReferenceView>), ReadErrors),
)]
#[get("/target-groups")]
pub async fn list_target_groups(
    auth: Authorized<CatalogueRead>,
    list: List<ReferenceFilter, String>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let permits = auth.actor().permits();
    page_of(
        &state,
        ReferenceList::TargetGroups,
        list.into_parts(),
        permits,
    )
    .await
}

/// Add a target group
#[utoipa::path(
    operation_id = "create_target_group",
    tag = "reference",
    security(("bearer" = ["catalogue:write"])),
    params(IdempotencyKey),
    request_body = CreateReferenceRequest,
    responses((status = 201, description = "The target group", body = ReferenceView), WriteErrors),
)]
#[post("/target-groups")]
pub async fn create_target_group(
    auth: Authorized<CatalogueWrite>,
    key: IdempotencyKey,
    body: Body<CreateReferenceRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    add(
        &state,
        ReferenceList::TargetGroups,
        auth,
        key,
        body.into_inner(),
    )
    .await
}

/// Get a target group
#[utoipa::path(
    operation_id = "get_target_group",
    tag = "reference",
    security(("bearer" = ["catalogue:read"])),
    params(("slug" = String, Path, description = "The target group")),
    responses((status = 200, description = "The target group", body = ReferenceView), ReadErrors),
)]
#[get("/target-groups/{slug}")]
pub async fn get_target_group(
    auth: Authorized<CatalogueRead>,
    slug: web::Path<Slug>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    one(&state, ReferenceList::TargetGroups, auth, slug.into_inner()).await
}

/// Retire a target group
///
/// It stays on what it was used for and is no longer offered for anything new.
#[utoipa::path(
    operation_id = "retire_target_group",
    tag = "reference",
    security(("bearer" = ["catalogue:write"])),
    params(("slug" = String, Path, description = "The target group"), IdempotencyKey),
    responses((status = 200, description = "The target group", body = ReferenceView), WriteErrors),
)]
#[post("/target-groups/{slug}/retirement")]
pub async fn retire_target_group(
    auth: Authorized<CatalogueWrite>,
    slug: web::Path<Slug>,
    key: IdempotencyKey,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    retire(
        &state,
        ReferenceList::TargetGroups,
        auth,
        key,
        slug.into_inner(),
    )
    .await
}

async fn page_of(
    state: &AppState,
    which: ReferenceList,
    (filter, page, links): (ReferenceFilter, PageSpec<String>, Links),
    permits: PermitSet,
) -> Result<HttpResponse, Problem> {
    let include_retired = filter.include_retired.unwrap_or_default();
    let found = state
        .db
        .read(move |conn| queries::list(conn, which, include_retired, &page))
        .await?;
    Ok(links.answer(found.map(|item| ReferenceView::new(item, permits)), None))
}

async fn one(
    state: &AppState,
    which: ReferenceList,
    auth: Authorized<CatalogueRead>,
    slug: Slug,
) -> Result<HttpResponse, Problem> {
    operation::get(state, auth, move |conn, by| {
        let found = queries::find(conn, which, &slug)?;
        Ok(found.map(|item| answer(item, by.permits())))
    })
    .await
}

async fn add(
    state: &AppState,
    which: ReferenceList,
    auth: Authorized<CatalogueWrite>,
    key: IdempotencyKey,
    body: CreateReferenceRequest,
) -> Result<HttpResponse, Problem> {
    let (slug, name) = (body.slug, BilingualText::from(body.name));
    operation::post(state, auth, key, move |conn, by| {
        let now = by.now().at;
        actions::add(conn, by.granted(), now, which, slug.clone(), name.clone()).map(|item| {
            let location = format!("/v1/{which}/{}", item.slug);
            let version = item.version();
            Reply::created(location, version, &ReferenceView::new(item, by.permits()))
        })
    })
    .await
}

async fn retire(
    state: &AppState,
    which: ReferenceList,
    auth: Authorized<CatalogueWrite>,
    key: IdempotencyKey,
    slug: Slug,
) -> Result<HttpResponse, Problem> {
    operation::post(state, auth, key, move |conn, by| {
        actions::retire(conn, by.granted(), by.now().at, which, &slug)
            .map(|item| answer(item, by.permits()))
    })
    .await
}

fn answer(item: ReferenceItem, permits: PermitSet) -> StoredResponse {
    let version = item.version();
    Reply::ok(version, &ReferenceView::new(item, permits))
}

impl From<AddReferenceError> for Problem {
    fn from(error: AddReferenceError) -> Self {
        match error {
            AddReferenceError::Exists => {
                Self::of(&kinds::ALREADY_EXISTS).detail("the list has an entry of this slug")
            }
            AddReferenceError::Db(error) => error.into(),
        }
    }
}

impl From<RetireReferenceError> for Problem {
    fn from(error: RetireReferenceError) -> Self {
        match error {
            RetireReferenceError::NotFound => Self::not_found(),
            RetireReferenceError::Retired => Self::invalid_transition("retired", &[]),
            RetireReferenceError::Db(error) => error.into(),
        }
    }
}
