//! Sending an offer and taking it back.

use actix_web::{HttpResponse, post, web};
use koplopers_shared::access::OffersWrite;
use koplopers_shared::ids::OfferId;
use koplopers_shared::offers;

use super::dto::WithdrawOfferRequest;
use super::view::OfferView;
use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::MaybeIfMatch;
use crate::idempotency::IdempotencyKey;
use crate::operation;
use crate::problem::Problem;
use crate::problem::document::WriteErrors;
use crate::reply::Reply;
use crate::state::AppState;

/// Send an offer
///
/// The sponsor of the intake gets a mail with a link to read and answer it; the offer that was
/// sent before is superseded. It needs a matched intake, at least one block, a last day in the
/// future, a sponsor with an e-mail address, each guiding principle ticked or explained, a day on
/// each step, a form and a method where the block has them, and the fixed steps of a block all
/// there and in order. What is missing is named, all at once (409 `offer-incomplete`).
///
/// Where the programme asks co-funding, the own contribution over the blocks that count is at
/// least that share, or the share that the municipality committed to when that is more (409
/// `own-contribution-too-low` with `sum`, `base` and `percent`).
#[utoipa::path(
    operation_id = "send_offer",
    tag = "offers",
    security(("bearer" = ["offers:write"])),
    params(("id" = uuid::Uuid, Path, description = "The offer"), MaybeIfMatch, IdempotencyKey),
    responses((status = 200, description = "The sent offer", body = OfferView), WriteErrors),
)]
#[post("/offers/{id}/sending")]
pub async fn send_offer(
    auth: Authorized<OffersWrite>,
    id: web::Path<OfferId>,
    if_match: MaybeIfMatch,
    key: IdempotencyKey,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::post(&state, auth, key, move |conn, by| {
        offers::send(conn, by.granted(), by.now(), id, if_match.version())
            .map(|offer| Reply::ok(offer.version, &OfferView::new(offer, by.permits())))
    })
    .await
}

/// Take an offer back
///
/// Possible until it is answered. The link in the mail then leads to a page that says so, with the
/// reason.
#[utoipa::path(
    operation_id = "withdraw_offer",
    tag = "offers",
    security(("bearer" = ["offers:write"])),
    params(("id" = uuid::Uuid, Path, description = "The offer"), MaybeIfMatch, IdempotencyKey),
    request_body = WithdrawOfferRequest,
    responses((status = 200, description = "The withdrawn offer", body = OfferView), WriteErrors),
)]
#[post("/offers/{id}/withdrawal")]
pub async fn withdraw_offer(
    auth: Authorized<OffersWrite>,
    id: web::Path<OfferId>,
    if_match: MaybeIfMatch,
    key: IdempotencyKey,
    body: Body<WithdrawOfferRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let reason = body.into_inner().reason;
    operation::post(&state, auth, key, move |conn, by| {
        let (granted, now, reason) = (by.granted(), by.now(), reason.clone());
        offers::withdraw(conn, granted, now, id, if_match.version(), reason)
            .map(|offer| Reply::ok(offer.version, &OfferView::new(offer, by.permits())))
    })
    .await
}
