//! Addresses to which nothing is sent.

use actix_web::{HttpResponse, delete, get, post, web};
use jiff::Timestamp;
use koplopers_shared::access::{DeliveriesRead, DeliveriesRetry};
use koplopers_shared::db::DbResult;
use koplopers_shared::deliveries::{self, Suppression, SuppressionReason};
use koplopers_shared::ids::{DeliveryId, SuppressionId};
use koplopers_shared::words::EmailAddress;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::audit::tell_read;
use crate::auth::Authorized;
use crate::body::Body;
use crate::idempotency::IdempotencyKey;
use crate::operation;
use crate::page::{List, ListBody, NoFilter, PageParams};
use crate::problem::Problem;
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::reply::Reply;
use crate::state::AppState;
use crate::words::SuppressionReasonWord;

/// An address to which nothing is sent. The address itself is not kept: only who knows it can find
/// it again.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Suppression)]
pub struct SuppressionView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: SuppressionId,
    /// Why.
    #[schema(value_type = SuppressionReasonWord)]
    reason: SuppressionReason,
    /// The delivery that found it dead.
    #[schema(value_type = Option<uuid::Uuid>)]
    delivery: Option<DeliveryId>,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl From<Suppression> for SuppressionView {
    fn from(suppression: Suppression) -> Self {
        Self {
            id: suppression.id,
            reason: suppression.reason,
            delivery: suppression.delivery,
            created_at: suppression.created_at,
        }
    }
}

/// An address, in the body and not in the path, since it is personal.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SuppressionRequest {
    /// The address.
    #[schema(format = "email", value_type = String, max_length = 254, example = "anna@example.nl")]
    email: EmailAddress,
}

/// What is known of an address.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FoundSuppression)]
pub struct FoundSuppressionView {
    /// Why nothing is sent to it; null when mails are.
    suppression: Option<SuppressionView>,
}

/// List suppressions
///
/// The newest first, without the addresses.
#[utoipa::path(
    operation_id = "list_suppressions",
    tag = "deliveries",
    security(("bearer" = ["deliveries:read"])),
    params(PageParams),
    responses((status = 200, description = "A page of suppressions", body = ListBody<SuppressionView>), ReadErrors),
)]
#[get("/suppressions")]
pub async fn list_suppressions(
    _auth: Authorized<DeliveriesRead>,
    list: List<NoFilter>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (_, page, links) = list.into_parts();
    let found = state
        .db
        .read(move |conn| -> DbResult<_> { deliveries::list_suppressions(conn, &page) })
        .await?;
    Ok(links.answer(found.map(SuppressionView::from), None))
}

/// Find the suppression of an address
#[utoipa::path(
    operation_id = "search_suppressions",
    tag = "deliveries",
    security(("bearer" = ["deliveries:read"])),
    request_body = SuppressionRequest,
    responses((status = 200, description = "Why nothing is sent to it, if so", body = FoundSuppressionView), WriteErrors),
)]
#[post("/suppressions/_search")]
pub async fn search_suppressions(
    auth: Authorized<DeliveriesRead>,
    body: Body<SuppressionRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (granted, email) = (auth.into_granted(), body.into_inner().email);
    tell_read(
        &state,
        granted.actor(),
        ("suppression.search", "suppression"),
        None,
    )?;
    let found = state
        .db
        .read(move |conn| -> DbResult<_> { deliveries::find_suppression(conn, &email) })
        .await?;
    Ok(HttpResponse::Ok().json(FoundSuppressionView {
        suppression: found.map(SuppressionView::from),
    }))
}

/// Suppress an address
///
/// Nothing more is sent to it, whatever it is about.
#[utoipa::path(
    operation_id = "create_suppression",
    tag = "deliveries",
    security(("bearer" = ["deliveries:retry"])),
    params(IdempotencyKey),
    request_body = SuppressionRequest,
    responses((status = 201, description = "The suppression", body = SuppressionView), WriteErrors),
)]
#[post("/suppressions")]
pub async fn create_suppression(
    auth: Authorized<DeliveriesRetry>,
    key: IdempotencyKey,
    body: Body<SuppressionRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let email = body.into_inner().email;
    operation::post(&state, auth, key, move |conn, by| {
        deliveries::suppress_by_hand(conn, by.granted(), by.now(), &email).map(|made| {
            let location = format!("/v1/suppressions/{}", made.id);
            Reply::created_plain(location, &SuppressionView::from(made))
        })
    })
    .await
}

/// Lift a suppression
///
/// Mails go to the address again. Those that were dropped stay so.
#[utoipa::path(
    operation_id = "lift_suppression",
    tag = "deliveries",
    security(("bearer" = ["deliveries:retry"])),
    params(("id" = uuid::Uuid, Path, description = "The suppression")),
    responses((status = 204, description = "It is lifted"), WriteErrors),
)]
#[delete("/suppressions/{id}")]
pub async fn lift_suppression(
    auth: Authorized<DeliveriesRetry>,
    id: web::Path<SuppressionId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::change(&state, auth, move |conn, by| {
        deliveries::lift_suppression(conn, by.granted(), by.now(), id).map(|()| Reply::no_content())
    })
    .await
}
