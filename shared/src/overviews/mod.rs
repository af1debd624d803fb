//! What one screen shows, read across features. Like `flows`, this may look into any feature;
//! unlike them, it writes nothing.

mod funnel;
mod intakes;

pub use funnel::{Funnel, FunnelFilter, FunnelStep, StepCount, StepPassage, funnel};
pub use intakes::{IntakePart, IntakeParts};
