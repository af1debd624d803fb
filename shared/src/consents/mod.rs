//! Consent: what the highest executive of somebody's employer is asked, and what they answer (N3).
//!
//! | from | action | to | who |
//! | --- | --- | --- | --- |
//! | – | ask | requested | coordinator; the service when a member changes employer (N8) |
//! | – | waive | `not_applicable` | coordinator, for a candidate without an employer |
//! | requested | give, refuse | given, refused | giver by link, coordinator with evidence |
//! | requested | expire | expired | the service, after 28 days |
//! | requested | replace | replaced | coordinator, since the giver left |
//! | requested | withdraw | withdrawn | follows from the end of the candidacy or the membership |
//!
//! A test tries every pair of state and action. One consent covers one person at one employer.
//! Days are counted from the moment the mail server took the request: on the seventh and the
//! fourteenth day a chaser goes out, which changes nothing about the end. A request that never
//! left never expires; [`list`] shows it to ops.

mod actions;
mod errors;
mod life_cycle;
mod model;
mod queries;
mod rules;
mod timing;
mod trace;

pub use actions::{answer, ask, close, waive};
pub(crate) use actions::{enqueue, tell_asker};
pub use errors::AnswerConsentError;
pub use life_cycle::{ConsentAction, ConsentStatus, InvalidConsentTransition};
pub use model::{
    AnsweredVia, Consent, ConsentAnswer, ConsentSubject, Evidence, Giver, NewConsent, Signature,
};
pub use queries::{ConsentFilter, find, latest, latest_refused, list, requested_of};
pub(crate) use queries::{
    due_for_chaser, lapsed, nominators, note_accepted, note_bounce, note_chaser,
};
pub use rules::{
    GiverCandidate, GiverProblem, Mailboxes, giver_problems, highest_held, is_with, roles_for,
};
pub use timing::{CHASERS, LAPSES_AFTER};
pub(crate) use trace::subject;
