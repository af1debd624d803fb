//! Opening, reading and changing theme rounds.

use actix_web::{HttpResponse, get, patch, post, web};
use koplopers_shared::access::{ThemeRoundsRead, ThemeRoundsWrite};
use koplopers_shared::ids::ThemeRoundId;
use koplopers_shared::theme_rounds::{
    self, ChangeThemeRoundError, OpenThemeRoundError, ThemeRound, ThemeRoundChange,
};

use super::dto::{
    ChangeThemeRoundRequest, OpenThemeRoundRequest, ThemeRoundListFilter, ThemeRoundView,
};
use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::IfMatch;
use crate::idempotency::IdempotencyKey;
use crate::operation::{self, Caller};
use crate::page::{List, ListBody, PageParams};
use crate::problem::Problem;
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::reply::{Reply, StoredResponse};
use crate::state::AppState;

/// The answer about one round.
pub(super) fn answer<P>(by: &Caller<P>, round: ThemeRound) -> StoredResponse {
    let version = round.version;
    let view = ThemeRoundView::new(round, by.permits(), by.now().today);
    Reply::ok(version, &view)
}

/// Open a theme round
///
/// Members propose themes and vote until the end of its last day. The weights of the installation
/// are fixed with it.
#[utoipa::path(
    operation_id = "open_theme_round",
    tag = "theme rounds",
    security(("bearer" = ["theme-rounds:write"])),
    params(IdempotencyKey),
    request_body = OpenThemeRoundRequest,
    responses((status = 201, description = "The theme round", body = ThemeRoundView), WriteErrors),
)]
#[post("/theme-rounds")]
pub async fn open_theme_round(
    auth: Authorized<ThemeRoundsWrite>,
    key: IdempotencyKey,
    body: Body<OpenThemeRoundRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let new = body.into_inner().with(state.settings.theme_weights);
    operation::post(&state, auth, key, move |conn, by| {
        let round = theme_rounds::open(conn, by.granted(), by.now(), new.clone())?;
        let location = format!("/v1/theme-rounds/{}", round.id);
        let version = round.version;
        let view = ThemeRoundView::new(round, by.permits(), by.now().today);
        Ok::<_, OpenThemeRoundError>(Reply::created(location, version, &view))
    })
    .await
}

/// List theme rounds
///
/// Newest first.
#[utoipa::path(
    operation_id = "list_theme_rounds",
    tag = "theme rounds",
    security(("bearer" = ["theme-rounds:read"])),
    params(ThemeRoundListFilter, PageParams),
    responses((status = 200, description = "A page of theme rounds", body = ListBody<ThemeRoundView>), ReadErrors),
)]
#[get("/theme-rounds")]
pub async fn list_theme_rounds(
    auth: Authorized<ThemeRoundsRead>,
    list: List<ThemeRoundListFilter>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let permits = auth.granted().actor().permits();
    let today = state.local_now().today;
    let (filter, page, links) = list.into_parts();
    let found = state
        .db
        .read(move |conn| theme_rounds::list(conn, filter.status, &page))
        .await?;
    let views = found.map(|round| ThemeRoundView::new(round, permits, today));
    Ok(links.answer(views, None))
}

/// Get a theme round
#[utoipa::path(
    operation_id = "get_theme_round",
    tag = "theme rounds",
    security(("bearer" = ["theme-rounds:read"])),
    params(("id" = uuid::Uuid, Path, description = "The theme round")),
    responses((status = 200, description = "The theme round", body = ThemeRoundView), ReadErrors),
)]
#[get("/theme-rounds/{id}")]
pub async fn get_theme_round(
    auth: Authorized<ThemeRoundsRead>,
    id: web::Path<ThemeRoundId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::get(&state, auth, move |conn, by| {
        let found = theme_rounds::find(conn, id)?;
        Ok(found.map(|round| answer(by, round)))
    })
    .await
}

/// Change a theme round
///
/// What it says, or its last day, while it is open. A JSON Merge Patch (RFC 7396); `If-Match` is
/// needed.
#[utoipa::path(
    operation_id = "change_theme_round",
    tag = "theme rounds",
    security(("bearer" = ["theme-rounds:write"])),
    params(("id" = uuid::Uuid, Path, description = "The theme round"), IfMatch),
    request_body(content = ChangeThemeRoundRequest, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The changed theme round", body = ThemeRoundView), WriteErrors),
)]
#[patch("/theme-rounds/{id}")]
pub async fn change_theme_round(
    auth: Authorized<ThemeRoundsWrite>,
    id: web::Path<ThemeRoundId>,
    if_match: IfMatch,
    body: Body<ChangeThemeRoundRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let change = ThemeRoundChange::from(body.into_inner());
    operation::change(&state, auth, move |conn, by| {
        let version = if_match.version();
        let (granted, now) = (by.granted(), by.now());
        let changed = theme_rounds::change(conn, granted, now, id, version, change.clone())?;
        Ok::<_, ChangeThemeRoundError>(answer(by, changed))
    })
    .await
}
