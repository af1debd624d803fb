//! Every statement on cohorts. They are the institute's and no secret: nothing here is bounded by
//! a scope.

use diesel::prelude::*;
use jiff::civil::Date;

use super::Cohort;
use crate::db::columns::{At, On};
use crate::db::schema::cohorts;
use crate::db::{DbConn, DbResult, one_row};
use crate::ids::CohortId;
use crate::paging::{PageSpec, Paged, Position, turn_to};

#[derive(Queryable, Selectable)]
#[diesel(table_name = cohorts)]
struct CohortRow {
    id: CohortId,
    version: i64,
    name: String,
    target: i32,
    starts_on: On,
    created_at: At,
    updated_at: At,
}

impl From<CohortRow> for Cohort {
    fn from(row: CohortRow) -> Self {
        Self {
            id: row.id,
            version: row.version,
            name: row.name,
            target: row.target,
            starts_on: Date::from(row.starts_on),
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        }
    }
}

/// One cohort.
pub fn find(conn: &mut DbConn, id: CohortId) -> DbResult<Option<Cohort>> {
    Ok(find_many(conn, &[id])?.pop())
}

/// Those of `ids` that there are, in no order.
pub fn find_many(conn: &mut DbConn, ids: &[CohortId]) -> DbResult<Vec<Cohort>> {
    let rows = cohorts::table
        .filter(cohorts::id.eq_any(ids.to_vec()))
        .select(CohortRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Cohort::from).collect())
}

/// A page of cohorts, oldest first.
pub fn list(conn: &mut DbConn, page: &PageSpec) -> DbResult<Paged<Cohort>> {
    let mut query = cohorts::table
        .select(CohortRow::as_select())
        .limit(page.fetch())
        .into_boxed();
    query = turn_to!(query, page, oldest_first(cohorts::created_at, cohorts::id));
    let rows = query.load(conn)?.into_iter().map(Cohort::from).collect();
    Ok(page.finish(rows, |cohort: &Cohort| Position {
        at: cohort.created_at,
        id: cohort.id.0,
    }))
}

/// Whether a cohort other than `except` has this name.
pub(super) fn is_named(conn: &mut DbConn, name: &str, except: Option<CohortId>) -> DbResult<bool> {
    let found: Option<CohortId> = cohorts::table
        .filter(cohorts::name.eq(name))
        .select(cohorts::id)
        .first(conn)
        .optional()?;
    Ok(found.is_some_and(|id| Some(id) != except))
}

pub(super) fn insert(conn: &mut DbConn, cohort: &Cohort) -> DbResult<()> {
    diesel::insert_into(cohorts::table)
        .values((
            cohorts::id.eq(cohort.id),
            cohorts::version.eq(cohort.version),
            cohorts::name.eq(&cohort.name),
            cohorts::target.eq(cohort.target),
            cohorts::starts_on.eq(On(cohort.starts_on)),
            cohorts::created_at.eq(At(cohort.created_at)),
            cohorts::updated_at.eq(At(cohort.updated_at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores a changed cohort, provided that nobody changed it since it was read.
pub(super) fn update(conn: &mut DbConn, cohort: Cohort) -> DbResult<Cohort> {
    let version = cohort.version + 1;
    let unchanged = cohorts::table
        .filter(cohorts::id.eq(cohort.id))
        .filter(cohorts::version.eq(cohort.version));
    let changed = diesel::update(unchanged)
        .set((
            cohorts::version.eq(version),
            cohorts::name.eq(&cohort.name),
            cohorts::target.eq(cohort.target),
            cohorts::starts_on.eq(On(cohort.starts_on)),
            cohorts::updated_at.eq(At(cohort.updated_at)),
        ))
        .execute(conn)?;
    one_row(changed)?;
    Ok(Cohort { version, ..cohort })
}
