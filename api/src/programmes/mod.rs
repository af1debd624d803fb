//! Programmes, their versions and their rounds.

mod content;
mod dto;
mod funnel;
mod handlers;
mod problems;
mod rounds;
mod versions;

use crate::mounts::Mounts;

pub use dto::RoundView;

/// The operations on programmes.
pub fn routes(mounts: &mut Mounts<'_>) {
    mounts
        .service(handlers::list_programmes)
        .service(handlers::get_programme)
        .service(handlers::change_programme)
        .service(handlers::replace_programme_contacts)
        .service(handlers::replace_programme_partners)
        .service(versions::list_programme_versions)
        .service(versions::get_programme_version)
        .service(versions::publish_programme_version)
        .service(rounds::list_rounds)
        .service(rounds::create_round)
        .service(rounds::get_round)
        .service(rounds::change_round)
        .service(funnel::get_programme_funnel);
}
