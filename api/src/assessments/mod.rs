//! Assessments over HTTP (T1, T6, C1-C11): for the institute only.

mod dto;
mod handlers;
mod problems;
mod view;

use crate::mounts::Mounts;

pub use view::HindranceView;

/// Mounts the operations on assessments.
pub fn routes(mounts: &mut Mounts<'_>) {
    mounts
        .service(handlers::start_assessment)
        .service(handlers::get_assessment)
        .service(handlers::change_assessment)
        .service(handlers::replace_findings)
        .service(handlers::replace_settlement);
}
