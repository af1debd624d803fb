//! The body of knowledge: items, what an intake is referred to, and who was pointed to what
//! (T2, N7, K1, K4).
//!
//! | from | action | to | who |
//! | --- | --- | --- | --- |
//! | – | create | draft | coordinator, adviser |
//! | draft, published | change | the same | coordinator, adviser |
//! | draft | publish | published | coordinator, adviser |
//! | published | retire | retired | coordinator, adviser |
//!
//! A retired item stays so: what takes its place is a new item, and referrals of the past keep
//! showing the one that was sent. Whoever does not write items sees the published ones only.
//! A test tries every pair of state and action.

mod actions;
mod life_cycle;
mod model;
mod queries;
pub mod referrals;
mod rules;
mod spreads;
pub mod suggestions;
mod tags;

pub use actions::{
    ChangeItemError, CreateItemError, ItemChange, MoveItemError, change, create, publish, retire,
};
pub use life_cycle::{InvalidItemTransition, ItemAction, ItemStatus};
pub use model::{ItemContent, KnowledgeItem};
pub use queries::{ItemFilter, find, find_many, list};
pub use rules::{ItemProblem, Shelf};
pub use spreads::{Spread, spreads_of_item};
pub use tags::published_on;

/// What items are called in events and the audit trail.
pub const SUBJECT: &str = "knowledge_item";
