//! Tests of the rules and the data on real databases.
#![expect(clippy::unwrap_used, reason = "tests")]

mod audit;
mod calendars;
mod catalogue;
mod clients;
mod cost;
mod digest;
mod executor;
mod groups;
mod idempotency;
mod identities;
mod intakes;
mod keys;
mod kills;
mod links;
mod migrations;
mod municipalities;
mod organisations;
mod outages;
mod overviews;
mod people;
mod programmes;
mod query_plans;
mod retention;
mod rows;
mod talks;
