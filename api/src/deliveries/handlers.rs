//! Reading deliveries, trying them again and dropping them.

use actix_web::{HttpResponse, get, post, web};
use koplopers_shared::access::{DeliveriesRead, DeliveriesRetry};
use koplopers_shared::deliveries::{self, DeliveryFilter};
use koplopers_shared::ids::DeliveryId;

use super::dto::{DeliveryDetailView, DeliveryListFilter, DeliveryView};
use crate::auth::Authorized;
use crate::idempotency::IdempotencyKey;
use crate::operation;
use crate::page::{List, ListBody, PageParams};
use crate::problem::Problem;
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::reply::Reply;
use crate::state::AppState;

/// List deliveries
///
/// The newest first. Ids and states only; `GET /deliveries/{id}/preview` shows what a mail says.
#[utoipa::path(
    operation_id = "list_deliveries",
    tag = "deliveries",
    security(("bearer" = ["deliveries:read"])),
    params(DeliveryListFilter, PageParams),
    responses((status = 200, description = "A page of deliveries", body = ListBody<DeliveryView>), ReadErrors),
)]
#[get("/deliveries")]
pub async fn list_deliveries(
    auth: Authorized<DeliveriesRead>,
    list: List<DeliveryListFilter>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let granted = auth.into_granted();
    let permits = granted.actor().permits();
    let (filter, page, links) = list.into_parts();
    let filter = DeliveryFilter {
        state: filter.status,
        kind: filter.kind,
        subject: filter.subject,
        recipient: filter.recipient,
    };
    let found = state
        .db
        .read(move |conn| deliveries::list(conn, granted.scope(), &filter, &page))
        .await?;
    let views = found.map(|delivery| DeliveryView::new(delivery, permits));
    Ok(links.answer(views, None))
}

/// Get a delivery
///
/// With every attempt that was made.
#[utoipa::path(
    operation_id = "get_delivery",
    tag = "deliveries",
    security(("bearer" = ["deliveries:read"])),
    params(("id" = uuid::Uuid, Path, description = "The delivery")),
    responses((status = 200, description = "The delivery and its attempts", body = DeliveryDetailView), ReadErrors),
)]
#[get("/deliveries/{id}")]
pub async fn get_delivery(
    auth: Authorized<DeliveriesRead>,
    id: web::Path<DeliveryId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::get(&state, auth, move |conn, by| {
        let Some(delivery) = deliveries::find(conn, by.scope(), id)? else {
            return Ok(None);
        };
        let attempts = deliveries::attempts(conn, id)?;
        let view = DeliveryDetailView::new(delivery, attempts, by.permits());
        Ok(Some(Reply::ok(0, &view)))
    })
    .await
}

/// Try a delivery again
///
/// Now, whenever it would have been tried next. It is looked at once more first: what is no longer
/// wanted is dropped. One that was sent or dropped stays so; one whose time has passed cannot be
/// sent any more.
#[utoipa::path(
    operation_id = "retry_delivery",
    tag = "deliveries",
    security(("bearer" = ["deliveries:retry"])),
    params(("id" = uuid::Uuid, Path, description = "The delivery"), IdempotencyKey),
    responses((status = 200, description = "The delivery", body = DeliveryView), WriteErrors),
)]
#[post("/deliveries/{id}/retry")]
pub async fn retry_delivery(
    auth: Authorized<DeliveriesRetry>,
    id: web::Path<DeliveryId>,
    key: IdempotencyKey,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::post(&state, auth, key, move |conn, by| {
        deliveries::retry(conn, by.granted(), by.now(), id)
            .map(|delivery| Reply::ok(0, &DeliveryView::new(delivery, by.permits())))
    })
    .await
}

/// Drop a delivery
///
/// It is never sent. What a worker is sending cannot be dropped.
#[utoipa::path(
    operation_id = "drop_delivery",
    tag = "deliveries",
    security(("bearer" = ["deliveries:retry"])),
    params(("id" = uuid::Uuid, Path, description = "The delivery"), IdempotencyKey),
    responses((status = 200, description = "The delivery", body = DeliveryView), WriteErrors),
)]
#[post("/deliveries/{id}/drop")]
pub async fn drop_delivery(
    auth: Authorized<DeliveriesRetry>,
    id: web::Path<DeliveryId>,
    key: IdempotencyKey,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::post(&state, auth, key, move |conn, by| {
        deliveries::drop_by_hand(conn, by.granted(), by.now(), id)
            .map(|delivery| Reply::ok(0, &DeliveryView::new(delivery, by.permits())))
    })
    .await
}
