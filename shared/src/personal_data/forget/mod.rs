//! Forgetting what was kept long enough: the texts go, and the rows stay with their states and
//! days, so that the figures hold. `flows::forget_old` says when.

mod candidacies;
mod cases;
mod holders;
mod people;

pub use candidacies::{blank_candidacy, closed_candidacies, parties, waiting_candidacies};
pub use cases::{blank_intake, blank_trajectory, declined_intakes, ended_trajectories};
#[cfg(test)]
pub(super) use holders::{HOLDERS, OTHERS};
pub use people::{blank_person, is_needed};
