//! Invitations: who is asked to a meeting, and what they answered.
//!
//! | answer | action | to |
//! | --- | --- | --- |
//! | – | invite | `needs_action` |
//! | `needs_action`, accepted, tentative, declined | accept | accepted; waitlisted when the meeting is full |
//! | `needs_action`, accepted, tentative, declined | answer tentatively | tentative |
//! | `needs_action`, accepted, tentative, declined | decline | declined |
//! | `needs_action`, accepted, tentative, declined | delegate to a colleague, also while the date is polled | delegated |
//! | any but removed | remove | removed |
//! | removed | invite again | `needs_action` |
//! | accepted, tentative, declined | the meeting moves | `needs_action` |
//!
//! | waitlisted | accept | waitlisted |
//! | waitlisted | answer tentatively, decline | tentative, declined |
//! | waitlisted | a place comes free | accepted |
//!
//! Whoever has a place where there are few, and sends somebody else, leaves it to them.
//!
//! To a meeting without a date people are put on the list, and invited when it has one. Answers
//! change until the start of the meeting.

mod actions;
mod agenda;
mod delegation;
mod model;
mod queries;
mod waiting;

pub use actions::{
    Answer, AnswerError, Invitee, MailedAnswer, answer, answer_by_mail, invite, invite_again,
    invite_prepared, prepare, prepare_again, remove, strike, tell_of_cancellation, tell_of_change,
};
pub use agenda::{AnswerCounts, Conflict, answer_counts, conflicts, expected};
pub use delegation::{delegate, keep_wishes};
pub use model::{AnswerChoice, AnsweredVia, Invitation, InvitationAnswer, Wishes};
pub use queries::{find, note_bounce, note_mail, of_meeting, of_meetings};
pub use waiting::let_in;
