//! Meetings.
//!
//! | from | action | to |
//! | --- | --- | --- |
//! | – | schedule | scheduled |
//! | scheduled | change: move, change the place, the words or the invitees, until it starts | scheduled |
//! | scheduled | cancel | cancelled |
//! | scheduled, held, `not_held` | `record_outcome`, once it has started | held, `not_held` |
//!
//! Drafts and polls have their states in the table already; their actions come with the features
//! that need them. A cancelled meeting can be copied, not reopened. An outcome can be corrected,
//! that of a talk until its intake is being assessed.

mod actions;
mod change;
mod extras;
mod model;
mod queries;
mod revisions;
mod rules;

pub use actions::{
    CancelMeetingError, NewMeeting, RecordOutcomeError, cancel, change, record_outcome, schedule,
};
pub use change::{CannotChange, MeetingChange, Reach};
pub use extras::MeetingExtras;
pub use model::{
    InvalidMeetingTransition, Meeting, MeetingAction, MeetingOutcome, MeetingStatus, Venue,
};
pub use queries::{MeetingFilter, find, list, open_of_intake, talks_of, talks_that_count};
pub use revisions::{MeetingRevision, revision};
pub use rules::{LocalPeriod, PeriodError};
