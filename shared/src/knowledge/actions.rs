//! Writing, publishing and retiring knowledge items.

use super::{
    InvalidItemTransition, ItemAction, ItemContent, ItemProblem, ItemStatus, KnowledgeItem,
    SUBJECT, Shelf, queries, rules, tags,
};
use crate::access::{Actor, Granted, KnowledgeWrite};
use crate::audit::{self, AuditLine};
use crate::catalogue::words::{KnowledgeSource, Language, LearningPractice};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError, DbResult};
use crate::events::{self, NewEvent, Subject};
use crate::ids::{KnowledgeItemId, MeetingId};
use crate::reference::{self, ReferenceList};
use crate::words::{HttpsUrl, Slug};
use crate::{meetings, programmes};

/// What changes in an item: `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct ItemChange {
    /// Another title.
    pub title: Option<String>,
    /// Another summary.
    pub summary: Option<String>,
    /// Another address.
    pub url: Option<HttpsUrl>,
    /// Another language.
    pub language: Option<Language>,
    /// Another source.
    pub source: Option<KnowledgeSource>,
    /// Another learning practice, or none.
    pub learning_practice: Option<Option<LearningPractice>>,
    /// Another programme, or none.
    pub programme: Option<Option<Slug>>,
    /// Another meeting, or none.
    pub meeting: Option<Option<MeetingId>>,
    /// Other themes in the place of all there were.
    pub themes: Option<Vec<Slug>>,
    /// Other target groups in the place of all there were.
    pub target_groups: Option<Vec<Slug>>,
}

/// Why an item was not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateItemError {
    /// It says something that cannot be; everything at once.
    #[error("the item is not valid")]
    Invalid(Vec<ItemProblem>),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Why an item was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeItemError {
    /// There is no such item.
    #[error("no such knowledge item")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("the knowledge item was changed in the meantime")]
    Stale,
    /// Its state does not allow it.
    #[error(transparent)]
    State(#[from] InvalidItemTransition),
    /// It would say something that cannot be; everything at once.
    #[error("the item is not valid")]
    Invalid(Vec<ItemProblem>),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Why an item was not published or retired.
#[derive(Debug, thiserror::Error)]
pub enum MoveItemError {
    /// There is no such item.
    #[error("no such knowledge item")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("the knowledge item was changed in the meantime")]
    Stale,
    /// Its state does not allow it.
    #[error(transparent)]
    State(#[from] InvalidItemTransition),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Makes a draft.
pub fn create(
    conn: &mut DbConn,
    granted: &Granted<KnowledgeWrite>,
    now: LocalNow,
    content: ItemContent,
) -> Result<KnowledgeItem, CreateItemError> {
    let problems = problems(conn, granted, &content, None)?;
    if !problems.is_empty() {
        return Err(CreateItemError::Invalid(problems));
    }
    let item = KnowledgeItem {
        id: KnowledgeItemId::generate(),
        version: 1,
        status: ItemStatus::Draft,
        content: sorted(content),
        created_at: now.at,
        updated_at: now.at,
        published_at: None,
        retired_at: None,
    };
    queries::insert(conn, &item)?;
    let named = ("knowledge_item.created", "knowledge_item.create");
    trace(conn, granted.actor(), now, &item, None, named)?;
    Ok(item)
}

/// Changes what an item says.
pub fn change(
    conn: &mut DbConn,
    granted: &Granted<KnowledgeWrite>,
    now: LocalNow,
    id: KnowledgeItemId,
    expected_version: Option<i64>,
    change: ItemChange,
) -> Result<KnowledgeItem, ChangeItemError> {
    let before = queries::find(conn, Shelf::Everything, id)?.ok_or(ChangeItemError::NotFound)?;
    if expected_version.is_some_and(|version| version != before.version) {
        return Err(ChangeItemError::Stale);
    }
    let from = before.status;
    let had = before.content.clone();
    let mut changed = before.after(ItemAction::Change, now.at)?;
    changed.content = changed_content(changed.content, change);
    let problems = problems(conn, granted, &changed.content, Some(&had))?;
    if !problems.is_empty() {
        return Err(ChangeItemError::Invalid(problems));
    }
    changed.content = sorted(changed.content);
    if (&changed.content.themes, &changed.content.target_groups)
        != (&had.themes, &had.target_groups)
    {
        tags::replace(conn, &changed)?;
    }
    let changed = queries::update(conn, changed)?;
    trace_action(
        conn,
        granted.actor(),
        now,
        &changed,
        from,
        ItemAction::Change,
    )?;
    Ok(changed)
}

/// Shows a draft to everybody.
pub fn publish(
    conn: &mut DbConn,
    granted: &Granted<KnowledgeWrite>,
    now: LocalNow,
    id: KnowledgeItemId,
    expected_version: Option<i64>,
) -> Result<KnowledgeItem, MoveItemError> {
    move_item(
        conn,
        granted,
        now,
        id,
        expected_version,
        ItemAction::Publish,
    )
}

/// Stops offering an item.
pub fn retire(
    conn: &mut DbConn,
    granted: &Granted<KnowledgeWrite>,
    now: LocalNow,
    id: KnowledgeItemId,
    expected_version: Option<i64>,
) -> Result<KnowledgeItem, MoveItemError> {
    move_item(conn, granted, now, id, expected_version, ItemAction::Retire)
}

fn move_item(
    conn: &mut DbConn,
    granted: &Granted<KnowledgeWrite>,
    now: LocalNow,
    id: KnowledgeItemId,
    expected_version: Option<i64>,
    action: ItemAction,
) -> Result<KnowledgeItem, MoveItemError> {
    let item = queries::find(conn, Shelf::Everything, id)?.ok_or(MoveItemError::NotFound)?;
    if expected_version.is_some_and(|version| version != item.version) {
        return Err(MoveItemError::Stale);
    }
    let from = item.status;
    let moved = queries::update(conn, item.after(action, now.at)?)?;
    trace_action(conn, granted.actor(), now, &moved, from, action)?;
    Ok(moved)
}

fn changed_content(content: ItemContent, change: ItemChange) -> ItemContent {
    ItemContent {
        title: change.title.unwrap_or(content.title),
        summary: change.summary.unwrap_or(content.summary),
        url: change.url.unwrap_or(content.url),
        language: change.language.unwrap_or(content.language),
        source: change.source.unwrap_or(content.source),
        learning_practice: change
            .learning_practice
            .unwrap_or(content.learning_practice),
        programme: change.programme.unwrap_or(content.programme),
        meeting: change.meeting.unwrap_or(content.meeting),
        themes: change.themes.unwrap_or(content.themes),
        target_groups: change.target_groups.unwrap_or(content.target_groups),
    }
}

/// The content as it is read back: tags in order of slug.
fn sorted(mut content: ItemContent) -> ItemContent {
    content.themes.sort();
    content.target_groups.sort();
    content
}

/// Everything that an item says and cannot be, at once. What it said before may stay, such as
/// a theme that was retired since.
fn problems(
    conn: &mut DbConn,
    granted: &Granted<KnowledgeWrite>,
    content: &ItemContent,
    before: Option<&ItemContent>,
) -> DbResult<Vec<ItemProblem>> {
    let added = |tags: &[Slug], had: Option<&Vec<Slug>>| -> Vec<Slug> {
        tags.iter()
            .filter(|slug| had.is_none_or(|had| !had.contains(slug)))
            .cloned()
            .collect()
    };
    let themes = added(&content.themes, before.map(|it| &it.themes));
    let bad_themes = reference::queries::unusable(conn, ReferenceList::Themes, &themes)?;
    let groups = added(&content.target_groups, before.map(|it| &it.target_groups));
    let bad_groups = reference::queries::unusable(conn, ReferenceList::TargetGroups, &groups)?;
    let mut problems = rules::content_problems(content, &bad_themes, &bad_groups);
    if let Some(programme) = &content.programme
        && programmes::queries::find(conn, programme)?.is_none()
    {
        problems.push(ItemProblem::UnknownProgramme);
    }
    if let Some(meeting) = content.meeting
        && meetings::find(conn, granted.scope(), meeting)?.is_none()
    {
        problems.push(ItemProblem::UnknownMeeting);
    }
    Ok(problems)
}

fn trace_action(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    item: &KnowledgeItem,
    from: ItemStatus,
    action: ItemAction,
) -> DbResult<()> {
    let named = (action.event_type(), action.audit_action());
    trace(conn, actor, now, item, Some(from), named)
}

fn trace(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    item: &KnowledgeItem,
    from: Option<ItemStatus>,
    (event_type, audit_action): (&'static str, &'static str),
) -> DbResult<()> {
    let event = NewEvent {
        event_type,
        subject: Subject {
            kind: SUBJECT,
            id: item.id.0,
        },
        municipality: None,
        from: from.map(ItemStatus::as_str),
        to: Some(item.status.as_str()),
        reason: None,
        data: serde_json::json!({ "version": item.version }),
    };
    events::append(conn, &event, actor, now.at)?;
    let line = AuditLine {
        action: audit_action,
        object_type: SUBJECT,
        object_id: Some(item.id.to_string()),
        municipality: None,
    };
    audit::record(conn, actor, line, now.at)
}
