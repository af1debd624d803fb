//! Cohorts over HTTP (N1).

mod dto;
mod handlers;

use utoipa_actix_web::service_config::ServiceConfig;

/// Mounts the operations on cohorts.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::create_cohort)
        .service(handlers::list_cohorts)
        .service(handlers::get_cohort)
        .service(handlers::change_cohort);
}
