//! A consent.

use jiff::Timestamp;

use super::{ConsentAction, ConsentStatus, InvalidConsentTransition, timing};
use crate::candidacies::Employer;
use crate::catalogue::words::PersonRole;
use crate::ids::{CandidacyId, ConsentId, MemberId, PersonId};
use crate::text_enum;

/// For what somebody's employer is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConsentSubject {
    /// For becoming a member.
    Candidacy(CandidacyId),
    /// For staying one at a new employer (N8).
    Member(MemberId),
}

impl ConsentSubject {
    /// The candidacy, if it is one.
    #[must_use]
    pub const fn candidacy(self) -> Option<CandidacyId> {
        match self {
            Self::Candidacy(id) => Some(id),
            Self::Member(_) => None,
        }
    }

    /// The member, if it is one.
    #[must_use]
    pub const fn member(self) -> Option<MemberId> {
        match self {
            Self::Member(id) => Some(id),
            Self::Candidacy(_) => None,
        }
    }

    pub(super) const fn uuid(self) -> uuid::Uuid {
        match self {
            Self::Candidacy(id) => id.0,
            Self::Member(id) => id.0,
        }
    }
}

text_enum! {
    /// How an answer came.
    pub enum AnsweredVia {
        /// By the giver, on the page behind the link.
        Link => "link",
        /// By staff, who hold evidence of it.
        OnBehalf => "on_behalf",
    }
}

crate::text_column!(AnsweredVia);

/// Who is asked: a person, in the office because of which they are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Giver {
    /// Who.
    pub person: PersonId,
    /// Their office with the employer.
    pub role: PersonRole,
}

/// Name and office as the giver typed them in, or as the evidence has them.
#[derive(Clone, PartialEq, Eq)]
pub struct Signature {
    /// The name.
    pub name: String,
    /// The office.
    pub role: String,
}

// Names stay out of logs (security 66).
impl std::fmt::Debug for Signature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signature").finish_non_exhaustive()
    }
}

/// How staff know of an answer that did not come by the link.
#[derive(Clone, PartialEq, Eq)]
pub struct Evidence {
    /// What it is and where it is kept.
    pub text: String,
    /// Who recorded it; `None` for a machine of the institute.
    pub recorded_by: Option<PersonId>,
}

// It may name people (security 66).
impl std::fmt::Debug for Evidence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Evidence").finish_non_exhaustive()
    }
}

/// What was asked of whom, and what they answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// Its id.
    pub id: ConsentId,
    /// Rises on every write; the `ETag`.
    pub version: i64,
    /// Where it stands.
    pub status: ConsentStatus,
    /// About whom.
    pub person: PersonId,
    /// For what.
    pub subject: ConsentSubject,
    /// The one employer it covers; `None` when there is none to ask.
    pub employer: Option<Employer>,
    /// Who is asked; `None` when there is nobody to ask.
    pub giver: Option<Giver>,
    /// The version of the words that the giver agrees to.
    pub wording: String,
    /// Who asked; `None` for a machine or the service itself.
    pub requested_by: Option<PersonId>,
    /// When it was asked.
    pub requested_at: Timestamp,
    /// When the mail server took the request: days are counted from here.
    pub accepted_at: Option<Timestamp>,
    /// When a mail to the giver came back.
    pub bounced_at: Option<Timestamp>,
    /// The day of the last chaser, counted from `accepted_at`.
    pub last_chaser: Option<i32>,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
    /// Who answered, in their own words.
    pub answered_by: Option<Signature>,
    /// How the answer came.
    pub answered_via: Option<AnsweredVia>,
    /// What staff hold of an answer that did not come by the link.
    pub evidence: Option<Evidence>,
    /// Why it was refused, asked of somebody else, or is not applicable.
    pub reason: Option<String>,
    /// When it stopped being open.
    pub closed_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Consent {
    /// When it lapses without an answer; `None` while the request has not left.
    #[must_use]
    pub fn lapses_at(&self) -> Option<Timestamp> {
        self.accepted_at.map(|at| at + timing::LAPSES_AFTER)
    }

    /// Whether its time is over, also before the job came by that says so.
    #[must_use]
    pub fn has_lapsed(&self, now: Timestamp) -> bool {
        self.status == ConsentStatus::Requested && self.lapses_at().is_some_and(|at| at <= now)
    }

    /// The consent after `action`.
    pub fn after(
        self,
        action: ConsentAction,
        now: Timestamp,
    ) -> Result<Self, InvalidConsentTransition> {
        let status = self.status.after(action)?;
        let answered = matches!(action, ConsentAction::Give | ConsentAction::Refuse);
        Ok(Self {
            status,
            answered_at: answered.then_some(now),
            closed_at: Some(now),
            updated_at: now,
            ..self
        })
    }
}

/// A consent about to be asked.
#[derive(Debug, Clone)]
pub struct NewConsent {
    /// About whom.
    pub person: PersonId,
    /// For what.
    pub subject: ConsentSubject,
    /// The employer.
    pub employer: Employer,
    /// Who is asked.
    pub giver: Giver,
    /// Why this one, after a refusal or in the place of another.
    pub reason: Option<String>,
    /// Who asks; `None` for a machine or the service itself.
    pub requested_by: Option<PersonId>,
}

/// What the giver says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConsentAnswer {
    /// Yes.
    Give(Signature),
    /// No.
    Refuse {
        /// Who says so.
        by: Signature,
        /// Why, if they say.
        reason: Option<String>,
    },
}

impl ConsentAnswer {
    /// What it does to the consent.
    #[must_use]
    pub const fn action(&self) -> ConsentAction {
        match self {
            Self::Give(_) => ConsentAction::Give,
            Self::Refuse { .. } => ConsentAction::Refuse,
        }
    }
}
