//! Reviews: what several people think of a candidacy, each on their own (N4).
//!
//! A coordinator says who reviews. Each reviewer gives a mark from 1 (little) to 5 (much) for
//! innovation and for impact, and a remark. Nobody who is assigned sees what another one thinks
//! until all of them have handed in ([`visible_to`]); from then on a judgement stays as it is.
//! Who was assigned and has not handed in can be taken off again.
//! Who has a stake in a candidacy does not review it ([`ConflictOfInterest`]).

mod model;
mod queries;
mod ranking;
mod rules;

pub use model::{Judgement, NominationText, Review};
pub(crate) use queries::{assign, hand_in, unassign};
pub use queries::{
    cohort_target, find, of_candidacies, of_candidacy, of_reviewer, standings, statuses, texts_of,
};
pub use ranking::{Ranked, Share, Spread, Standing, rank, spread};
pub use rules::{ConflictOfInterest, NEEDED, are_complete, conflicts, visible_to};
