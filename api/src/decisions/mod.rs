//! Decisions over HTTP: prepared, released, taken back; one by one or for a whole round.

mod dto;
mod handlers;
mod problems;
mod rounds;

use crate::mounts::Mounts;

pub use dto::DecisionView;

/// Mounts the operations on decisions.
pub fn routes(mounts: &mut Mounts<'_>) {
    mounts
        .service(handlers::create_decision)
        .service(handlers::get_decision)
        .service(handlers::take_back_decision)
        .service(handlers::release_decision)
        .service(rounds::release_round_decisions);
}
