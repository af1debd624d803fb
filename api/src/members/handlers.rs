//! Reading members, and what they say of themselves.

use actix_web::{HttpResponse, get, patch, put, web};
use koplopers_shared::access::{Actor, MembersProfile, MembersRead};
use koplopers_shared::db::{DbConn, DbError, DbResult};
use koplopers_shared::events::Subject;
use koplopers_shared::ids::MemberId;
use koplopers_shared::members::{
    self, Audience, ChangeMemberError, Member, MemberChange, MemberFilter, Topics,
};

use super::dto::{ChangeMemberRequest, MemberListFilter, ReplaceMemberExpertiseRequest};
use super::view::{Belongings, MemberView};
use crate::audit;
use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::IfMatch;
use crate::events::EventView;
use crate::operation;
use crate::page::{List, ListBody, NoFilter, PageParams};
use crate::problem::Problem;
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::reply::{self, Reply, StoredResponse};
use crate::state::AppState;

/// The answer about one member whom the caller was found to see.
pub(super) fn answer(conn: &mut DbConn, actor: &Actor, member: Member) -> DbResult<StoredResponse> {
    let audience = members::audience_of(conn, actor)?;
    let version = member.version;
    let mut belongings = Belongings::read(conn, audience, std::slice::from_ref(&member))?;
    Ok(Reply::ok(version, &belongings.view(member, actor)))
}

/// List members
///
/// Oldest first. Each shows what the member shows to the caller: municipalities and other members
/// see those who show their profile to them, the staff of the institute sees all.
#[utoipa::path(
    operation_id = "list_members",
    tag = "members",
    security(("bearer" = ["members:read"])),
    params(MemberListFilter, PageParams),
    responses((status = 200, description = "A page of members", body = ListBody<MemberView>), ReadErrors),
)]
#[get("/members")]
pub async fn list_members(
    auth: Authorized<MembersRead>,
    list: List<MemberListFilter>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (filter, page, links) = list.into_parts();
    let filter = MemberFilter::from(filter);
    let granted = auth.into_granted();
    audit::tell_read(&state, granted.actor(), ("member.list", "member"), None)?;
    let reader = granted.clone();
    let (found, mut belongings) = state
        .db
        .read(move |conn| {
            let audience = members::audience_of(conn, granted.actor())?;
            let mut filter = filter.clone();
            // Whose consent is awaited is for the staff.
            if audience != Audience::Staff {
                filter.consent_review = None;
            }
            let found = members::list(conn, audience, &filter, &page)?;
            let belongings = Belongings::read(conn, audience, &found.items)?;
            Ok::<_, DbError>((found, belongings))
        })
        .await?;
    let views = found.map(|member| belongings.view(member, reader.actor()));
    Ok(links.answer(views, None))
}

/// Get a member
///
/// What the member does not show to the caller is null; who does not show their profile is not
/// there.
#[utoipa::path(
    operation_id = "get_member",
    tag = "members",
    security(("bearer" = ["members:read"])),
    params(("id" = uuid::Uuid, Path, description = "The member")),
    responses((status = 200, description = "The member", body = MemberView), ReadErrors),
)]
#[get("/members/{id}")]
pub async fn get_member(
    auth: Authorized<MembersRead>,
    id: web::Path<MemberId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (id, granted) = (id.into_inner(), auth.into_granted());
    let reader = granted.clone();
    let found = state
        .db
        .read(move |conn| {
            let audience = members::audience_of(conn, granted.actor())?;
            match members::seen(conn, audience, id)? {
                Some(member) => answer(conn, granted.actor(), member).map(Some),
                None => Ok::<_, DbError>(None),
            }
        })
        .await?
        .ok_or_else(Problem::not_found)?;
    let told = ("member.read", "member");
    audit::tell_read(&state, reader.actor(), told, Some(id.to_string()))?;
    Ok(reply::send(found))
}

/// Change a member
///
/// A JSON Merge Patch (RFC 7396); `If-Match` is needed. Members change themselves, coordinators
/// anybody.
#[utoipa::path(
    operation_id = "change_member",
    tag = "members",
    security(("bearer" = ["members:profile"])),
    params(("id" = uuid::Uuid, Path, description = "The member"), IfMatch),
    request_body(content = ChangeMemberRequest, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The changed member", body = MemberView), WriteErrors),
)]
#[patch("/members/{id}")]
pub async fn change_member(
    auth: Authorized<MembersProfile>,
    id: web::Path<MemberId>,
    if_match: IfMatch,
    body: Body<ChangeMemberRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let change = MemberChange::from(body.into_inner());
    operation::change(&state, auth, move |conn, by| {
        let version = if_match.version();
        let changed = members::change(conn, by.granted(), by.now(), id, version, change.clone())?;
        Ok::<_, ChangeMemberError>(answer(conn, by.granted().actor(), changed)?)
    })
    .await
}

/// Replace what a member knows and wants
///
/// Themes with level and interest, social issues to work on, and learning practices: all of them
/// at once. `If-Match` is needed.
#[utoipa::path(
    operation_id = "replace_member_expertise",
    tag = "members",
    security(("bearer" = ["members:profile"])),
    params(("id" = uuid::Uuid, Path, description = "The member"), IfMatch),
    request_body = ReplaceMemberExpertiseRequest,
    responses((status = 200, description = "The changed member", body = MemberView), WriteErrors),
)]
#[put("/members/{id}/expertise")]
pub async fn replace_member_expertise(
    auth: Authorized<MembersProfile>,
    id: web::Path<MemberId>,
    if_match: IfMatch,
    body: Body<ReplaceMemberExpertiseRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let topics = Topics::from(body.into_inner());
    operation::change(&state, auth, move |conn, by| {
        let version = if_match.version();
        let changed = members::change_topics(conn, by.granted(), by.now(), id, version, &topics)?;
        Ok::<_, ChangeMemberError>(answer(conn, by.granted().actor(), changed)?)
    })
    .await
}

/// List the history of a member
///
/// Oldest first; for the member and the staff of the institute.
#[utoipa::path(
    operation_id = "list_member_history",
    tag = "members",
    security(("bearer" = ["members:read"])),
    params(("id" = uuid::Uuid, Path, description = "The member"), PageParams),
    responses((status = 200, description = "A page of events", body = ListBody<EventView>), ReadErrors),
)]
#[get("/members/{id}/history")]
pub async fn list_member_history(
    auth: Authorized<MembersRead>,
    id: web::Path<MemberId>,
    list: List<NoFilter>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let actor = auth.granted().actor().clone();
    operation::history(&state, auth, list, move |conn, _| {
        let audience = members::audience_of(conn, &actor)?;
        let found = members::find(conn, id)?.filter(|member| audience.sees_all_of(member));
        Ok(found.map(|member| Subject {
            kind: "member",
            id: member.id.0,
        }))
    })
    .await
}
