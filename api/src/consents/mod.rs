//! Consent over HTTP: asked, answered on behalf, asked of another, or not applicable.

mod dto;
mod handlers;
mod problems;
mod waiting;

use utoipa_actix_web::service_config::ServiceConfig;

pub use dto::AnswerWord;

/// Mounts the operations on consent.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::create_consent)
        .service(handlers::get_consent)
        .service(handlers::replace_consent_giver)
        .service(handlers::create_consent_answer)
        .service(handlers::create_consent_exemption)
        .service(waiting::list_consents);
}
