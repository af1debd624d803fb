//! Municipalities: the shipped list, and how they merge and split (A1).
//!
//! A municipality that ends keeps its row and everything that refers to it. After a merger its
//! one successor sees what was the old code's; after a split the rows stay with the institute
//! until it assigns them, since nobody but the institute can say which part went where.

pub mod actions;
mod model;
pub mod queries;
pub mod rules;

pub use model::{InvalidMunicipality, Municipality, Succession};
