//! Saving what a form says: once, also when its button is pressed twice, and then back to its page.

use std::error::Error;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use koplopers_shared::idempotency::{Outcome, StoredResponse, WriteOnceError};

/// The query of a page's address after its form was saved.
pub(super) const SAVED: &str = "saved";

/// From a page to itself, saying that the form was saved. Relative, because it is kept for a
/// repeat of the form, and what is kept must hold no live link.
const SEE_SAVED: &str = "?saved";

/// How long a second press of the button waits for the first, in milliseconds. Browsers show the
/// answer to the second, so it must be the answer to the first.
const PAUSES: [u64; 3] = [50, 200, 500];

/// Saves, and while the same form is being saved already, waits for what comes of that.
pub(super) async fn patiently<E: Error + 'static>(
    save: impl AsyncFn() -> Result<Outcome, WriteOnceError<E>>,
) -> Result<Outcome, WriteOnceError<E>> {
    let mut outcome = save().await;
    for pause in PAUSES {
        if !matches!(outcome, Err(WriteOnceError::StillRunning)) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(pause)).await;
        outcome = save().await;
    }
    outcome
}

/// What is kept for a repeat of the form.
pub(super) fn kept() -> StoredResponse {
    StoredResponse {
        status: StatusCode::SEE_OTHER.as_u16(),
        headers: vec![(LOCATION.as_str().to_owned(), SEE_SAVED.to_owned())],
        body: String::new(),
        replay_body: None,
    }
}

/// Back to the page.
pub(super) fn see_saved() -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, SEE_SAVED))
        .insert_header((CACHE_CONTROL, "no-store"))
        .finish()
}
