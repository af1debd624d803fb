//! Runs the deliveries of Koplopers: claims, renders and sends every mail.

pub mod message;
pub mod transport;
