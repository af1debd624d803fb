//! The candidates of a cohort in order, and how they spread (N1).

use actix_web::{HttpResponse, get, web};
use koplopers_shared::access::CandidaciesDecide;
use koplopers_shared::candidacies::{CandidacyStatus, CandidateKind};
use koplopers_shared::flows::{self, CohortRanking};
use koplopers_shared::ids::{CandidacyId, CohortId, PersonId};
use koplopers_shared::reviews::{Ranked, Share};
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Authorized;
use crate::operation;
use crate::problem::Problem;
use crate::problem::document::ReadErrors;
use crate::reply::Reply;
use crate::state::AppState;

/// A candidacy in its place.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RankedCandidacy)]
pub struct RankedCandidacyView {
    /// The place, from 1; equal scores share one. Null without a review that may be seen.
    rank: Option<usize>,
    /// The candidacy.
    #[schema(value_type = uuid::Uuid)]
    candidacy: CandidacyId,
    /// The candidate.
    #[schema(value_type = uuid::Uuid)]
    person: PersonId,
    /// Where it stands.
    #[schema(value_type = String, example = "consented")]
    status: CandidacyStatus,
    /// What makes them a candidate.
    #[schema(value_type = String, example = "social_professional")]
    kind: CandidateKind,
    /// The province of the municipality they work for.
    province: Option<String>,
    /// How many reviews it goes by.
    review_count: usize,
    /// Whether there are reviews that this caller does not see before handing in their own.
    hidden: bool,
    /// The average mark for innovation, in hundredths.
    #[schema(example = 450)]
    innovation: Option<i32>,
    /// The average mark for impact, in hundredths.
    #[schema(example = 300)]
    impact: Option<i32>,
    /// The average of the sums of both marks, in hundredths: from 200 to 1000.
    #[schema(example = 750)]
    score: Option<i32>,
    /// The score in words.
    #[schema(example = "innovation 4.50 and impact 3.00, averages of 2 reviews, make 7.50")]
    explanation: String,
}

/// How many there are of something.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CandidateShare)]
pub struct ShareView {
    /// Of what: a province, or a kind of candidate; null for an unknown province.
    of: Option<String>,
    /// Candidates, invited ones included.
    candidates: usize,
    /// Those who are invited or admitted.
    chosen: usize,
}

/// How the candidates of a cohort spread.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CandidateSpread)]
pub struct SpreadView {
    /// Over provinces, by name; unknown ones come last.
    provinces: Vec<ShareView>,
    /// Over kinds of candidate.
    kinds: Vec<ShareView>,
}

/// The candidates of a cohort in order.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CohortRanking)]
pub struct CohortRankingView {
    /// How many members the cohort should start with: a target, not a cap.
    #[schema(example = 40)]
    target: i32,
    /// The highest score first, those without a review last, equal ones by id.
    items: Vec<RankedCandidacyView>,
    /// How they spread.
    spread: SpreadView,
}

fn hundredths(value: i32) -> String {
    format!("{}.{:02}", value / 100, value % 100)
}

impl From<Ranked> for RankedCandidacyView {
    fn from(ranked: Ranked) -> Self {
        let standing = ranked.standing;
        let count = standing.judgements.len();
        let parts = ranked.innovation.zip(ranked.impact).zip(ranked.score);
        let explanation = match parts {
            Some(((innovation, impact), score)) => format!(
                "innovation {} and impact {}, averages of {count} {}, make {}",
                hundredths(innovation),
                hundredths(impact),
                if count == 1 { "review" } else { "reviews" },
                hundredths(score),
            ),
            None if standing.hidden => "hand in your own review to see the others".to_owned(),
            None => "no review was handed in yet".to_owned(),
        };
        Self {
            rank: ranked.rank,
            candidacy: standing.candidacy,
            person: standing.person,
            status: standing.status,
            kind: standing.kind,
            province: standing.province,
            review_count: count,
            hidden: standing.hidden,
            innovation: ranked.innovation,
            impact: ranked.impact,
            score: ranked.score,
            explanation,
        }
    }
}

impl From<CohortRanking> for CohortRankingView {
    fn from(ranking: CohortRanking) -> Self {
        let province = |share: Share<Option<String>>| ShareView {
            of: share.of,
            candidates: share.candidates,
            chosen: share.chosen,
        };
        let kind = |share: Share<CandidateKind>| ShareView {
            of: Some(share.of.to_string()),
            candidates: share.candidates,
            chosen: share.chosen,
        };
        Self {
            target: ranking.target,
            items: ranking.ranked.into_iter().map(Into::into).collect(),
            spread: SpreadView {
                provinces: ranking.spread.provinces.into_iter().map(province).collect(),
                kinds: ranking.spread.kinds.into_iter().map(kind).collect(),
            },
        }
    }
}

/// Rank the candidates of a cohort
///
/// By the average of innovation plus impact over the reviews that are in, each score explained;
/// with how the candidates spread over provinces and kinds, so that a cohort is put together with
/// both in view. Of a candidate whom the caller still has to review, what others think is hidden.
#[utoipa::path(
    operation_id = "get_cohort_ranking",
    tag = "reviews",
    security(("bearer" = ["candidacies:decide"])),
    params(("id" = uuid::Uuid, Path, description = "The cohort")),
    responses((status = 200, description = "The ranking", body = CohortRankingView), ReadErrors),
)]
#[get("/cohorts/{id}/ranking")]
pub async fn get_cohort_ranking(
    auth: Authorized<CandidaciesDecide>,
    id: web::Path<CohortId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::get(&state, auth, move |conn, by| {
        let ranking = flows::rank_cohort(conn, by.granted(), id)?;
        Ok(ranking.map(|ranking| Reply::plain(&CohortRankingView::from(ranking))))
    })
    .await
}
