//! Publishing and retiring knowledge items.

use actix_web::{HttpResponse, post, web};
use koplopers_shared::access::KnowledgeWrite;
use koplopers_shared::ids::KnowledgeItemId;
use koplopers_shared::knowledge;

use super::dto::KnowledgeItemView;
use crate::auth::Authorized;
use crate::etag::MaybeIfMatch;
use crate::idempotency::IdempotencyKey;
use crate::operation;
use crate::problem::Problem;
use crate::problem::document::WriteErrors;
use crate::reply::Reply;
use crate::state::AppState;

/// Publish a knowledge item
///
/// From then on every reader sees it, and intakes can be referred to it.
#[utoipa::path(
    operation_id = "publish_knowledge_item",
    tag = "knowledge",
    security(("bearer" = ["knowledge:write"])),
    params(("id" = uuid::Uuid, Path, description = "The knowledge item"), MaybeIfMatch, IdempotencyKey),
    responses((status = 200, description = "The published item", body = KnowledgeItemView), WriteErrors),
)]
#[post("/knowledge-items/{id}/publication")]
pub async fn publish_knowledge_item(
    auth: Authorized<KnowledgeWrite>,
    id: web::Path<KnowledgeItemId>,
    if_match: MaybeIfMatch,
    key: IdempotencyKey,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (id, expected) = (id.into_inner(), if_match.version());
    operation::post(&state, auth, key, move |conn, by| {
        knowledge::publish(conn, by.granted(), by.now(), id, expected)
            .map(|item| Reply::ok(item.version, &KnowledgeItemView::new(item, by.permits())))
    })
    .await
}

/// Retire a knowledge item
///
/// It is no longer offered, for good; what takes its place is a new item. Whoever was referred
/// to it can still see which one it was.
#[utoipa::path(
    operation_id = "retire_knowledge_item",
    tag = "knowledge",
    security(("bearer" = ["knowledge:write"])),
    params(("id" = uuid::Uuid, Path, description = "The knowledge item"), MaybeIfMatch, IdempotencyKey),
    responses((status = 200, description = "The retired item", body = KnowledgeItemView), WriteErrors),
)]
#[post("/knowledge-items/{id}/retirement")]
pub async fn retire_knowledge_item(
    auth: Authorized<KnowledgeWrite>,
    id: web::Path<KnowledgeItemId>,
    if_match: MaybeIfMatch,
    key: IdempotencyKey,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (id, expected) = (id.into_inner(), if_match.version());
    operation::post(&state, auth, key, move |conn, by| {
        knowledge::retire(conn, by.granted(), by.now(), id, expected)
            .map(|item| Reply::ok(item.version, &KnowledgeItemView::new(item, by.permits())))
    })
    .await
}
