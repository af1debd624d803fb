//! Every statement on the officials of trajectories.

use diesel::prelude::*;

use super::Trajectory;
use crate::db::columns::At;
use crate::db::schema::trajectory_officials;
use crate::db::{DbConn, DbResult};
use crate::ids::{PersonId, TrajectoryId};

/// Reads the officials of several trajectories in one query.
pub(super) fn attach(conn: &mut DbConn, trajectories: &mut [Trajectory]) -> DbResult<()> {
    let ids: Vec<TrajectoryId> = trajectories.iter().map(|it| it.id).collect();
    let rows: Vec<(TrajectoryId, PersonId)> = trajectory_officials::table
        .filter(trajectory_officials::trajectory.eq_any(ids))
        .order((
            trajectory_officials::added_at.asc(),
            trajectory_officials::person.asc(),
        ))
        .select((
            trajectory_officials::trajectory,
            trajectory_officials::person,
        ))
        .load(conn)?;
    for (id, person) in rows {
        if let Some(owner) = trajectories.iter_mut().find(|it| it.id == id) {
            owner.officials.push(person);
        }
    }
    Ok(())
}

/// Stores the officials of a trajectory in the place of those it had; who stays keeps the moment
/// at which they were named.
pub(super) fn replace(conn: &mut DbConn, trajectory: &Trajectory) -> DbResult<()> {
    let named =
        trajectory_officials::table.filter(trajectory_officials::trajectory.eq(trajectory.id));
    let gone = trajectory_officials::person.ne_all(trajectory.officials.clone());
    diesel::delete(named.filter(gone)).execute(conn)?;
    let kept: Vec<PersonId> = named.select(trajectory_officials::person).load(conn)?;
    for person in &trajectory.officials {
        if !kept.contains(person) {
            diesel::insert_into(trajectory_officials::table)
                .values((
                    trajectory_officials::trajectory.eq(trajectory.id),
                    trajectory_officials::person.eq(*person),
                    trajectory_officials::added_at.eq(At(trajectory.updated_at)),
                ))
                .execute(conn)?;
        }
    }
    Ok(())
}
