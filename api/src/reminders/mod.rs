//! Reminder rules over HTTP, and the reminders of one meeting.

mod dto;
mod handlers;
mod planned;
mod problems;

use crate::mounts::Mounts;

/// Mounts the operations on reminders.
pub fn routes(mounts: &mut Mounts<'_>) {
    mounts
        .service(handlers::create_reminder_rule)
        .service(handlers::list_reminder_rules)
        .service(handlers::get_reminder_rule)
        .service(handlers::replace_reminder_rule)
        .service(handlers::retire_reminder_rule)
        .service(planned::list_meeting_reminders);
}
