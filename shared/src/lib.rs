//! Rules and data of Koplopers: life cycles, queries, actions and mail contents.

pub mod catalogue;
pub mod text_enum;
