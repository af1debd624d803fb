//! Decisions on candidacies over HTTP: prepared, released, taken back; one by one or for a whole
//! cohort.

mod dto;
mod handlers;
mod problems;

use crate::mounts::Mounts;

/// Mounts the operations on decisions.
pub fn routes(mounts: &mut Mounts<'_>) {
    mounts
        .service(handlers::create_candidacy_decision)
        .service(handlers::get_candidacy_decision)
        .service(handlers::take_back_candidacy_decision)
        .service(handlers::release_candidacy_decision)
        .service(handlers::release_cohort_decisions);
}
