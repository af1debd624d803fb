//! Making, reading, changing and closing learning groups.

use actix_web::{HttpResponse, get, patch, post, web};
use koplopers_shared::access::{LearningGroupsRead, LearningGroupsWrite};
use koplopers_shared::events::Subject;
use koplopers_shared::ids::LearningGroupId;
use koplopers_shared::learning_groups::{self, GroupChange, GroupFilter, NewGroup};

use super::dto::LearningGroupView;
use super::requests::{
    ChangeLearningGroupRequest, CreateLearningGroupRequest, LearningGroupListFilter,
};
use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::{IfMatch, MaybeIfMatch};
use crate::events::EventView;
use crate::idempotency::IdempotencyKey;
use crate::operation;
use crate::page::{List, ListBody, NoFilter, PageParams};
use crate::problem::Problem;
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::reply::Reply;
use crate::state::AppState;

/// Make a learning group
///
/// It is held to the meeting plan of the current version of its programme. For the institute only.
#[utoipa::path(
    operation_id = "create_learning_group",
    tag = "learning groups",
    security(("bearer" = ["learning-groups:write"])),
    params(IdempotencyKey),
    request_body = CreateLearningGroupRequest,
    responses((status = 201, description = "The learning group", body = LearningGroupView), WriteErrors),
)]
#[post("/learning-groups")]
pub async fn create_learning_group(
    auth: Authorized<LearningGroupsWrite>,
    key: IdempotencyKey,
    body: Body<CreateLearningGroupRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let new = NewGroup::from(body.into_inner());
    operation::post(&state, auth, key, move |conn, by| {
        learning_groups::create(conn, by.granted(), by.now(), new.clone()).map(|group| {
            let location = format!("/v1/learning-groups/{}", group.id);
            let version = group.version;
            Reply::created(
                location,
                version,
                &LearningGroupView::new(group, by.permits()),
            )
        })
    })
    .await
}

/// List learning groups
///
/// The newest first. A municipality sees the groups in which it has or had a practice.
#[utoipa::path(
    operation_id = "list_learning_groups",
    tag = "learning groups",
    security(("bearer" = ["learning-groups:read"])),
    params(LearningGroupListFilter, PageParams),
    responses((status = 200, description = "A page of learning groups", body = ListBody<LearningGroupView>), ReadErrors),
)]
#[get("/learning-groups")]
pub async fn list_learning_groups(
    auth: Authorized<LearningGroupsRead>,
    list: List<LearningGroupListFilter>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let granted = auth.into_granted();
    let permits = granted.actor().permits();
    let (filter, page, links) = list.into_parts();
    let filter = GroupFilter {
        status: filter.status,
        programme: filter.programme,
        round: filter.round,
    };
    let found = state
        .db
        .read(move |conn| learning_groups::list(conn, granted.scope(), &filter, &page))
        .await?;
    let views = found.map(|group| LearningGroupView::new(group, permits));
    Ok(links.answer(views, None))
}

/// Get a learning group
#[utoipa::path(
    operation_id = "get_learning_group",
    tag = "learning groups",
    security(("bearer" = ["learning-groups:read"])),
    params(("id" = uuid::Uuid, Path, description = "The learning group")),
    responses((status = 200, description = "The learning group", body = LearningGroupView), ReadErrors),
)]
#[get("/learning-groups/{id}")]
pub async fn get_learning_group(
    auth: Authorized<LearningGroupsRead>,
    id: web::Path<LearningGroupId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::get(&state, auth, move |conn, by| {
        let found = learning_groups::find(conn, by.scope(), id)?;
        Ok(found.map(|group| {
            let version = group.version;
            Reply::ok(version, &LearningGroupView::new(group, by.permits()))
        }))
    })
    .await
}

/// Change a learning group
///
/// A JSON Merge Patch (RFC 7396); `If-Match` is needed. For the institute only.
#[utoipa::path(
    operation_id = "change_learning_group",
    tag = "learning groups",
    security(("bearer" = ["learning-groups:write"])),
    params(("id" = uuid::Uuid, Path, description = "The learning group"), IfMatch),
    request_body(content = ChangeLearningGroupRequest, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The changed learning group", body = LearningGroupView), WriteErrors),
)]
#[patch("/learning-groups/{id}")]
pub async fn change_learning_group(
    auth: Authorized<LearningGroupsWrite>,
    id: web::Path<LearningGroupId>,
    if_match: IfMatch,
    body: Body<ChangeLearningGroupRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let change = GroupChange::from(body.into_inner());
    operation::change(&state, auth, move |conn, by| {
        let version = if_match.version();
        learning_groups::change(conn, by.granted(), by.now(), id, version, change.clone()).map(
            |group| {
                let version = group.version;
                Reply::ok(version, &LearningGroupView::new(group, by.permits()))
            },
        )
    })
    .await
}

/// Close a learning group
///
/// Its practices, members and meetings stay as they are; no meeting of it is planned any more. For
/// the institute only.
#[utoipa::path(
    operation_id = "close_learning_group",
    tag = "learning groups",
    security(("bearer" = ["learning-groups:write"])),
    params(("id" = uuid::Uuid, Path, description = "The learning group"), MaybeIfMatch, IdempotencyKey),
    responses((status = 200, description = "The closed learning group", body = LearningGroupView), WriteErrors),
)]
#[post("/learning-groups/{id}/closure")]
pub async fn close_learning_group(
    auth: Authorized<LearningGroupsWrite>,
    id: web::Path<LearningGroupId>,
    if_match: MaybeIfMatch,
    key: IdempotencyKey,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::post(&state, auth, key, move |conn, by| {
        let version = if_match.version();
        learning_groups::close(conn, by.granted(), by.now(), id, version).map(|group| {
            let version = group.version;
            Reply::ok(version, &LearningGroupView::new(group, by.permits()))
        })
    })
    .await
}

/// List what happened to a learning group
///
/// The business history, oldest first: who did what, and when. A municipality sees what concerns
/// its own practices.
#[utoipa::path(
    operation_id = "list_learning_group_history",
    tag = "learning groups",
    security(("bearer" = ["learning-groups:read"])),
    params(("id" = uuid::Uuid, Path, description = "The learning group"), PageParams),
    responses((status = 200, description = "A page of events", body = ListBody<EventView>), ReadErrors),
)]
#[get("/learning-groups/{id}/history")]
pub async fn list_learning_group_history(
    auth: Authorized<LearningGroupsRead>,
    id: web::Path<LearningGroupId>,
    list: List<NoFilter>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::history(&state, auth, list, move |conn, scope| {
        let found = learning_groups::find(conn, scope, id)?;
        Ok(found.map(|group| Subject {
            kind: "learning_group",
            id: group.id.0,
        }))
    })
    .await
}
