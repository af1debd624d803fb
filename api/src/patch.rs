//! JSON Merge Patch (RFC 7396): a key left out stays as it is, null takes a value away.

use serde::{Deserialize, Deserializer};

/// Tells a key that was left out (`None`) from one that is null (`Some(None)`). For fields with
/// `#[serde(default, deserialize_with = "patched")]`.
pub fn patched<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Some)
}
