//! Which of a purpose's keys makes new signatures.

use jiff::{SignedDuration, Timestamp};

use super::model::{KeyStage, StoredKey};
use crate::ids::KeyId;

/// How long a new key only verifies: twice the 60 s within which every process reads it, so that
/// no process meets a signature by a key it has not read yet.
pub const ACTIVATION: SignedDuration = SignedDuration::from_mins(2);

/// The key that makes new signatures at `now`: the newest that is past its activation, or, when
/// none is, the oldest there is.
pub(super) fn in_use(keys: &[StoredKey], now: Timestamp) -> Option<&StoredKey> {
    let usable = || {
        keys.iter()
            .filter(|key| key.retired_at.is_none_or(|at| at > now))
    };
    usable()
        .filter(|key| key.created_at + ACTIVATION <= now)
        .max_by_key(|key| (key.created_at, key.id))
        // A purpose whose keys were all retired by hand still signs rather than stops.
        .or_else(|| usable().min_by_key(|key| (key.created_at, key.id)))
        .or_else(|| keys.iter().max_by_key(|key| (key.created_at, key.id)))
}

/// Where a key stands beside the one that is in use.
pub(super) fn stage(key: &StoredKey, in_use: Option<KeyId>, now: Timestamp) -> KeyStage {
    if in_use == Some(key.id) {
        KeyStage::InUse
    } else if key.created_at + ACTIVATION > now && key.retired_at.is_none() {
        KeyStage::Waiting
    } else {
        KeyStage::Retired
    }
}
