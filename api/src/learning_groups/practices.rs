//! Adding, reading, changing and ending the practices of learning groups.

use actix_web::{HttpResponse, delete, get, patch, post, web};
use koplopers_shared::access::{LearningGroupsRead, LearningGroupsWrite};
use koplopers_shared::db::{DbConn, DbResult};
use koplopers_shared::ids::{LearningGroupId, PracticeId};
use koplopers_shared::learning_groups::{self, GroupStatus, NewPractice, Practice, PracticeChange};

use super::dto::{PracticeView, PracticesView};
use super::requests::{ChangePracticeRequest, CreatePracticeRequest};
use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::{IfMatch, MaybeIfMatch};
use crate::idempotency::IdempotencyKey;
use crate::operation::{self, Caller};
use crate::problem::Problem;
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::reply::Reply;
use crate::state::AppState;

fn view<P>(by: &Caller<P>, practice: Practice, group: GroupStatus) -> PracticeView {
    let own = by.scope().sees(practice.municipality);
    PracticeView::new(practice, group, own, by.permits())
}

/// Add a practice to a learning group
///
/// One municipality's part, with an issue of its own and the kinds of party around its table. For
/// the institute only.
#[utoipa::path(
    operation_id = "create_practice",
    tag = "learning groups",
    security(("bearer" = ["learning-groups:write"])),
    params(("id" = uuid::Uuid, Path, description = "The learning group"), IdempotencyKey),
    request_body = CreatePracticeRequest,
    responses((status = 201, description = "The practice", body = PracticeView), WriteErrors),
)]
#[post("/learning-groups/{id}/practices")]
pub async fn create_practice(
    auth: Authorized<LearningGroupsWrite>,
    id: web::Path<LearningGroupId>,
    key: IdempotencyKey,
    body: Body<CreatePracticeRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let new = NewPractice::from(body.into_inner());
    operation::post(&state, auth, key, move |conn, by| {
        learning_groups::add_practice(conn, by.granted(), by.now(), id, new.clone()).map(
            |practice| {
                let location = format!("/v1/learning-groups/{id}/practices/{}", practice.id);
                let version = practice.version;
                Reply::created(location, version, &view(by, practice, GroupStatus::Active))
            },
        )
    })
    .await
}

/// List the practices of a learning group
///
/// All of them, those of other municipalities and those that ended included.
#[utoipa::path(
    operation_id = "list_practices",
    tag = "learning groups",
    security(("bearer" = ["learning-groups:read"])),
    params(("id" = uuid::Uuid, Path, description = "The learning group")),
    responses((status = 200, description = "The practices", body = PracticesView), ReadErrors),
)]
#[get("/learning-groups/{id}/practices")]
pub async fn list_practices(
    auth: Authorized<LearningGroupsRead>,
    id: web::Path<LearningGroupId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::get(&state, auth, move |conn, by| {
        let Some(group) = learning_groups::find(conn, by.scope(), id)? else {
            return Ok(None);
        };
        let found = learning_groups::practices(conn, id)?;
        let views = found.into_iter().map(|it| view(by, it, group.status()));
        let items = views.collect();
        Ok(Some(Reply::plain(&PracticesView { items })))
    })
    .await
}

fn found<P>(
    conn: &mut DbConn,
    by: &Caller<P>,
    (group, id): (LearningGroupId, PracticeId),
) -> DbResult<Option<(Practice, GroupStatus)>> {
    let Some(group) = learning_groups::find(conn, by.scope(), group)? else {
        return Ok(None);
    };
    let practice = learning_groups::find_practice(conn, group.id, id)?;
    Ok(practice.map(|practice| (practice, group.status())))
}

/// Get a practice
#[utoipa::path(
    operation_id = "get_practice",
    tag = "learning groups",
    security(("bearer" = ["learning-groups:read"])),
    params(
        ("id" = uuid::Uuid, Path, description = "The learning group"),
        ("practice" = uuid::Uuid, Path, description = "The practice"),
    ),
    responses((status = 200, description = "The practice", body = PracticeView), ReadErrors),
)]
#[get("/learning-groups/{id}/practices/{practice}")]
pub async fn get_practice(
    auth: Authorized<LearningGroupsRead>,
    path: web::Path<(LearningGroupId, PracticeId)>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let ids = path.into_inner();
    operation::get(&state, auth, move |conn, by| {
        let found = found(conn, by, ids)?;
        Ok(found.map(|(practice, group)| Reply::ok(practice.version, &view(by, practice, group))))
    })
    .await
}

/// Change a practice
///
/// A JSON Merge Patch (RFC 7396); `If-Match` is needed. For the institute only.
#[utoipa::path(
    operation_id = "change_practice",
    tag = "learning groups",
    security(("bearer" = ["learning-groups:write"])),
    params(
        ("id" = uuid::Uuid, Path, description = "The learning group"),
        ("practice" = uuid::Uuid, Path, description = "The practice"),
        IfMatch,
    ),
    request_body(content = ChangePracticeRequest, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The changed practice", body = PracticeView), WriteErrors),
)]
#[patch("/learning-groups/{id}/practices/{practice}")]
pub async fn change_practice(
    auth: Authorized<LearningGroupsWrite>,
    path: web::Path<(LearningGroupId, PracticeId)>,
    if_match: IfMatch,
    body: Body<ChangePracticeRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let ids = path.into_inner();
    let change = PracticeChange::from(body.into_inner());
    operation::change(&state, auth, move |conn, by| {
        let (version, change) = (if_match.version(), change.clone());
        learning_groups::change_practice(conn, by.granted(), by.now(), ids, version, change).map(
            |practice| {
                let version = practice.version;
                Reply::ok(version, &view(by, practice, GroupStatus::Active))
            },
        )
    })
    .await
}

/// End a practice
///
/// It takes part no longer, and the plan check minds it no more. It stays on the list, with its
/// meetings. For the institute only.
#[utoipa::path(
    operation_id = "end_practice",
    tag = "learning groups",
    security(("bearer" = ["learning-groups:write"])),
    params(
        ("id" = uuid::Uuid, Path, description = "The learning group"),
        ("practice" = uuid::Uuid, Path, description = "The practice"),
        MaybeIfMatch,
    ),
    responses((status = 204, description = "It ended"), WriteErrors),
)]
#[delete("/learning-groups/{id}/practices/{practice}")]
pub async fn end_practice(
    auth: Authorized<LearningGroupsWrite>,
    path: web::Path<(LearningGroupId, PracticeId)>,
    if_match: MaybeIfMatch,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let ids = path.into_inner();
    operation::change(&state, auth, move |conn, by| {
        let version = if_match.version();
        learning_groups::end_practice(conn, by.granted(), by.now(), ids, version)
            .map(|_| Reply::no_content())
    })
    .await
}
