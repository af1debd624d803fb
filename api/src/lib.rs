//! The HTTP API of Koplopers.

pub mod app;
pub mod body;
pub mod docs_page;
pub mod document;
pub mod etag;
pub mod glossary;
pub mod health;
pub mod logging;
pub mod metrics;
pub mod middleware;
pub mod page;
pub mod problem;
pub mod query;
pub mod reply;
pub mod server;
pub mod state;
