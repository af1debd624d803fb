//! Every statement on learning networks. They hold no personal data and belong to no
//! municipality, so whoever may read them reads all.

use std::collections::HashMap;

use diesel::prelude::*;
use jiff::Timestamp;

use super::{Network, NetworkKind, NetworkStatus};
use crate::db::columns::At;
use crate::db::schema::{learning_networks, network_memberships};
use crate::db::{DbConn, DbResult, one_row};
use crate::ids::LearningNetworkId;
use crate::paging::{PageSpec, Paged, Position, turn_to};
use crate::words::Slug;

#[derive(Queryable, Selectable)]
#[diesel(table_name = learning_networks)]
struct NetworkRow {
    id: LearningNetworkId,
    version: i64,
    kind: NetworkKind,
    name: String,
    description: Option<String>,
    theme: Option<Slug>,
    closed_at: Option<At>,
    created_at: At,
    updated_at: At,
}

impl From<NetworkRow> for Network {
    fn from(row: NetworkRow) -> Self {
        Self {
            id: row.id,
            version: row.version,
            kind: row.kind,
            name: row.name,
            description: row.description,
            theme: row.theme,
            closed_at: row.closed_at.map(Timestamp::from),
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        }
    }
}

/// Which networks a list holds.
#[derive(Debug, Clone, Default)]
pub struct NetworkFilter {
    /// Only those of this kind.
    pub kind: Option<NetworkKind>,
    /// Only those in this state.
    pub status: Option<NetworkStatus>,
    /// Only those on this theme.
    pub theme: Option<Slug>,
}

/// A page of networks, oldest first: the general one leads.
pub fn list(
    conn: &mut DbConn,
    filter: &NetworkFilter,
    page: &PageSpec,
) -> DbResult<Paged<Network>> {
    let mut query = learning_networks::table
        .select(NetworkRow::as_select())
        .limit(page.fetch())
        .into_boxed();
    if let Some(kind) = filter.kind {
        query = query.filter(learning_networks::kind.eq(kind));
    }
    match filter.status {
        None => {}
        Some(NetworkStatus::Open) => query = query.filter(learning_networks::closed_at.is_null()),
        Some(NetworkStatus::Closed) => {
            query = query.filter(learning_networks::closed_at.is_not_null());
        }
    }
    if let Some(theme) = filter.theme.clone() {
        query = query.filter(learning_networks::theme.eq(theme));
    }
    query = turn_to!(
        query,
        page,
        oldest_first(learning_networks::created_at, learning_networks::id)
    );
    let rows = query.load(conn)?.into_iter().map(Network::from).collect();
    Ok(page.finish(rows, |network: &Network| Position {
        at: network.created_at,
        id: network.id.0,
    }))
}

/// One network.
pub fn find(conn: &mut DbConn, id: LearningNetworkId) -> DbResult<Option<Network>> {
    let row = learning_networks::table
        .find(id)
        .select(NetworkRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Network::from))
}

/// The network of the officials of every running trajectory; there is one once the catalogue was
/// loaded.
pub fn general(conn: &mut DbConn) -> DbResult<Option<Network>> {
    let row = learning_networks::table
        .filter(learning_networks::kind.eq(NetworkKind::General))
        .select(NetworkRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Network::from))
}

/// How many people are in each of these networks now; a network without any is left out.
pub fn member_counts(
    conn: &mut DbConn,
    networks: &[LearningNetworkId],
) -> DbResult<HashMap<LearningNetworkId, i64>> {
    let counted: Vec<(LearningNetworkId, i64)> = network_memberships::table
        .filter(network_memberships::network.eq_any(networks.to_vec()))
        .filter(network_memberships::left_at.is_null())
        .group_by(network_memberships::network)
        .select((network_memberships::network, diesel::dsl::count_star()))
        .load(conn)?;
    Ok(counted.into_iter().collect())
}

pub(super) fn insert(conn: &mut DbConn, network: &Network) -> DbResult<()> {
    diesel::insert_into(learning_networks::table)
        .values((
            learning_networks::id.eq(network.id),
            learning_networks::version.eq(network.version),
            learning_networks::kind.eq(network.kind),
            learning_networks::name.eq(&network.name),
            learning_networks::description.eq(network.description.as_deref()),
            learning_networks::theme.eq(network.theme.as_ref()),
            learning_networks::closed_at.eq(network.closed_at.map(At)),
            learning_networks::created_at.eq(At(network.created_at)),
            learning_networks::updated_at.eq(At(network.updated_at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores a changed network, provided that nobody changed it since it was read.
pub(super) fn update(conn: &mut DbConn, network: Network) -> DbResult<Network> {
    let version = network.version + 1;
    let unchanged = learning_networks::table
        .filter(learning_networks::id.eq(network.id))
        .filter(learning_networks::version.eq(network.version));
    let changed = diesel::update(unchanged)
        .set((
            learning_networks::version.eq(version),
            learning_networks::name.eq(&network.name),
            learning_networks::description.eq(network.description.as_deref()),
            learning_networks::theme.eq(network.theme.as_ref()),
            learning_networks::closed_at.eq(network.closed_at.map(At)),
            learning_networks::updated_at.eq(At(network.updated_at)),
        ))
        .execute(conn)?;
    one_row(changed)?;
    Ok(Network { version, ..network })
}
