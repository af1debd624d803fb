//! Rules and data of Koplopers: life cycles, queries, actions and mail contents.

pub mod access;
pub mod audit;
pub mod catalogue;
pub mod clients;
pub mod clock;
pub mod db;
pub mod deliveries;
pub mod events;
pub mod flows;
pub mod idempotency;
pub mod identities;
pub mod ids;
pub mod intakes;
pub mod invitations;
pub mod issuers;
pub mod keys;
pub mod knowledge;
pub mod links;
pub mod logging;
pub mod mail;
pub mod meetings;
pub mod municipalities;
pub mod offers;
pub mod organisations;
pub mod paging;
pub mod people;
pub mod programmes;
pub mod reference;
pub mod schedule;
pub mod search;
pub mod secrets;
pub mod settings;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod text_enum;
pub mod words;
