//! Joining and leaving.

use super::{
    JoinError, LeaveError, Membership, MembershipStatus, NetworkAction, memberships, queries,
};
use crate::access::{Actor, Granted, NetworksJoin};
use crate::audit::{self, AuditLine};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError, DbResult};
use crate::deliveries::{self, NewDelivery, OrderKey, Payload};
use crate::events::{self, NewEvent, Subject};
use crate::ids::{LearningNetworkId, NetworkMembershipId, PersonId, TrajectoryId};
use crate::people;
use crate::words::MunicipalityCode;

/// Somebody whom a trajectory brings into the general network.
#[derive(Debug, Clone, Copy)]
pub struct NewMembership {
    /// Who.
    pub person: PersonId,
    /// The trajectory that runs.
    pub trajectory: TrajectoryId,
    /// Whose trajectory it is.
    pub municipality: MunicipalityCode,
}

/// Lets somebody join a themed network (B5); they get a mail with a way out. A municipality does
/// so for people who hold a role with it today, the institute for anybody.
pub fn join(
    conn: &mut DbConn,
    granted: &Granted<NetworksJoin>,
    now: LocalNow,
    network: LearningNetworkId,
    person: PersonId,
) -> Result<Membership, JoinError> {
    let network = queries::find(conn, network)?.ok_or(JoinError::NotFound)?;
    network.status().after(network.kind, NetworkAction::Join)?;
    let known = people::queries::find(conn, granted.scope(), person)?;
    if known.is_none_or(|person| person.is_erased()) {
        return Err(JoinError::UnknownPerson);
    }
    if let Some(codes) = granted.scope().codes()
        && !people::queries::holds_role_at(conn, person, codes, now.today)?
    {
        return Err(JoinError::WithoutRole);
    }
    if memberships::is_member(conn, network.id, person)? {
        return Err(JoinError::Member);
    }
    let membership = Membership {
        id: NetworkMembershipId::generate(),
        network: network.id,
        person,
        trajectory: None,
        municipality: granted.scope().bound_to(),
        joined_at: now.at,
        left_at: None,
    };
    add(conn, granted.actor(), now, &membership)?;
    Ok(membership)
}

/// Brings somebody into the general network because their trajectory runs (B4), with a mail and a
/// way out. Nothing happens to who is in it, or was brought by the same trajectory and left.
///
/// Whoever calls has decided that `actor` may.
pub fn enrol(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    new: NewMembership,
) -> DbResult<Option<Membership>> {
    let network = queries::general(conn)?.ok_or(DbError::Corrupt {
        what: "general learning network",
    })?;
    let known = memberships::is_member(conn, network.id, new.person)?
        || memberships::was_brought_by(conn, network.id, new.person, new.trajectory)?;
    if known {
        return Ok(None);
    }
    let membership = Membership {
        id: NetworkMembershipId::generate(),
        network: network.id,
        person: new.person,
        trajectory: Some(new.trajectory),
        municipality: Some(new.municipality),
        joined_at: now.at,
        left_at: None,
    };
    add(conn, actor, now, &membership)?;
    Ok(Some(membership))
}

/// Ends a membership, at any time and whatever brought it about.
pub fn leave(
    conn: &mut DbConn,
    granted: &Granted<NetworksJoin>,
    now: LocalNow,
    network: LearningNetworkId,
    id: NetworkMembershipId,
) -> Result<Membership, LeaveError> {
    let membership = memberships::find_membership(conn, granted.scope(), network, id)?
        .ok_or(LeaveError::NotFound)?;
    let left = membership.leave(now.at)?;
    if !memberships::end(conn, id, now.at)? {
        return Err(DbError::Conflict.into());
    }
    trace(conn, granted.actor(), now, &left)?;
    Ok(left)
}

fn add(conn: &mut DbConn, actor: &Actor, now: LocalNow, membership: &Membership) -> DbResult<()> {
    memberships::insert(conn, membership)?;
    trace(conn, actor, now, membership)?;
    let welcome = NewDelivery {
        dedupe_key: format!("network_welcome:{}", membership.id),
        payload: Payload::NetworkWelcome {
            membership: membership.id,
        },
        recipient: membership.person,
        subject: subject(membership),
        meeting: None,
        order_key: OrderKey::subject(membership.network.0, membership.person),
        due_at: now.at,
        expires_at: None,
    };
    deliveries::enqueue(conn, &welcome, actor, now.at)?;
    Ok(())
}

const fn subject(membership: &Membership) -> Subject {
    Subject {
        kind: "network_membership",
        id: membership.id.0,
    }
}

fn trace(conn: &mut DbConn, actor: &Actor, now: LocalNow, membership: &Membership) -> DbResult<()> {
    let status = membership.status();
    let (event_type, audit_action, from) = match status {
        MembershipStatus::Active => ("network_membership.joined", "learning_network.join", None),
        MembershipStatus::Left => (
            "network_membership.left",
            "learning_network.leave",
            Some(MembershipStatus::Active.as_str()),
        ),
    };
    let event = NewEvent {
        event_type,
        subject: subject(membership),
        municipality: membership.municipality,
        from,
        to: Some(status.as_str()),
        reason: None,
        data: serde_json::json!({ "network": membership.network }),
    };
    events::append(conn, &event, actor, now.at)?;
    let line = AuditLine {
        action: audit_action,
        object_type: "network_membership",
        object_id: Some(membership.id.to_string()),
        municipality: membership.municipality,
    };
    audit::record(conn, actor, line, now.at)
}
