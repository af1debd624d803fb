//! Adding, reading, changing and removing organisations.

use actix_web::{HttpResponse, delete, get, patch, post, web};
use koplopers_shared::access::{PeopleRead, PeopleWrite};
use koplopers_shared::ids::OrganisationId;
use koplopers_shared::organisations::actions::OrganisationError;
use koplopers_shared::organisations::{OrganisationChanges, OrganisationFields, actions, queries};

use super::dto::{
    ChangeOrganisationRequest, CreateOrganisationRequest, OrganisationFilter, OrganisationView,
};
use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::IfMatch;
use crate::idempotency::IdempotencyKey;
use crate::operation;
use crate::page::{List, ListBody, PageParams};
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::problem::{Problem, kinds};
use crate::reply::Reply;
use crate::state::AppState;

/// Add an organisation
///
/// For the institute only: organisations are shared by all municipalities.
#[utoipa::path(
    operation_id = "create_organisation",
    tag = "organisations",
    security(("bearer" = ["people:write"])),
    params(IdempotencyKey),
    request_body = CreateOrganisationRequest,
    responses((status = 201, description = "The organisation", body = OrganisationView), WriteErrors),
)]
#[post("/organisations")]
pub async fn create_organisation(
    auth: Authorized<PeopleWrite>,
    key: IdempotencyKey,
    body: Body<CreateOrganisationRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let fields = OrganisationFields::from(body.into_inner());
    operation::post(&state, auth, key, move |conn, by| {
        let made = actions::create(conn, by.granted(), by.now().at, fields.clone())?;
        let location = format!("/v1/organisations/{}", made.id);
        let version = made.version;
        let view = OrganisationView::new(made, by.granted());
        Ok::<_, OrganisationError>(Reply::created(location, version, &view))
    })
    .await
}

/// List organisations
///
/// Oldest first.
#[utoipa::path(
    operation_id = "list_organisations",
    tag = "organisations",
    security(("bearer" = ["people:read"])),
    params(OrganisationFilter, PageParams),
    responses((status = 200, description = "A page of organisations", body = ListBody<OrganisationView>), ReadErrors),
)]
#[get("/organisations")]
pub async fn list_organisations(
    auth: Authorized<PeopleRead>,
    list: List<OrganisationFilter>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (filter, page, links) = list.into_parts();
    let found = state
        .db
        .read(move |conn| queries::list(conn, &filter.kind, &page))
        .await?;
    Ok(links.answer(
        found.map(|it| OrganisationView::new(it, auth.granted())),
        None,
    ))
}

/// Get an organisation
#[utoipa::path(
    operation_id = "get_organisation",
    tag = "organisations",
    security(("bearer" = ["people:read"])),
    params(("id" = uuid::Uuid, Path, description = "The organisation")),
    responses((status = 200, description = "The organisation", body = OrganisationView), ReadErrors),
)]
#[get("/organisations/{id}")]
pub async fn get_organisation(
    auth: Authorized<PeopleRead>,
    id: web::Path<OrganisationId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::get(&state, auth, move |conn, by| {
        let found = queries::find(conn, id)?;
        Ok(found.map(|it| Reply::ok(it.version, &OrganisationView::new(it, by.granted()))))
    })
    .await
}

/// Change an organisation
///
/// A JSON Merge Patch (RFC 7396). For the institute only.
#[utoipa::path(
    operation_id = "change_organisation",
    tag = "organisations",
    security(("bearer" = ["people:write"])),
    params(
        ("id" = uuid::Uuid, Path, description = "The organisation"),
        ("If-Match" = String, Header, description = "The version that you last read"),
    ),
    request_body(content = ChangeOrganisationRequest, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The organisation", body = OrganisationView), WriteErrors),
)]
#[patch("/organisations/{id}")]
pub async fn change_organisation(
    auth: Authorized<PeopleWrite>,
    id: web::Path<OrganisationId>,
    if_match: IfMatch,
    body: Body<ChangeOrganisationRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (id, expected) = (id.into_inner(), if_match.version());
    let changes = OrganisationChanges::from(body.into_inner());
    operation::change(&state, auth, move |conn, by| {
        let organisation = actions::change(
            conn,
            by.granted(),
            by.now().at,
            id,
            expected,
            changes.clone(),
        )?;
        let version = organisation.version;
        let view = OrganisationView::new(organisation, by.granted());
        Ok::<_, OrganisationError>(Reply::ok(version, &view))
    })
    .await
}

/// Remove an organisation
///
/// Only one that nothing refers to: no role is or was held with it, no programme runs jointly
/// with it, and it did not ship as a partner. For the institute only.
#[utoipa::path(
    operation_id = "delete_organisation",
    tag = "organisations",
    security(("bearer" = ["people:write"])),
    params(
        ("id" = uuid::Uuid, Path, description = "The organisation"),
        ("If-Match" = String, Header, description = "The version that you last read"),
    ),
    responses((status = 204, description = "It is gone"), WriteErrors),
)]
#[delete("/organisations/{id}")]
pub async fn delete_organisation(
    auth: Authorized<PeopleWrite>,
    id: web::Path<OrganisationId>,
    if_match: IfMatch,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (id, expected) = (id.into_inner(), if_match.version());
    operation::change(&state, auth, move |conn, by| {
        actions::delete(conn, by.granted(), by.now().at, id, expected).map(|()| Reply::no_content())
    })
    .await
}

impl From<OrganisationError> for Problem {
    fn from(error: OrganisationError) -> Self {
        match error {
            OrganisationError::InstituteOnly => {
                Self::of(&kinds::FORBIDDEN).detail("organisations are kept by the institute")
            }
            OrganisationError::NotFound => Self::not_found(),
            OrganisationError::Stale => Self::of(&kinds::STALE),
            OrganisationError::Municipality => Self::invalid_field(
                "/kind",
                "not-allowed",
                "a municipality is not added but named by its code",
            ),
            OrganisationError::Shipped => {
                Self::of(&kinds::CONFLICT).detail("a partner that shipped with the service stays")
            }
            OrganisationError::InUse => Self::of(&kinds::CONFLICT)
                .detail("a role is or was held with it, or a programme runs jointly with it"),
            OrganisationError::Db(error) => error.into(),
        }
    }
}
