//! The HTTP API of Koplopers.

pub mod actions;
pub mod app;
pub mod auth;
pub mod body;
pub mod clients;
pub mod docs_page;
pub mod document;
pub mod etag;
pub mod glossary;
pub mod health;
pub mod identity_links;
pub mod idempotency;
pub mod logging;
pub mod me;
pub mod metrics;
pub mod middleware;
pub mod oauth;
pub mod page;
pub mod problem;
pub mod query;
pub mod reply;
pub mod server;
pub mod state;
