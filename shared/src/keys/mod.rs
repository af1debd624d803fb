//! The service's own keys: made at the first start, sealed in the database, turned over by command.
//!
//! | purpose | makes | checks |
//! | --- | --- | --- |
//! | `token_signing` | access tokens (Ed25519) | the tokens of every key not removed |
//! | `link` | links in mail (HMAC-SHA256) | the links of every key not removed |
//! | `callback` | signatures on callbacks (HMAC-SHA256) | – |
//! | `sealing` | sealed mail bytes (AES-256-GCM) | opens what any key not removed has sealed |
//!
//! A key is born *waiting*, is *in use* once every process must have read it
//! (`rules::ACTIVATION`), is *retired* when a newer one takes over, and *removed* when nothing
//! it made may count any longer. The only key of a purpose does not wait.

pub mod actions;
mod master;
mod model;
mod queries;
mod ring;
mod rules;

pub use master::{MasterKey, MasterKeyFileError, WeakMasterKey};
pub use model::{KeyError, KeyOverview, KeyPurpose, KeyStage};
pub use ring::{KeyRing, TokenSigner};
pub use rules::ACTIVATION;

#[cfg(test)]
mod tests;
