//! Decisions over HTTP: prepared, released, taken back; one by one or for a whole round.

mod dto;
mod handlers;
mod problems;
mod rounds;

use utoipa_actix_web::service_config::ServiceConfig;

pub use dto::DecisionView;

/// Mounts the operations on decisions.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::create_decision)
        .service(handlers::get_decision)
        .service(handlers::take_back_decision)
        .service(handlers::release_decision)
        .service(rounds::release_round_decisions);
}
