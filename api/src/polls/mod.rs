//! Date polls over HTTP (L9).

mod dto;
mod handlers;
mod problems;
mod transitions;
mod view;
mod votes;

use crate::mounts::Mounts;

/// Mounts the operations on date polls.
pub fn routes(mounts: &mut Mounts<'_>) {
    mounts
        .service(handlers::open_date_poll)
        .service(handlers::get_date_poll)
        .service(handlers::change_date_poll)
        .service(votes::replace_date_poll_votes)
        .service(transitions::close_date_poll)
        .service(transitions::choose_date_poll_option);
}
