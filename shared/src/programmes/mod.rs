//! Programmes (P1): versioned content, rounds, contact persons and partners (P2).
//!
//! A version is never changed: publishing makes the next one, and an intake keeps the number it
//! was made under. What ships comes in as a version of origin `shipped`; a later release adds
//! its content as the next version only while nobody published over it.

pub mod actions;
mod load;
mod model;
pub mod queries;
pub mod round_actions;
pub mod rounds;
pub mod rules;

pub(crate) use load::load;
pub use model::{Origin, Programme, ProgrammeVersion, Round, RoundState};
