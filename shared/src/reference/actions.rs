//! Extending and retiring.

use jiff::Timestamp;

use super::{ReferenceItem, ReferenceList, queries};
use crate::access::{CatalogueWrite, Granted};
use crate::audit::{self, AuditLine};
use crate::catalogue::{BilingualText, Tag};
use crate::db::{DbConn, DbError, DbResult};
use crate::words::Slug;

/// Why an entry was not added.
#[derive(Debug, thiserror::Error)]
pub enum AddReferenceError {
    /// The list has an entry of that slug, retired perhaps.
    #[error("the list has an entry of this name")]
    Exists,
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Why an entry was not retired.
#[derive(Debug, thiserror::Error)]
pub enum RetireReferenceError {
    /// There is no such entry.
    #[error("the list has no such entry")]
    NotFound,
    /// It was retired before.
    #[error("the entry was retired already")]
    Retired,
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Adds an entry.
pub fn add(
    conn: &mut DbConn,
    granted: &Granted<CatalogueWrite>,
    now: Timestamp,
    list: ReferenceList,
    slug: Slug,
    name: BilingualText,
) -> Result<ReferenceItem, AddReferenceError> {
    if queries::find(conn, list, &slug)?.is_some() {
        return Err(AddReferenceError::Exists);
    }
    let item = ReferenceItem {
        slug,
        name,
        created_at: now,
        retired_at: None,
    };
    queries::insert(conn, list, &item)?;
    let action = match list {
        ReferenceList::Themes => "theme.add",
        ReferenceList::TargetGroups => "target_group.add",
    };
    audit::record(conn, granted.actor(), line(list, action, &item.slug), now)?;
    Ok(item)
}

/// Stops offering an entry for new issues.
pub fn retire(
    conn: &mut DbConn,
    granted: &Granted<CatalogueWrite>,
    now: Timestamp,
    list: ReferenceList,
    slug: &Slug,
) -> Result<ReferenceItem, RetireReferenceError> {
    let mut item = queries::find(conn, list, slug)?.ok_or(RetireReferenceError::NotFound)?;
    if item.retired_at.is_some() {
        return Err(RetireReferenceError::Retired);
    }
    queries::retire(conn, list, slug, now)?;
    item.retired_at = Some(now);
    let action = match list {
        ReferenceList::Themes => "theme.retire",
        ReferenceList::TargetGroups => "target_group.retire",
    };
    audit::record(conn, granted.actor(), line(list, action, slug), now)?;
    Ok(item)
}

fn line(list: ReferenceList, action: &'static str, slug: &Slug) -> AuditLine {
    AuditLine {
        action,
        object_type: list.item_kind(),
        object_id: Some(slug.to_string()),
        municipality: None,
    }
}

/// Adds the shipped entries that are not on the list yet; the others are left as they are.
pub(crate) fn load(
    conn: &mut DbConn,
    now: Timestamp,
    list: ReferenceList,
    shipped: &[Tag],
) -> DbResult<usize> {
    let known = queries::slugs(conn, list)?;
    let mut added = 0;
    for entry in shipped.iter().filter(|entry| !known.contains(&entry.slug)) {
        let item = ReferenceItem {
            slug: entry.slug.clone(),
            name: entry.name.clone(),
            created_at: now,
            retired_at: None,
        };
        queries::insert(conn, list, &item)?;
        added += 1;
    }
    Ok(added)
}
