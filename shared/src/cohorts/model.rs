//! A cohort.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::ids::CohortId;

/// Members who begin in the same period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cohort {
    /// Its id.
    pub id: CohortId,
    /// Rises on every write; the ETag. Members who join do not count.
    pub version: i64,
    /// What people call it; no two share a name.
    pub name: String,
    /// How many members it should start with: a target, not a cap.
    pub target: i32,
    /// The day on which it starts.
    pub starts_on: Date,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}
