//! What holds for every request, around all handlers.

pub mod accept;
pub mod client;
pub mod cors;
pub mod envelope;
pub mod headers;
pub mod limits;
pub mod request_id;
pub mod trace;
mod unread;
