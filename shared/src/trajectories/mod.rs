//! Trajectories: what follows from an accepted offer (T4, B3, K2, K6).
//!
//! | from | action | to | who |
//! | --- | --- | --- | --- |
//! | – | start: its intake is matched and an offer accepted | preparing | adviser, coordinator |
//! | preparing, running | `change_officials` | the same | adviser, coordinator |
//! | preparing, running | `add_step`, `change_step` | the same | adviser, coordinator |
//! | preparing | commence | running | adviser, coordinator |
//! | running | `deliver_end_product` | running | adviser, coordinator |
//! | running | complete: no end product is owed | completed | adviser, coordinator |
//! | preparing, running | stop | stopped | adviser, coordinator |
//!
//! A test tries every pair of state and action.
//!
//! Blocks and steps are copied from the offer, and go their own way from there. A block has no
//! state of its own, it follows from its steps. At `running` the plan's year begins and the
//! officials enter the general learning network; whoever becomes an official later enters it
//! then. They stay in it when the trajectory ends or they are no longer its officials: members
//! leave when they want to.

mod actions;
mod chase;
mod errors;
mod life_cycle;
mod model;
mod officials;
mod plan;
mod queries;
mod rules;
mod start;
mod step_actions;
mod trace;

pub use actions::{change_officials, commence, complete, deliver_end_product, stop};
pub use chase::chase_end_products;
pub use errors::{ChangeTrajectoryError, TrajectoryProblem};
pub use life_cycle::{InvalidTrajectoryTransition, TrajectoryAction, TrajectoryStatus};
pub use model::{
    Block, BlockStatus, Conclusion, EndProduct, Judged, Judgement, Step, StepStatus, Trajectory,
};
pub use queries::{TrajectoryFilter, find, list, of_intakes};
pub(crate) use start::{NewTrajectory, StartError, start};
pub use step_actions::{NewStep, StepChange, add_step, change_step};
