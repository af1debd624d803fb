//! A candidacy.

use jiff::Timestamp;

use super::{CandidacyAction, CandidacyStatus, InvalidCandidacyTransition};
use crate::ids::{CandidacyId, CohortId, OrganisationId, PersonId};
use crate::text_enum;
use crate::words::MunicipalityCode;

text_enum! {
    /// What makes somebody a candidate (N4).
    pub enum CandidateKind {
        /// Works for a municipality.
        MunicipalProfessional => "municipal_professional",
        /// Expert by experience.
        Ervaringsdeskundige => "ervaringsdeskundige",
        /// Social professional.
        SocialProfessional => "social_professional",
    }
}

crate::text_column!(CandidateKind);

text_enum! {
    /// What can be decided on a candidacy.
    pub enum Outcome {
        /// Invite the candidate.
        Invite => "invite",
        /// Do not.
        Reject => "reject",
    }
}

crate::text_column!(Outcome);

/// Whom a candidate or a member works for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Employer {
    /// A municipality.
    Municipality(MunicipalityCode),
    /// Another organisation.
    Organisation(OrganisationId),
}

impl Employer {
    /// From the two columns, of which at most one is filled.
    #[must_use]
    pub fn from_parts(
        municipality: Option<MunicipalityCode>,
        organisation: Option<OrganisationId>,
    ) -> Option<Self> {
        municipality
            .map(Self::Municipality)
            .or(organisation.map(Self::Organisation))
    }

    /// The municipality, if it is one.
    #[must_use]
    pub const fn municipality(self) -> Option<MunicipalityCode> {
        match self {
            Self::Municipality(code) => Some(code),
            Self::Organisation(_) => None,
        }
    }

    /// The organisation, if it is one.
    #[must_use]
    pub const fn organisation(self) -> Option<OrganisationId> {
        match self {
            Self::Organisation(id) => Some(id),
            Self::Municipality(_) => None,
        }
    }
}

/// What was decided and not yet released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreparedDecision {
    /// What.
    pub outcome: Outcome,
    /// Why; a rejection has one, which the nominators may read.
    pub reason: Option<String>,
    /// By whom; `None` for a machine of the institute.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
}

/// One person's way to membership.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidacy {
    /// Its id.
    pub id: CandidacyId,
    /// Rises on every write; the ETag.
    pub version: i64,
    /// Where it stands.
    pub status: CandidacyStatus,
    /// The candidate.
    pub person: PersonId,
    /// What makes them one.
    pub kind: CandidateKind,
    /// The cohort they would start in.
    pub cohort: Option<CohortId>,
    /// Whom they work for; `None` for a candidate without organisation.
    pub employer: Option<Employer>,
    /// When they must have been told at the latest (AVG art. 14).
    pub tell_by: Timestamp,
    /// When they were told.
    pub told_at: Option<Timestamp>,
    /// What was decided and not yet released.
    pub prepared: Option<PreparedDecision>,
    /// When the candidate was invited.
    pub invited_at: Option<Timestamp>,
    /// The candidacy that this one was merged into.
    pub merged_into: Option<CandidacyId>,
    /// Why it was closed.
    pub closed_reason: Option<String>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Candidacy {
    /// Whether `action` is possible now.
    #[must_use]
    pub fn allows(&self, action: CandidacyAction) -> bool {
        self.status.after(action).is_ok()
    }

    /// The candidacy after `action`.
    pub fn after(
        self,
        action: CandidacyAction,
        reason: Option<String>,
        now: Timestamp,
    ) -> Result<Self, InvalidCandidacyTransition> {
        let status = self.status.after(action)?;
        let closed = status.is_closed();
        Ok(Self {
            status,
            invited_at: if action == CandidacyAction::Invite {
                Some(now)
            } else {
                self.invited_at
            },
            closed_reason: if closed { reason } else { self.closed_reason },
            closed_at: closed.then_some(now),
            updated_at: now,
            ..self
        })
    }
}
