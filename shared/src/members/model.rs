//! A member, and what they say of themselves.

use jiff::Timestamp;
use jiff::civil::Date;

use super::{InvalidMemberTransition, MemberAction, MemberStatus};
use crate::candidacies::{CandidateKind, Employer};
use crate::ids::{CandidacyId, CohortId, MemberId, PersonId};
use crate::text_enum;
use crate::words::Slug;

text_enum! {
    /// Who sees a part of a profile; each sees what the ones before see, and more.
    pub enum Visibility {
        /// Everybody.
        Public => "public",
        /// Municipalities, the other members and the staff of the institute.
        Municipalities => "municipalities",
        /// The staff of the institute alone.
        Staff => "staff",
    }
}

crate::text_column!(Visibility);

text_enum! {
    /// A part of a profile that is shown or not.
    pub enum Part {
        /// Name, kind, cohort and introduction.
        Profile => "profile",
        /// The employer.
        Employer => "employer",
        /// Themes and issues with level and interest, and learning practices.
        Expertise => "expertise",
        /// Address and telephone.
        Contact => "contact",
    }
}

/// Who sees each part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visibilities {
    /// Of the profile.
    pub profile: Visibility,
    /// Of the employer.
    pub employer: Visibility,
    /// Of the expertise.
    pub expertise: Visibility,
    /// Of address and telephone.
    pub contact: Visibility,
}

impl Visibilities {
    /// Until the member chooses: nobody but the staff.
    pub const AT_FIRST: Self = Self {
        profile: Visibility::Staff,
        employer: Visibility::Staff,
        expertise: Visibility::Staff,
        contact: Visibility::Staff,
    };

    /// Of one part.
    #[must_use]
    pub const fn of(self, part: Part) -> Visibility {
        match part {
            Part::Profile => self.profile,
            Part::Employer => self.employer,
            Part::Expertise => self.expertise,
            Part::Contact => self.contact,
        }
    }
}

/// What a member says of themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile {
    /// Hours a month that they have for the network.
    pub hours_per_month: Option<i32>,
    /// When they have time, in their own words.
    pub availability: Option<String>,
    /// Who they are, in their own words.
    pub introduction: Option<String>,
}

/// What a member knows of a theme (M2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expertise {
    /// The theme.
    pub theme: Slug,
    /// What of it, in their own words.
    pub description: Option<String>,
    /// How much they know, from 1 (little) to 5 (much).
    pub level: i32,
    /// How gladly they work on it, from 1 (little) to 5 (much).
    pub interest: i32,
}

/// A social issue that a member wants to work on (M2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// The issue, in their own words.
    pub description: String,
    /// The theme it belongs to.
    pub theme: Option<Slug>,
    /// How much they know, from 1 (little) to 5 (much).
    pub level: i32,
    /// How gladly they work on it, from 1 (little) to 5 (much).
    pub interest: i32,
}

/// An associate member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Their id as a member.
    pub id: MemberId,
    /// Rises on every write; the ETag.
    pub version: i64,
    /// Where the membership stands.
    pub status: MemberStatus,
    /// Who.
    pub person: PersonId,
    /// The cohort they began in.
    pub cohort: CohortId,
    /// The candidacy that led here.
    pub candidacy: Option<CandidacyId>,
    /// What makes them a member (N4).
    pub kind: CandidateKind,
    /// Whom they work for.
    pub employer: Option<Employer>,
    /// Since when the consent of a new employer is awaited (N8).
    pub consent_review_since: Option<Timestamp>,
    /// What they say of themselves.
    pub profile: Profile,
    /// Who sees what.
    pub visible: Visibilities,
    /// The last day of a pause, if there is one.
    pub paused_until_on: Option<Date>,
    /// Why the membership paused or ended.
    pub status_reason: Option<String>,
    /// When they were admitted.
    pub joined_at: Timestamp,
    /// When they left.
    pub left_at: Option<Timestamp>,
    /// When the row was made.
    pub created_at: Timestamp,
    /// When they last changed.
    pub updated_at: Timestamp,
}

impl Member {
    /// Whether `action` is possible now.
    #[must_use]
    pub fn allows(&self, action: MemberAction) -> bool {
        self.status.after(action).is_ok()
    }

    /// The member after `action`.
    pub(super) fn after(
        self,
        action: MemberAction,
        now: Timestamp,
    ) -> Result<Self, InvalidMemberTransition> {
        let status = self.status.after(action)?;
        let left = status == MemberStatus::Left;
        Ok(Self {
            status,
            left_at: left.then_some(now),
            // Nobody answers for who is no longer a member.
            consent_review_since: self.consent_review_since.filter(|_| !left),
            paused_until_on: self
                .paused_until_on
                .filter(|_| status == MemberStatus::Paused),
            updated_at: now,
            ..self
        })
    }
}
