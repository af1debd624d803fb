//! The outbox over HTTP, for who looks after it.

mod dto;
mod handlers;
mod preview;
mod problems;
mod queue;
mod suppressions;

use crate::mounts::Mounts;

/// Mounts the operations on deliveries, the queue and suppressions.
pub fn routes(mounts: &mut Mounts<'_>) {
    mounts
        .service(handlers::list_deliveries)
        .service(handlers::get_delivery)
        .service(handlers::retry_delivery)
        .service(handlers::drop_delivery)
        .service(preview::preview_delivery)
        .service(queue::get_delivery_queue)
        .service(queue::pause_delivery_queue)
        .service(queue::resume_delivery_queue)
        .service(suppressions::list_suppressions)
        .service(suppressions::search_suppressions)
        .service(suppressions::create_suppression)
        .service(suppressions::lift_suppression);
}
