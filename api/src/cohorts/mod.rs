//! Cohorts over HTTP (N1).

mod dto;
mod handlers;

use crate::mounts::Mounts;

/// Mounts the operations on cohorts.
pub fn routes(mounts: &mut Mounts<'_>) {
    mounts
        .service(handlers::create_cohort)
        .service(handlers::list_cohorts)
        .service(handlers::get_cohort)
        .service(handlers::change_cohort);
}
