//! The worker from outside: real conversations, real folders, both databases.
#![expect(clippy::unwrap_used, reason = "tests")]

mod crashes;
mod decisions;
mod failures;
mod last_look;
mod mails;
mod metrics;
mod offers;
mod office;
mod running;
mod smtp;
mod tls;
