//! Making, reading, changing and closing learning networks.

use actix_web::{HttpResponse, get, patch, post, web};
use koplopers_shared::access::{NetworksRead, NetworksWrite};
use koplopers_shared::db::{DbConn, DbError, DbResult};
use koplopers_shared::ids::LearningNetworkId;
use koplopers_shared::networks::{self, Network, NetworkChange, NetworkFilter, NewNetwork};

use super::dto::{
    ChangeLearningNetworkRequest, CreateLearningNetworkRequest, LearningNetworkListFilter,
    LearningNetworkView,
};
use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::{IfMatch, MaybeIfMatch};
use crate::idempotency::IdempotencyKey;
use crate::operation::{self, Caller};
use crate::page::{List, ListBody, PageParams};
use crate::problem::Problem;
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::reply::{Reply, StoredResponse};
use crate::state::AppState;

fn view<P>(conn: &mut DbConn, by: &Caller<P>, network: Network) -> DbResult<LearningNetworkView> {
    let counts = networks::member_counts(conn, &[network.id])?;
    let members = counts.get(&network.id).copied().unwrap_or(0);
    Ok(LearningNetworkView::new(network, members, by.permits()))
}

fn answer<P>(conn: &mut DbConn, by: &Caller<P>, network: Network) -> DbResult<StoredResponse> {
    let version = network.version;
    Ok(Reply::ok(version, &view(conn, by, network)?))
}

/// Make a learning network
///
/// A themed one, for whoever works on its theme. The general network is there from the start.
/// For the institute only.
#[utoipa::path(
    operation_id = "create_learning_network",
    tag = "learning networks",
    security(("bearer" = ["networks:write"])),
    params(IdempotencyKey),
    request_body = CreateLearningNetworkRequest,
    responses((status = 201, description = "The learning network", body = LearningNetworkView), WriteErrors),
)]
#[post("/learning-networks")]
pub async fn create_learning_network(
    auth: Authorized<NetworksWrite>,
    key: IdempotencyKey,
    body: Body<CreateLearningNetworkRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let new = NewNetwork::from(body.into_inner());
    operation::post(&state, auth, key, move |conn, by| {
        let network = networks::create(conn, by.granted(), by.now(), new.clone())?;
        let location = format!("/v1/learning-networks/{}", network.id);
        let version = network.version;
        Ok::<_, networks::CreateNetworkError>(Reply::created(
            location,
            version,
            &view(conn, by, network)?,
        ))
    })
    .await
}

/// List learning networks
///
/// Oldest first, so that the general network leads.
#[utoipa::path(
    operation_id = "list_learning_networks",
    tag = "learning networks",
    security(("bearer" = ["networks:read"])),
    params(LearningNetworkListFilter, PageParams),
    responses((status = 200, description = "A page of learning networks", body = ListBody<LearningNetworkView>), ReadErrors),
)]
#[get("/learning-networks")]
pub async fn list_learning_networks(
    auth: Authorized<NetworksRead>,
    list: List<LearningNetworkListFilter>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let permits = auth.granted().actor().permits();
    let (filter, page, links) = list.into_parts();
    let filter = NetworkFilter {
        kind: filter.kind,
        status: filter.status,
        theme: filter.theme,
    };
    let (found, counts) = state
        .db
        .read(move |conn| {
            let found = networks::list(conn, &filter, &page)?;
            let ids: Vec<LearningNetworkId> = found.items.iter().map(|it| it.id).collect();
            let counts = networks::member_counts(conn, &ids)?;
            Ok::<_, DbError>((found, counts))
        })
        .await?;
    let views = found.map(|network| {
        let members = counts.get(&network.id).copied().unwrap_or(0);
        LearningNetworkView::new(network, members, permits)
    });
    Ok(links.answer(views, None))
}

/// Get a learning network
#[utoipa::path(
    operation_id = "get_learning_network",
    tag = "learning networks",
    security(("bearer" = ["networks:read"])),
    params(("id" = uuid::Uuid, Path, description = "The learning network")),
    responses((status = 200, description = "The learning network", body = LearningNetworkView), ReadErrors),
)]
#[get("/learning-networks/{id}")]
pub async fn get_learning_network(
    auth: Authorized<NetworksRead>,
    id: web::Path<LearningNetworkId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::get(&state, auth, move |conn, by| {
        match networks::find(conn, id)? {
            Some(network) => answer(conn, by, network).map(Some),
            None => Ok(None),
        }
    })
    .await
}

/// Change a learning network
///
/// A JSON Merge Patch (RFC 7396); `If-Match` is needed. For the institute only.
#[utoipa::path(
    operation_id = "change_learning_network",
    tag = "learning networks",
    security(("bearer" = ["networks:write"])),
    params(("id" = uuid::Uuid, Path, description = "The learning network"), IfMatch),
    request_body(content = ChangeLearningNetworkRequest, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The changed learning network", body = LearningNetworkView), WriteErrors),
)]
#[patch("/learning-networks/{id}")]
pub async fn change_learning_network(
    auth: Authorized<NetworksWrite>,
    id: web::Path<LearningNetworkId>,
    if_match: IfMatch,
    body: Body<ChangeLearningNetworkRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let change = NetworkChange::from(body.into_inner());
    operation::change(&state, auth, move |conn, by| {
        let version = if_match.version();
        let changed = networks::change(conn, by.granted(), by.now(), id, version, change.clone())?;
        Ok::<_, networks::ChangeNetworkError>(answer(conn, by, changed)?)
    })
    .await
}

/// Close a learning network
///
/// Nobody joins a closed network. Its members stay on its list and can still leave. The general
/// network is never closed. For the institute only.
#[utoipa::path(
    operation_id = "close_learning_network",
    tag = "learning networks",
    security(("bearer" = ["networks:write"])),
    params(("id" = uuid::Uuid, Path, description = "The learning network"), MaybeIfMatch, IdempotencyKey),
    responses((status = 200, description = "The closed learning network", body = LearningNetworkView), WriteErrors),
)]
#[post("/learning-networks/{id}/closure")]
pub async fn close_learning_network(
    auth: Authorized<NetworksWrite>,
    id: web::Path<LearningNetworkId>,
    if_match: MaybeIfMatch,
    key: IdempotencyKey,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::post(&state, auth, key, move |conn, by| {
        let version = if_match.version();
        let closed = networks::close(conn, by.granted(), by.now(), id, version)?;
        Ok::<_, networks::ChangeNetworkError>(answer(conn, by, closed)?)
    })
    .await
}
