//! Logins of people: a token's issuer and subject, tied to a person by a one-time code.
//!
//! A coordinator makes a code for a person and hands it over; the human who logs in with it
//! becomes that person from then on. The provider of logins decides who may log in, the
//! coordinator decides who that is here.

mod actions;
pub mod queries;
mod scope;

pub use actions::{
    CODE_LIFETIME, CreateIdentityLinkError, LinkIdentityError, create_link, new_code, redeem,
};
pub use scope::scope_of;
