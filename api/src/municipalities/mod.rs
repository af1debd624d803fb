//! Municipalities and their succession.

mod dto;
mod handlers;

use crate::mounts::Mounts;

/// The operations on municipalities.
pub fn routes(mounts: &mut Mounts<'_>) {
    mounts
        .service(handlers::list_municipalities)
        .service(handlers::get_municipality)
        .service(handlers::create_municipality_succession)
        .service(handlers::get_municipality_succession);
}
