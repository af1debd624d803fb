//! Writing and reading knowledge items.

use actix_web::{HttpResponse, get, patch, post, web};
use koplopers_shared::access::{KnowledgeRead, KnowledgeWrite};
use koplopers_shared::db::DbError;
use koplopers_shared::events::Subject;
use koplopers_shared::ids::KnowledgeItemId;
use koplopers_shared::knowledge::{self, ItemChange, ItemContent, ItemFilter, Shelf};

use super::dto::{
    ChangeKnowledgeItemRequest, CreateKnowledgeItemRequest, KnowledgeItemView, KnowledgeListFilter,
    SpreadView,
};
use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::IfMatch;
use crate::events::EventView;
use crate::idempotency::IdempotencyKey;
use crate::operation;
use crate::page::{List, ListBody, NoFilter, PageParams};
use crate::problem::Problem;
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::reply::Reply;
use crate::state::AppState;

/// Make a knowledge item
///
/// It starts as a draft, which only those who write items see. Tag it with themes, target
/// groups, source and learning practice, so that it can be found and suggested.
#[utoipa::path(
    operation_id = "create_knowledge_item",
    tag = "knowledge",
    security(("bearer" = ["knowledge:write"])),
    params(IdempotencyKey),
    request_body = CreateKnowledgeItemRequest,
    responses((status = 201, description = "The draft", body = KnowledgeItemView), WriteErrors),
)]
#[post("/knowledge-items")]
pub async fn create_knowledge_item(
    auth: Authorized<KnowledgeWrite>,
    key: IdempotencyKey,
    body: Body<CreateKnowledgeItemRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let content = ItemContent::from(body.into_inner());
    operation::post(&state, auth, key, move |conn, by| {
        knowledge::create(conn, by.granted(), by.now(), content.clone()).map(|item| {
            let location = format!("/v1/knowledge-items/{}", item.id);
            let version = item.version;
            Reply::created(
                location,
                version,
                &KnowledgeItemView::new(item, by.permits()),
            )
        })
    })
    .await
}

/// List knowledge items
///
/// The newest first. Only those who write items see drafts and retired ones.
#[utoipa::path(
    operation_id = "list_knowledge_items",
    tag = "knowledge",
    security(("bearer" = ["knowledge:read"])),
    params(KnowledgeListFilter, PageParams),
    responses((status = 200, description = "A page of knowledge items", body = ListBody<KnowledgeItemView>), ReadErrors),
)]
#[get("/knowledge-items")]
pub async fn list_knowledge_items(
    auth: Authorized<KnowledgeRead>,
    list: List<KnowledgeListFilter>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let permits = auth.actor().permits();
    let (filter, page, links) = list.into_parts();
    let filter = ItemFilter::from(filter);
    let found = state
        .db
        .read(move |conn| knowledge::list(conn, Shelf::of(permits), &filter, &page))
        .await?;
    let found = found.map(|item| KnowledgeItemView::new(item, permits));
    Ok(links.answer(found, None))
}

/// Get a knowledge item
#[utoipa::path(
    operation_id = "get_knowledge_item",
    tag = "knowledge",
    security(("bearer" = ["knowledge:read"])),
    params(("id" = uuid::Uuid, Path, description = "The knowledge item")),
    responses((status = 200, description = "The knowledge item", body = KnowledgeItemView), ReadErrors),
)]
#[get("/knowledge-items/{id}")]
pub async fn get_knowledge_item(
    auth: Authorized<KnowledgeRead>,
    id: web::Path<KnowledgeItemId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::get(&state, auth, move |conn, by| {
        let found = knowledge::find(conn, Shelf::of(by.permits()), id)?;
        Ok(found.map(|item| Reply::ok(item.version, &KnowledgeItemView::new(item, by.permits()))))
    })
    .await
}

/// Change a knowledge item
///
/// A JSON Merge Patch (RFC 7396) on a draft or a published item, such as one whose link broke;
/// `If-Match` is needed. A retired item stays as it is.
#[utoipa::path(
    operation_id = "change_knowledge_item",
    tag = "knowledge",
    security(("bearer" = ["knowledge:write"])),
    params(("id" = uuid::Uuid, Path, description = "The knowledge item"), IfMatch),
    request_body(content = ChangeKnowledgeItemRequest, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The changed item", body = KnowledgeItemView), WriteErrors),
)]
#[patch("/knowledge-items/{id}")]
pub async fn change_knowledge_item(
    auth: Authorized<KnowledgeWrite>,
    id: web::Path<KnowledgeItemId>,
    if_match: IfMatch,
    body: Body<ChangeKnowledgeItemRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (id, expected) = (id.into_inner(), if_match.version());
    let change = ItemChange::from(body.into_inner());
    operation::change(&state, auth, move |conn, by| {
        knowledge::change(conn, by.granted(), by.now(), id, expected, change.clone())
            .map(|item| Reply::ok(item.version, &KnowledgeItemView::new(item, by.permits())))
    })
    .await
}

/// List what happened to a knowledge item
///
/// The business history, oldest first; for the institute.
#[utoipa::path(
    operation_id = "list_knowledge_item_history",
    tag = "knowledge",
    security(("bearer" = ["knowledge:read"])),
    params(("id" = uuid::Uuid, Path, description = "The knowledge item"), PageParams),
    responses((status = 200, description = "A page of events", body = ListBody<EventView>), ReadErrors),
)]
#[get("/knowledge-items/{id}/history")]
pub async fn list_knowledge_item_history(
    auth: Authorized<KnowledgeRead>,
    id: web::Path<KnowledgeItemId>,
    list: List<NoFilter>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (shelf, id) = (Shelf::of(auth.actor().permits()), id.into_inner());
    operation::history(&state, auth, list, move |conn, _| {
        let found = knowledge::find(conn, shelf, id)?;
        Ok(found.map(|item| Subject {
            kind: knowledge::SUBJECT,
            id: item.id.0,
        }))
    })
    .await
}

/// List who was pointed to a knowledge item
///
/// The newest first. A municipality sees its own people only; a reader who is of neither a
/// municipality nor the institute's writers sees nobody.
#[utoipa::path(
    operation_id = "list_knowledge_item_spreads",
    tag = "knowledge",
    security(("bearer" = ["knowledge:read"])),
    params(("id" = uuid::Uuid, Path, description = "The knowledge item"), PageParams),
    responses((status = 200, description = "A page of spreads", body = ListBody<SpreadView>), ReadErrors),
)]
#[get("/knowledge-items/{id}/spreads")]
pub async fn list_knowledge_item_spreads(
    auth: Authorized<KnowledgeRead>,
    id: web::Path<KnowledgeItemId>,
    list: List<NoFilter>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let granted = auth.into_granted();
    let (shelf, id) = (Shelf::of(granted.actor().permits()), id.into_inner());
    let (_, page, links) = list.into_parts();
    let found = state
        .db
        .read(move |conn| {
            if knowledge::find(conn, shelf, id)?.is_none() {
                return Ok::<_, DbError>(None);
            }
            let found = knowledge::spreads_of_item(conn, &granted, id, &page)?;
            Ok(Some(found.map(|spread| SpreadView::new(&spread, &granted))))
        })
        .await?
        .ok_or_else(Problem::not_found)?;
    Ok(links.answer(found, None))
}
