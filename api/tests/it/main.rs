//! The API as a client meets it: a real server on a real port, on both databases.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod app;
mod assessments;
mod authentication;
mod authorization;
mod clients;
mod commands;
mod conventions;
mod decisions;
mod document;
mod erasure;
mod inbound_mail;
mod intake_life;
mod intakes;
mod issuers;
mod kills;
mod knowledge;
mod limits;
mod mail_room;
mod municipalities;
mod networks;
mod offers;
mod organisations;
mod outcomes;
mod overviews;
mod pages;
mod people;
mod process;
mod programmes;
mod referrals;
mod replicas;
mod stopping;
mod tokens;
mod trajectories;
mod walks;
