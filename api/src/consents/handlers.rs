//! The consent of one candidacy.

use actix_web::{HttpResponse, get, post, put, web};
use koplopers_shared::access::{CandidaciesRead, CandidaciesWrite, Scope};
use koplopers_shared::candidacies;
use koplopers_shared::consents::{self, ConsentSubject};
use koplopers_shared::flows::{self, ConsentRequest};
use koplopers_shared::ids::CandidacyId;

use super::dto::{
    ConsentView, CreateConsentAnswerRequest, CreateConsentExemptionRequest, CreateConsentRequest,
};
use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::{IfMatch, MaybeIfMatch};
use crate::idempotency::IdempotencyKey;
use crate::operation;
use crate::problem::Problem;
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::reply::Reply;
use crate::state::AppState;

fn location(id: CandidacyId) -> String {
    format!("/v1/candidacies/{id}/consent")
}

/// Ask for consent
///
/// The highest executive of the candidate's own employer gets a mail with a link: the municipal
/// secretary or the highest executive in the social domain of a municipality, the director of
/// another organisation. Their address differs from the candidate's and from every nominator's.
/// Who refused is asked again only with a reason. A candidate who was not told yet is told now.
/// Chasers follow on day 7 and 14, counted from the moment the mail server took the request; after
/// 28 days it lapses. `If-Match` takes the tag of the candidacy.
#[utoipa::path(
    operation_id = "create_consent",
    tag = "consents",
    security(("bearer" = ["candidacies:write"])),
    params(("id" = uuid::Uuid, Path, description = "The candidacy"), MaybeIfMatch, IdempotencyKey),
    request_body = CreateConsentRequest,
    responses((status = 201, description = "The request", body = ConsentView), WriteErrors),
)]
#[post("/candidacies/{id}/consent")]
pub async fn create_consent(
    auth: Authorized<CandidaciesWrite>,
    id: web::Path<CandidacyId>,
    if_match: MaybeIfMatch,
    key: IdempotencyKey,
    body: Body<CreateConsentRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let request = ConsentRequest::try_from(body.into_inner())?;
    operation::post(&state, auth, key, move |conn, by| {
        let (version, request) = (if_match.version(), request.clone());
        flows::request_consent(conn, by.granted(), by.now(), id, version, request).map(
            |(consent, candidacy)| {
                let version = consent.version;
                let view = ConsentView::new(consent, &candidacy, by.permits());
                Reply::created(location(id), version, &view)
            },
        )
    })
    .await
}

/// Get the consent of a candidacy
///
/// The newest request, with its answer.
#[utoipa::path(
    operation_id = "get_consent",
    tag = "consents",
    security(("bearer" = ["candidacies:read"])),
    params(("id" = uuid::Uuid, Path, description = "The candidacy")),
    responses((status = 200, description = "The consent", body = ConsentView), ReadErrors),
)]
#[get("/candidacies/{id}/consent")]
pub async fn get_consent(
    auth: Authorized<CandidaciesRead>,
    id: web::Path<CandidacyId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::get(&state, auth, move |conn, by| {
        if *by.scope() != Scope::Institute {
            return Ok(None);
        }
        let Some(candidacy) = candidacies::find(conn, id)? else {
            return Ok(None);
        };
        let found = consents::latest(conn, ConsentSubject::Candidacy(id))?;
        Ok(found.map(|consent| {
            let version = consent.version;
            Reply::ok(
                version,
                &ConsentView::new(consent, &candidacy, by.permits()),
            )
        }))
    })
    .await
}

/// Ask another executive
///
/// For when the one who was asked left, or the address was wrong: the old link dies, a new request
/// goes out, and the days are counted anew. `If-Match` takes the tag of the consent.
#[utoipa::path(
    operation_id = "replace_consent_giver",
    tag = "consents",
    security(("bearer" = ["candidacies:write"])),
    params(("id" = uuid::Uuid, Path, description = "The candidacy"), IfMatch),
    request_body = CreateConsentRequest,
    responses((status = 200, description = "The new request", body = ConsentView), WriteErrors),
)]
#[put("/candidacies/{id}/consent/giver")]
pub async fn replace_consent_giver(
    auth: Authorized<CandidaciesWrite>,
    id: web::Path<CandidacyId>,
    if_match: IfMatch,
    body: Body<CreateConsentRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let request = ConsentRequest::try_from(body.into_inner())?;
    operation::change(&state, auth, move |conn, by| {
        let (version, request) = (if_match.version(), request.clone());
        flows::replace_giver(conn, by.granted(), by.now(), id, version, request).map(
            |(consent, candidacy)| {
                let version = consent.version;
                Reply::ok(
                    version,
                    &ConsentView::new(consent, &candidacy, by.permits()),
                )
            },
        )
    })
    .await
}

/// Record an answer on behalf of the executive
///
/// For an answer that came by letter or in a talk; the evidence says what shows it. `If-Match`
/// takes the tag of the consent.
#[utoipa::path(
    operation_id = "create_consent_answer",
    tag = "consents",
    security(("bearer" = ["candidacies:write"])),
    params(("id" = uuid::Uuid, Path, description = "The candidacy"), MaybeIfMatch, IdempotencyKey),
    request_body = CreateConsentAnswerRequest,
    responses((status = 201, description = "The answered consent", body = ConsentView), WriteErrors),
)]
#[post("/candidacies/{id}/consent/answer")]
pub async fn create_consent_answer(
    auth: Authorized<CandidaciesWrite>,
    id: web::Path<CandidacyId>,
    if_match: MaybeIfMatch,
    key: IdempotencyKey,
    body: Body<CreateConsentAnswerRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let body = body.into_inner();
    operation::post(&state, auth, key, move |conn, by| {
        let (version, answer) = (if_match.version(), body.clone().into());
        flows::record_consent(conn, by.granted(), by.now(), id, version, answer).map(
            |(consent, candidacy)| {
                let version = consent.version;
                let view = ConsentView::new(consent, &candidacy, by.permits());
                Reply::created(location(id), version, &view)
            },
        )
    })
    .await
}

/// Record that there is nobody to ask
///
/// For a candidate without an employer only (409), with the reason. `If-Match` takes the tag of
/// the candidacy.
#[utoipa::path(
    operation_id = "create_consent_exemption",
    tag = "consents",
    security(("bearer" = ["candidacies:write"])),
    params(("id" = uuid::Uuid, Path, description = "The candidacy"), MaybeIfMatch, IdempotencyKey),
    request_body = CreateConsentExemptionRequest,
    responses((status = 201, description = "The consent that is not needed", body = ConsentView), WriteErrors),
)]
#[post("/candidacies/{id}/consent/exemption")]
pub async fn create_consent_exemption(
    auth: Authorized<CandidaciesWrite>,
    id: web::Path<CandidacyId>,
    if_match: MaybeIfMatch,
    key: IdempotencyKey,
    body: Body<CreateConsentExemptionRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let reason = body.into_inner().reason;
    operation::post(&state, auth, key, move |conn, by| {
        let (version, reason) = (if_match.version(), reason.clone());
        flows::waive_consent(conn, by.granted(), by.now(), id, version, reason).map(
            |(consent, candidacy)| {
                let version = consent.version;
                let view = ConsentView::new(consent, &candidacy, by.permits());
                Reply::created(location(id), version, &view)
            },
        )
    })
    .await
}
