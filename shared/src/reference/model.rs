//! An entry of a reference list.

use jiff::Timestamp;

use crate::catalogue::BilingualText;
use crate::text_enum;
use crate::words::Slug;

text_enum! {
    /// Which list.
    pub enum ReferenceList {
        /// Themes of issues, members, meetings and knowledge.
        Themes => "themes",
        /// Groups of residents that issues are about (K4).
        TargetGroups => "target-groups",
    }
}

impl ReferenceList {
    /// The kind of thing on the list, as events and the audit trail name it.
    #[must_use]
    pub const fn item_kind(self) -> &'static str {
        match self {
            Self::Themes => "theme",
            Self::TargetGroups => "target_group",
        }
    }
}

/// A theme or a target group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferenceItem {
    /// The name in paths and bodies; never changes.
    pub slug: Slug,
    /// What people read.
    pub name: BilingualText,
    /// When it was added.
    pub created_at: Timestamp,
    /// From when it is no longer offered.
    pub retired_at: Option<Timestamp>,
}

impl ReferenceItem {
    /// Its version for `ETag`: an entry changes once, by retiring.
    #[must_use]
    pub const fn version(&self) -> i64 {
        if self.retired_at.is_some() { 2 } else { 1 }
    }
}
