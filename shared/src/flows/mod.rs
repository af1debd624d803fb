//! The few use cases that reach across features.

pub mod catalogue;
mod finish_mail;

pub use finish_mail::{finish_mails, sweep_mails};
