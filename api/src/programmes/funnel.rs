//! How far the intakes of a programme came, and how long each step took.

use actix_web::{HttpResponse, get, web};
use koplopers_shared::access::IntakesRead;
use koplopers_shared::db::DbError;
use koplopers_shared::ids::RoundId;
use koplopers_shared::intakes::IntakeStatus;
use koplopers_shared::overviews::{self, Funnel, FunnelFilter, FunnelStep, StepCount};
use koplopers_shared::programmes::{queries, rounds};
use koplopers_shared::words::Slug;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::auth::Authorized;
use crate::problem::Problem;
use crate::problem::document::ReadErrors;
use crate::query::Query;
use crate::reply::{self, Reply};
use crate::state::AppState;
use crate::words::{FunnelStepWord, IntakeStatusWord};

/// Which intakes are counted.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct FunnelParams {
    /// Only those in this round.
    #[param(value_type = Option<uuid::Uuid>)]
    round: Option<RoundId>,
    /// Only those of municipalities in this province, by its exact name.
    #[param(min_length = 1, max_length = 50, example = "Utrecht")]
    province: Option<String>,
}

/// How far the intakes of a programme came.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Funnel)]
pub struct FunnelView {
    /// The programme.
    #[schema(value_type = String, example = "inclusief")]
    programme: Slug,
    /// How many intakes were counted.
    #[schema(example = 12)]
    total: i64,
    /// How many stand in each state now; every state, in order.
    statuses: Vec<StatusCountView>,
    /// How many ever took each step; every step, in order.
    steps: Vec<StepCountView>,
}

/// How many intakes stand in a state.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = StatusCount)]
pub struct StatusCountView {
    /// The state.
    #[schema(value_type = IntakeStatusWord)]
    status: IntakeStatus,
    /// How many.
    #[schema(example = 3)]
    count: i64,
}

/// How many intakes ever took a step, and how long it took them.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = StepCount)]
pub struct StepCountView {
    /// The step; `decision` is a match, a place on the waiting list, a referral or a decline.
    #[schema(value_type = FunnelStepWord)]
    step: FunnelStep,
    /// How many ever took it, those that were withdrawn or closed since included.
    #[schema(example = 8)]
    reached: usize,
    /// The step before, from which the days are counted; null for the first.
    #[schema(value_type = Option<FunnelStepWord>)]
    from: Option<FunnelStep>,
    /// How many took both steps, so that their days could be counted.
    #[schema(example = 7)]
    measured: usize,
    /// The median number of days between the two, to one decimal; null when nobody took both.
    #[schema(example = 6.5)]
    median_days: Option<f64>,
}

impl From<StepCount> for StepCountView {
    fn from(count: StepCount) -> Self {
        let passage = count.passage;
        let seconds = passage.as_ref().and_then(|it| it.median_seconds);
        Self {
            step: count.step,
            reached: count.reached,
            from: passage.as_ref().map(|it| it.from),
            measured: passage.as_ref().map_or(0, |it| it.measured),
            median_days: seconds.map(days),
        }
    }
}

/// Days to one decimal. The round trip over a whole number of tenths loses nothing: a century
/// has fewer tenths of days than an `i32` counts.
fn days(seconds: i64) -> f64 {
    const TENTH_OF_DAY: i64 = 8_640;
    let tenths = (seconds + TENTH_OF_DAY / 2) / TENTH_OF_DAY;
    f64::from(i32::try_from(tenths).unwrap_or(i32::MAX)) / 10.0
}

impl FunnelView {
    fn new(programme: Slug, funnel: Funnel) -> Self {
        let counts = funnel.statuses.iter();
        Self {
            programme,
            total: counts.clone().map(|(_, count)| count).sum(),
            statuses: counts
                .map(|(status, count)| StatusCountView {
                    status: *status,
                    count: *count,
                })
                .collect(),
            steps: funnel.steps.into_iter().map(StepCountView::from).collect(),
        }
    }
}

/// Get the funnel of a programme
///
/// How many intakes stand in each state, how many ever took each step, and the median number of
/// days from step to step. The institute counts every intake, a municipality its own.
#[utoipa::path(
    operation_id = "get_programme_funnel",
    tag = "programmes",
    security(("bearer" = ["intakes:read"])),
    params(("slug" = String, Path, description = "The programme", example = "inclusief"), FunnelParams),
    responses((status = 200, description = "The funnel", body = FunnelView), ReadErrors),
)]
#[get("/programmes/{slug}/funnel")]
pub async fn get_programme_funnel(
    auth: Authorized<IntakesRead>,
    slug: web::Path<Slug>,
    params: Query<FunnelParams>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (slug, Query(params)) = (slug.into_inner(), params);
    let scope = auth.actor().scope.clone();
    let found = state
        .db
        .read(move |conn| {
            if queries::find(conn, &slug)?.is_none() {
                return Ok(Err(Problem::not_found()));
            }
            if let Some(round) = params.round
                && rounds::round(conn, round)?.is_none_or(|found| found.programme != slug)
            {
                let reason = "the programme has no such round";
                return Ok(Err(Problem::invalid_field("round", "unknown", reason)));
            }
            let filter = FunnelFilter {
                programme: slug.clone(),
                round: params.round,
                province: params.province.clone(),
            };
            let funnel = overviews::funnel(conn, &scope, &filter)?;
            Ok::<_, DbError>(Ok(FunnelView::new(slug.clone(), funnel)))
        })
        .await??;
    Ok(reply::send(Reply::plain(&found)))
}
