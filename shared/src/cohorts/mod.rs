//! Cohorts: members who begin in the same period (N1). A cohort has a target and no cap; what it
//! lacks over provinces and kinds shows in its spread.
//!
//! | from | action | to | who |
//! | --- | --- | --- | --- |
//! | – | create | open | coordinator |
//! | open | change | open | coordinator |

mod actions;
mod model;
mod queries;

pub use actions::{
    ChangeCohortError, CohortAction, CohortChange, CreateCohortError, NewCohort, change, create,
};
pub use model::Cohort;
pub use queries::{find, find_many, list};
