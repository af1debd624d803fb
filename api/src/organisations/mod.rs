//! Organisations that are not municipalities.

mod dto;
mod handlers;

pub use dto::OrganisationView;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations on organisations.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::create_organisation)
        .service(handlers::list_organisations)
        .service(handlers::get_organisation)
        .service(handlers::change_organisation)
        .service(handlers::delete_organisation);
}
