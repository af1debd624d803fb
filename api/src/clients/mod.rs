//! Machine clients.

mod dto;
mod handlers;

use crate::mounts::Mounts;

/// The operations on clients.
pub fn routes(mounts: &mut Mounts<'_>) {
    mounts
        .service(handlers::create_client)
        .service(handlers::list_clients)
        .service(handlers::get_client)
        .service(handlers::change_client)
        .service(handlers::create_client_secret)
        .service(handlers::end_client_secret)
        .service(handlers::disable_client);
}
