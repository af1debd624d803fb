//! A programme, its versions and its rounds.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::catalogue::ProgrammeContent;
use crate::ids::{ProgrammeVersionId, RoundId};
use crate::text_enum;
use crate::words::Slug;

/// A programme, without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programme {
    /// Its name in paths.
    pub slug: Slug,
    /// Rises when anything of it changes: a version is published, it opens or closes, its
    /// contact persons or partners change.
    pub version: i64,
    /// The number of the version that new intakes are made under.
    pub current_number: i32,
    /// Whether new intakes are welcome.
    pub open: bool,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

text_enum! {
    /// Where a version of a programme comes from.
    pub enum Origin {
        /// It shipped with a release.
        Shipped => "shipped",
        /// A coordinator published it.
        Published => "published",
    }
}
crate::text_column!(Origin);

/// One version of a programme's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgrammeVersion {
    /// Its id.
    pub id: ProgrammeVersionId,
    /// The programme.
    pub programme: Slug,
    /// Its number: 1 for the first, without gaps.
    pub number: i32,
    /// Where it comes from.
    pub origin: Origin,
    /// What it says.
    pub content: ProgrammeContent,
    /// When it became the current one.
    pub published_at: Timestamp,
}

/// One enrolment window of a programme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// Its id.
    pub id: RoundId,
    /// Rises when it changes.
    pub version: i64,
    /// The programme.
    pub programme: Slug,
    /// What people call it.
    pub name: String,
    /// The first day on which an intake can be submitted.
    pub opens_on: Date,
    /// The last day on which an intake can be submitted.
    pub closes_on: Date,
    /// How many local practices it holds (L1).
    pub capacity: i32,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

text_enum! {
    /// Where a round stands on a day.
    pub enum RoundState {
        /// It opens later.
        Upcoming => "upcoming",
        /// Intakes can be submitted.
        Open => "open",
        /// It is over.
        Closed => "closed",
    }
}

impl Round {
    /// Where it stands on a day.
    #[must_use]
    pub fn state_on(&self, day: Date) -> RoundState {
        if day < self.opens_on {
            RoundState::Upcoming
        } else if day <= self.closes_on {
            RoundState::Open
        } else {
            RoundState::Closed
        }
    }

    /// Whether an intake can be submitted on a day.
    #[must_use]
    pub fn is_open_on(&self, day: Date) -> bool {
        self.state_on(day) == RoundState::Open
    }
}
