//! Reviews over HTTP, and the ranking that follows from them (N1, N4).

mod dto;
mod handlers;
mod problems;
mod ranking;

use crate::mounts::Mounts;

/// Mounts the operations on reviews.
pub fn routes(mounts: &mut Mounts<'_>) {
    mounts
        .service(handlers::create_reviews)
        .service(handlers::list_candidacy_reviews)
        .service(handlers::delete_candidacy_review)
        .service(handlers::list_own_reviews)
        .service(handlers::get_review)
        .service(handlers::replace_review)
        .service(ranking::get_cohort_ranking);
}
