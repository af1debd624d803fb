//! Every statement on knowledge items.

use diesel::prelude::*;
use jiff::Timestamp;

use super::{ItemContent, ItemStatus, KnowledgeItem, Shelf, tags};
use crate::catalogue::words::{KnowledgeSource, Language, LearningPractice};
use crate::db::columns::At;
use crate::db::schema::{knowledge_item_target_groups, knowledge_item_themes, knowledge_items};
use crate::db::{DbConn, DbResult, one_row};
use crate::ids::{KnowledgeItemId, MeetingId};
use crate::paging::{PageSpec, Paged, Position, turn_to};
use crate::words::{HttpsUrl, Slug};

#[derive(Queryable, Selectable)]
#[diesel(table_name = knowledge_items)]
struct ItemRow {
    id: KnowledgeItemId,
    version: i64,
    status: ItemStatus,
    title: String,
    summary: String,
    url: HttpsUrl,
    language: Language,
    source: KnowledgeSource,
    learning_practice: Option<LearningPractice>,
    programme: Option<Slug>,
    meeting: Option<MeetingId>,
    created_at: At,
    updated_at: At,
    published_at: Option<At>,
    retired_at: Option<At>,
}

impl From<ItemRow> for KnowledgeItem {
    fn from(row: ItemRow) -> Self {
        Self {
            id: row.id,
            version: row.version,
            status: row.status,
            content: ItemContent {
                title: row.title,
                summary: row.summary,
                url: row.url,
                language: row.language,
                source: row.source,
                learning_practice: row.learning_practice,
                programme: row.programme,
                meeting: row.meeting,
                themes: Vec::new(),
                target_groups: Vec::new(),
            },
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
            published_at: row.published_at.map(Timestamp::from),
            retired_at: row.retired_at.map(Timestamp::from),
        }
    }
}

/// Which items a list holds.
#[derive(Debug, Clone, Default)]
pub struct ItemFilter {
    /// Only those in this state.
    pub status: Option<ItemStatus>,
    /// Only those on this theme.
    pub theme: Option<Slug>,
    /// Only those about this target group.
    pub target_group: Option<Slug>,
    /// Only those from this source.
    pub source: Option<KnowledgeSource>,
    /// Only those gathered in this learning practice.
    pub learning_practice: Option<LearningPractice>,
    /// Only those gathered in this programme.
    pub programme: Option<Slug>,
}

type Boxed = knowledge_items::BoxedQuery<'static, crate::db::MultiBackend>;

fn on(shelf: Shelf) -> Boxed {
    let query = knowledge_items::table.into_boxed();
    match shelf {
        Shelf::Everything => query,
        Shelf::Published => query.filter(knowledge_items::status.eq(ItemStatus::Published)),
    }
}

/// One item, if it stands on the shelf.
pub fn find(
    conn: &mut DbConn,
    shelf: Shelf,
    id: KnowledgeItemId,
) -> DbResult<Option<KnowledgeItem>> {
    Ok(find_many(conn, shelf, &[id])?.pop())
}

/// Those of `ids` that stand on the shelf, in no order. Costs three queries.
pub fn find_many(
    conn: &mut DbConn,
    shelf: Shelf,
    ids: &[KnowledgeItemId],
) -> DbResult<Vec<KnowledgeItem>> {
    let rows = on(shelf)
        .filter(knowledge_items::id.eq_any(ids.to_vec()))
        .select(ItemRow::as_select())
        .load(conn)?;
    let mut items: Vec<KnowledgeItem> = rows.into_iter().map(KnowledgeItem::from).collect();
    if !items.is_empty() {
        tags::attach(conn, &mut items)?;
    }
    Ok(items)
}

/// A page of items, newest first. Costs three queries.
pub fn list(
    conn: &mut DbConn,
    shelf: Shelf,
    filter: &ItemFilter,
    page: &PageSpec,
) -> DbResult<Paged<KnowledgeItem>> {
    let mut query = filtered(on(shelf), filter);
    query = turn_to!(
        query,
        page,
        newest_first(knowledge_items::created_at, knowledge_items::id)
    );
    let found = query
        .limit(page.fetch())
        .select(ItemRow::as_select())
        .load(conn)?
        .into_iter()
        .map(KnowledgeItem::from)
        .collect();
    let mut found = page.finish(found, |item: &KnowledgeItem| Position {
        at: item.created_at,
        id: item.id.0,
    });
    tags::attach(conn, &mut found.items)?;
    Ok(found)
}

fn filtered(mut query: Boxed, filter: &ItemFilter) -> Boxed {
    if let Some(status) = filter.status {
        query = query.filter(knowledge_items::status.eq(status));
    }
    if let Some(theme) = filter.theme.clone() {
        let on_theme = knowledge_item_themes::table
            .filter(knowledge_item_themes::theme.eq(theme))
            .select(knowledge_item_themes::item);
        query = query.filter(knowledge_items::id.eq_any(on_theme));
    }
    if let Some(target_group) = filter.target_group.clone() {
        let about_them = knowledge_item_target_groups::table
            .filter(knowledge_item_target_groups::target_group.eq(target_group))
            .select(knowledge_item_target_groups::item);
        query = query.filter(knowledge_items::id.eq_any(about_them));
    }
    if let Some(source) = filter.source {
        query = query.filter(knowledge_items::source.eq(source));
    }
    if let Some(practice) = filter.learning_practice {
        query = query.filter(knowledge_items::learning_practice.eq(practice));
    }
    if let Some(programme) = filter.programme.clone() {
        query = query.filter(knowledge_items::programme.eq(programme));
    }
    query
}

pub(super) fn insert(conn: &mut DbConn, item: &KnowledgeItem) -> DbResult<()> {
    let content = &item.content;
    diesel::insert_into(knowledge_items::table)
        .values((
            knowledge_items::id.eq(item.id),
            knowledge_items::version.eq(item.version),
            knowledge_items::status.eq(item.status),
            knowledge_items::title.eq(&content.title),
            knowledge_items::summary.eq(&content.summary),
            knowledge_items::url.eq(&content.url),
            knowledge_items::language.eq(content.language),
            knowledge_items::source.eq(content.source),
            knowledge_items::learning_practice.eq(content.learning_practice),
            knowledge_items::programme.eq(content.programme.clone()),
            knowledge_items::meeting.eq(content.meeting),
            knowledge_items::created_at.eq(At(item.created_at)),
            knowledge_items::updated_at.eq(At(item.updated_at)),
        ))
        .execute(conn)?;
    tags::insert(conn, item)
}

/// Stores a changed item, provided that nobody changed it since it was read.
pub(super) fn update(conn: &mut DbConn, item: KnowledgeItem) -> DbResult<KnowledgeItem> {
    let unchanged = knowledge_items::table
        .filter(knowledge_items::id.eq(item.id))
        .filter(knowledge_items::version.eq(item.version));
    let version = item.version + 1;
    let content = &item.content;
    let changed = diesel::update(unchanged)
        .set((
            knowledge_items::version.eq(version),
            knowledge_items::status.eq(item.status),
            knowledge_items::title.eq(&content.title),
            knowledge_items::summary.eq(&content.summary),
            knowledge_items::url.eq(&content.url),
            knowledge_items::language.eq(content.language),
            knowledge_items::source.eq(content.source),
            knowledge_items::learning_practice.eq(content.learning_practice),
            knowledge_items::programme.eq(content.programme.clone()),
            knowledge_items::meeting.eq(content.meeting),
            knowledge_items::updated_at.eq(At(item.updated_at)),
            knowledge_items::published_at.eq(item.published_at.map(At)),
            knowledge_items::retired_at.eq(item.retired_at.map(At)),
        ))
        .execute(conn)?;
    one_row(changed)?;
    Ok(KnowledgeItem { version, ..item })
}
