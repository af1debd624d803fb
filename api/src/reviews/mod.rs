//! Reviews over HTTP, and the ranking that follows from them (N1, N4).

mod dto;
mod handlers;
mod problems;
mod ranking;

use utoipa_actix_web::service_config::ServiceConfig;

/// Mounts the operations on reviews.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::create_reviews)
        .service(handlers::list_candidacy_reviews)
        .service(handlers::delete_candidacy_review)
        .service(handlers::list_own_reviews)
        .service(handlers::get_review)
        .service(handlers::replace_review)
        .service(ranking::get_cohort_ranking);
}
