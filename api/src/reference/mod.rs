//! Themes and target groups.

mod dto;
mod handlers;

use crate::mounts::Mounts;

/// The operations on both lists.
pub fn routes(mounts: &mut Mounts<'_>) {
    mounts
        .service(handlers::list_themes)
        .service(handlers::create_theme)
        .service(handlers::get_theme)
        .service(handlers::retire_theme)
        .service(handlers::list_target_groups)
        .service(handlers::create_target_group)
        .service(handlers::get_target_group)
        .service(handlers::retire_target_group);
}
