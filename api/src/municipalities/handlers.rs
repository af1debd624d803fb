//! Reading municipalities, and recording that one was merged or split.

use actix_web::{HttpResponse, get, post, web};
use koplopers_shared::access::{CatalogueRead, CatalogueWrite, PermitSet};
use koplopers_shared::db::{DbConn, DbError, DbResult};
use koplopers_shared::municipalities::actions::{self, SucceedError};
use koplopers_shared::municipalities::queries::{self, MunicipalityFilter};
use koplopers_shared::municipalities::rules::WrongSuccessors;
use koplopers_shared::municipalities::{Municipality, Succession};
use koplopers_shared::words::MunicipalityCode;

use super::dto::{
    CreateSuccessionRequest, MunicipalityListFilter, MunicipalitySuccessionView, MunicipalityView,
};
use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::MaybeIfMatch;
use crate::idempotency::IdempotencyKey;
use crate::operation;
use crate::page::{List, ListBody, PageParams};
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::problem::{Problem, kinds};
use crate::reply::{Reply, StoredResponse};
use crate::state::AppState;

/// List municipalities
///
/// In order of code, those that ended included unless `validOn` says which day.
#[utoipa::path(
    operation_id = "list_municipalities",
    tag = "municipalities",
    security(("bearer" = ["catalogue:read"])),
    params(MunicipalityListFilter, PageParams),
    responses((status = 200, description = "A page of municipalities", body = ListBody<MunicipalityView>), ReadErrors),
)]
#[get("/municipalities")]
pub async fn list_municipalities(
    auth: Authorized<CatalogueRead>,
    list: List<MunicipalityListFilter, String>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let permits = auth.actor().permits();
    let (filter, page, links) = list.into_parts();
    let filter = MunicipalityFilter::from(filter);
    let (found, successions) = state
        .db
        .read(move |conn| {
            let found = queries::list(conn, &filter, &page)?;
            let codes: Vec<_> = found.items.iter().map(|it| it.code).collect();
            let successions = queries::successions_of(conn, &codes)?;
            Ok::<_, DbError>((found, successions))
        })
        .await?;
    let views = found.map(|it| MunicipalityView::new(it, &successions, permits));
    Ok(links.answer(views, None))
}

/// Get a municipality
///
/// With what it came in the place of and what came in its place.
#[utoipa::path(
    operation_id = "get_municipality",
    tag = "municipalities",
    security(("bearer" = ["catalogue:read"])),
    params(("code" = String, Path, description = "The code of the municipality", example = "GM0363")),
    responses((status = 200, description = "The municipality", body = MunicipalityView), ReadErrors),
)]
#[get("/municipalities/{code}")]
pub async fn get_municipality(
    auth: Authorized<CatalogueRead>,
    code: web::Path<MunicipalityCode>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let code = code.into_inner();
    operation::get(&state, auth, move |conn, by| {
        match queries::find(conn, code)? {
            Some(municipality) => answer(conn, municipality, by.permits()).map(Some),
            None => Ok(None),
        }
    })
    .await
}

/// Record that a municipality was merged or split
///
/// After a merger the one successor reads everything of the old municipality from `sinceOn` on;
/// after a split the old rows stay with the institute. From that day nothing new is accepted
/// for the old code. Municipalities themselves never undo this.
#[utoipa::path(
    operation_id = "create_municipality_succession",
    tag = "municipalities",
    security(("bearer" = ["catalogue:write"])),
    params(
        ("code" = String, Path, description = "The code of the municipality that ends", example = "GM0037"),
        ("If-Match" = Option<String>, Header, description = "The version of the municipality that you last read"), IdempotencyKey),
    request_body = CreateSuccessionRequest,
    responses((status = 201, description = "The municipality that ends", body = MunicipalityView), WriteErrors),
)]
#[post("/municipalities/{code}/succession")]
pub async fn create_municipality_succession(
    auth: Authorized<CatalogueWrite>,
    code: web::Path<MunicipalityCode>,
    key: IdempotencyKey,
    if_match: MaybeIfMatch,
    body: Body<CreateSuccessionRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let expected = if_match.version();
    let new = body.into_inner().of(code.into_inner());
    operation::post(&state, auth, key, move |conn, by| {
        let ended = actions::succeed(conn, by.granted(), by.now().at, expected, &new)?;
        let successions = queries::successions_of(conn, &[ended.code])?;
        let location = format!("/v1/municipalities/{}/succession", ended.code);
        let version = ended.version;
        let view = MunicipalityView::new(ended, &successions, by.permits());
        Ok::<_, SucceedError>(Reply::created(location, version, &view))
    })
    .await
}

/// Get how a municipality ended
#[utoipa::path(
    operation_id = "get_municipality_succession",
    tag = "municipalities",
    security(("bearer" = ["catalogue:read"])),
    params(("code" = String, Path, description = "The code of the municipality that ended", example = "GM0037")),
    responses((status = 200, description = "Its successors and the day", body = MunicipalitySuccessionView), ReadErrors),
)]
#[get("/municipalities/{code}/succession")]
pub async fn get_municipality_succession(
    auth: Authorized<CatalogueRead>,
    code: web::Path<MunicipalityCode>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let code = code.into_inner();
    operation::get(&state, auth, move |conn, _| {
        let ended: Vec<Succession> = queries::successions_of(conn, &[code])?
            .into_iter()
            .filter(|it| it.code == code)
            .collect();
        let view = ended.first().map(|first| MunicipalitySuccessionView {
            code,
            since_on: first.since,
            successors: ended.iter().map(|it| it.successor).collect(),
        });
        // Recorded once and never changed.
        Ok(view.map(|view| Reply::ok(1, &view)))
    })
    .await
}

fn answer(
    conn: &mut DbConn,
    municipality: Municipality,
    permits: PermitSet,
) -> DbResult<StoredResponse> {
    let successions = queries::successions_of(conn, &[municipality.code])?;
    let version = municipality.version;
    let view = MunicipalityView::new(municipality, &successions, permits);
    Ok(Reply::ok(version, &view))
}

impl From<SucceedError> for Problem {
    fn from(error: SucceedError) -> Self {
        let field = |at: usize, code: &'static str, reason: &'static str| {
            Self::invalid_field(format!("/successors/{at}"), code, reason)
        };
        match error {
            SucceedError::NotFound => Self::not_found(),
            SucceedError::Stale => Self::of(&kinds::STALE),
            SucceedError::Ended { successors, .. } => {
                let codes: Vec<String> = successors.iter().map(ToString::to_string).collect();
                Self::invalid_transition("ended", &[]).member("successors", codes)
            }
            SucceedError::TooEarly { .. } => Self::invalid_field(
                "/sinceOn",
                "out-of-range",
                "must be after the first day of the municipality",
            ),
            SucceedError::Successors(WrongSuccessors::Number) => {
                Self::invalid_field("/successors", "out-of-range", "must be 1 to 20")
            }
            SucceedError::Successors(WrongSuccessors::Twice { at }) => {
                field(at, "duplicate", "is named twice")
            }
            SucceedError::Successors(WrongSuccessors::Circle { at }) => field(
                at,
                "circle",
                "cannot be the municipality itself or one before it",
            ),
            SucceedError::UnknownSuccessor { at } => Self::invalid_field(
                format!("/successors/{at}/new"),
                "required",
                "must be given for a municipality that is not on the list",
            ),
            SucceedError::KnownSuccessor { at } => Self::invalid_field(
                format!("/successors/{at}/new"),
                "not-allowed",
                "must be left out for a municipality on the list",
            ),
            SucceedError::EndedSuccessor { at } => field(at, "ended", "ended itself by that day"),
            SucceedError::Db(error) => error.into(),
        }
    }
}
