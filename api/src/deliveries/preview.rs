//! A mail as its recipient would see it.

use actix_web::{HttpResponse, get, web};
use koplopers_shared::access::{DeliveriesRead, Permit};
use koplopers_shared::deliveries::DroppedReason;
use koplopers_shared::flows::{self, ComposedMail, Letterhead, PreviewEnd};
use koplopers_shared::ids::DeliveryId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::audit::tell_read;
use crate::auth::Authorized;
use crate::problem::document::ReadErrors;
use crate::problem::{Problem, kinds};
use crate::state::AppState;
use crate::words::DroppedReasonWord;

/// What a mail would say if it went now.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DeliveryPreview)]
pub struct PreviewView {
    /// Whether it would go.
    wanted: bool,
    /// Why not; null when it would.
    #[schema(value_type = Option<DroppedReasonWord>)]
    dropped_reason: Option<DroppedReason>,
    /// Whether the mail itself is left out, since the caller may not read about people.
    redacted: bool,
    /// The recipient's address.
    to: Option<String>,
    /// Its subject.
    subject: Option<String>,
    /// What it says in plain text. Its links do not work.
    text: Option<String>,
    /// The same as HTML.
    html: Option<String>,
}

impl PreviewView {
    fn redacted() -> Self {
        Self {
            wanted: true,
            redacted: true,
            ..Self::default()
        }
    }

    fn of(mail: ComposedMail) -> Self {
        Self {
            wanted: true,
            to: Some(mail.to.as_str().to_owned()),
            subject: Some(mail.rendered.subject),
            text: Some(mail.rendered.text),
            html: Some(mail.rendered.html),
            ..Self::default()
        }
    }

    fn not_wanted(reason: DroppedReason) -> Self {
        Self {
            dropped_reason: Some(reason),
            ..Self::default()
        }
    }
}

/// Preview a delivery
///
/// The mail as its recipient would see it if it went now, also of one that went before. Nothing is
/// sent, and the links in it do not work. Without the scope `people:read` it says only whether the
/// mail would go.
#[utoipa::path(
    operation_id = "preview_delivery",
    tag = "deliveries",
    security(("bearer" = ["deliveries:read"])),
    params(("id" = uuid::Uuid, Path, description = "The delivery")),
    responses((status = 200, description = "The mail", body = PreviewView), ReadErrors),
)]
#[get("/deliveries/{id}/preview")]
pub async fn preview_delivery(
    auth: Authorized<DeliveriesRead>,
    id: web::Path<DeliveryId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (granted, id) = (auth.into_granted(), id.into_inner());
    let reads_people = granted.also(Permit::PeopleRead);
    if reads_people {
        let object = Some(id.to_string());
        tell_read(
            &state,
            granted.actor(),
            ("delivery.preview", "delivery"),
            object,
        )?;
    }
    let keys = state.auth.keys().clone();
    let (letterhead, now) = (Letterhead::from(&*state.settings), state.local_now());
    let end = state
        .db
        .write(move |conn| flows::preview_mail(conn, &keys, &letterhead, &granted, now, id))
        .await;
    let view = match end {
        Ok(never) => match never {},
        Err(PreviewEnd::Mail(mail)) if reads_people => PreviewView::of(*mail),
        Err(PreviewEnd::Mail(_)) => PreviewView::redacted(),
        Err(PreviewEnd::NotWanted(reason)) => PreviewView::not_wanted(reason),
        Err(PreviewEnd::NotFound) => return Err(Problem::not_found()),
        Err(PreviewEnd::Broken(error)) => {
            return Err(Problem::of(&kinds::MAIL_BROKEN).detail(error.to_string()));
        }
        Err(PreviewEnd::Db(error)) => return Err(error.into()),
    };
    Ok(HttpResponse::Ok().json(view))
}
