//! The API as a client meets it: a real server on a real port, on both databases.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[expect(dead_code, reason = "features use the rest as they come")]
mod app;
mod authentication;
mod authorization;
mod clients;
mod commands;
mod conventions;
mod document;
mod inbound_mail;
mod intakes;
mod issuers;
mod kills;
mod knowledge;
mod limits;
mod municipalities;
mod networks;
mod offers;
mod organisations;
mod outcomes;
mod pages;
mod people;
mod process;
mod programmes;
mod replicas;
mod tokens;
