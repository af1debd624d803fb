//! Meetings over HTTP (S1).

mod dto;
mod handlers;
mod period;

use utoipa_actix_web::service_config::ServiceConfig;

pub use dto::{InvitationView, MeetingDetailView, MeetingView};
pub use period::{VenueRequest, local_period, period_problem, venue};

/// Mounts the operations on meetings.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::list_meetings)
        .service(handlers::get_meeting)
        .service(handlers::list_meeting_invitations)
        .service(handlers::list_meeting_history)
        .service(handlers::cancel_meeting)
        .service(handlers::record_meeting_outcome);
}
