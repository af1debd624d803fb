//! Themes and target groups: two lists of names that coordinators extend (I2, K4).
//!
//! An entry is never removed, since issues refer to it: it is retired, and then no longer
//! offered for new issues.

pub mod actions;
mod model;
pub mod queries;

pub use model::{ReferenceItem, ReferenceList};
