//! What a mail says: texts and calendars as plain strings. The worker turns them into a message and sends it.

pub mod calendar;
pub mod clean;
pub mod time_words;
mod zone;
