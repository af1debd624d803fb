//! Meetings over HTTP (S1).

mod answers;
mod changes;
mod dto;
mod handlers;
mod invitees;
mod period;
mod plan;

use utoipa_actix_web::service_config::ServiceConfig;

pub use changes::PeriodRequest;
pub use dto::{InvitationView, MeetingDetailView, MeetingView};
pub use invitees::{InviteeRequest, invitee_field};
pub use period::{local_period, period_and_venue, period_problem};

/// Mounts the operations on meetings.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(plan::plan_meeting)
        .service(handlers::list_meetings)
        .service(handlers::get_meeting)
        .service(handlers::list_meeting_invitations)
        .service(answers::answer_invitation)
        .service(handlers::list_meeting_history)
        .service(changes::change_meeting)
        .service(plan::schedule_meeting)
        .service(handlers::cancel_meeting)
        .service(handlers::record_meeting_outcome);
}
