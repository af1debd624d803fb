//! What one screen shows, read across features. Like `flows`, this may look into any feature;
//! unlike them, it writes nothing.

mod cases;
mod conflicts;
pub mod digest;
mod funnel;
mod intakes;
mod plans;
mod reminders;

pub use cases::{CaseParts, OfferPart, TrajectoryPart};
pub use conflicts::{conflicts, conflicts_with};
pub use funnel::{Funnel, FunnelFilter, FunnelStep, StepCount, StepPassage, funnel};
pub use intakes::{IntakePart, IntakeParts};
pub use plans::{
    check_group_plan, check_network_year, check_trajectory_plan, propose_for_group,
    propose_for_network,
};
pub use reminders::{MeetingReminder, Reminded, meeting_reminders};
