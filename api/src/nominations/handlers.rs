//! Making, reading and taking back nominations.

use std::collections::HashMap;

use actix_web::{HttpResponse, get, post, web};
use koplopers_shared::access::{NominationsRead, NominationsWrite};
use koplopers_shared::candidacies;
use koplopers_shared::db::{DbConn, DbError, DbResult};
use koplopers_shared::flows;
use koplopers_shared::ids::{CandidacyId, NominationId};
use koplopers_shared::nominations::{
    self, Channel, NominateError, Nomination, Viewer, WithdrawNominationError,
};
use koplopers_shared::paging::Paged;

use super::dto::{CreateNominationRequest, NominationListFilter, WithdrawNominationRequest};
use super::view::NominationView;
use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::MaybeIfMatch;
use crate::idempotency::IdempotencyKey;
use crate::operation::{self, Caller};
use crate::page::{List, ListBody, PageParams};
use crate::problem::Problem;
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::reply::{Reply, StoredResponse};
use crate::state::AppState;
use crate::steady::steady;

fn view<P>(conn: &mut DbConn, by: &Caller<P>, nomination: Nomination) -> DbResult<NominationView> {
    let candidacy = match nomination.candidacy {
        Some(id) => candidacies::find(conn, id)?,
        None => None,
    };
    Ok(NominationView::new(
        nomination,
        candidacy.as_ref(),
        by.granted(),
    ))
}

/// The page of a list that can hold nothing for its caller.
const fn nothing() -> Paged<NominationView> {
    Paged {
        items: Vec::new(),
        next: None,
        prev: None,
    }
}

fn answer<P>(
    conn: &mut DbConn,
    by: &Caller<P>,
    nomination: Nomination,
) -> DbResult<StoredResponse> {
    let version = nomination.version;
    Ok(Reply::ok(version, &view(conn, by, nomination)?))
}

/// Nominate somebody
///
/// It joins the candidacy of the same candidate if there is one, by address or by name and
/// employer; the answer does not tell. A machine names the nominator, a person nominates in
/// their own name. Without a token, nominate at `/open-nominations`.
#[utoipa::path(
    operation_id = "create_nomination",
    tag = "nominations",
    security(("bearer" = ["nominations:write"])),
    params(IdempotencyKey),
    request_body = CreateNominationRequest,
    responses((status = 201, description = "The nomination", body = NominationView), WriteErrors),
)]
#[post("/nominations")]
pub async fn create_nomination(
    auth: Authorized<NominationsWrite>,
    key: IdempotencyKey,
    body: Body<CreateNominationRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let new = body.into_inner().read(Channel::Api)?;
    // A candidate who is known joins what there is; one who is not costs more.
    steady(operation::post(&state, auth, key, move |conn, by| {
        let nomination = flows::nominate(conn, by.granted(), by.now(), new.clone())?;
        let location = format!("/v1/nominations/{}", nomination.id);
        let version = nomination.version;
        Ok::<_, NominateError>(Reply::created(
            location,
            version,
            &view(conn, by, nomination)?,
        ))
    }))
    .await
}

/// List nominations
///
/// The newest first. Staff who read candidacies see all, a municipality those of its own
/// systems, anybody else their own.
#[utoipa::path(
    operation_id = "list_nominations",
    tag = "nominations",
    security(("bearer" = ["nominations:read"])),
    params(NominationListFilter, PageParams),
    responses((status = 200, description = "A page of nominations", body = ListBody<NominationView>), ReadErrors),
)]
#[get("/nominations")]
pub async fn list_nominations(
    auth: Authorized<NominationsRead>,
    list: List<NominationListFilter>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let granted = auth.into_granted();
    let viewer = Viewer::reading(&granted);
    let (filter, page, links) = list.into_parts();
    let Some(filter) = filter.of(viewer.is_staff()) else {
        return Ok(links.answer(nothing(), None));
    };
    let (found, candidacies) = state
        .db
        .read(move |conn| {
            let found = nominations::list(conn, &viewer, &filter, &page)?;
            let ids: Vec<CandidacyId> = found.items.iter().filter_map(|it| it.candidacy).collect();
            Ok::<_, DbError>((found, candidacies::find_many(conn, &ids)?))
        })
        .await?;
    let known: HashMap<CandidacyId, _> = candidacies.into_iter().map(|it| (it.id, it)).collect();
    let views = found.map(|nomination| {
        let candidacy = nomination.candidacy.and_then(|id| known.get(&id));
        NominationView::new(nomination, candidacy, &granted)
    });
    Ok(links.answer(views, None))
}

/// Get a nomination
///
/// With what came of it. Who nominated the same candidate, and how many, is not told.
#[utoipa::path(
    operation_id = "get_nomination",
    tag = "nominations",
    security(("bearer" = ["nominations:read"])),
    params(("id" = uuid::Uuid, Path, description = "The nomination")),
    responses((status = 200, description = "The nomination", body = NominationView), ReadErrors),
)]
#[get("/nominations/{id}")]
pub async fn get_nomination(
    auth: Authorized<NominationsRead>,
    id: web::Path<NominationId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::get(&state, auth, move |conn, by| {
        match nominations::find(conn, &Viewer::reading(by.granted()), id)? {
            Some(nomination) => answer(conn, by, nomination).map(Some),
            None => Ok(None),
        }
    })
    .await
}

/// Take a nomination back
///
/// When nobody else nominates the candidate, the candidacy ends, with the consent that was asked
/// for. One's own; a coordinator takes back any.
#[utoipa::path(
    operation_id = "withdraw_nomination",
    tag = "nominations",
    security(("bearer" = ["nominations:write"])),
    params(("id" = uuid::Uuid, Path, description = "The nomination"), MaybeIfMatch, IdempotencyKey),
    request_body = WithdrawNominationRequest,
    responses((status = 200, description = "The nomination that was taken back", body = NominationView), WriteErrors),
)]
#[post("/nominations/{id}/withdrawal")]
pub async fn withdraw_nomination(
    auth: Authorized<NominationsWrite>,
    id: web::Path<NominationId>,
    if_match: MaybeIfMatch,
    key: IdempotencyKey,
    body: Body<WithdrawNominationRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (id, reason) = (id.into_inner(), body.into_inner().reason);
    operation::post(&state, auth, key, move |conn, by| {
        let (granted, now, version) = (by.granted(), by.now(), if_match.version());
        let withdrawn =
            flows::withdraw_nomination(conn, granted, now, id, version, reason.clone())?;
        Ok::<_, WithdrawNominationError>(answer(conn, by, withdrawn)?)
    })
    .await
}
