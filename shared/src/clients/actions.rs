//! Making, changing and ending clients, and letting them in.

use jiff::Timestamp;
use serde_json::json;

use super::model::{
    Client, ClientAction, ClientChangeError, ClientStatus, CreateClientError, NewClient,
};
use super::queries;
use crate::access::{ClientsManage, Granted};
use crate::audit::{self, AuditLine};
use crate::db::{DbConn, DbResult};
use crate::events::{self, NewEvent, Subject};
use crate::ids::{ClientId, ClientSecretId};
use crate::municipalities;
use crate::secrets::{NoRandom, Secret, SecretHash};
use crate::words::Slug;

/// What a client's secret begins with.
const SECRET_PREFIX: &str = "kps_";

/// A rotation keeps this many secrets: the new one, and the one still in use.
const SECRETS_AT_ONCE: usize = 2;

/// A secret for [`create`] and [`add_secret`], made before the transaction: what the transaction
/// returns may be stored for a repeat, and no secret is.
pub fn new_secret() -> Result<Secret, NoRandom> {
    Secret::generate(SECRET_PREFIX)
}

/// Makes a client with its first secret.
pub fn create(
    conn: &mut DbConn,
    granted: &Granted<ClientsManage>,
    now: Timestamp,
    new: NewClient,
    secret: &Secret,
) -> Result<(Client, ClientSecretId), CreateClientError> {
    match (new.role.needs_municipality(), new.municipality) {
        (true, None) => return Err(CreateClientError::MunicipalityNeeded),
        (false, Some(_)) => return Err(CreateClientError::MunicipalityNotAllowed),
        (true, Some(code)) => {
            let own = granted.scope().bound_to();
            if own.is_some_and(|own| own != code)
                || municipalities::queries::find(conn, code)?.is_none()
            {
                return Err(CreateClientError::UnknownMunicipality);
            }
        }
        (false, None) => {}
    }
    let id = ClientId::generate();
    let client_id = new.client_id.unwrap_or_else(|| Slug::from(id.0));
    if queries::find_by_client_id(conn, client_id.as_str())?.is_some() {
        return Err(CreateClientError::ClientIdTaken);
    }
    let client = Client {
        id,
        version: 1,
        client_id,
        name: new.name,
        municipality: new.municipality,
        role: new.role,
        status: ClientStatus::Active,
        created_at: now,
        updated_at: now,
    };
    queries::insert(conn, &client)?;
    let secret = keep_secret(conn, client.id, secret, now)?;
    let told = Told {
        event: "client.created",
        action: "client.create",
        from: None,
        data: json!({ "role": client.role }),
    };
    tell(conn, granted, now, &client, told)?;
    Ok((client, secret))
}

/// Changes a client that the caller read at version `expected`; without a name it stays as it is.
pub fn change(
    conn: &mut DbConn,
    granted: &Granted<ClientsManage>,
    now: Timestamp,
    id: ClientId,
    expected: Option<i64>,
    name: Option<String>,
) -> Result<Client, ClientChangeError> {
    let client = found(conn, granted, id, expected)?.allowing(ClientAction::Change)?;
    let Some(name) = name else {
        return Ok(client);
    };
    let client = queries::update(
        conn,
        Client {
            name,
            updated_at: now,
            ..client
        },
    )?;
    let told = Told {
        event: "client.changed",
        action: "client.change",
        from: None,
        data: json!({ "fields": ["name"] }),
    };
    tell(conn, granted, now, &client, told)?;
    Ok(client)
}

/// Gives a client another secret. The one in use stays valid until it is ended, or until a
/// third is made.
pub fn add_secret(
    conn: &mut DbConn,
    granted: &Granted<ClientsManage>,
    now: Timestamp,
    id: ClientId,
    secret: &Secret,
) -> Result<(Client, ClientSecretId), ClientChangeError> {
    let client = found(conn, granted, id, None)?.allowing(ClientAction::AddSecret)?;
    let live = queries::live_secrets(conn, id, now)?;
    let too_many = (live.len() + 1).saturating_sub(SECRETS_AT_ONCE);
    for oldest in live.iter().take(too_many) {
        queries::end_secret(conn, oldest.id, now)?;
    }
    let secret = keep_secret(conn, id, secret, now)?;
    let client = touch(conn, client, now)?;
    let told = Told {
        event: "client.secret_added",
        action: "client.add_secret",
        from: None,
        data: json!({ "secret": secret }),
    };
    tell(conn, granted, now, &client, told)?;
    Ok((client, secret))
}

/// Ends one of a client's secrets, but not its last.
pub fn end_secret(
    conn: &mut DbConn,
    granted: &Granted<ClientsManage>,
    now: Timestamp,
    id: ClientId,
    secret: ClientSecretId,
) -> Result<Client, ClientChangeError> {
    let client = found(conn, granted, id, None)?.allowing(ClientAction::EndSecret)?;
    let live = queries::live_secrets(conn, id, now)?;
    if !live.iter().any(|other| other.id == secret) {
        return Err(ClientChangeError::NotFound);
    }
    if live.len() == 1 {
        return Err(ClientChangeError::LastSecret);
    }
    queries::end_secret(conn, secret, now)?;
    let client = touch(conn, client, now)?;
    let told = Told {
        event: "client.secret_ended",
        action: "client.end_secret",
        from: None,
        data: json!({ "secret": secret }),
    };
    tell(conn, granted, now, &client, told)?;
    Ok(client)
}

/// Ends a client: it gets no new tokens at once, and its tokens count no longer within 60 s.
pub fn disable(
    conn: &mut DbConn,
    granted: &Granted<ClientsManage>,
    now: Timestamp,
    id: ClientId,
    expected: Option<i64>,
) -> Result<Client, ClientChangeError> {
    let client = found(conn, granted, id, expected)?;
    let from = client.status;
    let client = queries::update(conn, client.disable(now)?)?;
    for secret in queries::live_secrets(conn, id, now)? {
        queries::end_secret(conn, secret.id, now)?;
    }
    let told = Told {
        event: "client.disabled",
        action: "client.disable",
        from: Some(from),
        data: json!({}),
    };
    tell(conn, granted, now, &client, told)?;
    Ok(client)
}

/// The active client whose secret this is. An unknown client costs the same work as a wrong
/// secret.
pub fn authenticate(
    conn: &mut DbConn,
    client_id: &str,
    secret: &str,
    now: Timestamp,
) -> DbResult<Option<Client>> {
    let shown = SecretHash::of(secret);
    let client = queries::find_by_client_id(conn, client_id)?;
    let hashes = queries::live_hashes(conn, client_id, now)?;
    let matches = hashes
        .iter()
        .fold(false, |found, hash| hash.matches(&shown) | found);
    Ok(client.filter(|client| matches && client.status == ClientStatus::Active))
}

fn found(
    conn: &mut DbConn,
    granted: &Granted<ClientsManage>,
    id: ClientId,
    expected: Option<i64>,
) -> Result<Client, ClientChangeError> {
    let client = queries::find(conn, granted.scope(), id)?.ok_or(ClientChangeError::NotFound)?;
    if expected.is_some_and(|expected| expected != client.version) {
        return Err(ClientChangeError::Stale);
    }
    Ok(client)
}

fn touch(conn: &mut DbConn, client: Client, now: Timestamp) -> DbResult<Client> {
    queries::update(
        conn,
        Client {
            updated_at: now,
            ..client
        },
    )
}

fn keep_secret(
    conn: &mut DbConn,
    client: ClientId,
    secret: &Secret,
    now: Timestamp,
) -> DbResult<ClientSecretId> {
    let id = ClientSecretId::generate();
    queries::insert_secret(conn, client, id, &secret.hash(), now)?;
    Ok(id)
}

struct Told {
    event: &'static str,
    action: &'static str,
    from: Option<ClientStatus>,
    data: serde_json::Value,
}

fn tell(
    conn: &mut DbConn,
    granted: &Granted<ClientsManage>,
    now: Timestamp,
    client: &Client,
    told: Told,
) -> DbResult<()> {
    let event = NewEvent {
        event_type: told.event,
        subject: Subject {
            kind: "client",
            id: client.id.0,
        },
        municipality: client.municipality,
        from: told.from.map(ClientStatus::as_str),
        to: told.from.map(|_| client.status.as_str()),
        reason: None,
        data: told.data,
    };
    events::append(conn, &event, granted.actor(), now)?;
    let line = AuditLine {
        action: told.action,
        object_type: "client",
        object_id: Some(client.id.to_string()),
        municipality: client.municipality,
    };
    audit::record(conn, granted.actor(), line, now)
}
