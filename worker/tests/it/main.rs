//! The worker from outside: real conversations, real folders.
#![expect(clippy::unwrap_used, reason = "tests")]

mod smtp;
mod tls;
