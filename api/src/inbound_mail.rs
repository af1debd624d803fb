//! Mail that comes in, bounces and answers of calendar programs, handed in by the mail gateway.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, HttpResponse, get, post, web};
use futures_util::future::LocalBoxFuture;
use jiff::Timestamp;
use koplopers_shared::access::{DeliveriesRead, InboundMailWrite};
use koplopers_shared::flows::{self, ReceiveMailError};
use koplopers_shared::ids::{DeliveryId, InboundMailId, InvitationId};
use koplopers_shared::inbound_mail::{self, InboundMail, InboundOutcome, RawMail};
use serde::Serialize;
use utoipa::ToSchema;

use crate::audit;
use crate::auth::Authorized;
use crate::body;
use crate::idempotency::IdempotencyKey;
use crate::mounts::Mounts;
use crate::operation;
use crate::page::{List, ListBody, NoFilter, PageParams};
use crate::problem::Problem;
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::reply::Reply;
use crate::state::AppState;

/// Mounts the operations on mail that comes in.
pub fn routes(mounts: &mut Mounts<'_>) {
    mounts
        .service(receive_inbound_mail)
        .service(list_unmatched_inbound_mail)
        .service(get_inbound_mail_source);
}

/// The body of a mail that is handed in.
#[derive(Debug)]
pub struct MailBody(RawMail);

const MESSAGE: &str = "message/rfc822";

impl FromRequest for MailBody {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let req = req.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            body::accept_media_type(&req, &[MESSAGE])?;
            let bytes = body::read(&req, &mut payload).await?;
            Ok(Self(RawMail::read(bytes)))
        })
    }
}

/// A mail that came in, and what it was taken for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InboundMailView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: InboundMailId,
    /// `bounced`, `delayed`, `answered` or `unmatched`.
    #[schema(value_type = String, example = "bounced")]
    outcome: InboundOutcome,
    /// Why it could not be matched: `not-a-report`, `not-to-a-return-address` or
    /// `unknown-delivery`; of an answer `unknown-meeting`, `not-invited`, `sender-differs`,
    /// `no-answer`, `outdated` or `answers-closed`.
    reason: Option<String>,
    /// The delivery it is about.
    #[schema(value_type = Option<uuid::Uuid>)]
    delivery: Option<DeliveryId>,
    /// The invitation that it answers.
    #[schema(value_type = Option<uuid::Uuid>)]
    invitation: Option<InvitationId>,
    /// When it came.
    #[schema(value_type = String, format = DateTime)]
    received_at: Timestamp,
}

impl From<InboundMail> for InboundMailView {
    fn from(mail: InboundMail) -> Self {
        Self {
            id: mail.id,
            outcome: mail.outcome,
            reason: mail.reason,
            delivery: mail.delivery,
            invitation: mail.invitation,
            received_at: mail.received_at,
        }
    }
}

/// Hand in a mail that came in
///
/// For the mail gateway: every mail to the inbound address or to a return address, as it came
/// over the wire. A report that a delivery failed (RFC 3464) shows on its invitation, and a dead
/// address gets no further mail. Which delivery it is about is read from our own return address
/// only, so a forged report does nothing. The answer of a calendar program (`METHOD:REPLY`,
/// RFC 6047) is taken as the invitee's when it comes from their own address and answers the newest
/// invitation. What cannot be matched is kept for ops, for 30 days unless set otherwise. The same
/// mail handed in again changes nothing.
#[utoipa::path(
    operation_id = "receive_inbound_mail",
    tag = "mail",
    security(("bearer" = ["inbound-mail:write"])),
    params(IdempotencyKey),
    request_body(content = String, content_type = "message/rfc822"),
    responses((status = 200, description = "What it was taken for", body = InboundMailView), WriteErrors),
)]
#[post("/inbound-mail")]
pub async fn receive_inbound_mail(
    auth: Authorized<InboundMailWrite>,
    key: IdempotencyKey,
    mail: MailBody,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let keys = state.auth.keys().clone();
    operation::post(&state, auth, key, move |conn, by| {
        flows::receive_mail(conn, &keys, by.granted(), by.now(), &mail.0)
            .map(|mail| Reply::plain(&InboundMailView::from(mail)))
    })
    .await
}

/// List mail that could not be matched
///
/// The newest first.
#[utoipa::path(
    operation_id = "list_unmatched_inbound_mail",
    tag = "mail",
    security(("bearer" = ["deliveries:read"])),
    params(PageParams),
    responses((status = 200, description = "A page of mails", body = ListBody<InboundMailView>), ReadErrors),
)]
#[get("/inbound-mail")]
pub async fn list_unmatched_inbound_mail(
    auth: Authorized<DeliveriesRead>,
    list: List<NoFilter>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let granted = auth.into_granted();
    let (NoFilter {}, page, links) = list.into_parts();
    let found = state
        .db
        .read(move |conn| inbound_mail::list_unmatched(conn, granted.scope(), &page))
        .await?;
    Ok(links.answer(found.map(InboundMailView::from), None))
}

/// Get the source of a mail that could not be matched
///
/// As it came over the wire, while it is kept. The audit trail tells who looked.
#[utoipa::path(
    operation_id = "get_inbound_mail_source",
    tag = "mail",
    security(("bearer" = ["deliveries:read"])),
    params(("id" = uuid::Uuid, Path, description = "The mail")),
    responses((status = 200, description = "The mail", body = String, content_type = "message/rfc822"), ReadErrors),
)]
#[get("/inbound-mail/{id}/source")]
pub async fn get_inbound_mail_source(
    auth: Authorized<DeliveriesRead>,
    id: web::Path<InboundMailId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let granted = auth.into_granted();
    let reader = granted.clone();
    let id = id.into_inner();
    let sealed = state
        .db
        .read(move |conn| inbound_mail::mime_of(conn, granted.scope(), id))
        .await?
        .ok_or_else(Problem::not_found)?;
    let read = ("inbound_mail.read", "inbound_mail");
    audit::tell_read(&state, reader.actor(), read, Some(id.to_string()))?;
    let mail = state.auth.keys().open(&sealed);
    let mail = mail.map_err(|error| Problem::internal(&error))?;
    Ok(HttpResponse::Ok().content_type(MESSAGE).body(mail))
}

impl From<ReceiveMailError> for Problem {
    fn from(error: ReceiveMailError) -> Self {
        match error {
            ReceiveMailError::Key(error) => Self::internal(&error),
            ReceiveMailError::Db(error) => error.into(),
        }
    }
}
