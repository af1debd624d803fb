//! Themes and target groups.

mod dto;
mod handlers;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations on both lists.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::list_themes)
        .service(handlers::create_theme)
        .service(handlers::get_theme)
        .service(handlers::retire_theme)
        .service(handlers::list_target_groups)
        .service(handlers::create_target_group)
        .service(handlers::get_target_group)
        .service(handlers::retire_target_group);
}
