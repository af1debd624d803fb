//! Learning networks over HTTP (B4, B5).

mod dto;
mod handlers;
mod memberships;
mod nominations;
mod problems;

use crate::mounts::Mounts;

/// Mounts the operations on learning networks.
pub fn routes(mounts: &mut Mounts<'_>) {
    mounts
        .service(handlers::create_learning_network)
        .service(handlers::list_learning_networks)
        .service(handlers::get_learning_network)
        .service(handlers::change_learning_network)
        .service(handlers::close_learning_network)
        .service(memberships::create_network_membership)
        .service(memberships::list_network_memberships)
        .service(memberships::end_network_membership)
        .service(nominations::nominate_network_members);
}
