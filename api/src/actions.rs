//! What a caller may do with a resource now, from the table that also gives the 409.

use serde::Serialize;
use utoipa::ToSchema;

/// An action on a resource, with whether the caller may do it now.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AllowedAction)]
pub struct AllowedActionView {
    /// The action.
    #[schema(example = "submit")]
    pub action: &'static str,
    /// Whether the caller may do it now.
    pub allowed: bool,
    /// Why not: `scope` or `state`; null when it is allowed.
    pub reason: Option<&'static str>,
}

impl AllowedActionView {
    /// The action, for a caller who holds its permission or not, in a state that allows it or
    /// not.
    #[must_use]
    pub const fn new(action: &'static str, permitted: bool, possible: bool) -> Self {
        let reason = match (permitted, possible) {
            (false, _) => Some("scope"),
            (true, false) => Some("state"),
            (true, true) => None,
        };
        Self {
            action,
            allowed: reason.is_none(),
            reason,
        }
    }
}
