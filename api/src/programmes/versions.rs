//! Reading and publishing versions of a programme.

use actix_web::{HttpResponse, get, post, web};
use koplopers_shared::access::{CatalogueRead, CatalogueWrite};
use koplopers_shared::db::DbError;
use koplopers_shared::programmes::actions::{self, ChangeProgrammeError};
use koplopers_shared::programmes::queries;
use koplopers_shared::words::Slug;

use super::content::ProgrammeContentBody;
use super::dto::ProgrammeVersionView;
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

/// List the versions of a programme
///
/// Newest first. An intake keeps the version that it was made under.
#[utoipa::path(
    operation_id = "list_programme_versions",
    tag = "programmes",
    security(("bearer" = ["catalogue:read"])),
    params(("slug" = String, Path, description = "The programme", example = "inclusief"), PageParams),
    responses((status = 200, description = "A page of versions", body = ListBody<ProgrammeVersionView>), ReadErrors),
)]
#[get("/programmes/{slug}/versions")]
pub async fn list_programme_versions(
    _auth: Authorized<CatalogueRead>,
    slug: web::Path<Slug>,
    list: List<NoFilter, i64>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (NoFilter {}, page, links) = list.into_parts();
    let slug = slug.into_inner();
    let found = state
        .db
        .read(move |conn| {
            if queries::find(conn, &slug)?.is_none() {
                return Ok::<_, DbError>(None);
            }
            queries::versions(conn, &slug, &page).map(Some)
        })
        .await?
        .ok_or_else(Problem::not_found)?;
    Ok(links.answer(found.map(ProgrammeVersionView::from), None))
}

/// Get a version of a programme
#[utoipa::path(
    operation_id = "get_programme_version",
    tag = "programmes",
    security(("bearer" = ["catalogue:read"])),
    params(
        ("slug" = String, Path, description = "The programme", example = "inclusief"),
        ("number" = i32, Path, description = "The number of the version", example = 1),
    ),
    responses((status = 200, description = "The version", body = ProgrammeVersionView), ReadErrors),
)]
#[get("/programmes/{slug}/versions/{number}")]
pub async fn get_programme_version(
    auth: Authorized<CatalogueRead>,
    path: web::Path<(Slug, i32)>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (slug, number) = path.into_inner();
    operation::get(&state, auth, move |conn, _| {
        let found = queries::version(conn, &slug, number)?;
        // A version never changes.
        Ok(found.map(|version| Reply::ok(1, &ProgrammeVersionView::from(version))))
    })
    .await
}

/// Publish a version of a programme
///
/// It becomes the current one: new intakes are made under it, those there are keep theirs.
/// `If-Match` takes the version of the programme, so that two coordinators do not publish over
/// each other.
#[utoipa::path(
    operation_id = "publish_programme_version",
    tag = "programmes",
    security(("bearer" = ["catalogue:write"])),
    params(
        ("slug" = String, Path, description = "The programme", example = "inclusief"),
        ("If-Match" = String, Header, description = "The version of the programme that you last read"), IdempotencyKey),
    request_body = ProgrammeContentBody,
    responses((status = 201, description = "The version", body = ProgrammeVersionView), WriteErrors),
)]
#[post("/programmes/{slug}/versions")]
pub async fn publish_programme_version(
    auth: Authorized<CatalogueWrite>,
    slug: web::Path<Slug>,
    key: IdempotencyKey,
    if_match: IfMatch,
    body: Body<ProgrammeContentBody>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (slug, expected) = (slug.into_inner(), if_match.version());
    let ProgrammeContentBody(content) = body.into_inner();
    operation::post(&state, auth, key, move |conn, by| {
        let content = content.clone();
        let (_, version) =
            actions::publish(conn, by.granted(), by.now().at, &slug, expected, content)?;
        let location = format!("/v1/programmes/{slug}/versions/{}", version.number);
        let view = ProgrammeVersionView::from(version);
        Ok::<_, ChangeProgrammeError>(Reply::created(location, 1, &view))
    })
    .await
}
