//! Intakes: one municipality's request for one programme (I1, I2).
//!
//! | from | action | to | who |
//! | --- | --- | --- | --- |
//! | – | create | draft | municipality, coordinator |
//! | draft | change | draft | municipality, coordinator |
//! | draft | submit | submitted | municipality, coordinator |
//! | submitted | `plan_talk` | `talk_planned` | coordinator, adviser |
//! | `talk_planned` | `cancel_talk` | submitted | coordinator, adviser |
//! | `talk_planned` | `start_assessment` | assessing | adviser |
//! | assessing | assess | assessing | adviser |
//! | assessing | settle | assessing | coordinator |
//! | submitted, assessing | refer | referred | adviser |
//! | assessing | match | matched | coordinator |
//! | assessing | waitlist: a match in a full round | waitlisted | follows from match |
//! | waitlisted | `take_place`: a place came free | matched | System, in order of decision |
//! | assessing, matched, waitlisted | decline | declined | coordinator |
//! | matched | `start_trajectory` | started | coordinator, adviser |
//! | draft, submitted, `talk_planned`, assessing, matched, waitlisted | withdraw | withdrawn | municipality, coordinator |
//!
//! A test tries every pair of state and action.

mod actions;
mod errors;
mod issues;
mod life_cycle;
mod model;
mod queries;
mod rules;
mod waiting_list;

pub(crate) use actions::tell_contact;
pub use actions::{IntakeChange, NewIntake, change, create, move_on, submit};
pub use errors::{
    ChangeIntakeError, CreateIntakeError, MunicipalityProblem, NotWelcome, SubmitIntakeError,
};
pub use life_cycle::{IntakeAction, IntakeStatus, InvalidIntakeTransition};
pub use model::{Intake, Issue, NewIssue, Sponsor};
pub use queries::{IntakeFilter, find, find_many, list};
pub use rules::{DraftProblem, Missing};
pub(crate) use waiting_list::{places_taken, waiting};
