//! Who is asking, what they may do, and whose rows they see.
//!
//! [`Actor`] is whoever acts; [`Actor::grant`] is the only maker of a [`Granted`], and every
//! action asks for one, so that a forgotten check does not compile. [`Scope`] is an argument of
//! every query, so that another municipality's row is never found in the first place.

mod actor;
mod permissions;
mod roles;
mod scope;

pub use actor::{Actor, Granted, NotGranted, PersonRequired, Trace, Who};
pub use permissions::*;
pub use roles::Role;
pub use scope::Scope;
