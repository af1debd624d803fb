//! Every statement on memberships.

use diesel::prelude::*;
use jiff::Timestamp;

use super::{Membership, MembershipStatus};
use crate::access::Scope;
use crate::db::columns::At;
use crate::db::schema::{network_memberships, person_roles};
use crate::db::{DbConn, DbResult};
use crate::ids::{LearningNetworkId, NetworkMembershipId, PersonId, TrajectoryId};
use crate::paging::{PageSpec, Paged, Position, turn_to};
use crate::words::MunicipalityCode;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = network_memberships)]
struct MembershipRow {
    id: NetworkMembershipId,
    network: LearningNetworkId,
    person: PersonId,
    trajectory: Option<TrajectoryId>,
    municipality: Option<MunicipalityCode>,
    joined_at: At,
    left_at: Option<At>,
}

impl From<MembershipRow> for Membership {
    fn from(row: MembershipRow) -> Self {
        Self {
            id: row.id,
            network: row.network,
            person: row.person,
            trajectory: row.trajectory,
            municipality: row.municipality,
            joined_at: row.joined_at.0,
            left_at: row.left_at.map(Timestamp::from),
        }
    }
}

/// Which memberships a list holds.
#[derive(Debug, Clone, Default)]
pub struct MembershipFilter {
    /// Only those in this state.
    pub status: Option<MembershipStatus>,
}

type Boxed = network_memberships::BoxedQuery<'static, crate::db::MultiBackend>;

/// A municipality sees those of the people whom it sees: who hold or held a role with it.
fn seen_by(scope: &Scope) -> Boxed {
    let query = network_memberships::table.into_boxed();
    match scope.codes() {
        None => query,
        Some(codes) => {
            let own = person_roles::table
                .select(person_roles::person)
                .filter(person_roles::municipality.eq_any(codes.to_vec()));
            query.filter(network_memberships::person.eq_any(own))
        }
    }
}

/// A page of a network's memberships, the newest first.
pub fn members(
    conn: &mut DbConn,
    scope: &Scope,
    network: LearningNetworkId,
    filter: &MembershipFilter,
    page: &PageSpec,
) -> DbResult<Paged<Membership>> {
    let mut query = seen_by(scope).filter(network_memberships::network.eq(network));
    match filter.status {
        None => {}
        Some(MembershipStatus::Active) => {
            query = query.filter(network_memberships::left_at.is_null());
        }
        Some(MembershipStatus::Left) => {
            query = query.filter(network_memberships::left_at.is_not_null());
        }
    }
    query = turn_to!(
        query,
        page,
        newest_first(network_memberships::joined_at, network_memberships::id)
    );
    let rows = query
        .limit(page.fetch())
        .select(MembershipRow::as_select())
        .load(conn)?;
    let rows = rows.into_iter().map(Membership::from).collect();
    Ok(page.finish(rows, |membership: &Membership| Position {
        at: membership.joined_at,
        id: membership.id.0,
    }))
}

/// One membership of a network, if `scope` sees it.
pub fn find_membership(
    conn: &mut DbConn,
    scope: &Scope,
    network: LearningNetworkId,
    id: NetworkMembershipId,
) -> DbResult<Option<Membership>> {
    let row = seen_by(scope)
        .filter(network_memberships::id.eq(id))
        .filter(network_memberships::network.eq(network))
        .select(MembershipRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Membership::from))
}

/// One membership, for its link and its mails, whose recipient it belongs to.
pub fn membership_by_id(
    conn: &mut DbConn,
    id: NetworkMembershipId,
) -> DbResult<Option<Membership>> {
    let row = network_memberships::table
        .find(id)
        .select(MembershipRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Membership::from))
}

/// What a person is in now, in order of joining.
pub fn of_person(conn: &mut DbConn, person: PersonId) -> DbResult<Vec<Membership>> {
    let rows = network_memberships::table
        .filter(network_memberships::person.eq(person))
        .filter(network_memberships::left_at.is_null())
        .order((network_memberships::joined_at, network_memberships::id))
        .select(MembershipRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Membership::from).collect())
}

/// Whether somebody is in a network now.
pub(super) fn is_member(
    conn: &mut DbConn,
    network: LearningNetworkId,
    person: PersonId,
) -> DbResult<bool> {
    let found: i64 = network_memberships::table
        .filter(network_memberships::network.eq(network))
        .filter(network_memberships::person.eq(person))
        .filter(network_memberships::left_at.is_null())
        .count()
        .get_result(conn)?;
    Ok(found > 0)
}

/// Whether a trajectory brought somebody into a network before, also when they left since.
pub(super) fn was_brought_by(
    conn: &mut DbConn,
    network: LearningNetworkId,
    person: PersonId,
    trajectory: TrajectoryId,
) -> DbResult<bool> {
    let found: i64 = network_memberships::table
        .filter(network_memberships::network.eq(network))
        .filter(network_memberships::person.eq(person))
        .filter(network_memberships::trajectory.eq(trajectory))
        .count()
        .get_result(conn)?;
    Ok(found > 0)
}

pub(super) fn insert(conn: &mut DbConn, membership: &Membership) -> DbResult<()> {
    diesel::insert_into(network_memberships::table)
        .values(MembershipRow {
            id: membership.id,
            network: membership.network,
            person: membership.person,
            trajectory: membership.trajectory,
            municipality: membership.municipality,
            joined_at: At(membership.joined_at),
            left_at: membership.left_at.map(At),
        })
        .execute(conn)?;
    Ok(())
}

/// Ends a membership; false when somebody else did so first.
pub(super) fn end(
    conn: &mut DbConn,
    id: NetworkMembershipId,
    left_at: Timestamp,
) -> DbResult<bool> {
    let open = network_memberships::table
        .filter(network_memberships::id.eq(id))
        .filter(network_memberships::left_at.is_null());
    let ended = diesel::update(open)
        .set(network_memberships::left_at.eq(Some(At(left_at))))
        .execute(conn)?;
    Ok(ended == 1)
}
