//! Meetings.
//!
//! | from | action | to |
//! | --- | --- | --- |
//! | – | draft | draft |
//! | – | schedule | scheduled |
//! | draft | schedule, while its time is ahead | scheduled |
//! | draft | `open_poll` | polling |
//! | draft, polling | change, which sends nothing | as it was |
//! | polling | the poll chooses an option | scheduled |
//! | scheduled | change: move, change the place, the words or the invitees, until it starts | scheduled |
//! | draft, polling, scheduled | cancel | cancelled |
//! | scheduled, held, `not_held` | `record_outcome`, once it has started | held, `not_held` |
//! | scheduled, held | `record_attendance`, `write_minutes`, once it has started | the same |
//! | any | copy: another meeting on another day | the same |
//!
//! A draft has the time that was proposed, a meeting whose date is polled that of its earliest
//! option: the state says that it is not fixed. Nobody has either in a calendar. A cancelled meeting can be copied, not reopened. An outcome can be corrected,
//! that of a talk until its intake is being assessed.

mod actions;
mod attendance;
mod change;
mod extras;
mod model;
mod queries;
mod revisions;
mod rules;

pub use actions::{
    CancelMeetingError, NewMeeting, RecordOutcomeError, cancel, change, draft, fix_date, poll_date,
    record_attendance, record_outcome, schedule, write_minutes,
};
pub use attendance::{Attendance, Minutes, Presence, attendance, minutes};
pub use change::{CannotChange, MeetingChange, Reach};
pub use extras::{Belonging, MeetingExtras};
pub use model::{
    InvalidMeetingTransition, Meeting, MeetingAction, MeetingOutcome, MeetingStatus, Venue,
};
pub(crate) use queries::series_seen;
pub use queries::{
    MeetingFilter, MeetingsOf, find, find_by_uid, for_calendar, hold, list, open_of_intake,
    talks_of, talks_that_count, upcoming,
};
pub use revisions::{MeetingRevision, revision};
pub use rules::{LocalPeriod, PeriodError};
