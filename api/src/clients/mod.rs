//! Machine clients.

mod dto;
mod handlers;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations on clients.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::create_client)
        .service(handlers::list_clients)
        .service(handlers::get_client)
        .service(handlers::change_client)
        .service(handlers::create_client_secret)
        .service(handlers::end_client_secret)
        .service(handlers::disable_client);
}
