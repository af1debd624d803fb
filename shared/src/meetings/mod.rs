//! Meetings.
//!
//! | from | action | to |
//! | --- | --- | --- |
//! | – | schedule | scheduled |
//! | scheduled | cancel | cancelled |
//!
//! Drafts, polls and outcomes have their states in the table already; their actions come with
//! the features that need them. A cancelled meeting can be copied, not reopened.

mod actions;
mod model;
mod queries;
mod rules;

pub use actions::{CancelMeetingError, NewMeeting, cancel, schedule};
pub use model::{InvalidMeetingTransition, Meeting, MeetingAction, MeetingStatus, Venue};
pub use queries::{MeetingFilter, find, list, open_of_intake};
pub use rules::{LocalPeriod, PeriodError};
