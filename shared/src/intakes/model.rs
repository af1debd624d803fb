//! An intake and the issues it brings.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{IntakeAction, IntakeStatus, InvalidIntakeTransition};
use crate::catalogue::words::PersonRole;
use crate::ids::{IntakeId, IssueId, PersonId, RoundId};
use crate::words::{MunicipalityCode, Slug};

/// A social question about to be written into an intake (I2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewIssue {
    /// A short name for it.
    pub title: String,
    /// The question itself.
    pub description: String,
    /// The themes it touches.
    pub themes: Vec<Slug>,
    /// The groups of residents it is about.
    pub target_groups: Vec<Slug>,
}

/// A social question that an intake brings (I2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// Its id.
    pub id: IssueId,
    /// What it says.
    pub content: NewIssue,
}

/// Who commissions the intake, and in which role (C5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sponsor {
    /// The person.
    pub person: PersonId,
    /// The role they hold with the municipality.
    pub role: PersonRole,
}

/// One municipality's request for one programme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intake {
    /// Its id.
    pub id: IntakeId,
    /// Rises on every write; the ETag.
    pub version: i64,
    /// Where it stands.
    pub status: IntakeStatus,
    /// The municipality that asks.
    pub municipality: MunicipalityCode,
    /// The programme it asks for.
    pub programme: Slug,
    /// The version of the programme under which it was made; kept for life (P1).
    pub programme_number: i32,
    /// The enrolment window, for a programme that has rounds; fixed at submission.
    pub round: Option<RoundId>,
    /// The OAuth client that made it; `None` when a person did.
    pub client: Option<String>,
    /// The caller's own case number, unique per client.
    pub external_reference: Option<String>,
    /// Who at the municipality answers questions about it.
    pub contact_person: Option<PersonId>,
    /// Who commissions it.
    pub sponsor: Option<Sponsor>,
    /// Answers to the questions of the programme, by the question's key.
    pub answers: BTreeMap<String, String>,
    /// The questions it brings, in the order given.
    pub issues: Vec<Issue>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it was sent in.
    pub submitted_at: Option<Timestamp>,
    /// When it reached a closing state.
    pub closed_at: Option<Timestamp>,
    /// Why it was closed.
    pub closed_reason: Option<String>,
    /// Since when it waits for a place, while it waits.
    pub waitlisted_at: Option<Timestamp>,
    /// How many wait in front of it and itself, while it waits.
    pub waitlist_position: Option<u32>,
    /// Since when it has, or had, a place.
    pub matched_at: Option<Timestamp>,
}

impl Intake {
    /// The intake after `action`, with the instants that belong to it.
    pub fn after(
        self,
        action: IntakeAction,
        reason: Option<String>,
        now: Timestamp,
    ) -> Result<Self, InvalidIntakeTransition> {
        let status = self.status.after(action)?;
        let closes = self.status.is_open() && !status.is_open();
        Ok(Self {
            status,
            updated_at: now,
            submitted_at: if action == IntakeAction::Submit {
                Some(now)
            } else {
                self.submitted_at
            },
            waitlisted_at: (status == IntakeStatus::Waitlisted).then_some(now),
            waitlist_position: None,
            matched_at: if status == IntakeStatus::Matched {
                Some(now)
            } else {
                self.matched_at
            },
            closed_at: if closes { Some(now) } else { self.closed_at },
            closed_reason: if closes { reason } else { self.closed_reason },
            ..self
        })
    }
}
