//! The API as a client meets it, on both databases.
#![expect(clippy::unwrap_used, reason = "tests")]

mod pages;
