//! A nomination: one nominator's text about one candidate (N2).
//!
//! | from | action | to | who |
//! | --- | --- | --- | --- |
//! | – | nominate | submitted | whoever may nominate, by the API |
//! | – | nominate | unconfirmed | anybody, by the open form |
//! | unconfirmed | confirm | submitted | the nominator, by the link that was mailed to them |
//! | submitted | withdraw | withdrawn | the nominator, coordinator |
//!
//! An unconfirmed nomination is held and nothing else: no person is made of it, the candidate
//! hears nothing, and after seven days it is deleted. A submitted one joins a candidacy
//! ([`matching`]). A nominator sees their own text and what came of it ([`NominationOutcome`]),
//! never whether others nominated the same candidate.

mod errors;
mod expiry;
mod life_cycle;
pub mod matching;
mod model;
mod outcome;
mod queries;
pub mod rules;
mod traces;
mod visibility;

pub use errors::{NominateError, NominationProblem, WithdrawNominationError};
pub use expiry::{CONFIRM_WITHIN, forget_unconfirmed};
pub use life_cycle::{InvalidNominationTransition, NominationAction, NominationStatus};
pub use model::{
    CandidateDetails, Channel, NamedEmployer, NewNomination, Nomination, Nominator, ProposedGiver,
};
pub use outcome::NominationOutcome;
pub use queries::{
    NominationFilter, by_reference, count_submitted, find, find_any, insert, list, of_candidacies,
    of_candidacy, update,
};
pub use traces::{appear, subject, trace};
pub use visibility::Viewer;
pub(crate) use visibility::client_of;
