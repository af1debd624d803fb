//! Making, reading and changing cohorts.

use actix_web::{HttpResponse, get, patch, post, web};
use koplopers_shared::access::{MembersRead, MembersWrite};
use koplopers_shared::cohorts::{
    self, ChangeCohortError, Cohort, CohortChange, CreateCohortError, NewCohort,
};
use koplopers_shared::db::{DbConn, DbError, DbResult};
use koplopers_shared::ids::CohortId;
use koplopers_shared::members;

use super::dto::{ChangeCohortRequest, CohortView, CreateCohortRequest};
use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::IfMatch;
use crate::idempotency::IdempotencyKey;
use crate::operation::{self, Caller};
use crate::page::{List, ListBody, NoFilter, PageParams};
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::problem::{Problem, kinds};
use crate::reply::{Reply, StoredResponse};
use crate::state::AppState;

fn view<P>(conn: &mut DbConn, by: &Caller<P>, cohort: Cohort) -> DbResult<CohortView> {
    let spread = members::spreads(conn, &[cohort.id])?.remove(&cohort.id);
    Ok(CohortView::new(
        cohort,
        spread.unwrap_or_default(),
        by.permits(),
    ))
}

fn answer<P>(conn: &mut DbConn, by: &Caller<P>, cohort: Cohort) -> DbResult<StoredResponse> {
    Ok(Reply::ok(cohort.version, &view(conn, by, cohort)?))
}

/// Make a cohort
///
/// Its target is what it should start with; nothing stops more members from joining.
#[utoipa::path(
    operation_id = "create_cohort",
    tag = "members",
    security(("bearer" = ["members:write"])),
    params(IdempotencyKey),
    request_body = CreateCohortRequest,
    responses((status = 201, description = "The cohort", body = CohortView), WriteErrors),
)]
#[post("/cohorts")]
pub async fn create_cohort(
    auth: Authorized<MembersWrite>,
    key: IdempotencyKey,
    body: Body<CreateCohortRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let new = NewCohort::from(body.into_inner());
    operation::post(&state, auth, key, move |conn, by| {
        let cohort = cohorts::create(conn, by.granted(), by.now(), new.clone())?;
        let location = format!("/v1/cohorts/{}", cohort.id);
        let version = cohort.version;
        Ok::<_, CreateCohortError>(Reply::created(location, version, &view(conn, by, cohort)?))
    })
    .await
}

/// List cohorts
///
/// Oldest first, each with its members spread over provinces and kinds.
#[utoipa::path(
    operation_id = "list_cohorts",
    tag = "members",
    security(("bearer" = ["members:read"])),
    params(PageParams),
    responses((status = 200, description = "A page of cohorts", body = ListBody<CohortView>), ReadErrors),
)]
#[get("/cohorts")]
pub async fn list_cohorts(
    auth: Authorized<MembersRead>,
    list: List<NoFilter>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let permits = auth.granted().actor().permits();
    let (NoFilter {}, page, links) = list.into_parts();
    let (found, mut spreads) = state
        .db
        .read(move |conn| {
            let found = cohorts::list(conn, &page)?;
            let ids: Vec<CohortId> = found.items.iter().map(|cohort| cohort.id).collect();
            let spreads = members::spreads(conn, &ids)?;
            Ok::<_, DbError>((found, spreads))
        })
        .await?;
    let views = found.map(|cohort| {
        let spread = spreads.remove(&cohort.id).unwrap_or_default();
        CohortView::new(cohort, spread, permits)
    });
    Ok(links.answer(views, None))
}

/// Get a cohort
///
/// With its members spread over provinces and kinds: where nobody is from yet shows as 0.
#[utoipa::path(
    operation_id = "get_cohort",
    tag = "members",
    security(("bearer" = ["members:read"])),
    params(("id" = uuid::Uuid, Path, description = "The cohort")),
    responses((status = 200, description = "The cohort", body = CohortView), ReadErrors),
)]
#[get("/cohorts/{id}")]
pub async fn get_cohort(
    auth: Authorized<MembersRead>,
    id: web::Path<CohortId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::get(&state, auth, move |conn, by| {
        match cohorts::find(conn, id)? {
            Some(cohort) => answer(conn, by, cohort).map(Some),
            None => Ok(None),
        }
    })
    .await
}

/// Change a cohort
///
/// A JSON Merge Patch (RFC 7396); `If-Match` is needed.
#[utoipa::path(
    operation_id = "change_cohort",
    tag = "members",
    security(("bearer" = ["members:write"])),
    params(("id" = uuid::Uuid, Path, description = "The cohort"), IfMatch),
    request_body(content = ChangeCohortRequest, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The changed cohort", body = CohortView), WriteErrors),
)]
#[patch("/cohorts/{id}")]
pub async fn change_cohort(
    auth: Authorized<MembersWrite>,
    id: web::Path<CohortId>,
    if_match: IfMatch,
    body: Body<ChangeCohortRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let change = CohortChange::from(body.into_inner());
    operation::change(&state, auth, move |conn, by| {
        let version = if_match.version();
        let changed = cohorts::change(conn, by.granted(), by.now(), id, version, change.clone())?;
        Ok::<_, ChangeCohortError>(answer(conn, by, changed)?)
    })
    .await
}

fn named_already() -> Problem {
    Problem::of(&kinds::ALREADY_EXISTS).detail("there is a cohort of this name")
}

impl From<CreateCohortError> for Problem {
    fn from(error: CreateCohortError) -> Self {
        match error {
            CreateCohortError::Exists => named_already(),
            // Two requests at once: the other one was first.
            CreateCohortError::Db(error) if error.is_unique_violation() => named_already(),
            CreateCohortError::Db(error) => error.into(),
        }
    }
}

impl From<ChangeCohortError> for Problem {
    fn from(error: ChangeCohortError) -> Self {
        match error {
            ChangeCohortError::NotFound => Self::not_found(),
            ChangeCohortError::Stale => Self::of(&kinds::STALE),
            ChangeCohortError::Exists => named_already(),
            ChangeCohortError::Db(error) if error.is_unique_violation() => named_already(),
            ChangeCohortError::Db(error) => error.into(),
        }
    }
}
