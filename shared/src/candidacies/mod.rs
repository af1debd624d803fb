//! A candidacy: one person's way to associate membership. Nominations join it, the highest
//! executive of the candidate's employer consents to it, reviewers judge it.
//!
//! | from | action | to | who |
//! | --- | --- | --- | --- |
//! | – | open | open | the first nomination that is submitted |
//! | open, consent_refused, consent_expired | request consent | consent_requested | coordinator; the service of one that is open, by setting |
//! | consent_requested | replace giver | consent_requested | coordinator |
//! | open | consent not applicable | consented | coordinator |
//! | consent_requested | give, refuse | consented, consent_refused | giver by link, coordinator with evidence |
//! | consent_requested | expire | consent_expired | the service, after 28 days |
//! | open … consented | assign or unassign reviewers | the same | coordinator |
//! | open … consented | review | the same | the reviewers |
//! | consented | invite | candidate_invited | coordinator |
//! | candidate_invited | accept, decline | admitted, candidate_declined | candidate by link |
//! | open … consented | reject | rejected | coordinator |
//! | any that is not closed | tell | the same | coordinator, or the service in time |
//! | any that is not closed | merge, split | withdrawn for the one merged, else the same | coordinator |
//! | any that is not closed | withdraw | withdrawn | candidate by link; or its last nomination withdrawn; or the service, a year after consent was refused or expired |

mod actions;
mod errors;
mod life_cycle;
mod model;
mod queries;

pub use actions::{move_on, subject, trace};
pub use errors::MoveCandidacyError;
pub use life_cycle::{CandidacyAction, CandidacyStatus, InvalidCandidacyTransition};
pub use model::{Candidacy, CandidateKind, Employer, Outcome, PreparedDecision};
pub use queries::{
    CandidacyFilter, find, find_many, insert, list, open_of, prepared_in_cohort, to_be_told, update,
};
pub(crate) use queries::{merged_into_those_of, note_consent_tried, unasked};
