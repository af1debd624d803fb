//! Making, reading, changing and ending clients.

use actix_web::{HttpResponse, delete, get, patch, post, web};
use jiff::Timestamp;
use koplopers_shared::access::{ClientsManage, Granted};
use koplopers_shared::clients::{
    Client, ClientAction, ClientChangeError, CreateClientError, InvalidClientState, NewClient,
    actions, new_secret, queries,
};
use koplopers_shared::db::{DbConn, DbError, DbResult};
use koplopers_shared::idempotency::StoredResponse;
use koplopers_shared::ids::{ClientId, ClientSecretId};

use super::dto::{ChangeClientRequest, ClientView, ClientWithSecretView, CreateClientRequest};
use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::{IfMatch, MaybeIfMatch};
use crate::idempotency::IdempotencyKey;
use crate::operation;
use crate::page::{List, ListBody, NoFilter, PageParams};
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::problem::{Problem, kinds};
use crate::reply::Reply;
use crate::state::AppState;

/// Make a client
///
/// The answer holds its secret, which is not shown again.
#[utoipa::path(
    operation_id = "create_client",
    tag = "clients",
    security(("bearer" = ["clients:manage"])),
    params(IdempotencyKey),
    request_body = CreateClientRequest,
    responses((status = 201, description = "The client and its secret", body = ClientWithSecretView), WriteErrors),
)]
#[post("/clients")]
pub async fn create_client(
    auth: Authorized<ClientsManage>,
    key: IdempotencyKey,
    body: Body<CreateClientRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let new = NewClient::from(body.into_inner());
    let secret = new_secret().map_err(|error| Problem::internal(&error))?;
    operation::post(&state, auth, key, move |conn, by| {
        let (client, _) = actions::create(conn, by.granted(), by.now().at, new.clone(), &secret)?;
        let (location, version) = (location(&client), client.version);
        let view = view(conn, by.granted(), by.now().at, client)?.with_secret(&secret);
        Ok::<_, CreateClientError>(shown_once(location, version, view))
    })
    .await
}

/// List clients
///
/// Oldest first.
#[utoipa::path(
    operation_id = "list_clients",
    tag = "clients",
    security(("bearer" = ["clients:manage"])),
    params(PageParams),
    responses((status = 200, description = "A page of clients", body = ListBody<ClientView>), ReadErrors),
)]
#[get("/clients")]
pub async fn list_clients(
    auth: Authorized<ClientsManage>,
    list: List<NoFilter>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let now = state.clock.now();
    let granted = auth.into_granted();
    let permits = granted.actor().permits();
    let (NoFilter {}, page, links) = list.into_parts();
    let found = state
        .db
        .read(move |conn| {
            let page = queries::list(conn, granted.scope(), &page)?;
            let ids: Vec<ClientId> = page.items.iter().map(|client| client.id).collect();
            let mut secrets = queries::live_secrets_of(conn, &ids, now)?;
            Ok::<_, DbError>(page.map(|client| {
                let secrets = secrets.remove(&client.id).unwrap_or_default();
                (client, secrets)
            }))
        })
        .await?;
    let views = found.map(|(client, secrets)| ClientView::new(client, secrets, permits));
    Ok(links.answer(views, None))
}

/// Get a client
#[utoipa::path(
    operation_id = "get_client",
    tag = "clients",
    security(("bearer" = ["clients:manage"])),
    params(("id" = uuid::Uuid, Path, description = "The client")),
    responses((status = 200, description = "The client", body = ClientView), ReadErrors),
)]
#[get("/clients/{id}")]
pub async fn get_client(
    auth: Authorized<ClientsManage>,
    id: web::Path<ClientId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::get(&state, auth, move |conn, by| {
        match queries::find(conn, by.scope(), id)? {
            Some(client) => answer(conn, by.granted(), by.now().at, client).map(Some),
            None => Ok(None),
        }
    })
    .await
}

/// Change a client
///
/// Its name. What it may do and for whom never changes: make another client for that.
#[utoipa::path(
    operation_id = "change_client",
    tag = "clients",
    security(("bearer" = ["clients:manage"])),
    params(("id" = uuid::Uuid, Path, description = "The client"), IfMatch),
    request_body(content = ChangeClientRequest, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The client", body = ClientView), WriteErrors),
)]
#[patch("/clients/{id}")]
pub async fn change_client(
    auth: Authorized<ClientsManage>,
    id: web::Path<ClientId>,
    if_match: IfMatch,
    body: Body<ChangeClientRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (id, expected) = (id.into_inner(), if_match.version());
    let name = body.into_inner().name;
    operation::change(&state, auth, move |conn, by| {
        let client = actions::change(conn, by.granted(), by.now().at, id, expected, name.clone())?;
        Ok::<_, ClientChangeError>(answer(conn, by.granted(), by.now().at, client)?)
    })
    .await
}

/// Give a client another secret
///
/// The one in use stays valid until you end it, so that the client can change over; a third ends
/// the oldest. The answer holds the secret, which is not shown again.
#[utoipa::path(
    operation_id = "create_client_secret",
    tag = "clients",
    security(("bearer" = ["clients:manage"])),
    params(("id" = uuid::Uuid, Path, description = "The client"), IdempotencyKey),
    responses((status = 201, description = "The client and the secret", body = ClientWithSecretView), WriteErrors),
)]
#[post("/clients/{id}/secrets")]
pub async fn create_client_secret(
    auth: Authorized<ClientsManage>,
    id: web::Path<ClientId>,
    key: IdempotencyKey,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let secret = new_secret().map_err(|error| Problem::internal(&error))?;
    operation::post(&state, auth, key, move |conn, by| {
        let (client, _) = actions::add_secret(conn, by.granted(), by.now().at, id, &secret)?;
        let (location, version) = (location(&client), client.version);
        let view = view(conn, by.granted(), by.now().at, client)?.with_secret(&secret);
        Ok::<_, ClientChangeError>(shown_once(location, version, view))
    })
    .await
}

/// End a secret of a client
///
/// Not its last: disable the client instead.
#[utoipa::path(
    operation_id = "end_client_secret",
    tag = "clients",
    security(("bearer" = ["clients:manage"])),
    params(
        ("id" = uuid::Uuid, Path, description = "The client"),
        ("secret" = uuid::Uuid, Path, description = "The secret"),
    ),
    responses((status = 200, description = "The client", body = ClientView), WriteErrors),
)]
#[delete("/clients/{id}/secrets/{secret}")]
pub async fn end_client_secret(
    auth: Authorized<ClientsManage>,
    path: web::Path<(ClientId, ClientSecretId)>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (id, secret) = path.into_inner();
    operation::change(&state, auth, move |conn, by| {
        let client = actions::end_secret(conn, by.granted(), by.now().at, id, secret)?;
        Ok::<_, ClientChangeError>(answer(conn, by.granted(), by.now().at, client)?)
    })
    .await
}

/// Disable a client
///
/// For good. It gets no new tokens at once; those it has end within a minute.
#[utoipa::path(
    operation_id = "disable_client",
    tag = "clients",
    security(("bearer" = ["clients:manage"])),
    params(("id" = uuid::Uuid, Path, description = "The client"), MaybeIfMatch, IdempotencyKey),
    responses((status = 200, description = "The client", body = ClientView), WriteErrors),
)]
#[post("/clients/{id}/disablement")]
pub async fn disable_client(
    auth: Authorized<ClientsManage>,
    id: web::Path<ClientId>,
    if_match: MaybeIfMatch,
    key: IdempotencyKey,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (id, expected) = (id.into_inner(), if_match.version());
    operation::post(&state, auth, key, move |conn, by| {
        let client = actions::disable(conn, by.granted(), by.now().at, id, expected)?;
        Ok::<_, ClientChangeError>(answer(conn, by.granted(), by.now().at, client)?)
    })
    .await
}

/// The answer with a secret, which a repeat of the request is not shown.
fn shown_once(location: String, version: i64, view: ClientWithSecretView) -> StoredResponse {
    let reply = Reply::created(location.clone(), version, &view);
    let repeat = Reply::created(location, version, &view.without_secret());
    StoredResponse {
        replay_body: Some(repeat.body),
        ..reply
    }
}

fn location(client: &Client) -> String {
    format!("/v1/clients/{}", client.id)
}

fn view(
    conn: &mut DbConn,
    granted: &Granted<ClientsManage>,
    now: Timestamp,
    client: Client,
) -> DbResult<ClientView> {
    let secrets = queries::live_secrets(conn, client.id, now)?;
    Ok(ClientView::new(client, secrets, granted.actor().permits()))
}

fn answer(
    conn: &mut DbConn,
    granted: &Granted<ClientsManage>,
    now: Timestamp,
    client: Client,
) -> DbResult<StoredResponse> {
    let version = client.version;
    Ok(Reply::ok(version, &view(conn, granted, now, client)?))
}

impl From<CreateClientError> for Problem {
    fn from(error: CreateClientError) -> Self {
        let municipality =
            |code, reason: &'static str| Self::invalid_field("/municipality", code, reason);
        match error {
            CreateClientError::MunicipalityNeeded => {
                municipality("required", "must be given with the role municipality")
            }
            CreateClientError::MunicipalityNotAllowed => {
                municipality("invalid", "goes with the role municipality only")
            }
            CreateClientError::UnknownMunicipality => {
                municipality("unknown", "is not on the list of municipalities")
            }
            CreateClientError::ClientIdTaken => {
                Self::of(&kinds::ALREADY_EXISTS).detail("another client has this clientId")
            }
            CreateClientError::Db(error) => error.into(),
        }
    }
}

impl From<ClientChangeError> for Problem {
    fn from(error: ClientChangeError) -> Self {
        match error {
            ClientChangeError::NotFound => Self::not_found(),
            ClientChangeError::Stale => Self::of(&kinds::STALE),
            ClientChangeError::State(InvalidClientState { status }) => {
                let allowed: Vec<&str> = status
                    .allowed()
                    .iter()
                    .map(|action: &ClientAction| action.as_str())
                    .collect();
                Self::invalid_transition(status.as_str(), &allowed)
            }
            ClientChangeError::LastSecret => Self::of(&kinds::CONFLICT)
                .detail("this is the client's last secret; disable the client instead"),
            ClientChangeError::Db(error) => error.into(),
        }
    }
}
