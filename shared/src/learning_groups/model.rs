//! A learning group, its practices, and one person's time in it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;

use super::{GroupAction, GroupStatus, InvalidGroupTransition};
use crate::catalogue::words::PartyKind;
use crate::ids::{GroupMemberId, LearningGroupId, PersonId, PracticeId, RoundId, TrajectoryId};
use crate::words::{MunicipalityCode, Slug};

/// A learning group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LearningGroup {
    /// Its id.
    pub id: LearningGroupId,
    /// Rises when the group itself is written; the ETag. Practices have a version of their own.
    pub version: i64,
    /// What people call it.
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
    /// Its programme.
    pub programme: Slug,
    /// The version of the programme whose meeting plan it is held to.
    pub programme_number: i32,
    /// The round whose intakes came together in it.
    pub round: Option<RoundId>,
    /// From when its year is counted while no meeting has a date.
    pub starts_on: Option<Date>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl LearningGroup {
    /// Whether it learns together.
    #[must_use]
    pub const fn status(&self) -> GroupStatus {
        if self.closed_at.is_some() {
            GroupStatus::Closed
        } else {
            GroupStatus::Active
        }
    }

    /// The group after `action`.
    pub(super) fn after(
        self,
        action: GroupAction,
        now: Timestamp,
    ) -> Result<Self, InvalidGroupTransition> {
        let status = self.status().after(action)?;
        Ok(Self {
            updated_at: now,
            closed_at: (status == GroupStatus::Closed).then_some(now),
            ..self
        })
    }
}

/// One municipality's part in a group (L3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Practice {
    /// Its id.
    pub id: PracticeId,
    /// Rises on every write; the ETag.
    pub version: i64,
    /// The group.
    pub group: LearningGroupId,
    /// Whose practice it is.
    pub municipality: MunicipalityCode,
    /// The trajectory it belongs to.
    pub trajectory: Option<TrajectoryId>,
    /// What people call it.
    pub name: String,
    /// The social issue it chose itself.
    pub issue: String,
    /// The kinds of party around its table.
    pub parties: BTreeSet<PartyKind>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Practice {
    /// Whether it takes part.
    #[must_use]
    pub const fn takes_part(&self) -> bool {
        self.ended_at.is_none()
    }
}

/// One person's time in a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupMember {
    /// Its id.
    pub id: GroupMemberId,
    /// The group.
    pub group: LearningGroupId,
    /// Who.
    pub person: PersonId,
    /// Their practice; none for who guides the group as a whole.
    pub practice: Option<PracticeId>,
    /// Since when.
    pub joined_at: Timestamp,
    /// Until when.
    pub left_at: Option<Timestamp>,
}
