//! What holds for every request, around all handlers.

pub mod envelope;
pub mod request_id;
