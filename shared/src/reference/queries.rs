//! SQL on themes and target groups. The two tables have the same columns, so each statement is
//! written once and made for both.

use diesel::prelude::*;
use jiff::Timestamp;

use super::{ReferenceItem, ReferenceList};
use crate::catalogue::BilingualText;
use crate::db::columns::At;
use crate::db::schema::{target_groups, themes};
use crate::db::{DbConn, DbResult, one_row};
use crate::paging::{PageSpec, Paged, Seek};
use crate::words::Slug;

#[derive(Queryable)]
struct ReferenceRow {
    slug: Slug,
    name_nl: String,
    name_en: String,
    created_at: At,
    retired_at: Option<At>,
}

impl From<ReferenceRow> for ReferenceItem {
    fn from(row: ReferenceRow) -> Self {
        Self {
            slug: row.slug,
            name: BilingualText {
                nl: row.name_nl,
                en: row.name_en,
            },
            created_at: row.created_at.0,
            retired_at: row.retired_at.map(Timestamp::from),
        }
    }
}

/// Runs the same statement on the table of `$list`, which `$table` names in it.
macro_rules! on_table {
    ($list:expr, |$table:ident| $statement:expr) => {
        match $list {
            ReferenceList::Themes => {
                use themes as $table;
                $statement
            }
            ReferenceList::TargetGroups => {
                use target_groups as $table;
                $statement
            }
        }
    };
}

/// The entries in order of slug.
pub fn list(
    conn: &mut DbConn,
    list: ReferenceList,
    include_retired: bool,
    page: &PageSpec<String>,
) -> DbResult<Paged<ReferenceItem, String>> {
    let rows: Vec<ReferenceRow> = on_table!(list, |table| {
        let mut query = table::table.limit(page.fetch()).into_boxed();
        if !include_retired {
            query = query.filter(table::retired_at.is_null());
        }
        query = if page.backwards() {
            query.order(table::slug.desc())
        } else {
            query.order(table::slug.asc())
        };
        match &page.seek {
            Seek::Start => {}
            Seek::After(slug) => query = query.filter(table::slug.gt(slug.clone())),
            Seek::Before(slug) => query = query.filter(table::slug.lt(slug.clone())),
        }
        query.load(conn)?
    });
    let rows = rows.into_iter().map(ReferenceItem::from).collect();
    Ok(page.finish(rows, |item: &ReferenceItem| item.slug.to_string()))
}

/// One entry.
pub fn find(
    conn: &mut DbConn,
    list: ReferenceList,
    slug: &Slug,
) -> DbResult<Option<ReferenceItem>> {
    let row: Option<ReferenceRow> = on_table!(list, |table| {
        table::table.find(slug).first(conn).optional()?
    });
    Ok(row.map(ReferenceItem::from))
}

/// Those of `slugs` that are on the list, retired ones included, in no order.
pub fn find_many(
    conn: &mut DbConn,
    list: ReferenceList,
    slugs: &[Slug],
) -> DbResult<Vec<ReferenceItem>> {
    let rows: Vec<ReferenceRow> = on_table!(list, |table| {
        table::table
            .filter(table::slug.eq_any(slugs.to_vec()))
            .load(conn)?
    });
    Ok(rows.into_iter().map(ReferenceItem::from).collect())
}

/// Those of `slugs` that cannot be used for a new issue: not on the list, or retired.
pub fn unusable(conn: &mut DbConn, list: ReferenceList, slugs: &[Slug]) -> DbResult<Vec<Slug>> {
    let usable: Vec<Slug> = on_table!(list, |table| {
        table::table
            .filter(table::slug.eq_any(slugs.to_vec()))
            .filter(table::retired_at.is_null())
            .select(table::slug)
            .load(conn)?
    });
    Ok(slugs
        .iter()
        .filter(|slug| !usable.contains(slug))
        .cloned()
        .collect())
}

/// Every slug on the list, retired ones included.
pub fn slugs(conn: &mut DbConn, list: ReferenceList) -> DbResult<Vec<Slug>> {
    Ok(on_table!(list, |table| {
        table::table.select(table::slug).load(conn)?
    }))
}

pub(super) fn insert(conn: &mut DbConn, list: ReferenceList, item: &ReferenceItem) -> DbResult<()> {
    on_table!(list, |table| {
        diesel::insert_into(table::table)
            .values((
                table::slug.eq(&item.slug),
                table::name_nl.eq(&item.name.nl),
                table::name_en.eq(&item.name.en),
                table::created_at.eq(At(item.created_at)),
                table::retired_at.eq(item.retired_at.map(At)),
            ))
            .execute(conn)?
    });
    Ok(())
}

pub(super) fn retire(
    conn: &mut DbConn,
    list: ReferenceList,
    slug: &Slug,
    now: Timestamp,
) -> DbResult<()> {
    let changed = on_table!(list, |table| {
        diesel::update(table::table.find(slug).filter(table::retired_at.is_null()))
            .set(table::retired_at.eq(At(now)))
            .execute(conn)?
    });
    one_row(changed)
}
