//! Invitations: who is asked to a meeting, and what they answered.
//!
//! | answer | action | to |
//! | --- | --- | --- |
//! | – | invite | `needs_action` |
//! | `needs_action`, accepted, tentative, declined | accept | accepted |
//! | `needs_action`, accepted, tentative, declined | answer tentatively | tentative |
//! | `needs_action`, accepted, tentative, declined | decline | declined |
//!
//! | any but removed | remove | removed |
//! | removed | invite again | `needs_action` |
//! | accepted, tentative, declined | the meeting moves | `needs_action` |
//!
//! To a meeting without a date people are put on the list, and invited when it has one. Answers
//! change until the start of the meeting. Delegated and waitlisted have their place in the
//! table already; their actions come with the features that need them.

mod actions;
mod model;
mod queries;

pub use actions::{
    Answer, AnswerError, Invitee, answer, invite, invite_again, invite_prepared, prepare,
    prepare_again, remove, strike, tell_of_cancellation, tell_of_change,
};
pub use model::{AnswerChoice, AnsweredVia, Invitation, InvitationAnswer, Wishes};
pub use queries::{find, note_bounce, note_mail, of_meeting, of_meetings};
