//! Tests of the rules and the data on real databases.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod catalogue;
mod clients;
mod executor;
mod identities;
mod intakes;
mod keys;
mod links;
mod municipalities;
mod organisations;
mod people;
mod programmes;
mod talks;
