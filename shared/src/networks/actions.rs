//! Making, changing and closing networks.

use jiff::Timestamp;

use super::{
    ChangeNetworkError, CreateNetworkError, Network, NetworkAction, NetworkKind, NetworkProblem,
    NetworkStatus, queries,
};
use crate::access::{Actor, Granted, NetworksWrite, Scope};
use crate::audit::{self, AuditLine};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbResult};
use crate::events::{self, NewEvent, Subject};
use crate::ids::LearningNetworkId;
use crate::reference::{self, ReferenceList};
use crate::words::Slug;

/// What the general network is called until a coordinator names it otherwise.
const GENERAL_NAME: &str = "Netwerk van gemeenten";

/// A themed network about to be made.
#[derive(Debug, Clone)]
pub struct NewNetwork {
    /// What people call it.
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
    /// Its theme, if it is one of the list.
    pub theme: Option<Slug>,
}

/// What changes: `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct NetworkChange {
    /// Another name.
    pub name: Option<String>,
    /// Another description, or none.
    pub description: Option<Option<String>>,
    /// Another theme, or none.
    pub theme: Option<Option<Slug>>,
}

/// Makes a themed network (B5).
pub fn create(
    conn: &mut DbConn,
    granted: &Granted<NetworksWrite>,
    now: LocalNow,
    new: NewNetwork,
) -> Result<Network, CreateNetworkError> {
    if *granted.scope() != Scope::Institute {
        return Err(CreateNetworkError::InstituteOnly);
    }
    if !is_usable(conn, new.theme.as_ref())? {
        return Err(CreateNetworkError::Invalid(NetworkProblem::UnknownTheme));
    }
    let network = Network {
        id: LearningNetworkId::generate(),
        version: 1,
        kind: NetworkKind::Themed,
        name: new.name,
        description: new.description,
        theme: new.theme,
        closed_at: None,
        created_at: now.at,
        updated_at: now.at,
    };
    queries::insert(conn, &network)?;
    let told = ("learning_network.created", "learning_network.create");
    trace(conn, granted.actor(), now, &network, None, told)?;
    Ok(network)
}

/// Changes what a network says.
pub fn change(
    conn: &mut DbConn,
    granted: &Granted<NetworksWrite>,
    now: LocalNow,
    id: LearningNetworkId,
    expected_version: Option<i64>,
    change: NetworkChange,
) -> Result<Network, ChangeNetworkError> {
    let network = found(conn, granted, id, expected_version)?;
    let from = network.status();
    let mut changed = network.after(NetworkAction::Change, now.at)?;
    if let Some(theme) = change.theme {
        if theme.is_some() && changed.kind == NetworkKind::General {
            return Err(ChangeNetworkError::Invalid(NetworkProblem::ThemeOfGeneral));
        }
        if theme != changed.theme && !is_usable(conn, theme.as_ref())? {
            return Err(ChangeNetworkError::Invalid(NetworkProblem::UnknownTheme));
        }
        changed.theme = theme;
    }
    changed.name = change.name.unwrap_or(changed.name);
    changed.description = change.description.unwrap_or(changed.description);
    let changed = queries::update(conn, changed)?;
    let told = ("learning_network.changed", "learning_network.change");
    trace(conn, granted.actor(), now, &changed, Some(from), told)?;
    Ok(changed)
}

/// Closes a themed network: nobody joins any more.
pub fn close(
    conn: &mut DbConn,
    granted: &Granted<NetworksWrite>,
    now: LocalNow,
    id: LearningNetworkId,
    expected_version: Option<i64>,
) -> Result<Network, ChangeNetworkError> {
    let network = found(conn, granted, id, expected_version)?;
    let from = network.status();
    let closed = queries::update(conn, network.after(NetworkAction::Close, now.at)?)?;
    let told = ("learning_network.closed", "learning_network.close");
    trace(conn, granted.actor(), now, &closed, Some(from), told)?;
    Ok(closed)
}

/// Makes the general network unless it is there; says how many were made.
pub fn load(conn: &mut DbConn, now: Timestamp) -> DbResult<usize> {
    if queries::general(conn)?.is_some() {
        return Ok(0);
    }
    let network = Network {
        id: LearningNetworkId::generate(),
        version: 1,
        kind: NetworkKind::General,
        name: GENERAL_NAME.to_owned(),
        description: None,
        theme: None,
        closed_at: None,
        created_at: now,
        updated_at: now,
    };
    queries::insert(conn, &network)?;
    Ok(1)
}

fn found(
    conn: &mut DbConn,
    granted: &Granted<NetworksWrite>,
    id: LearningNetworkId,
    expected_version: Option<i64>,
) -> Result<Network, ChangeNetworkError> {
    if *granted.scope() != Scope::Institute {
        return Err(ChangeNetworkError::InstituteOnly);
    }
    let network = queries::find(conn, id)?.ok_or(ChangeNetworkError::NotFound)?;
    if expected_version.is_some_and(|version| version != network.version) {
        return Err(ChangeNetworkError::Stale);
    }
    Ok(network)
}

fn is_usable(conn: &mut DbConn, theme: Option<&Slug>) -> DbResult<bool> {
    let Some(theme) = theme else { return Ok(true) };
    let theme = std::slice::from_ref(theme);
    Ok(reference::queries::unusable(conn, ReferenceList::Themes, theme)?.is_empty())
}

fn trace(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    network: &Network,
    from: Option<NetworkStatus>,
    (event_type, audit_action): (&'static str, &'static str),
) -> DbResult<()> {
    let event = NewEvent {
        event_type,
        subject: Subject {
            kind: "learning_network",
            id: network.id.0,
        },
        municipality: None,
        from: from.map(NetworkStatus::as_str),
        to: Some(network.status().as_str()),
        reason: None,
        data: serde_json::json!({ "version": network.version }),
    };
    events::append(conn, &event, actor, now.at)?;
    let line = AuditLine {
        action: audit_action,
        object_type: "learning_network",
        object_id: Some(network.id.to_string()),
        municipality: None,
    };
    audit::record(conn, actor, line, now.at)
}
