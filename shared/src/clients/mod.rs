//! Machine clients: a municipality's system or one of the institute's.
//!
//! | from | action | to | what must hold |
//! | --- | --- | --- | --- |
//! | – | create | active | the client id is free; the role fits the municipality |
//! | active | add secret | active | at most two are valid at once: a third ends the oldest |
//! | active | end secret | active | not the last one |
//! | active | disable | disabled | |
//!
//! A disabled client stays disabled: what was shown to it may be in wrong hands.

pub mod actions;
mod model;
pub mod queries;

pub use actions::new_secret;
pub use model::{
    Client, ClientAction, ClientChangeError, ClientStatus, CreateClientError, InvalidClientState,
    NewClient, StoredSecret,
};
