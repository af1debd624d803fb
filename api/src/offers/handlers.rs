//! Drafting, changing and reading offers.

use actix_web::{HttpResponse, get, patch, post, web};
use koplopers_shared::access::{OffersRead, OffersWrite};
use koplopers_shared::db::DbError;
use koplopers_shared::events::Subject;
use koplopers_shared::ids::{IntakeId, OfferId};
use koplopers_shared::intakes;
use koplopers_shared::offers::{self, NewOffer, OfferChange, OfferFilter};
use koplopers_shared::overviews::CaseParts;

use super::dto::{ChangeOfferRequest, CreateOfferRequest, OfferListFilter};
use super::expand::{self, OfferParams};
use super::view::OfferView;
use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::IfMatch;
use crate::events::EventView;
use crate::idempotency::IdempotencyKey;
use crate::operation;
use crate::page::{List, ListBody, NoFilter, PageParams};
use crate::problem::Problem;
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::query::Query;
use crate::reply::Reply;
use crate::state::AppState;

/// Draft an offer
///
/// For a matched intake only (409). It is composed of building blocks of the intake's programme
/// version, each once, with hours, cost and own contribution in cents of the euro. What cannot be
/// combined is refused, all at once, with the rule named: an unknown block, form or method, a kind
/// of option that is not the block's, a role that may not ask for it, an own contribution over the
/// cost, a total that is too large.
///
/// A block can be a way out of a situation around a person or a family that is stuck. **This
/// service has no field for that person or family, and none of its texts is the place for them.**
/// A text with a number that passes the check of the citizen service number (BSN) is 400
/// `possible-bsn`, unless the body says `containsNoBsn: true`.
#[utoipa::path(
    operation_id = "create_offer",
    tag = "offers",
    security(("bearer" = ["offers:write"])),
    params(("id" = uuid::Uuid, Path, description = "The intake"), IdempotencyKey),
    request_body = CreateOfferRequest,
    responses((status = 201, description = "The draft", body = OfferView), WriteErrors),
)]
#[post("/intakes/{id}/offers")]
pub async fn create_offer(
    auth: Authorized<OffersWrite>,
    id: web::Path<IntakeId>,
    key: IdempotencyKey,
    body: Body<CreateOfferRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let new = NewOffer::from(body.into_inner());
    operation::post(&state, auth, key, move |conn, by| {
        offers::draft(conn, by.granted(), by.now(), id, new.clone()).map(|offer| {
            let location = format!("/v1/offers/{}", offer.id);
            let version = offer.version;
            Reply::created(location, version, &OfferView::new(offer, by.permits()))
        })
    })
    .await
}

/// List the offers of an intake
///
/// The newest first. A municipality sees those that were sent to it, and no draft.
#[utoipa::path(
    operation_id = "list_intake_offers",
    tag = "offers",
    security(("bearer" = ["offers:read"])),
    params(("id" = uuid::Uuid, Path, description = "The intake"), PageParams),
    responses((status = 200, description = "A page of offers", body = ListBody<OfferView>), ReadErrors),
)]
#[get("/intakes/{id}/offers")]
pub async fn list_intake_offers(
    auth: Authorized<OffersRead>,
    id: web::Path<IntakeId>,
    list: List<NoFilter>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let granted = auth.into_granted();
    let permits = granted.actor().permits();
    let (_, page, links) = list.into_parts();
    let id = id.into_inner();
    let filter = OfferFilter {
        intake: Some(id),
        ..OfferFilter::default()
    };
    let found = state
        .db
        .read(
            move |conn| match intakes::find(conn, granted.scope(), id)? {
                Some(_) => offers::list(conn, granted.scope(), &filter, &page).map(Some),
                None => Ok::<_, DbError>(None),
            },
        )
        .await?
        .ok_or_else(Problem::not_found)?;
    Ok(links.answer(found.map(|offer| OfferView::new(offer, permits)), None))
}

/// List offers
///
/// The newest first. A municipality sees those that were sent to it, and no draft. `expand` shows
/// children of each in `expanded`: name them once each, or with commas.
#[utoipa::path(
    operation_id = "list_offers",
    tag = "offers",
    security(("bearer" = ["offers:read"])),
    params(OfferListFilter, PageParams),
    responses((status = 200, description = "A page of offers", body = ListBody<OfferView>), ReadErrors),
)]
#[get("/offers")]
pub async fn list_offers(
    auth: Authorized<OffersRead>,
    list: List<OfferListFilter>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let granted = auth.into_granted();
    let permits = granted.actor().permits();
    let (filter, page, links) = list.into_parts();
    let wanted = filter.expand.clone();
    expand::permitted(&state, granted.actor(), &wanted)?;
    let filter = OfferFilter::from(filter);
    let found = state
        .db
        .read(move |conn| {
            let found = offers::list(conn, granted.scope(), &filter, &page)?;
            let parts = CaseParts::of_offers(conn, granted.scope(), &found.items, &wanted)?;
            Ok::<_, DbError>(found.map(|offer| expand::view(offer, &wanted, &parts, permits)))
        })
        .await?;
    Ok(links.answer(found, None))
}

/// Get an offer
///
/// A municipality sees it from the moment it was sent.
#[utoipa::path(
    operation_id = "get_offer",
    tag = "offers",
    security(("bearer" = ["offers:read"])),
    params(("id" = uuid::Uuid, Path, description = "The offer"), OfferParams),
    responses((status = 200, description = "The offer", body = OfferView), ReadErrors),
)]
#[get("/offers/{id}")]
pub async fn get_offer(
    auth: Authorized<OffersRead>,
    id: web::Path<OfferId>,
    params: Query<OfferParams>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (id, Query(params)) = (id.into_inner(), params);
    let wanted = params.expand;
    expand::permitted(&state, auth.actor(), &wanted)?;
    operation::get(&state, auth, move |conn, by| {
        let Some(offer) = offers::find(conn, by.scope(), id)? else {
            return Ok(None);
        };
        let of = std::slice::from_ref(&offer);
        let parts = CaseParts::of_offers(conn, by.scope(), of, &wanted)?;
        let version = offer.version;
        let view = expand::view(offer, &wanted, &parts, by.permits());
        Ok(Some(Reply::ok(version, &view)))
    })
    .await
}

/// Change a drafted offer
///
/// A JSON Merge Patch (RFC 7396) on a draft; `If-Match` is needed. What was sent stays as it is:
/// draft another one, which supersedes it when it is sent.
///
/// **No text is about a person or a family**: see drafting an offer.
#[utoipa::path(
    operation_id = "change_offer",
    tag = "offers",
    security(("bearer" = ["offers:write"])),
    params(("id" = uuid::Uuid, Path, description = "The offer"), IfMatch),
    request_body(content = ChangeOfferRequest, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The changed draft", body = OfferView), WriteErrors),
)]
#[patch("/offers/{id}")]
pub async fn change_offer(
    auth: Authorized<OffersWrite>,
    id: web::Path<OfferId>,
    if_match: IfMatch,
    body: Body<ChangeOfferRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let change = OfferChange::from(body.into_inner());
    operation::change(&state, auth, move |conn, by| {
        let (granted, now, change) = (by.granted(), by.now(), change.clone());
        offers::change(conn, granted, now, id, if_match.version(), change)
            .map(|offer| Reply::ok(offer.version, &OfferView::new(offer, by.permits())))
    })
    .await
}

/// List what happened to an offer
///
/// The business history, oldest first: who did what, and when. A municipality sees it from the
/// sending on.
#[utoipa::path(
    operation_id = "list_offer_history",
    tag = "offers",
    security(("bearer" = ["offers:read"])),
    params(("id" = uuid::Uuid, Path, description = "The offer"), PageParams),
    responses((status = 200, description = "A page of events", body = ListBody<EventView>), ReadErrors),
)]
#[get("/offers/{id}/history")]
pub async fn list_offer_history(
    auth: Authorized<OffersRead>,
    id: web::Path<OfferId>,
    list: List<NoFilter>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::history(&state, auth, list, move |conn, scope| {
        let found = offers::find(conn, scope, id)?;
        Ok(found.map(|offer| Subject {
            kind: "offer",
            id: offer.id.0,
        }))
    })
    .await
}
