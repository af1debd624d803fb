//! Organisations that are not municipalities.

mod dto;
mod handlers;

pub use dto::OrganisationView;

use crate::mounts::Mounts;

/// The operations on organisations.
pub fn routes(mounts: &mut Mounts<'_>) {
    mounts
        .service(handlers::create_organisation)
        .service(handlers::list_organisations)
        .service(handlers::get_organisation)
        .service(handlers::change_organisation)
        .service(handlers::delete_organisation);
}
