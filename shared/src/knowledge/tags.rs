//! Every statement on the themes and target groups of items.

use std::collections::HashMap;

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::{ItemStatus, KnowledgeItem};
use crate::db::schema::{knowledge_item_target_groups, knowledge_item_themes, knowledge_items};
use crate::db::{DbConn, DbResult};
use crate::ids::KnowledgeItemId;
use crate::words::Slug;

/// The theme and target group rows of some items.
pub(super) type Tags = Vec<(KnowledgeItemId, Slug)>;

/// Reads the tags of several items in two queries.
pub(super) fn attach(conn: &mut DbConn, items: &mut [KnowledgeItem]) -> DbResult<()> {
    let ids: Vec<KnowledgeItemId> = items.iter().map(|item| item.id).collect();
    let themes: Tags = knowledge_item_themes::table
        .filter(knowledge_item_themes::item.eq_any(ids.clone()))
        .order((knowledge_item_themes::item, knowledge_item_themes::theme))
        .select((knowledge_item_themes::item, knowledge_item_themes::theme))
        .load(conn)?;
    let target_groups: Tags = knowledge_item_target_groups::table
        .filter(knowledge_item_target_groups::item.eq_any(ids))
        .order((
            knowledge_item_target_groups::item,
            knowledge_item_target_groups::target_group,
        ))
        .select((
            knowledge_item_target_groups::item,
            knowledge_item_target_groups::target_group,
        ))
        .load(conn)?;
    let of_item = |tags: &Tags, id: KnowledgeItemId| -> Vec<Slug> {
        tags.iter()
            .filter(|(item, _)| *item == id)
            .map(|(_, slug)| slug.clone())
            .collect()
    };
    for item in items {
        item.content.themes = of_item(&themes, item.id);
        item.content.target_groups = of_item(&target_groups, item.id);
    }
    Ok(())
}

pub(super) fn insert(conn: &mut DbConn, item: &KnowledgeItem) -> DbResult<()> {
    for theme in &item.content.themes {
        diesel::insert_into(knowledge_item_themes::table)
            .values((
                knowledge_item_themes::item.eq(item.id),
                knowledge_item_themes::theme.eq(theme),
            ))
            .execute(conn)?;
    }
    for target_group in &item.content.target_groups {
        diesel::insert_into(knowledge_item_target_groups::table)
            .values((
                knowledge_item_target_groups::item.eq(item.id),
                knowledge_item_target_groups::target_group.eq(target_group),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Puts the tags of a changed item in the place of those it had.
pub(super) fn replace(conn: &mut DbConn, item: &KnowledgeItem) -> DbResult<()> {
    diesel::delete(knowledge_item_themes::table.filter(knowledge_item_themes::item.eq(item.id)))
        .execute(conn)?;
    diesel::delete(
        knowledge_item_target_groups::table.filter(knowledge_item_target_groups::item.eq(item.id)),
    )
    .execute(conn)?;
    insert(conn, item)
}

/// How many published items there are on each of these themes; a theme without any is left out.
pub fn published_on(conn: &mut DbConn, themes: &[Slug]) -> DbResult<HashMap<Slug, i64>> {
    let published = knowledge_items::table
        .filter(knowledge_items::status.eq(ItemStatus::Published))
        .select(knowledge_items::id);
    let counted: Vec<(Slug, i64)> = knowledge_item_themes::table
        .filter(knowledge_item_themes::theme.eq_any(themes.to_vec()))
        .filter(knowledge_item_themes::item.eq_any(published))
        .group_by(knowledge_item_themes::theme)
        .select((knowledge_item_themes::theme, count_star()))
        .load(conn)?;
    Ok(counted.into_iter().collect())
}
