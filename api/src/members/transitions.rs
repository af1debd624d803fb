//! Pausing, going on, leaving, and changing employer.

use actix_web::{HttpResponse, post, put, web};
use koplopers_shared::access::MembersProfile;
use koplopers_shared::flows::{self, ChangeEmployerError};
use koplopers_shared::ids::MemberId;
use koplopers_shared::members::{self, ChangeMemberError};

use super::dto::{EndMembershipRequest, PauseMemberRequest, ReplaceMemberEmployerRequest};
use super::handlers::answer;
use super::view::MemberView;
use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::{IfMatch, MaybeIfMatch};
use crate::idempotency::IdempotencyKey;
use crate::operation;
use crate::problem::Problem;
use crate::problem::document::WriteErrors;
use crate::state::AppState;

/// Replace the employer of a member
///
/// A municipality, an organisation, or neither. The membership goes on under review, and the
/// highest executive of the new employer is asked for consent: the giver who is named, else one
/// who is known. When nobody is known, name the giver later with the same employer. `If-Match` is
/// needed.
#[utoipa::path(
    operation_id = "replace_member_employer",
    tag = "members",
    security(("bearer" = ["members:profile"])),
    params(("id" = uuid::Uuid, Path, description = "The member"), IfMatch),
    request_body = ReplaceMemberEmployerRequest,
    responses((status = 200, description = "The changed member", body = MemberView), WriteErrors),
)]
#[put("/members/{id}/employer")]
pub async fn replace_member_employer(
    auth: Authorized<MembersProfile>,
    id: web::Path<MemberId>,
    if_match: IfMatch,
    body: Body<ReplaceMemberEmployerRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let body = body.into_inner();
    let employer = body.employer().ok_or_else(|| {
        let reason = "must be left out when a municipality is given";
        Problem::invalid_field("/organisation", "not-allowed", reason)
    })?;
    operation::change(&state, auth, move |conn, by| {
        let version = if_match.version();
        let new = (employer, body.giver);
        let changed = flows::change_employer(conn, by.granted(), by.now(), id, version, new)?;
        Ok::<_, ChangeEmployerError>(answer(conn, by.granted().actor(), changed)?)
    })
    .await
}

/// Pause a membership
///
/// The member does not take part for a while; with a last day it goes on by itself after it.
#[utoipa::path(
    operation_id = "pause_member",
    tag = "members",
    security(("bearer" = ["members:profile"])),
    params(("id" = uuid::Uuid, Path, description = "The member"), MaybeIfMatch, IdempotencyKey),
    request_body = PauseMemberRequest,
    responses((status = 200, description = "The paused member", body = MemberView), WriteErrors),
)]
#[post("/members/{id}/pause")]
pub async fn pause_member(
    auth: Authorized<MembersProfile>,
    id: web::Path<MemberId>,
    if_match: MaybeIfMatch,
    key: IdempotencyKey,
    body: Body<PauseMemberRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (id, body) = (id.into_inner(), body.into_inner());
    operation::post(&state, auth, key, move |conn, by| {
        let version = if_match.version();
        let how = (body.until_on, body.reason.clone());
        let paused = members::pause(conn, by.granted(), by.now(), id, version, how)?;
        Ok::<_, ChangeMemberError>(answer(conn, by.granted().actor(), paused)?)
    })
    .await
}

/// Resume a membership
///
/// Ends a pause.
#[utoipa::path(
    operation_id = "resume_member",
    tag = "members",
    security(("bearer" = ["members:profile"])),
    params(("id" = uuid::Uuid, Path, description = "The member"), MaybeIfMatch, IdempotencyKey),
    responses((status = 200, description = "The active member", body = MemberView), WriteErrors),
)]
#[post("/members/{id}/resumption")]
pub async fn resume_member(
    auth: Authorized<MembersProfile>,
    id: web::Path<MemberId>,
    if_match: MaybeIfMatch,
    key: IdempotencyKey,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::post(&state, auth, key, move |conn, by| {
        let version = if_match.version();
        let active = members::resume(conn, by.granted(), by.now(), id, version)?;
        Ok::<_, ChangeMemberError>(answer(conn, by.granted().actor(), active)?)
    })
    .await
}

/// End a membership
///
/// Nothing of the member is shown any more but to the staff. They are told by mail.
#[utoipa::path(
    operation_id = "end_membership",
    tag = "members",
    security(("bearer" = ["members:profile"])),
    params(("id" = uuid::Uuid, Path, description = "The member"), MaybeIfMatch, IdempotencyKey),
    request_body = EndMembershipRequest,
    responses((status = 200, description = "Who was a member", body = MemberView), WriteErrors),
)]
#[post("/members/{id}/departure")]
pub async fn end_membership(
    auth: Authorized<MembersProfile>,
    id: web::Path<MemberId>,
    if_match: MaybeIfMatch,
    key: IdempotencyKey,
    body: Body<EndMembershipRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (id, reason) = (id.into_inner(), body.into_inner().reason);
    operation::post(&state, auth, key, move |conn, by| {
        let version = if_match.version();
        let left = members::leave(conn, by.granted(), by.now(), id, version, reason.clone())?;
        Ok::<_, ChangeMemberError>(answer(conn, by.granted().actor(), left)?)
    })
    .await
}
