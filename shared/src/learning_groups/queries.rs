//! Every statement on learning groups themselves.

use diesel::prelude::*;
use jiff::Timestamp;
use jiff::civil::Date;

use super::{GroupStatus, LearningGroup};
use crate::access::Scope;
use crate::db::columns::{At, On};
use crate::db::schema::{learning_groups, practices};
use crate::db::{DbConn, DbResult, one_row};
use crate::ids::{LearningGroupId, RoundId};
use crate::paging::{PageSpec, Paged, Position, turn_to};
use crate::words::Slug;

#[derive(Queryable, Selectable)]
#[diesel(table_name = learning_groups)]
struct GroupRow {
    id: LearningGroupId,
    version: i64,
    name: String,
    description: Option<String>,
    programme: Slug,
    programme_number: i32,
    round: Option<RoundId>,
    starts_on: Option<On>,
    closed_at: Option<At>,
    created_at: At,
    updated_at: At,
}

impl From<GroupRow> for LearningGroup {
    fn from(row: GroupRow) -> Self {
        Self {
            id: row.id,
            version: row.version,
            name: row.name,
            description: row.description,
            programme: row.programme,
            programme_number: row.programme_number,
            round: row.round,
            starts_on: row.starts_on.map(Date::from),
            closed_at: row.closed_at.map(Timestamp::from),
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        }
    }
}

/// Which groups a list holds.
#[derive(Debug, Clone, Default)]
pub struct GroupFilter {
    /// Only those in this state.
    pub status: Option<GroupStatus>,
    /// Only those of this programme.
    pub programme: Option<Slug>,
    /// Only those of this round.
    pub round: Option<RoundId>,
}

type Boxed = learning_groups::BoxedQuery<'static, crate::db::MultiBackend>;

/// A municipality sees the groups in which it has or had a practice.
fn seen_by(scope: &Scope) -> Boxed {
    let query = learning_groups::table.into_boxed();
    match scope.codes() {
        None => query,
        Some(codes) => {
            let own = practices::table
                .select(practices::learning_group)
                .filter(practices::municipality.eq_any(codes.to_vec()));
            query.filter(learning_groups::id.eq_any(own))
        }
    }
}

/// One group, if `scope` sees it.
pub fn find(
    conn: &mut DbConn,
    scope: &Scope,
    id: LearningGroupId,
) -> DbResult<Option<LearningGroup>> {
    let row = seen_by(scope)
        .filter(learning_groups::id.eq(id))
        .select(GroupRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(LearningGroup::from))
}

/// A page of groups, newest first.
pub fn list(
    conn: &mut DbConn,
    scope: &Scope,
    filter: &GroupFilter,
    page: &PageSpec,
) -> DbResult<Paged<LearningGroup>> {
    let mut query = seen_by(scope);
    match filter.status {
        None => {}
        Some(GroupStatus::Active) => query = query.filter(learning_groups::closed_at.is_null()),
        Some(GroupStatus::Closed) => query = query.filter(learning_groups::closed_at.is_not_null()),
    }
    if let Some(programme) = filter.programme.clone() {
        query = query.filter(learning_groups::programme.eq(programme));
    }
    if let Some(round) = filter.round {
        query = query.filter(learning_groups::round.eq(round));
    }
    query = turn_to!(
        query,
        page,
        newest_first(learning_groups::created_at, learning_groups::id)
    );
    let rows = query
        .limit(page.fetch())
        .select(GroupRow::as_select())
        .load(conn)?;
    let groups = rows.into_iter().map(LearningGroup::from).collect();
    Ok(page.finish(groups, |group: &LearningGroup| Position {
        at: group.created_at,
        id: group.id.0,
    }))
}

pub(super) fn insert(conn: &mut DbConn, group: &LearningGroup) -> DbResult<()> {
    diesel::insert_into(learning_groups::table)
        .values((
            learning_groups::id.eq(group.id),
            learning_groups::version.eq(group.version),
            learning_groups::name.eq(&group.name),
            learning_groups::description.eq(group.description.as_deref()),
            learning_groups::programme.eq(&group.programme),
            learning_groups::programme_number.eq(group.programme_number),
            learning_groups::round.eq(group.round),
            learning_groups::starts_on.eq(group.starts_on.map(On)),
            learning_groups::closed_at.eq(group.closed_at.map(At)),
            learning_groups::created_at.eq(At(group.created_at)),
            learning_groups::updated_at.eq(At(group.updated_at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores a changed group, provided that nobody changed it since it was read.
pub(super) fn update(conn: &mut DbConn, group: LearningGroup) -> DbResult<LearningGroup> {
    let version = group.version + 1;
    let unchanged = learning_groups::table
        .filter(learning_groups::id.eq(group.id))
        .filter(learning_groups::version.eq(group.version));
    let changed = diesel::update(unchanged)
        .set((
            learning_groups::version.eq(version),
            learning_groups::name.eq(&group.name),
            learning_groups::description.eq(group.description.as_deref()),
            learning_groups::starts_on.eq(group.starts_on.map(On)),
            learning_groups::closed_at.eq(group.closed_at.map(At)),
            learning_groups::updated_at.eq(At(group.updated_at)),
        ))
        .execute(conn)?;
    one_row(changed)?;
    Ok(LearningGroup { version, ..group })
}
