//! Proposing themes and voting on them.

use actix_web::{HttpResponse, get, post, web};
use koplopers_shared::access::{ThemeRoundsRead, ThemeRoundsVote};
use koplopers_shared::ids::{ThemeProposalId, ThemeRoundId};
use koplopers_shared::members;
use koplopers_shared::theme_rounds::{self, ChooseThemeError, NewVote};

use super::dto::{
    CreateThemeProposalRequest, CreateThemeVotesRequest, ThemeProposalView, ThemeProposalsView,
    ThemeVotesView,
};
use crate::auth::Authorized;
use crate::body::Body;
use crate::idempotency::IdempotencyKey;
use crate::operation;
use crate::problem::Problem;
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::reply::Reply;
use crate::state::AppState;

/// Propose a theme
///
/// A theme of the list, once per round; for members who take part. The motivation is for the
/// other members.
#[utoipa::path(
    operation_id = "create_theme_proposal",
    tag = "theme rounds",
    security(("bearer" = ["theme-rounds:vote"])),
    params(("id" = uuid::Uuid, Path, description = "The theme round"), IdempotencyKey),
    request_body = CreateThemeProposalRequest,
    responses((status = 201, description = "The proposal", body = ThemeProposalView), WriteErrors),
)]
#[post("/theme-rounds/{id}/proposals")]
pub async fn create_theme_proposal(
    auth: Authorized<ThemeRoundsVote>,
    id: web::Path<ThemeRoundId>,
    key: IdempotencyKey,
    body: Body<CreateThemeProposalRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (id, body) = (id.into_inner(), body.into_inner());
    operation::post(&state, auth, key, move |conn, by| {
        let new = (body.theme.clone(), body.motivation.clone());
        let proposal = theme_rounds::propose(conn, by.granted(), by.now(), id, new)?;
        // A proposal is seen among those of its round.
        let location = format!("/v1/theme-rounds/{id}/proposals");
        let view = ThemeProposalView::from(proposal);
        Ok::<_, ChooseThemeError>(Reply::created_plain(location, &view))
    })
    .await
}

/// List the proposals of a theme round
///
/// In order of proposing.
#[utoipa::path(
    operation_id = "list_theme_proposals",
    tag = "theme rounds",
    security(("bearer" = ["theme-rounds:read"])),
    params(("id" = uuid::Uuid, Path, description = "The theme round")),
    responses((status = 200, description = "The proposals", body = ThemeProposalsView), ReadErrors),
)]
#[get("/theme-rounds/{id}/proposals")]
pub async fn list_theme_proposals(
    auth: Authorized<ThemeRoundsRead>,
    id: web::Path<ThemeRoundId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::get(&state, auth, move |conn, _| {
        if theme_rounds::find(conn, id)?.is_none() {
            return Ok(None);
        }
        let proposals = theme_rounds::proposals_of(conn, id)?;
        Ok(Some(Reply::plain(&ThemeProposalsView {
            items: proposals.into_iter().map(Into::into).collect(),
        })))
    })
    .await
}

/// Vote on themes
///
/// How much experience and interest the member has, for as many proposals as they like. The
/// latest answer to each counts, until the end of the last day. Answers with all that the member
/// said in this round.
#[utoipa::path(
    operation_id = "create_theme_votes",
    tag = "theme rounds",
    security(("bearer" = ["theme-rounds:vote"])),
    params(("id" = uuid::Uuid, Path, description = "The theme round"), IdempotencyKey),
    request_body = CreateThemeVotesRequest,
    responses((status = 200, description = "What the member said", body = ThemeVotesView), WriteErrors),
)]
#[post("/theme-rounds/{id}/votes")]
pub async fn create_theme_votes(
    auth: Authorized<ThemeRoundsVote>,
    id: web::Path<ThemeRoundId>,
    key: IdempotencyKey,
    body: Body<CreateThemeVotesRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let votes: Vec<NewVote> = body
        .into_inner()
        .votes
        .into_iter()
        .map(Into::into)
        .collect();
    operation::post(&state, auth, key, move |conn, by| {
        let said = theme_rounds::vote(conn, by.granted(), by.now(), id, &votes)?;
        Ok::<_, ChooseThemeError>(Reply::plain(&ThemeVotesView::from(said)))
    })
    .await
}

/// List one's own votes
///
/// What the member said in this round; nobody sees what others said.
#[utoipa::path(
    operation_id = "list_theme_votes",
    tag = "theme rounds",
    security(("bearer" = ["theme-rounds:vote"])),
    params(("id" = uuid::Uuid, Path, description = "The theme round")),
    responses((status = 200, description = "What the member said", body = ThemeVotesView), ReadErrors),
)]
#[get("/theme-rounds/{id}/votes")]
pub async fn list_theme_votes(
    auth: Authorized<ThemeRoundsVote>,
    id: web::Path<ThemeRoundId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::get(&state, auth, move |conn, by| {
        if theme_rounds::find(conn, id)?.is_none() {
            return Ok(None);
        }
        let member = match by.granted().person() {
            Ok(person) => members::open_of(conn, person)?,
            Err(_) => None,
        };
        let proposals = theme_rounds::proposals_of(conn, id)?.into_iter();
        let proposals: Vec<ThemeProposalId> = proposals.map(|proposal| proposal.id).collect();
        let votes = match member {
            Some(member) => theme_rounds::votes_of(conn, &proposals, Some(member.id))?,
            None => Vec::new(),
        };
        Ok(Some(Reply::plain(&ThemeVotesView::from(votes))))
    })
    .await
}
