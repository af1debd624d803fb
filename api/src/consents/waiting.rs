//! Consents as ops look after them.

use actix_web::{HttpResponse, get, web};
use koplopers_shared::access::{DeliveriesRead, Scope};
use koplopers_shared::consents::{self, ConsentFilter, ConsentStatus};
use koplopers_shared::paging::Paged;
use serde::Deserialize;
use utoipa::IntoParams;

use super::dto::ConsentSummaryView;
use crate::auth::Authorized;
use crate::page::{List, ListBody, PageParams};
use crate::problem::Problem;
use crate::problem::document::ReadErrors;
use crate::state::AppState;
use crate::words::ConsentStatusWord;

/// Which consents are listed.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct ConsentListFilter {
    /// Only those in this state.
    #[param(value_type = Option<ConsentStatusWord>, inline)]
    status: Option<ConsentStatus>,
    /// Only those whose request left (`true`), or never did (`false`).
    sent: Option<bool>,
    /// Only those of which a mail came back (`true`), or none did (`false`).
    bounced: Option<bool>,
}

/// List consents
///
/// The newest first, as ids and times. A request that never left does not lapse by itself:
/// `status=requested&sent=false` shows what needs a hand, and so does `bounced=true`.
#[utoipa::path(
    operation_id = "list_consents",
    tag = "consents",
    security(("bearer" = ["deliveries:read"])),
    params(ConsentListFilter, PageParams),
    responses((status = 200, description = "A page of consents", body = ListBody<ConsentSummaryView>), ReadErrors),
)]
#[get("/consents")]
pub async fn list_consents(
    auth: Authorized<DeliveriesRead>,
    list: List<ConsentListFilter>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let granted = auth.into_granted();
    let (filter, page, links) = list.into_parts();
    let filter = ConsentFilter {
        status: filter.status,
        sent: filter.sent,
        bounced: filter.bounced,
    };
    let found = state
        .db
        .read(move |conn| match granted.scope() {
            Scope::Institute => consents::list(conn, &filter, &page),
            Scope::Municipality { .. } => {
                Ok(
                    page.finish(Vec::new(), |consent| koplopers_shared::paging::Position {
                        at: consent.created_at,
                        id: consent.id.0,
                    }),
                )
            }
        })
        .await?;
    let views: Paged<ConsentSummaryView> = found.map(ConsentSummaryView::from);
    Ok(links.answer(views, None))
}
