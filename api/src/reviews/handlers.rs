//! Assigning reviewers, and handing in.

use actix_web::{HttpResponse, delete, get, post, put, web};
use koplopers_shared::access::{CandidaciesRead, CandidaciesReview, CandidaciesWrite, Scope};
use koplopers_shared::candidacies;
use koplopers_shared::db::DbError;
use koplopers_shared::flows::{self, AssignReviewersError};
use koplopers_shared::ids::{CandidacyId, ReviewId};
use koplopers_shared::paging::Paged;
use koplopers_shared::reviews::{self, Judgement};

use super::dto::{CreateReviewsRequest, ReplaceReviewRequest, ReviewView, ReviewsView};
use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::{IfMatch, MaybeIfMatch};
use crate::idempotency::IdempotencyKey;
use crate::operation;
use crate::page::{List, ListBody, NoFilter, PageParams};
use crate::problem::Problem;
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::reply::Reply;
use crate::state::AppState;

/// Say who reviews a candidacy
///
/// Next to those who review it already. Who is the candidate, nominated them, or holds a role with
/// the same municipality or organisation today has a stake in it and does not review (409
/// `conflict-of-interest`). `If-Match` takes the tag of the candidacy.
#[utoipa::path(
    operation_id = "create_reviews",
    tag = "reviews",
    security(("bearer" = ["candidacies:write"])),
    params(("id" = uuid::Uuid, Path, description = "The candidacy"), MaybeIfMatch, IdempotencyKey),
    request_body = CreateReviewsRequest,
    responses((status = 201, description = "Every review of the candidacy", body = ReviewsView), WriteErrors),
)]
#[post("/candidacies/{id}/reviews")]
pub async fn create_reviews(
    auth: Authorized<CandidaciesWrite>,
    id: web::Path<CandidacyId>,
    if_match: MaybeIfMatch,
    key: IdempotencyKey,
    body: Body<CreateReviewsRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let reviewers = body.into_inner().reviewers;
    operation::post(&state, auth, key, move |conn, by| {
        let (granted, version) = (by.granted(), if_match.version());
        let all = flows::assign_reviewers(conn, granted, by.now(), id, version, &reviewers)?;
        let candidacy = candidacies::find(conn, id)?.ok_or(DbError::Conflict)?;
        let location = format!("/v1/candidacies/{id}/reviews");
        let view = ReviewsView::new(&all, candidacy.status, granted);
        Ok::<_, AssignReviewersError>(Reply::created_plain(location, &view))
    })
    .await
}

/// List the reviews of a candidacy
///
/// In the order in which they were assigned. What others think is hidden from who reviews it too,
/// until all are in; coordinators who do not review it see it at once.
#[utoipa::path(
    operation_id = "list_candidacy_reviews",
    tag = "reviews",
    security(("bearer" = ["candidacies:read"])),
    params(("id" = uuid::Uuid, Path, description = "The candidacy")),
    responses((status = 200, description = "The reviews", body = ReviewsView), ReadErrors),
)]
#[get("/candidacies/{id}/reviews")]
pub async fn list_candidacy_reviews(
    auth: Authorized<CandidaciesRead>,
    id: web::Path<CandidacyId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::get(&state, auth, move |conn, by| {
        if *by.scope() != Scope::Institute {
            return Ok(None);
        }
        let Some(candidacy) = candidacies::find(conn, id)? else {
            return Ok(None);
        };
        let all = reviews::of_candidacy(conn, id)?;
        let view = ReviewsView::new(&all, candidacy.status, by.granted());
        Ok(Some(Reply::plain(&view)))
    })
    .await
}

/// Take a reviewer off a candidacy
///
/// Only while they have not handed in (409 `review-handed-in`): nobody waits for them any more, and
/// when all others are in, the reviews are complete. `If-Match` takes the tag of the review.
#[utoipa::path(
    operation_id = "delete_candidacy_review",
    tag = "reviews",
    security(("bearer" = ["candidacies:write"])),
    params(
        ("id" = uuid::Uuid, Path, description = "The candidacy"),
        ("review" = uuid::Uuid, Path, description = "The review"),
        MaybeIfMatch,
    ),
    responses((status = 204, description = "They review it no longer"), WriteErrors),
)]
#[delete("/candidacies/{id}/reviews/{review}")]
pub async fn delete_candidacy_review(
    auth: Authorized<CandidaciesWrite>,
    path: web::Path<(CandidacyId, ReviewId)>,
    if_match: MaybeIfMatch,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let ids = path.into_inner();
    operation::change(&state, auth, move |conn, by| {
        flows::unassign_reviewer(conn, by.granted(), by.now(), ids, if_match.version())
            .map(|()| Reply::no_content())
    })
    .await
}

/// List your reviews
///
/// What the person behind the token was asked to review, the newest first. A machine has none.
#[utoipa::path(
    operation_id = "list_own_reviews",
    tag = "reviews",
    security(("bearer" = ["candidacies:review"])),
    params(PageParams),
    responses((status = 200, description = "A page of reviews", body = ListBody<ReviewView>), ReadErrors),
)]
#[get("/reviews")]
pub async fn list_own_reviews(
    auth: Authorized<CandidaciesReview>,
    list: List<NoFilter>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let granted = auth.into_granted();
    let (_, page, links) = list.into_parts();
    let found: Paged<ReviewView> = state
        .db
        .read(move |conn| {
            let Ok(reviewer) = granted.person() else {
                return Ok(Paged {
                    items: Vec::new(),
                    next: None,
                    prev: None,
                });
            };
            let own = reviews::of_reviewer(conn, reviewer, &page)?;
            let ids: Vec<CandidacyId> = own.items.iter().map(|review| review.candidacy).collect();
            let all = reviews::of_candidacies(conn, &ids)?;
            let statuses = reviews::statuses(conn, &ids)?;
            Ok::<_, DbError>(own.map(|review| {
                let of_it: Vec<_> = all
                    .iter()
                    .filter(|other| other.candidacy == review.candidacy)
                    .cloned()
                    .collect();
                let status = statuses.iter().find(|(id, _)| *id == review.candidacy);
                let status = status.map_or(candidacies::CandidacyStatus::Withdrawn, |it| it.1);
                ReviewView::new(review, &of_it, status, &granted)
            }))
        })
        .await?;
    Ok(links.answer(found, None))
}

/// Get a review
///
/// For its author, with what nominators wrote; and for coordinators.
#[utoipa::path(
    operation_id = "get_review",
    tag = "reviews",
    security(("bearer" = ["candidacies:review"])),
    params(("id" = uuid::Uuid, Path, description = "The review")),
    responses((status = 200, description = "The review", body = ReviewView), ReadErrors),
)]
#[get("/reviews/{id}")]
pub async fn get_review(
    auth: Authorized<CandidaciesReview>,
    id: web::Path<ReviewId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::get(&state, auth, move |conn, by| {
        let found = flows::review_file(conn, by.granted(), id)?;
        Ok(found.map(|file| {
            let version = file.review.version;
            Reply::ok(version, &ReviewView::of_file(file, by.granted()))
        }))
    })
    .await
}

/// Hand in a review
///
/// Takes the person it was asked of (403 `person-required` for a machine). It can be handed in
/// anew until all reviews of the candidacy are in. Whoever got a stake in the candidacy since is
/// refused (409 `conflict-of-interest`). `If-Match` takes the tag of the review.
#[utoipa::path(
    operation_id = "replace_review",
    tag = "reviews",
    security(("bearer" = ["candidacies:review"])),
    params(("id" = uuid::Uuid, Path, description = "The review"), IfMatch),
    request_body = ReplaceReviewRequest,
    responses((status = 200, description = "The review", body = ReviewView), WriteErrors),
)]
#[put("/reviews/{id}")]
pub async fn replace_review(
    auth: Authorized<CandidaciesReview>,
    id: web::Path<ReviewId>,
    if_match: IfMatch,
    body: Body<ReplaceReviewRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let judgement = Judgement::from(body.into_inner());
    operation::change(&state, auth, move |conn, by| {
        let (granted, version, judgement) = (by.granted(), if_match.version(), judgement.clone());
        flows::hand_in_review(conn, granted, by.now(), id, version, judgement)?;
        let file = flows::review_file(conn, granted, id)?.ok_or(DbError::Conflict)?;
        let version = file.review.version;
        let view = ReviewView::of_file(file, granted);
        Ok::<_, flows::HandInReviewError>(Reply::ok(version, &view))
    })
    .await
}
