//! Answering an intake with knowledge items, and what it was answered with (T2, K1).

use actix_web::{HttpResponse, get, post, web};
use jiff::Timestamp;
use koplopers_shared::access::{IntakesAssess, IntakesRead};
use koplopers_shared::catalogue::words::Language;
use koplopers_shared::flows::{self, NewReferral};
use koplopers_shared::ids::{IntakeId, KnowledgeItemId, ReferralId};
use koplopers_shared::intakes;
use koplopers_shared::knowledge::referrals::{self, Referral};
use koplopers_shared::knowledge::{ItemStatus, KnowledgeItem};
use koplopers_shared::words::HttpsUrl;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::MaybeIfMatch;
use crate::idempotency::IdempotencyKey;
use crate::operation;
use crate::problem::Problem;
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::reply::Reply;
use crate::state::AppState;
use crate::words::{ItemStatusWord, LanguageWord};

/// What an intake is referred to.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReferIntakeRequest {
    /// Published knowledge items, in the order in which the reader sees them.
    #[schema(value_type = Vec<uuid::Uuid>, min_items = 1, max_items = 20)]
    items: Vec<KnowledgeItemId>,
    /// What you want to say with them; the contact person reads it in the mail.
    #[schema(
        min_length = 1,
        max_length = 5_000,
        example = "Uw vraag is elders al beantwoord. Begin met de gids; bel ons als u er niet uit komt."
    )]
    note: String,
    /// True when you looked, and no text holds a citizen service number.
    #[serde(rename = "containsNoBsn")]
    #[schema(nullable = false)]
    _contains_no_bsn: Option<bool>,
}

impl From<ReferIntakeRequest> for NewReferral {
    fn from(request: ReferIntakeRequest) -> Self {
        Self {
            items: request.items,
            note: request.note,
        }
    }
}

/// The answer to a light question: knowledge items and a note.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Referral)]
pub struct ReferralView {
    /// Its id, as in the spreads of its items.
    #[schema(value_type = uuid::Uuid)]
    id: ReferralId,
    /// The intake that it answers.
    #[schema(value_type = uuid::Uuid)]
    intake: IntakeId,
    /// What was said with it.
    note: String,
    /// Who referred: the id of a person, or of a client.
    referred_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    referred_at: Timestamp,
    /// The items in the order given; those retired since are among them.
    items: Vec<ReferredItemView>,
}

/// A knowledge item that an intake was referred to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ReferredItem)]
pub struct ReferredItemView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: KnowledgeItemId,
    /// Where it stands now: `published`, or `retired` since.
    #[schema(value_type = ItemStatusWord)]
    status: ItemStatus,
    /// What it is called.
    title: String,
    /// What a reader finds there.
    summary: String,
    /// Where it is.
    #[schema(value_type = String, example = "https://kennis.example.nl/eenzame-ouderen")]
    url: HttpsUrl,
    /// The language it is in.
    #[schema(value_type = LanguageWord)]
    language: Language,
}

impl From<Referral> for ReferralView {
    fn from(referral: Referral) -> Self {
        Self {
            id: referral.id,
            intake: referral.intake,
            note: referral.note,
            referred_by: referral.referred_by,
            referred_at: referral.referred_at,
            items: referral
                .items
                .into_iter()
                .map(ReferredItemView::from)
                .collect(),
        }
    }
}

impl From<KnowledgeItem> for ReferredItemView {
    fn from(item: KnowledgeItem) -> Self {
        Self {
            id: item.id,
            status: item.status,
            title: item.content.title,
            summary: item.content.summary,
            url: item.content.url,
            language: item.content.language,
        }
    }
}

/// Refer an intake to knowledge items
///
/// The answer to a light question, from `submitted` or `assessing`. The contact person gets a
/// mail with the note and the items; each item remembers whom it was spread to. An item that is
/// a draft or was retired is named in `invalidParams` (409 `item-not-published`), and nothing
/// is written.
#[utoipa::path(
    operation_id = "refer_intake",
    tag = "intakes",
    security(("bearer" = ["intakes:assess"])),
    params(("id" = uuid::Uuid, Path, description = "The intake"), MaybeIfMatch, IdempotencyKey),
    request_body = ReferIntakeRequest,
    responses((status = 201, description = "The referral", body = ReferralView), WriteErrors),
)]
#[post("/intakes/{id}/referral")]
pub async fn refer_intake(
    auth: Authorized<IntakesAssess>,
    id: web::Path<IntakeId>,
    if_match: MaybeIfMatch,
    key: IdempotencyKey,
    body: Body<ReferIntakeRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (id, expected) = (id.into_inner(), if_match.version());
    let new = NewReferral::from(body.into_inner());
    operation::post(&state, auth, key, move |conn, by| {
        flows::refer_intake(conn, by.granted(), by.now(), id, expected, new.clone()).map(
            |(intake, referral)| {
                let location = format!("/v1/intakes/{}/referral", intake.id);
                Reply::created_plain(location, &ReferralView::from(referral))
            },
        )
    })
    .await
}

/// Get the referral of an intake
///
/// 404 as long as the intake was not referred.
#[utoipa::path(
    operation_id = "get_intake_referral",
    tag = "intakes",
    security(("bearer" = ["intakes:read"])),
    params(("id" = uuid::Uuid, Path, description = "The intake")),
    responses((status = 200, description = "The referral", body = ReferralView), ReadErrors),
)]
#[get("/intakes/{id}/referral")]
pub async fn get_intake_referral(
    auth: Authorized<IntakesRead>,
    id: web::Path<IntakeId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::get(&state, auth, move |conn, by| {
        if intakes::find(conn, by.scope(), id)?.is_none() {
            return Ok(None);
        }
        let found = referrals::of_intake(conn, id)?;
        Ok(found.map(|referral| Reply::plain(&ReferralView::from(referral))))
    })
    .await
}
