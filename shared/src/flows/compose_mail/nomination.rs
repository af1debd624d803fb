//! Mails about nominations.

use jiff::SignedDuration;

use super::{ComposeError, ComposedMail, Composer, Looked, Reader};
use crate::candidacies::{self, Candidacy};
use crate::db::DbConn;
use crate::deliveries::{self, DroppedReason};
use crate::ids::{CandidacyId, NominationId, PersonId};
use crate::links::{self, LinkPurpose};
use crate::mail::clean::Line;
use crate::mail::nomination::{CandidateNotice, NominationConfirmation};
use crate::nominations::{self, CONFIRM_WITHIN, Nomination, NominationStatus};
use crate::people::Person;

/// How long the link to a candidate's page works: half a year, longer than a candidacy takes.
/// After that its page offers a fresh one.
const CANDIDATE_LINK_LIVES: SignedDuration = SignedDuration::from_hours(183 * 24);

/// A nomination that waits for its nominator.
pub(super) struct ConfirmationFacts {
    nomination: Nomination,
}

/// A candidacy whose candidate is told, with who nominated them.
pub(super) struct NoticeFacts {
    candidacy: Candidacy,
    nominators: Vec<Line>,
}

/// Whom a link of the open form is made for: no person yet, so the nomination itself.
#[must_use]
pub(in crate::flows) const fn stranger(nomination: NominationId) -> PersonId {
    PersonId(nomination.0)
}

/// What was confirmed, or deleted because nobody did, needs no confirmation.
pub(super) fn look_confirmation(conn: &mut DbConn, id: NominationId) -> Looked<ConfirmationFacts> {
    let Some(nomination) = nominations::find_any(conn, id)? else {
        return Ok(Err(DroppedReason::Cancelled));
    };
    Ok(match nomination.status {
        NominationStatus::Unconfirmed => Ok(ConfirmationFacts { nomination }),
        NominationStatus::Submitted => Err(DroppedReason::Answered),
        NominationStatus::Withdrawn => Err(DroppedReason::Cancelled),
    })
}

/// The nominator as the open form names them: they are no person of ours yet.
pub(super) fn nominator(conn: &mut DbConn, id: NominationId) -> Looked<Reader> {
    let Some(nomination) = nominations::find_any(conn, id)? else {
        return Ok(Err(DroppedReason::Cancelled));
    };
    let Some(address) = nomination.nominator_email else {
        return Ok(Err(DroppedReason::Suppressed));
    };
    if deliveries::is_suppressed(conn, &address)? {
        return Ok(Err(DroppedReason::Suppressed));
    }
    let person = Person {
        id: stranger(id),
        version: 0,
        name: nomination.nominator_name,
        email: Some(address.clone()),
        phone: None,
        language: nomination.language,
        created_at: nomination.created_at,
        updated_at: nomination.updated_at,
        erased_at: None,
    };
    Ok(Ok(Reader { person, address }))
}

/// A candidate is told while their candidacy goes on.
pub(super) fn look_notice(conn: &mut DbConn, id: CandidacyId) -> Looked<NoticeFacts> {
    let candidacy =
        candidacies::find(conn, id)?.ok_or(ComposeError::Incomplete { what: "candidacy" })?;
    if candidacy.status.is_closed() {
        return Ok(Err(DroppedReason::Cancelled));
    }
    let mut nominators: Vec<Line> = Vec::new();
    for nomination in nominations::of_candidacy(conn, id)? {
        let name = Line::new(&nomination.nominator_name);
        let stands = nomination.status == NominationStatus::Submitted;
        if stands && !nominators.contains(&name) {
            nominators.push(name);
        }
    }
    Ok(Ok(NoticeFacts {
        candidacy,
        nominators,
    }))
}

impl Composer<'_> {
    pub(super) fn nomination_confirmation(
        &mut self,
        facts: &ConfirmationFacts,
    ) -> Result<ComposedMail, ComposeError> {
        let nomination = &facts.nomination;
        let confirm_by = nomination
            .confirm_by
            .unwrap_or(nomination.created_at + CONFIRM_WITHIN);
        let purpose = LinkPurpose::ConfirmNomination;
        let (object, recipient) = (nomination.id.0, stranger(nomination.id));
        let token = links::make(
            self.conn, self.keys, purpose, object, recipient, confirm_by, self.now,
        )?;
        let zone = self.letterhead.institute.usual_zone.time_zone();
        let last = confirm_by - SignedDuration::from_hours(24);
        let contents = NominationConfirmation {
            confirm_url: self.letterhead.page(purpose, &token)?,
            // The day before: on its last day the link dies at some hour.
            confirm_by_on: zone.to_datetime(last).date(),
        };
        self.write(&contents)
    }

    pub(super) fn candidate_notice(
        &mut self,
        facts: &NoticeFacts,
    ) -> Result<ComposedMail, ComposeError> {
        let candidacy = &facts.candidacy;
        let purpose = LinkPurpose::Candidate;
        let expires_at = self.now + CANDIDATE_LINK_LIVES;
        let (object, recipient) = (candidacy.id.0, candidacy.person);
        let token = links::make(
            self.conn, self.keys, purpose, object, recipient, expires_at, self.now,
        )?;
        let contents = CandidateNotice {
            nominators: facts.nominators.clone(),
            candidate_url: self.letterhead.page(purpose, &token)?,
        };
        self.write(&contents)
    }
}
