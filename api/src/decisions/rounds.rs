//! The decisions of a whole round.

use actix_web::{HttpResponse, post, web};
use koplopers_shared::access::IntakesDecide;
use koplopers_shared::flows;
use koplopers_shared::ids::RoundId;
use koplopers_shared::words::Slug;

use super::dto::{DecisionView, ReleasedDecisionsView};
use crate::auth::Authorized;
use crate::idempotency::IdempotencyKey;
use crate::operation;
use crate::problem::Problem;
use crate::problem::document::WriteErrors;
use crate::reply::Reply;
use crate::state::AppState;

/// Release the prepared decisions of a round
///
/// All of them, in the order in which they were prepared, or none: what hinders is named per
/// intake (409). The places go to the first matches; the others wait in the same order. Every
/// contact person gets a mail.
#[utoipa::path(
    operation_id = "release_round_decisions",
    tag = "decisions",
    security(("bearer" = ["intakes:decide"])),
    params(
        ("slug" = String, Path, description = "The programme", example = "inclusief"),
        ("id" = uuid::Uuid, Path, description = "The round"),
        IdempotencyKey,
    ),
    responses((status = 200, description = "The released decisions", body = ReleasedDecisionsView), WriteErrors),
)]
#[post("/programmes/{slug}/rounds/{id}/decision-release")]
pub async fn release_round_decisions(
    auth: Authorized<IntakesDecide>,
    path: web::Path<(Slug, RoundId)>,
    key: IdempotencyKey,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (slug, id) = path.into_inner();
    operation::post(&state, auth, key, move |conn, by| {
        flows::release_round(conn, by.granted(), by.now(), &slug, id).map(|released| {
            let shown = |(decision, intake)| DecisionView::new(decision, &intake, by.permits());
            let items = released.into_iter().map(shown).collect();
            Reply::plain(&ReleasedDecisionsView { items })
        })
    })
    .await
}
