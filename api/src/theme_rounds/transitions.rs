//! Closing theme rounds and calling them off.

use actix_web::{HttpResponse, post, web};
use koplopers_shared::access::ThemeRoundsWrite;
use koplopers_shared::ids::ThemeRoundId;
use koplopers_shared::theme_rounds::{self, ChangeThemeRoundError};
use serde::Deserialize;
use utoipa::ToSchema;

use super::dto::ThemeRoundView;
use super::handlers::answer;
use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::MaybeIfMatch;
use crate::idempotency::IdempotencyKey;
use crate::operation;
use crate::problem::Problem;
use crate::problem::document::WriteErrors;
use crate::state::AppState;

/// Why a theme round is called off.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CancelThemeRoundRequest {
    /// Why; members read it.
    #[schema(
        min_length = 1,
        max_length = 1_000,
        example = "We kiezen later dit jaar."
    )]
    reason: String,
}

/// Close a theme round
///
/// Before its last day is over; after it, the service closes it by itself. The ranking is frozen.
#[utoipa::path(
    operation_id = "close_theme_round",
    tag = "theme rounds",
    security(("bearer" = ["theme-rounds:write"])),
    params(("id" = uuid::Uuid, Path, description = "The theme round"), MaybeIfMatch, IdempotencyKey),
    responses((status = 200, description = "The closed theme round", body = ThemeRoundView), WriteErrors),
)]
#[post("/theme-rounds/{id}/closure")]
pub async fn close_theme_round(
    auth: Authorized<ThemeRoundsWrite>,
    id: web::Path<ThemeRoundId>,
    if_match: MaybeIfMatch,
    key: IdempotencyKey,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::post(&state, auth, key, move |conn, by| {
        let version = if_match.version();
        let closed = theme_rounds::close(conn, by.granted(), by.now(), id, version)?;
        Ok::<_, ChangeThemeRoundError>(answer(by, closed))
    })
    .await
}

/// Call a theme round off
///
/// It has no result.
#[utoipa::path(
    operation_id = "cancel_theme_round",
    tag = "theme rounds",
    security(("bearer" = ["theme-rounds:write"])),
    params(("id" = uuid::Uuid, Path, description = "The theme round"), MaybeIfMatch, IdempotencyKey),
    request_body = CancelThemeRoundRequest,
    responses((status = 200, description = "The cancelled theme round", body = ThemeRoundView), WriteErrors),
)]
#[post("/theme-rounds/{id}/cancellation")]
pub async fn cancel_theme_round(
    auth: Authorized<ThemeRoundsWrite>,
    id: web::Path<ThemeRoundId>,
    if_match: MaybeIfMatch,
    key: IdempotencyKey,
    body: Body<CancelThemeRoundRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (id, reason) = (id.into_inner(), body.into_inner().reason);
    operation::post(&state, auth, key, move |conn, by| {
        let version = if_match.version();
        let (granted, now) = (by.granted(), by.now());
        let cancelled = theme_rounds::cancel(conn, granted, now, id, version, reason.clone())?;
        Ok::<_, ChangeThemeRoundError>(answer(by, cancelled))
    })
    .await
}
