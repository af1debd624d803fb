//! Decisions on intakes: prepared first, released to the municipality later or at once.
//!
//! | from | action | to | who |
//! | --- | --- | --- | --- |
//! | – | prepare | prepared | coordinator |
//! | prepared | release | released | coordinator |
//! | prepared | `take_back` | withdrawn | coordinator; the service when the intake is withdrawn |
//!
//! An intake has one prepared decision at most. The rules are checked when it is prepared and
//! again when it is released; a municipality sees released ones only. What a release does to
//! the intake, its round and the waiting list is in `flows`.

mod model;
mod queries;

pub use model::{
    Decision, DecisionAction, DecisionOutcome, DecisionState, InvalidDecisionTransition,
};
pub use queries::{find, latest, of_intakes, prepared_in_round, prepared_of};
pub(crate) use queries::{insert, update};
