//! Knowledge items that fit an intake, and why (K4, T2).

use actix_web::{HttpResponse, get, web};
use koplopers_shared::access::{IntakesRead, PermitSet};
use koplopers_shared::ids::IntakeId;
use koplopers_shared::intakes::{self, Intake};
use koplopers_shared::knowledge::suggestions::{self, Suggestion, Wanted};
use koplopers_shared::words::Slug;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::dto::KnowledgeItemView;
use crate::auth::Authorized;
use crate::operation;
use crate::problem::Problem;
use crate::problem::document::ReadErrors;
use crate::query::Query;
use crate::reply::Reply;
use crate::state::AppState;
use crate::text::BilingualTextView;

/// How many suggestions there are at most unless asked otherwise.
const USUAL_LIMIT: u16 = 10;

/// How many suggestions to give.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct SuggestionParams {
    /// How many items at most; 10 unless given.
    #[param(minimum = 1, maximum = 50, default = 10)]
    pub limit: Option<u16>,
}

/// Items that fit an intake, best first.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SuggestionsView {
    /// The items; those with the same score in order of id.
    items: Vec<SuggestionView>,
}

/// An item that fits an intake, and why.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Suggestion)]
pub struct SuggestionView {
    /// The item.
    item: KnowledgeItemView,
    /// The points of all parts together.
    #[schema(example = 5)]
    score: usize,
    /// What the points are for.
    parts: Vec<SuggestionPartView>,
    /// The same in words.
    explanation: BilingualTextView,
}

/// One part of a score.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SuggestionPart)]
pub struct SuggestionPartView {
    /// What is compared: `themes` or `targetGroups`.
    #[schema(example = "themes")]
    part: &'static str,
    /// What item and intake share of it.
    #[schema(value_type = Vec<String>, example = json!(["loneliness"]))]
    shared: Vec<Slug>,
    /// Points for each that is shared.
    #[schema(example = 2)]
    points_each: usize,
    /// Points for this part.
    #[schema(example = 2)]
    points: usize,
}

impl SuggestionView {
    fn new(suggestion: Suggestion, permits: PermitSet) -> Self {
        let score = suggestion.score;
        let (theme_points, group_points) = (score.theme_points(), score.target_group_points());
        Self {
            score: score.total(),
            item: KnowledgeItemView::new(suggestion.item, permits),
            explanation: suggestion.explanation.into(),
            parts: vec![
                SuggestionPartView {
                    part: "themes",
                    points_each: suggestions::THEME_POINTS,
                    points: theme_points,
                    shared: score.themes,
                },
                SuggestionPartView {
                    part: "targetGroups",
                    points_each: suggestions::TARGET_GROUP_POINTS,
                    points: group_points,
                    shared: score.target_groups,
                },
            ],
        }
    }
}

/// What the issues of an intake are about, all together.
fn wanted(intake: Intake) -> Wanted {
    let mut wanted = Wanted::default();
    for issue in intake.issues {
        wanted.themes.extend(issue.content.themes);
        wanted.target_groups.extend(issue.content.target_groups);
    }
    wanted
}

/// List knowledge items that fit an intake
///
/// Published items that share themes or target groups with its issues: two points for each
/// theme, one for each target group, the most points first. An item that shares nothing is not
/// suggested.
#[utoipa::path(
    operation_id = "list_suggested_items",
    tag = "intakes",
    security(("bearer" = ["intakes:read"])),
    params(("id" = uuid::Uuid, Path, description = "The intake"), SuggestionParams),
    responses((status = 200, description = "Items and why they fit", body = SuggestionsView), ReadErrors),
)]
#[get("/intakes/{id}/suggested-items")]
pub async fn list_suggested_items(
    auth: Authorized<IntakesRead>,
    id: web::Path<IntakeId>,
    params: Query<SuggestionParams>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (id, Query(params)) = (id.into_inner(), params);
    let limit = usize::from(params.limit.unwrap_or(USUAL_LIMIT));
    operation::get(&state, auth, move |conn, by| {
        let Some(intake) = intakes::find(conn, by.scope(), id)? else {
            return Ok(None);
        };
        let found = suggestions::suggest(conn, &wanted(intake), limit)?;
        let items = found
            .into_iter()
            .map(|suggestion| SuggestionView::new(suggestion, by.permits()))
            .collect();
        Ok(Some(Reply::plain(&SuggestionsView { items })))
    })
    .await
}
