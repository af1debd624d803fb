//! What a key is for, and what can go wrong with one.

use crate::db::DbError;
use crate::ids::KeyId;
use crate::text_enum;

text_enum! {
    /// What a key is for; it is never used for anything else.
    pub enum KeyPurpose {
        /// Signs access tokens.
        TokenSigning => "token_signing",
        /// Signs links in mail.
        Link => "link",
        /// Signs callbacks to integrators.
        Callback => "callback",
        /// Seals stored mail bytes.
        Sealing => "sealing",
    }
}

crate::text_column!(KeyPurpose);

impl KeyPurpose {
    /// The algorithm of this purpose's keys, by its registered name (RFC 7518, RFC 8037).
    #[must_use]
    pub const fn algorithm(self) -> &'static str {
        match self {
            Self::TokenSigning => "EdDSA",
            Self::Link | Self::Callback => "HS256",
            Self::Sealing => "A256GCM",
        }
    }
}

/// Why a key cannot be made, read or used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
    /// The master key is not the one that sealed the stored keys.
    #[error("the master key does not open the stored keys")]
    WrongMasterKey,
    /// A purpose has no key; the start makes one of each.
    #[error("there is no {} key", .0.as_str())]
    Missing(KeyPurpose),
    /// A stored key is not what its row says.
    #[error("the stored key {0} cannot be read")]
    Corrupt(KeyId),
    /// The sealed bytes were changed, or their key was removed.
    #[error("the sealed bytes cannot be opened")]
    CannotOpen,
    /// There is no such key, or it was removed before.
    #[error("there is no such key")]
    NoSuchKey,
    /// The last key of a purpose cannot be removed: rotate first.
    #[error("the key is the last one of its purpose")]
    LastOfItsPurpose,
    /// The cryptographic library refused, such as for want of random numbers.
    #[error("the cryptographic library failed")]
    Crypto,
}

impl From<aws_lc_rs::error::Unspecified> for KeyError {
    fn from(_: aws_lc_rs::error::Unspecified) -> Self {
        Self::Crypto
    }
}

text_enum! {
    /// Where a key stands.
    pub enum KeyStage {
        /// It verifies, and makes nothing yet.
        Waiting => "waiting",
        /// It makes and verifies.
        InUse => "in use",
        /// It verifies what it made before.
        Retired => "retired",
    }
}

/// What may be told of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyOverview {
    /// Its id, the `kid` of tokens.
    pub id: KeyId,
    /// What it is for.
    pub purpose: KeyPurpose,
    /// When it was made.
    pub created_at: jiff::Timestamp,
    /// Where it stands.
    pub stage: KeyStage,
}

/// A key as it is stored.
#[derive(Debug, Clone)]
pub(super) struct StoredKey {
    pub id: KeyId,
    pub purpose: KeyPurpose,
    /// The secret, sealed with the master key.
    pub sealed: Vec<u8>,
    pub created_at: jiff::Timestamp,
    pub retired_at: Option<jiff::Timestamp>,
}
