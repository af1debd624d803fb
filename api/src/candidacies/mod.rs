//! Candidacies over HTTP, for the institute (N1-N4).

mod dto;
mod handlers;
mod problems;
mod regroup;
mod view;

use crate::mounts::Mounts;

/// Mounts the operations on candidacies.
pub fn routes(mounts: &mut Mounts<'_>) {
    mounts
        .service(handlers::list_candidacies)
        .service(handlers::get_candidacy)
        .service(handlers::change_candidacy)
        .service(handlers::list_candidacy_history)
        .service(regroup::create_candidacy_merger)
        .service(regroup::create_candidacy_split)
        .service(regroup::create_candidate_notice);
}
