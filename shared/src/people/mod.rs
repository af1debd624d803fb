//! People and the roles they hold for a period (A1-A3).
//!
//! People belong to the institute. A municipality sees those who hold or held a role with it,
//! and of their roles only its own. It changes a person only while every role of that person is
//! its own: who also works elsewhere is changed by the institute, so that no municipality can
//! turn another's mail to an address of its choice.
//!
//! | role | held with |
//! | --- | --- |
//! | an office or post in a municipality (A1) | that municipality |
//! | `director`, `vertegenwoordiger` | an organisation |
//! | a role of the institute (A3) | nobody: the institute itself; or another institute |
//! | `inwoner`, `ervaringsdeskundige`, `sociaal_professional` (A2) | a municipality, an organisation or nobody |

pub mod actions;
mod actions_roles;
mod errors;
mod model;
pub mod queries;
pub mod rules;

pub use errors::{ChangePersonError, CreatePersonError, RoleError};
pub use model::{HeldRole, NewPerson, NewRole, Person, PersonChanges};
