//! Every statement on practices.

use std::collections::BTreeSet;

use diesel::prelude::*;
use jiff::Timestamp;

use super::Practice;
use crate::catalogue::words::PartyKind;
use crate::db::columns::At;
use crate::db::schema::{practice_parties, practices};
use crate::db::{DbConn, DbResult, one_row};
use crate::ids::{LearningGroupId, PracticeId, TrajectoryId};
use crate::words::MunicipalityCode;

#[derive(Queryable, Selectable)]
#[diesel(table_name = practices)]
struct PracticeRow {
    id: PracticeId,
    version: i64,
    learning_group: LearningGroupId,
    municipality: MunicipalityCode,
    trajectory: Option<TrajectoryId>,
    name: String,
    issue: String,
    ended_at: Option<At>,
    created_at: At,
    updated_at: At,
}

impl From<PracticeRow> for Practice {
    fn from(row: PracticeRow) -> Self {
        Self {
            id: row.id,
            version: row.version,
            group: row.learning_group,
            municipality: row.municipality,
            trajectory: row.trajectory,
            name: row.name,
            issue: row.issue,
            parties: BTreeSet::new(),
            ended_at: row.ended_at.map(Timestamp::from),
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        }
    }
}

/// The practices of a group that the caller has found, in the order in which they were added:
/// some five. Costs two queries.
pub fn practices(conn: &mut DbConn, group: LearningGroupId) -> DbResult<Vec<Practice>> {
    let rows = practices::table
        .filter(practices::learning_group.eq(group))
        .order((practices::created_at, practices::id))
        .select(PracticeRow::as_select())
        .load(conn)?;
    let mut found: Vec<Practice> = rows.into_iter().map(Practice::from).collect();
    attach_parties(conn, &mut found)?;
    Ok(found)
}

/// One practice of a group that the caller has found.
pub fn find_practice(
    conn: &mut DbConn,
    group: LearningGroupId,
    id: PracticeId,
) -> DbResult<Option<Practice>> {
    let row = practices::table
        .filter(practices::id.eq(id))
        .filter(practices::learning_group.eq(group))
        .select(PracticeRow::as_select())
        .first(conn)
        .optional()?;
    with_parties(conn, row)
}

/// The practice that a trajectory is in a group, if it takes part in one.
pub fn of_trajectory(conn: &mut DbConn, trajectory: TrajectoryId) -> DbResult<Option<Practice>> {
    let row = practices::table
        .filter(practices::trajectory.eq(trajectory))
        .filter(practices::ended_at.is_null())
        .select(PracticeRow::as_select())
        .first(conn)
        .optional()?;
    with_parties(conn, row)
}

fn with_parties(conn: &mut DbConn, row: Option<PracticeRow>) -> DbResult<Option<Practice>> {
    let Some(row) = row else { return Ok(None) };
    let mut found = [Practice::from(row)];
    attach_parties(conn, &mut found)?;
    let [practice] = found;
    Ok(Some(practice))
}

fn attach_parties(conn: &mut DbConn, practices: &mut [Practice]) -> DbResult<()> {
    let ids: Vec<PracticeId> = practices.iter().map(|it| it.id).collect();
    let rows: Vec<(PracticeId, PartyKind)> = practice_parties::table
        .filter(practice_parties::practice.eq_any(ids))
        .select((practice_parties::practice, practice_parties::kind))
        .load(conn)?;
    for (id, kind) in rows {
        if let Some(owner) = practices.iter_mut().find(|it| it.id == id) {
            owner.parties.insert(kind);
        }
    }
    Ok(())
}

pub(super) fn insert(conn: &mut DbConn, practice: &Practice) -> DbResult<()> {
    diesel::insert_into(practices::table)
        .values((
            practices::id.eq(practice.id),
            practices::version.eq(practice.version),
            practices::learning_group.eq(practice.group),
            practices::municipality.eq(practice.municipality),
            practices::trajectory.eq(practice.trajectory),
            practices::name.eq(&practice.name),
            practices::issue.eq(&practice.issue),
            practices::created_at.eq(At(practice.created_at)),
            practices::updated_at.eq(At(practice.updated_at)),
        ))
        .execute(conn)?;
    replace_parties(conn, practice)
}

/// Stores a changed practice, provided that nobody changed it since it was read.
pub(super) fn update(conn: &mut DbConn, practice: Practice) -> DbResult<Practice> {
    let version = practice.version + 1;
    let unchanged = practices::table
        .filter(practices::id.eq(practice.id))
        .filter(practices::version.eq(practice.version));
    let changed = diesel::update(unchanged)
        .set((
            practices::version.eq(version),
            practices::name.eq(&practice.name),
            practices::issue.eq(&practice.issue),
            practices::ended_at.eq(practice.ended_at.map(At)),
            practices::updated_at.eq(At(practice.updated_at)),
        ))
        .execute(conn)?;
    one_row(changed)?;
    replace_parties(conn, &practice)?;
    Ok(Practice {
        version,
        ..practice
    })
}

fn replace_parties(conn: &mut DbConn, practice: &Practice) -> DbResult<()> {
    diesel::delete(practice_parties::table.filter(practice_parties::practice.eq(practice.id)))
        .execute(conn)?;
    for kind in &practice.parties {
        diesel::insert_into(practice_parties::table)
            .values((
                practice_parties::practice.eq(practice.id),
                practice_parties::kind.eq(*kind),
            ))
            .execute(conn)?;
    }
    Ok(())
}
