//! Merging, splitting, and telling the candidate.

use actix_web::{HttpResponse, post, web};
use koplopers_shared::access::CandidaciesWrite;
use koplopers_shared::flows::{self, NoticeError, RegroupError};
use koplopers_shared::ids::{CandidacyId, NominationId, PersonId};
use koplopers_shared::nominations;
use serde::Deserialize;
use utoipa::ToSchema;

use super::handlers::answer;
use super::view::CandidacyView;
use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::MaybeIfMatch;
use crate::idempotency::IdempotencyKey;
use crate::operation;
use crate::problem::Problem;
use crate::problem::document::WriteErrors;
use crate::reply::Reply;
use crate::state::AppState;

/// The candidacy to bring into another.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateCandidacyMergerRequest {
    /// The candidacy whose nominations move, and which ends.
    #[schema(value_type = uuid::Uuid)]
    candidacy: CandidacyId,
}

/// The nominations that get a candidacy of their own.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateCandidacySplitRequest {
    /// The nominations that leave; at least one must stay.
    #[schema(value_type = Vec<uuid::Uuid>, min_items = 1, max_items = 100)]
    nominations: Vec<NominationId>,
    /// Whose candidacy it is; somebody new, as the first of the nominations names them, unless
    /// given.
    #[schema(value_type = Option<uuid::Uuid>, nullable = false)]
    person: Option<PersonId>,
}

/// How the candidate is told.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateCandidateNoticeRequest {
    /// How they were told, when not by our mail. Left out, our mail goes to them now.
    #[schema(
        min_length = 1,
        max_length = 500,
        nullable = false,
        example = "Gebeld op 3 maart, met de brief van de website."
    )]
    how: Option<String>,
    /// True when you looked, and no text holds a citizen service number.
    #[serde(rename = "containsNoBsn")]
    #[schema(nullable = false)]
    _contains_no_bsn: Option<bool>,
}

/// Merge a candidacy into this one
///
/// For two candidacies of one person: the nominations of the other move here, and it ends, with
/// the consent that was asked for.
#[utoipa::path(
    operation_id = "create_candidacy_merger",
    tag = "candidacies",
    security(("bearer" = ["candidacies:write"])),
    params(("id" = uuid::Uuid, Path, description = "The candidacy that stays"), MaybeIfMatch, IdempotencyKey),
    request_body = CreateCandidacyMergerRequest,
    responses((status = 200, description = "The candidacy with the nominations of both", body = CandidacyView), WriteErrors),
)]
#[post("/candidacies/{id}/merger")]
pub async fn create_candidacy_merger(
    auth: Authorized<CandidaciesWrite>,
    id: web::Path<CandidacyId>,
    if_match: MaybeIfMatch,
    key: IdempotencyKey,
    body: Body<CreateCandidacyMergerRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (id, other) = (id.into_inner(), body.into_inner().candidacy);
    operation::post(&state, auth, key, move |conn, by| {
        let (granted, now, version) = (by.granted(), by.now(), if_match.version());
        let merged = flows::merge_candidacies(conn, granted, now, id, version, other)?;
        Ok::<_, RegroupError>(answer(conn, by, merged)?)
    })
    .await
}

/// Give nominations a candidacy of their own
///
/// For two people whose nominations were taken for one person's.
#[utoipa::path(
    operation_id = "create_candidacy_split",
    tag = "candidacies",
    security(("bearer" = ["candidacies:write"])),
    params(("id" = uuid::Uuid, Path, description = "The candidacy that they leave"), MaybeIfMatch, IdempotencyKey),
    request_body = CreateCandidacySplitRequest,
    responses((status = 201, description = "The new candidacy", body = CandidacyView), WriteErrors),
)]
#[post("/candidacies/{id}/split")]
pub async fn create_candidacy_split(
    auth: Authorized<CandidaciesWrite>,
    id: web::Path<CandidacyId>,
    if_match: MaybeIfMatch,
    key: IdempotencyKey,
    body: Body<CreateCandidacySplitRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (id, request) = (id.into_inner(), body.into_inner());
    operation::post(&state, auth, key, move |conn, by| {
        let (granted, now, version) = (by.granted(), by.now(), if_match.version());
        let leave = (request.nominations.as_slice(), request.person);
        let own = flows::split_candidacy(conn, granted, now, id, version, leave)?;
        let location = format!("/v1/candidacies/{}", own.id);
        let version = own.version;
        let moved = nominations::of_candidacy(conn, own.id)?;
        let view = CandidacyView::with_nominations(own, moved, granted, now.at);
        Ok::<_, RegroupError>(Reply::created(location, version, &view))
    })
    .await
}

/// Tell the candidate
///
/// That they were nominated, by whom, what is stored and how to object (AVG art. 14). The service
/// mails everybody with an address two weeks before `tellBy` by itself; this does so now, or
/// records how else they were told.
#[utoipa::path(
    operation_id = "create_candidate_notice",
    tag = "candidacies",
    security(("bearer" = ["candidacies:write"])),
    params(("id" = uuid::Uuid, Path, description = "The candidacy"), MaybeIfMatch, IdempotencyKey),
    request_body = CreateCandidateNoticeRequest,
    responses((status = 200, description = "The candidacy, whose candidate is told", body = CandidacyView), WriteErrors),
)]
#[post("/candidacies/{id}/notice")]
pub async fn create_candidate_notice(
    auth: Authorized<CandidaciesWrite>,
    id: web::Path<CandidacyId>,
    if_match: MaybeIfMatch,
    key: IdempotencyKey,
    body: Body<CreateCandidateNoticeRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (id, how) = (id.into_inner(), body.into_inner().how);
    operation::post(&state, auth, key, move |conn, by| {
        let (granted, now, version) = (by.granted(), by.now(), if_match.version());
        let told = flows::give_notice(conn, granted, now, id, version, how.clone())?;
        Ok::<_, NoticeError>(answer(conn, by, told)?)
    })
    .await
}
