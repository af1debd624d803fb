//! A review.

use jiff::Timestamp;

use crate::ids::{CandidacyId, PersonId, ReviewId};

/// What a reviewer thinks.
#[derive(Clone, PartialEq, Eq)]
pub struct Judgement {
    /// How new it is what the candidate does, from 1 (little) to 5 (much).
    pub innovation: i32,
    /// What it brings about, from 1 (little) to 5 (much).
    pub impact: i32,
    /// Why.
    pub remark: String,
}

// What is said about people stays out of logs (security 66).
impl std::fmt::Debug for Judgement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Judgement").finish_non_exhaustive()
    }
}

/// One reviewer's judgement of one candidacy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// Its id.
    pub id: ReviewId,
    /// Rises on every write; the `ETag`.
    pub version: i64,
    /// The candidacy.
    pub candidacy: CandidacyId,
    /// Whose judgement it is.
    pub reviewer: PersonId,
    /// When they were asked for it.
    pub assigned_at: Timestamp,
    /// What they think; `None` until handed in.
    pub judgement: Option<Judgement>,
    /// When it was handed in first.
    pub handed_in_at: Option<Timestamp>,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// What a nominator wrote, without who they are.
#[derive(Clone, PartialEq, Eq)]
pub struct NominationText {
    /// How the nominator knows the candidate.
    pub relation: String,
    /// Why this person.
    pub motivation: String,
    /// What is new in how the candidate works.
    pub innovation: String,
    /// What it brings about.
    pub impact: String,
}

impl std::fmt::Debug for NominationText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NominationText").finish_non_exhaustive()
    }
}
