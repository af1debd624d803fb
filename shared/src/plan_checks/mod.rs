//! The plan check (L3-L8, N5): meetings of a learning group, a trajectory or a year, held against
//! the meeting plan of the programme or of the network. Pure functions: no SQL and no clock.
//!
//! | rule | what is found | severity |
//! | --- | --- | --- |
//! | `too_few` | fewer meetings of a kind with a date than the plan asks | error |
//! | `too_many` | more than the plan names | warning |
//! | `order` | a meeting before one that the plan puts earlier | error; a warning where two repeated kinds run through each other |
//! | `within_months` | the last meeting lies longer after the first than the plan allows | warning: "in principe" |
//! | `practices` | a group without a practice | error |
//! | `party_kinds` | fewer kinds of party around a practice's table than needed | error |
//!
//! Only meetings that were held or have a date count; what is in preparation is named with what is
//! missing. Kinds that the plan counts per practice are judged for each practice.

mod check;
mod forecast;
mod model;
mod order;
mod proposal;
#[cfg(test)]
mod tests;
mod words;

pub use check::{check_plan, check_year};
pub use model::{
    Expected, Finding, Forecast, Missing, PlanCheck, PlanMeeting, PlanQuestion, PlanRule,
    PracticeInPlan, Severity, Standing,
};
pub use proposal::{BusyDays, ProposalQuestion, ProposedDate, propose};
pub(crate) use words::kind_words;
