//! Municipalities and their succession.

mod dto;
mod handlers;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations on municipalities.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::list_municipalities)
        .service(handlers::get_municipality)
        .service(handlers::create_municipality_succession)
        .service(handlers::get_municipality_succession);
}
