//! Every SQL statement on `clients` and `client_secrets`.

use std::collections::HashMap;

use diesel::prelude::*;
use jiff::Timestamp;

use super::model::{Client, ClientStatus, StoredSecret};
use crate::access::{Role, Scope};
use crate::db::columns::At;
use crate::db::schema::{client_secrets, clients};
use crate::db::{DbConn, DbResult, one_row};
use crate::ids::{ClientId, ClientSecretId};
use crate::paging::{PageSpec, Paged, Position, turn_to};
use crate::secrets::SecretHash;
use crate::words::{MunicipalityCode, Slug};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = clients)]
struct ClientRow {
    id: ClientId,
    version: i64,
    client_id: Slug,
    name: String,
    municipality: Option<MunicipalityCode>,
    role: Role,
    status: ClientStatus,
    created_at: At,
    updated_at: At,
}

impl From<ClientRow> for Client {
    fn from(row: ClientRow) -> Self {
        Self {
            id: row.id,
            version: row.version,
            client_id: row.client_id,
            name: row.name,
            municipality: row.municipality,
            role: row.role,
            status: row.status,
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        }
    }
}

/// One client.
pub fn find(conn: &mut DbConn, scope: &Scope, id: ClientId) -> DbResult<Option<Client>> {
    let mut query = clients::table
        .select(ClientRow::as_select())
        .filter(clients::id.eq(id))
        .into_boxed();
    if let Some(codes) = scope.codes() {
        query = query.filter(clients::municipality.eq_any(codes.to_vec()));
    }
    Ok(query.first(conn).optional()?.map(Client::from))
}

/// The client behind an OAuth client id. Whoever asks has not been let in yet, so there is no
/// scope to bound it by.
pub fn find_by_client_id(conn: &mut DbConn, client_id: &str) -> DbResult<Option<Client>> {
    let row: Option<ClientRow> = clients::table
        .select(ClientRow::as_select())
        .filter(clients::client_id.eq(client_id))
        .first(conn)
        .optional()?;
    Ok(row.map(Client::from))
}

/// The clients, oldest first.
pub fn list(conn: &mut DbConn, scope: &Scope, page: &PageSpec) -> DbResult<Paged<Client>> {
    let mut query = clients::table
        .select(ClientRow::as_select())
        .limit(page.fetch())
        .into_boxed();
    if let Some(codes) = scope.codes() {
        query = query.filter(clients::municipality.eq_any(codes.to_vec()));
    }
    query = turn_to!(query, page, oldest_first(clients::created_at, clients::id));
    let rows: Vec<ClientRow> = query.load(conn)?;
    let found = rows.into_iter().map(Client::from).collect();
    Ok(page.finish(found, |client: &Client| Position {
        at: client.created_at,
        id: client.id.0,
    }))
}

/// The secrets of a client that have not ended at `now`, oldest first.
pub fn live_secrets(
    conn: &mut DbConn,
    client: ClientId,
    now: Timestamp,
) -> DbResult<Vec<StoredSecret>> {
    let mut found = live_secrets_of(conn, &[client], now)?;
    Ok(found.remove(&client).unwrap_or_default())
}

/// The same for several clients, in one query.
pub fn live_secrets_of(
    conn: &mut DbConn,
    clients: &[ClientId],
    now: Timestamp,
) -> DbResult<HashMap<ClientId, Vec<StoredSecret>>> {
    let rows: Vec<(ClientId, ClientSecretId, At, Option<At>)> = client_secrets::table
        .filter(client_secrets::client.eq_any(clients.to_vec()))
        .filter(
            client_secrets::expires_at
                .is_null()
                .or(client_secrets::expires_at.gt(At(now))),
        )
        .order((client_secrets::created_at, client_secrets::id))
        .select((
            client_secrets::client,
            client_secrets::id,
            client_secrets::created_at,
            client_secrets::expires_at,
        ))
        .load(conn)?;
    let mut found: HashMap<ClientId, Vec<StoredSecret>> = HashMap::new();
    for (client, id, created_at, expires_at) in rows {
        found.entry(client).or_default().push(StoredSecret {
            id,
            created_at: created_at.0,
            expires_at: expires_at.map(Timestamp::from),
        });
    }
    Ok(found)
}

/// The hashes of a client's secrets that have not ended at `now`: one query, also for a client
/// that there is not.
pub(super) fn live_hashes(
    conn: &mut DbConn,
    client_id: &str,
    now: Timestamp,
) -> DbResult<Vec<SecretHash>> {
    let hashes: Vec<Vec<u8>> = client_secrets::table
        .inner_join(clients::table.on(clients::id.eq(client_secrets::client)))
        .filter(clients::client_id.eq(client_id))
        .filter(clients::status.eq(ClientStatus::Active))
        .filter(
            client_secrets::expires_at
                .is_null()
                .or(client_secrets::expires_at.gt(At(now))),
        )
        .select(client_secrets::secret_hash)
        .load(conn)?;
    Ok(hashes.into_iter().map(SecretHash::stored).collect())
}

pub(super) fn insert(conn: &mut DbConn, client: &Client) -> DbResult<()> {
    let row = ClientRow {
        id: client.id,
        version: client.version,
        client_id: client.client_id.clone(),
        name: client.name.clone(),
        municipality: client.municipality,
        role: client.role,
        status: client.status,
        created_at: At(client.created_at),
        updated_at: At(client.updated_at),
    };
    diesel::insert_into(clients::table)
        .values(&row)
        .execute(conn)?;
    Ok(())
}

/// Writes name, status and time over the version that was read.
pub(super) fn update(conn: &mut DbConn, client: Client) -> DbResult<Client> {
    let changed = diesel::update(clients::table)
        .filter(clients::id.eq(client.id))
        .filter(clients::version.eq(client.version))
        .set((
            clients::version.eq(client.version + 1),
            clients::name.eq(&client.name),
            clients::status.eq(client.status),
            clients::updated_at.eq(At(client.updated_at)),
        ))
        .execute(conn)?;
    one_row(changed)?;
    Ok(Client {
        version: client.version + 1,
        ..client
    })
}

pub(super) fn insert_secret(
    conn: &mut DbConn,
    client: ClientId,
    id: ClientSecretId,
    hash: &SecretHash,
    now: Timestamp,
) -> DbResult<()> {
    diesel::insert_into(client_secrets::table)
        .values((
            client_secrets::id.eq(id),
            client_secrets::client.eq(client),
            client_secrets::secret_hash.eq(hash.as_bytes()),
            client_secrets::created_at.eq(At(now)),
        ))
        .execute(conn)?;
    Ok(())
}

pub(super) fn end_secret(conn: &mut DbConn, id: ClientSecretId, now: Timestamp) -> DbResult<()> {
    diesel::update(client_secrets::table)
        .filter(client_secrets::id.eq(id))
        .set(client_secrets::expires_at.eq(Some(At(now))))
        .execute(conn)?;
    Ok(())
}
