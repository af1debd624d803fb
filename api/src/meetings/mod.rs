//! Meetings over HTTP (S1).

mod answers;
mod attendance;
mod changes;
mod conflicts;
mod copy;
mod delegates;
mod dto;
mod handlers;
mod invitees;
mod participants;
mod period;
mod plan;

use crate::mounts::Mounts;

pub use changes::PeriodRequest;
pub use dto::{InvitationView, MeetingDetailView, MeetingView};
pub use invitees::{InviteeRequest, invitee_field};
pub use period::{local_period, period_and_venue, period_problem};
pub use plan::{PlanMeetingRequest, meeting_plan};

/// Mounts the operations on meetings.
pub fn routes(mounts: &mut Mounts<'_>) {
    mounts
        .service(plan::plan_meeting)
        .service(handlers::list_meetings)
        .service(conflicts::find_meeting_conflicts)
        .service(participants::get_meeting_participants)
        .service(handlers::get_meeting)
        .service(handlers::list_meeting_invitations)
        .service(answers::answer_invitation)
        .service(delegates::delegate_invitation)
        .service(handlers::list_meeting_history)
        .service(changes::change_meeting)
        .service(plan::schedule_meeting)
        .service(handlers::cancel_meeting)
        .service(handlers::record_meeting_outcome)
        .service(attendance::list_meeting_attendance)
        .service(attendance::record_meeting_attendance)
        .service(attendance::get_meeting_minutes)
        .service(attendance::write_meeting_minutes)
        .service(copy::copy_meeting);
}
