//! Mails that tell of a decision on an intake, to the contact person of the municipality.

use super::intake::reference;
use super::{ComposeError, ComposedMail, Composer, Looked, notice};
use crate::access::Scope;
use crate::db::DbConn;
use crate::decisions::{self, Decision};
use crate::deliveries::DroppedReason;
use crate::ids::{DecisionId, IntakeId};
use crate::intakes::{self, Intake, IntakeStatus};
use crate::mail::clean::{Line, Paragraphs};
use crate::mail::decision::{IntakeClosed, IntakeDeclined, IntakeMatched, IntakeWaitlisted};

/// A decision that a mail tells of.
pub(super) struct DecisionFacts {
    intake: Intake,
    decision: Decision,
}

/// The mail is wanted while the intake stands where the decision brought it; what came after has
/// a mail of its own.
pub(super) fn look(
    conn: &mut DbConn,
    (intake, decision): (IntakeId, DecisionId),
    wanted_in: &[IntakeStatus],
) -> Looked<DecisionFacts> {
    let intake = intakes::find(conn, &Scope::Institute, intake)?
        .ok_or(ComposeError::Incomplete { what: "intake" })?;
    let decision =
        decisions::find(conn, decision)?.ok_or(ComposeError::Incomplete { what: "decision" })?;
    Ok(if wanted_in.contains(&intake.status) {
        Ok(DecisionFacts { intake, decision })
    } else {
        Err(DroppedReason::Superseded)
    })
}

impl DecisionFacts {
    fn reason(&self) -> Option<Paragraphs> {
        self.decision.reason.as_deref().and_then(Paragraphs::new)
    }
}

impl Composer<'_> {
    pub(super) fn intake_matched(
        &mut self,
        facts: &DecisionFacts,
        came_free: bool,
    ) -> Result<ComposedMail, ComposeError> {
        let intake = &facts.intake;
        let content = self.content(intake)?;
        let contents = IntakeMatched {
            programme: self.programme(intake, &content)?,
            municipality: Line::new(&notice::municipality_name(self, intake)?),
            reference: reference(intake),
            decided_on: self.day(intake.matched_at, intake.updated_at),
            reason: facts.reason(),
            came_free,
        };
        self.write(&contents)
    }

    pub(super) fn intake_waitlisted(
        &mut self,
        facts: &DecisionFacts,
    ) -> Result<ComposedMail, ComposeError> {
        let intake = &facts.intake;
        let content = self.content(intake)?;
        let contents = IntakeWaitlisted {
            programme: self.programme(intake, &content)?,
            municipality: Line::new(&notice::municipality_name(self, intake)?),
            reference: reference(intake),
            decided_on: self.day(intake.waitlisted_at, intake.updated_at),
            reason: facts.reason(),
            position: intake.waitlist_position.unwrap_or(1),
        };
        self.write(&contents)
    }

    pub(super) fn intake_declined(
        &mut self,
        facts: &DecisionFacts,
    ) -> Result<ComposedMail, ComposeError> {
        let intake = &facts.intake;
        let content = self.content(intake)?;
        let contents = IntakeDeclined {
            programme: self.programme(intake, &content)?,
            municipality: Line::new(&notice::municipality_name(self, intake)?),
            reference: reference(intake),
            decided_on: self.day(intake.closed_at, intake.updated_at),
            reason: facts.reason(),
        };
        self.write(&contents)
    }

    pub(super) fn intake_closed(
        &mut self,
        facts: &DecisionFacts,
    ) -> Result<ComposedMail, ComposeError> {
        let intake = &facts.intake;
        let content = self.content(intake)?;
        let contents = IntakeClosed {
            programme: self.programme(intake, &content)?,
            municipality: Line::new(&notice::municipality_name(self, intake)?),
            reference: reference(intake),
            decided_on: self.day(intake.closed_at, intake.updated_at),
            reason: facts.reason(),
        };
        self.write(&contents)
    }
}
