//! Reading and changing candidacies.

use actix_web::{HttpResponse, get, patch, web};
use koplopers_shared::access::{CandidaciesRead, CandidaciesWrite};
use koplopers_shared::candidacies::{self, Candidacy, CandidacyFilter};
use koplopers_shared::db::{DbConn, DbError, DbResult};
use koplopers_shared::flows::{self, CandidacyChange, ChangeCandidacyError};
use koplopers_shared::ids::CandidacyId;
use koplopers_shared::nominations;

use super::dto::{CandidacyListFilter, ChangeCandidacyRequest};
use super::view::CandidacyView;
use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::IfMatch;
use crate::events::EventView;
use crate::operation::{self, Caller};
use crate::page::{List, ListBody, NoFilter, PageParams};
use crate::problem::Problem;
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::reply::{Reply, StoredResponse};
use crate::state::AppState;

pub(super) fn answer<P>(
    conn: &mut DbConn,
    by: &Caller<P>,
    candidacy: Candidacy,
) -> DbResult<StoredResponse> {
    let nominations = nominations::of_candidacy(conn, candidacy.id)?;
    let version = candidacy.version;
    let view = CandidacyView::with_nominations(candidacy, nominations, by.granted(), by.now().at);
    Ok(Reply::ok(version, &view))
}

/// List candidacies
///
/// The newest first. `untold=true` finds those whose candidate was not told yet that they were
/// nominated; `noticeOverdue` shows which of them are late.
#[utoipa::path(
    operation_id = "list_candidacies",
    tag = "candidacies",
    security(("bearer" = ["candidacies:read"])),
    params(CandidacyListFilter, PageParams),
    responses((status = 200, description = "A page of candidacies", body = ListBody<CandidacyView>), ReadErrors),
)]
#[get("/candidacies")]
pub async fn list_candidacies(
    auth: Authorized<CandidaciesRead>,
    list: List<CandidacyListFilter>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (granted, now) = (auth.into_granted(), state.clock.now());
    let (filter, page, links) = list.into_parts();
    let filter = CandidacyFilter::from(filter);
    let (found, counts) = state
        .db
        .read(move |conn| {
            let found = candidacies::list(conn, &filter, &page)?;
            let ids: Vec<CandidacyId> = found.items.iter().map(|it| it.id).collect();
            Ok::<_, DbError>((found, nominations::count_submitted(conn, &ids)?))
        })
        .await?;
    let views = found.map(|candidacy| {
        let count = counts.get(&candidacy.id).copied().unwrap_or(0);
        CandidacyView::row(candidacy, count, &granted, now)
    });
    Ok(links.answer(views, None))
}

/// Get a candidacy
///
/// With every nomination of the candidate.
#[utoipa::path(
    operation_id = "get_candidacy",
    tag = "candidacies",
    security(("bearer" = ["candidacies:read"])),
    params(("id" = uuid::Uuid, Path, description = "The candidacy")),
    responses((status = 200, description = "The candidacy", body = CandidacyView), ReadErrors),
)]
#[get("/candidacies/{id}")]
pub async fn get_candidacy(
    auth: Authorized<CandidaciesRead>,
    id: web::Path<CandidacyId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::get(&state, auth, move |conn, by| {
        match candidacies::find(conn, id)? {
            Some(candidacy) => answer(conn, by, candidacy).map(Some),
            None => Ok(None),
        }
    })
    .await
}

/// Change a candidacy
///
/// A JSON Merge Patch (RFC 7396); `If-Match` is needed. Kind, cohort and employer, while it is
/// open. Once consent was asked the employer stays: a consent covers one employer.
#[utoipa::path(
    operation_id = "change_candidacy",
    tag = "candidacies",
    security(("bearer" = ["candidacies:write"])),
    params(("id" = uuid::Uuid, Path, description = "The candidacy"), IfMatch),
    request_body(content = ChangeCandidacyRequest, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The changed candidacy", body = CandidacyView), WriteErrors),
)]
#[patch("/candidacies/{id}")]
pub async fn change_candidacy(
    auth: Authorized<CandidaciesWrite>,
    id: web::Path<CandidacyId>,
    if_match: IfMatch,
    body: Body<ChangeCandidacyRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let change = CandidacyChange::from(body.into_inner());
    operation::change(&state, auth, move |conn, by| {
        let version = if_match.version();
        let changed = flows::change_candidacy(conn, by.granted(), by.now(), id, version, change)?;
        Ok::<_, ChangeCandidacyError>(answer(conn, by, changed)?)
    })
    .await
}

/// List what happened to a candidacy
#[utoipa::path(
    operation_id = "list_candidacy_history",
    tag = "candidacies",
    security(("bearer" = ["candidacies:read"])),
    params(("id" = uuid::Uuid, Path, description = "The candidacy"), PageParams),
    responses((status = 200, description = "A page of events, the oldest first", body = ListBody<EventView>), ReadErrors),
)]
#[get("/candidacies/{id}/history")]
pub async fn list_candidacy_history(
    auth: Authorized<CandidaciesRead>,
    id: web::Path<CandidacyId>,
    list: List<NoFilter>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::history(&state, auth, list, move |conn, _| {
        Ok(candidacies::find(conn, id)?.map(|found| candidacies::subject(&found)))
    })
    .await
}
