//! Organisations that are not municipalities: partners (A4), practice parties (A2) and the
//! institute itself.

pub mod actions;
mod model;
pub mod queries;

pub use model::{Organisation, OrganisationChanges, OrganisationFields};
