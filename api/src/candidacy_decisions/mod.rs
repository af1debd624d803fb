//! Decisions on candidacies over HTTP: prepared, released, taken back; one by one or for a whole
//! cohort.

mod dto;
mod handlers;
mod problems;

use utoipa_actix_web::service_config::ServiceConfig;

/// Mounts the operations on decisions.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::create_candidacy_decision)
        .service(handlers::get_candidacy_decision)
        .service(handlers::take_back_candidacy_decision)
        .service(handlers::release_candidacy_decision)
        .service(handlers::release_cohort_decisions);
}
