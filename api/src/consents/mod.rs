//! Consent over HTTP: asked, answered on behalf, asked of another, or not applicable.

mod dto;
mod handlers;
mod problems;
mod waiting;

use crate::mounts::Mounts;

pub use dto::AnswerWord;

/// Mounts the operations on consent.
pub fn routes(mounts: &mut Mounts<'_>) {
    mounts
        .service(handlers::create_consent)
        .service(handlers::get_consent)
        .service(handlers::replace_consent_giver)
        .service(handlers::create_consent_answer)
        .service(handlers::create_consent_exemption)
        .service(waiting::list_consents);
}
