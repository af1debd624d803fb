//! The ranking of the themes of a round.

use actix_web::{HttpResponse, get, web};
use jiff::Timestamp;
use koplopers_shared::access::ThemeRoundsRead;
use koplopers_shared::ids::{ThemeProposalId, ThemeRoundId};
use koplopers_shared::theme_rounds::{
    self, RankedTheme, Ranking, ScorePart, ScoreSource, ThemeRound,
};
use koplopers_shared::words::Slug;
use serde::Serialize;
use utoipa::ToSchema;

use super::dto::ThemeWeightsView;
use crate::auth::Authorized;
use crate::operation;
use crate::problem::Problem;
use crate::problem::document::ReadErrors;
use crate::reply::Reply;
use crate::state::AppState;
use crate::words::ScoreSourceWord;

/// The themes of a round in order, each score explained.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ThemeRanking)]
pub struct ThemeRankingView {
    /// The round.
    #[schema(value_type = uuid::Uuid)]
    round: ThemeRoundId,
    /// Whether the round is closed and nothing changes any more; else it is as it would be now.
    frozen: bool,
    /// When it was frozen.
    #[schema(value_type = Option<String>, format = DateTime)]
    frozen_at: Option<Timestamp>,
    /// Members who answered any proposal.
    voters: i64,
    /// The weights it is made with.
    weights: ThemeWeightsView,
    /// The themes, the best first.
    themes: Vec<RankedThemeView>,
}

/// A theme in its place.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RankedTheme)]
pub struct RankedThemeView {
    /// From 1.
    rank: i64,
    /// The proposal.
    #[schema(value_type = uuid::Uuid)]
    proposal: ThemeProposalId,
    /// The theme.
    #[schema(value_type = String, example = "loneliness")]
    theme: Slug,
    /// The weighted mean of the parts, from 0 to 1000.
    score: i64,
    /// What it is made of.
    parts: Vec<ScorePartView>,
}

/// One part of a score.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ThemeScorePart)]
pub struct ScorePartView {
    /// What it is about.
    #[schema(value_type = ScoreSourceWord)]
    source: ScoreSource,
    /// From 0 to 1000.
    score: i64,
    /// How much it counts in relation to the others.
    weight: u16,
    /// How it came about, in words.
    explanation: String,
}

impl From<ScorePart> for ScorePartView {
    fn from(part: ScorePart) -> Self {
        Self {
            source: part.source,
            score: part.score,
            weight: part.weight,
            explanation: part.explanation,
        }
    }
}

impl From<RankedTheme> for RankedThemeView {
    fn from(theme: RankedTheme) -> Self {
        Self {
            rank: theme.rank,
            proposal: theme.proposal,
            theme: theme.theme,
            score: theme.score,
            parts: theme.parts.into_iter().map(Into::into).collect(),
        }
    }
}

impl ThemeRankingView {
    fn new(round: &ThemeRound, ranking: Ranking) -> Self {
        let frozen = round.result.is_some();
        Self {
            round: round.id,
            frozen,
            frozen_at: round.closed_at.filter(|_| frozen),
            voters: ranking.voters,
            weights: ranking.weights.into(),
            themes: ranking.themes.into_iter().map(Into::into).collect(),
        }
    }
}

/// Get the ranking of a theme round
///
/// The weighted mean of the voters' experience and interest, of the expertise in their profiles,
/// and of the knowledge items that are published; each part in words. While the round is open it
/// is as it would be now; when it closes, it is frozen.
#[utoipa::path(
    operation_id = "get_theme_ranking",
    tag = "theme rounds",
    security(("bearer" = ["theme-rounds:read"])),
    params(("id" = uuid::Uuid, Path, description = "The theme round")),
    responses((status = 200, description = "The ranking", body = ThemeRankingView), ReadErrors),
)]
#[get("/theme-rounds/{id}/ranking")]
pub async fn get_theme_ranking(
    auth: Authorized<ThemeRoundsRead>,
    id: web::Path<ThemeRoundId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::get(&state, auth, move |conn, _| {
        let Some(round) = theme_rounds::find(conn, id)? else {
            return Ok(None);
        };
        let ranking = theme_rounds::ranking(conn, &round)?;
        Ok(Some(Reply::plain(&ThemeRankingView::new(&round, ranking))))
    })
    .await
}
