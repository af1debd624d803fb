//! Theme rounds over HTTP (N6).

mod choose;
mod dto;
mod handlers;
mod problems;
mod ranking;
mod transitions;

use crate::mounts::Mounts;

/// Mounts the operations on theme rounds.
pub fn routes(mounts: &mut Mounts<'_>) {
    mounts
        .service(handlers::open_theme_round)
        .service(handlers::list_theme_rounds)
        .service(handlers::get_theme_round)
        .service(handlers::change_theme_round)
        .service(choose::create_theme_proposal)
        .service(choose::list_theme_proposals)
        .service(choose::create_theme_votes)
        .service(choose::list_theme_votes)
        .service(ranking::get_theme_ranking)
        .service(transitions::close_theme_round)
        .service(transitions::cancel_theme_round);
}
