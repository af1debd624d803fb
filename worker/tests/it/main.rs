//! The worker from outside: real conversations, real folders, both databases.
#![expect(clippy::unwrap_used, reason = "tests")]

mod chasers;
mod clock;
mod crashes;
mod decisions;
mod digests;
mod failures;
mod last_look;
mod limits;
mod mails;
mod metrics;
mod offers;
mod office;
mod pipelining;
mod processes;
mod running;
mod smtp;
mod soak;
mod tls;
mod year;
