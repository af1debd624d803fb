//! Who is in a learning group.

use actix_web::{HttpResponse, delete, get, post, web};
use koplopers_shared::access::{LearningGroupsRead, LearningGroupsWrite};
use koplopers_shared::db::DbError;
use koplopers_shared::ids::{GroupMemberId, LearningGroupId};
use koplopers_shared::learning_groups::{self, GroupMemberFilter};

use super::dto::GroupMemberView;
use super::requests::{CreateGroupMemberRequest, GroupMemberListFilter};
use crate::auth::Authorized;
use crate::body::Body;
use crate::idempotency::IdempotencyKey;
use crate::operation;
use crate::page::{List, ListBody, PageParams};
use crate::problem::Problem;
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::reply::Reply;
use crate::state::AppState;

/// Add somebody to a learning group
///
/// With their practice, or without one for who guides the group as a whole. For the institute only.
#[utoipa::path(
    operation_id = "create_learning_group_member",
    tag = "learning groups",
    security(("bearer" = ["learning-groups:write"])),
    params(("id" = uuid::Uuid, Path, description = "The learning group"), IdempotencyKey),
    request_body = CreateGroupMemberRequest,
    responses((status = 201, description = "The member", body = GroupMemberView), WriteErrors),
)]
#[post("/learning-groups/{id}/members")]
pub async fn create_group_member(
    auth: Authorized<LearningGroupsWrite>,
    id: web::Path<LearningGroupId>,
    key: IdempotencyKey,
    body: Body<CreateGroupMemberRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let CreateGroupMemberRequest { person, practice } = body.into_inner();
    operation::post(&state, auth, key, move |conn, by| {
        let member = (person, practice);
        learning_groups::add_member(conn, by.granted(), by.now(), id, member).map(|member| {
            let location = format!("/v1/learning-groups/{id}/members");
            Reply::created_plain(location, &GroupMemberView::from(member))
        })
    })
    .await
}

/// List the members of a learning group
///
/// The newest first. A municipality sees the people who hold or held a role with it.
#[utoipa::path(
    operation_id = "list_learning_group_members",
    tag = "learning groups",
    security(("bearer" = ["learning-groups:read"])),
    params(("id" = uuid::Uuid, Path, description = "The learning group"), GroupMemberListFilter, PageParams),
    responses((status = 200, description = "A page of members", body = ListBody<GroupMemberView>), ReadErrors),
)]
#[get("/learning-groups/{id}/members")]
pub async fn list_group_members(
    auth: Authorized<LearningGroupsRead>,
    id: web::Path<LearningGroupId>,
    list: List<GroupMemberListFilter>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let granted = auth.into_granted();
    let (filter, page, links) = list.into_parts();
    let filter = GroupMemberFilter {
        practice: filter.practice,
        with_left: filter.with_left.unwrap_or(false),
    };
    let found = state
        .db
        .read(move |conn| {
            if learning_groups::find(conn, granted.scope(), id)?.is_none() {
                return Ok::<_, DbError>(None);
            }
            learning_groups::members(conn, granted.scope(), id, &filter, &page).map(Some)
        })
        .await?
        .ok_or_else(Problem::not_found)?;
    Ok(links.answer(found.map(GroupMemberView::from), None))
}

/// Take somebody out of a learning group
///
/// That they were in it stays on the list. For the institute only.
#[utoipa::path(
    operation_id = "end_learning_group_membership",
    tag = "learning groups",
    security(("bearer" = ["learning-groups:write"])),
    params(
        ("id" = uuid::Uuid, Path, description = "The learning group"),
        ("member" = uuid::Uuid, Path, description = "The member"),
    ),
    responses((status = 204, description = "They left"), WriteErrors),
)]
#[delete("/learning-groups/{id}/members/{member}")]
pub async fn end_group_membership(
    auth: Authorized<LearningGroupsWrite>,
    path: web::Path<(LearningGroupId, GroupMemberId)>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let ids = path.into_inner();
    operation::change(&state, auth, move |conn, by| {
        learning_groups::take_out_member(conn, by.granted(), by.now(), ids)
            .map(|_| Reply::no_content())
    })
    .await
}
