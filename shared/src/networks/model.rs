//! A learning network, and one person's time in it.

use jiff::Timestamp;

use super::{
    InvalidMembershipTransition, InvalidNetworkTransition, MembershipAction, MembershipStatus,
    NetworkAction, NetworkStatus,
};
use crate::ids::{LearningNetworkId, NetworkMembershipId, PersonId, TrajectoryId};
use crate::text_enum;
use crate::words::{MunicipalityCode, Slug};

text_enum! {
    /// Whom a network is for.
    pub enum NetworkKind {
        /// The officials of every running trajectory (B4); there is one.
        General => "general",
        /// Whoever works on its theme (B5).
        Themed => "themed",
    }
}

crate::text_column!(NetworkKind);

/// A learning network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    /// Its id.
    pub id: LearningNetworkId,
    /// Rises on every write; the ETag. Joining and leaving do not count.
    pub version: i64,
    /// Whom it is for.
    pub kind: NetworkKind,
    /// What people call it.
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
    /// Its theme; none for the general one.
    pub theme: Option<Slug>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Network {
    /// Whether it takes members.
    #[must_use]
    pub const fn status(&self) -> NetworkStatus {
        if self.closed_at.is_some() {
            NetworkStatus::Closed
        } else {
            NetworkStatus::Open
        }
    }

    /// Whether `action` is possible now.
    #[must_use]
    pub fn allows(&self, action: NetworkAction) -> bool {
        self.status().after(self.kind, action).is_ok()
    }

    /// The network after `action`.
    pub(super) fn after(
        self,
        action: NetworkAction,
        now: Timestamp,
    ) -> Result<Self, InvalidNetworkTransition> {
        let status = self.status().after(self.kind, action)?;
        Ok(Self {
            updated_at: now,
            closed_at: (status == NetworkStatus::Closed).then_some(now),
            ..self
        })
    }
}

/// One person's time in a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// Its id.
    pub id: NetworkMembershipId,
    /// The network.
    pub network: LearningNetworkId,
    /// Who.
    pub person: PersonId,
    /// The trajectory that brought them in, for the general network.
    pub trajectory: Option<TrajectoryId>,
    /// The municipality that named them; none when the institute did.
    pub municipality: Option<MunicipalityCode>,
    /// Since when.
    pub joined_at: Timestamp,
    /// Until when.
    pub left_at: Option<Timestamp>,
}

impl Membership {
    /// Whether they are in it now.
    #[must_use]
    pub const fn status(&self) -> MembershipStatus {
        if self.left_at.is_some() {
            MembershipStatus::Left
        } else {
            MembershipStatus::Active
        }
    }

    pub(super) fn leave(self, now: Timestamp) -> Result<Self, InvalidMembershipTransition> {
        self.status().after(MembershipAction::Leave)?;
        Ok(Self {
            left_at: Some(now),
            ..self
        })
    }
}
