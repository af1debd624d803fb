//! Joining and leaving learning networks.

use actix_web::{HttpResponse, delete, get, post, web};
use koplopers_shared::access::{NetworksJoin, NetworksRead};
use koplopers_shared::db::DbError;
use koplopers_shared::ids::{LearningNetworkId, NetworkMembershipId};
use koplopers_shared::networks::{self, MembershipFilter};

use super::dto::{
    CreateNetworkMembershipRequest, NetworkMembershipListFilter, NetworkMembershipView,
};
use crate::auth::Authorized;
use crate::body::Body;
use crate::idempotency::IdempotencyKey;
use crate::operation;
use crate::page::{List, ListBody, PageParams};
use crate::problem::Problem;
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::reply::Reply;
use crate::state::AppState;

/// Let somebody join a learning network
///
/// A themed one that is open. A municipality lets people join who hold a role with it today, the
/// institute anybody. They get a mail that welcomes them, with a link to leave. The general
/// network is joined by the officials of a running trajectory only.
#[utoipa::path(
    operation_id = "create_network_membership",
    tag = "learning networks",
    security(("bearer" = ["networks:join"])),
    params(("id" = uuid::Uuid, Path, description = "The learning network"), IdempotencyKey),
    request_body = CreateNetworkMembershipRequest,
    responses((status = 201, description = "The membership", body = NetworkMembershipView), WriteErrors),
)]
#[post("/learning-networks/{id}/memberships")]
pub async fn create_network_membership(
    auth: Authorized<NetworksJoin>,
    id: web::Path<LearningNetworkId>,
    key: IdempotencyKey,
    body: Body<CreateNetworkMembershipRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let person = body.into_inner().person;
    operation::post(&state, auth, key, move |conn, by| {
        networks::join(conn, by.granted(), by.now(), id, person).map(|membership| {
            let location = format!("/v1/learning-networks/{id}/memberships");
            let view = NetworkMembershipView::new(&membership, by.permits());
            Reply::created_plain(location, &view)
        })
    })
    .await
}

/// List the members of a learning network
///
/// The newest first, with those who left. A municipality sees the memberships of people who hold
/// or held a role with it; how many members there are in all is told by the network itself.
#[utoipa::path(
    operation_id = "list_network_memberships",
    tag = "learning networks",
    security(("bearer" = ["networks:read"])),
    params(("id" = uuid::Uuid, Path, description = "The learning network"), NetworkMembershipListFilter, PageParams),
    responses((status = 200, description = "A page of memberships", body = ListBody<NetworkMembershipView>), ReadErrors),
)]
#[get("/learning-networks/{id}/memberships")]
pub async fn list_network_memberships(
    auth: Authorized<NetworksRead>,
    id: web::Path<LearningNetworkId>,
    list: List<NetworkMembershipListFilter>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let granted = auth.into_granted();
    let permits = granted.actor().permits();
    let (filter, page, links) = list.into_parts();
    let filter = MembershipFilter {
        status: filter.status,
    };
    let found = state
        .db
        .read(move |conn| {
            if networks::find(conn, id)?.is_none() {
                return Ok::<_, DbError>(None);
            }
            networks::members(conn, granted.scope(), id, &filter, &page).map(Some)
        })
        .await?
        .ok_or_else(Problem::not_found)?;
    let views = found.map(|membership| NetworkMembershipView::new(&membership, permits));
    Ok(links.answer(views, None))
}

/// Let somebody leave a learning network
///
/// At any time. Members also do so themselves, by the link in every mail of the network. The
/// membership stays on the list as one that was left.
#[utoipa::path(
    operation_id = "end_network_membership",
    tag = "learning networks",
    security(("bearer" = ["networks:join"])),
    params(
        ("id" = uuid::Uuid, Path, description = "The learning network"),
        ("membership" = uuid::Uuid, Path, description = "The membership"),
    ),
    responses((status = 204, description = "They left"), WriteErrors),
)]
#[delete("/learning-networks/{id}/memberships/{membership}")]
pub async fn end_network_membership(
    auth: Authorized<NetworksJoin>,
    path: web::Path<(LearningNetworkId, NetworkMembershipId)>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (id, membership) = path.into_inner();
    operation::change(&state, auth, move |conn, by| {
        networks::leave(conn, by.granted(), by.now(), id, membership).map(|_| Reply::no_content())
    })
    .await
}
