//! The HTTP API of Koplopers.

pub mod app;
pub mod body;
pub mod etag;
pub mod health;
pub mod middleware;
pub mod page;
pub mod problem;
pub mod query;
pub mod reply;
pub mod state;
