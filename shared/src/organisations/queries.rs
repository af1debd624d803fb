//! SQL on organisations. They hold no personal data and belong to no municipality, so whoever
//! may read them reads all.

use diesel::prelude::*;

use super::Organisation;
use crate::catalogue::OrganisationKind;
use crate::db::columns::At;
use crate::db::schema::{organisations, person_roles, programme_partners};
use crate::db::{DbConn, DbResult, one_row};
use crate::ids::OrganisationId;
use crate::paging::{PageSpec, Paged, Position, turn_to};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = organisations)]
struct OrganisationRow {
    id: OrganisationId,
    version: i64,
    name: String,
    kind: OrganisationKind,
    website: Option<String>,
    shipped_key: Option<String>,
    created_at: At,
    updated_at: At,
}

impl From<OrganisationRow> for Organisation {
    fn from(row: OrganisationRow) -> Self {
        Self {
            id: row.id,
            version: row.version,
            name: row.name,
            kind: row.kind,
            website: row.website,
            shipped_key: row.shipped_key,
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        }
    }
}

/// The organisations of the given kinds (all when there are none), oldest first.
pub fn list(
    conn: &mut DbConn,
    kinds: &[OrganisationKind],
    page: &PageSpec,
) -> DbResult<Paged<Organisation>> {
    let mut query = organisations::table
        .select(OrganisationRow::as_select())
        .limit(page.fetch())
        .into_boxed();
    if !kinds.is_empty() {
        query = query.filter(organisations::kind.eq_any(kinds.to_vec()));
    }
    query = turn_to!(
        query,
        page,
        oldest_first(organisations::created_at, organisations::id)
    );
    let rows = query.load(conn)?;
    let rows = rows.into_iter().map(Organisation::from).collect();
    Ok(page.finish(rows, |it: &Organisation| Position {
        at: it.created_at,
        id: it.id.0,
    }))
}

/// One organisation.
pub fn find(conn: &mut DbConn, id: OrganisationId) -> DbResult<Option<Organisation>> {
    let row = organisations::table
        .find(id)
        .select(OrganisationRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Organisation::from))
}

/// Those of `ids` that there are, in no order.
pub fn find_many(conn: &mut DbConn, ids: &[OrganisationId]) -> DbResult<Vec<Organisation>> {
    let rows = organisations::table
        .filter(organisations::id.eq_any(ids.to_vec()))
        .select(OrganisationRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Organisation::from).collect())
}

/// Those with a key among the shipped partners, in no order.
pub fn shipped(conn: &mut DbConn) -> DbResult<Vec<Organisation>> {
    let rows = organisations::table
        .filter(organisations::shipped_key.is_not_null())
        .select(OrganisationRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Organisation::from).collect())
}

/// Whether a role is or was held with it, or a programme runs jointly with it.
pub(super) fn is_used(conn: &mut DbConn, id: OrganisationId) -> DbResult<bool> {
    let roles: i64 = person_roles::table
        .filter(person_roles::organisation.eq(id))
        .count()
        .get_result(conn)?;
    let programmes: i64 = programme_partners::table
        .filter(programme_partners::organisation.eq(id))
        .count()
        .get_result(conn)?;
    Ok(roles + programmes > 0)
}

pub(super) fn insert(conn: &mut DbConn, organisation: &Organisation) -> DbResult<()> {
    let row = OrganisationRow {
        id: organisation.id,
        version: organisation.version,
        name: organisation.name.clone(),
        kind: organisation.kind,
        website: organisation.website.clone(),
        shipped_key: organisation.shipped_key.clone(),
        created_at: At(organisation.created_at),
        updated_at: At(organisation.updated_at),
    };
    diesel::insert_into(organisations::table)
        .values(row)
        .execute(conn)?;
    Ok(())
}

/// Stores what changed, on top of version `from`.
pub(super) fn update(conn: &mut DbConn, from: i64, organisation: &Organisation) -> DbResult<()> {
    let changed = diesel::update(
        organisations::table
            .find(organisation.id)
            .filter(organisations::version.eq(from)),
    )
    .set((
        organisations::version.eq(organisation.version),
        organisations::name.eq(&organisation.name),
        organisations::kind.eq(organisation.kind),
        organisations::website.eq(organisation.website.as_deref()),
        organisations::updated_at.eq(At(organisation.updated_at)),
    ))
    .execute(conn)?;
    one_row(changed)
}

pub(super) fn delete(conn: &mut DbConn, id: OrganisationId, version: i64) -> DbResult<()> {
    let deleted = diesel::delete(
        organisations::table
            .find(id)
            .filter(organisations::version.eq(version)),
    )
    .execute(conn)?;
    one_row(deleted)
}
