//! Mails about the outcome of a candidacy.

use jiff::SignedDuration;

use super::{ComposeError, ComposedMail, Composer, Looked};
use crate::candidacies::{self, Candidacy, CandidacyStatus};
use crate::cohorts;
use crate::db::DbConn;
use crate::deliveries::DroppedReason;
use crate::ids::{CandidacyId, NominationId};
use crate::links::{self, LinkPurpose};
use crate::mail::clean::{Line, Paragraphs};
use crate::mail::membership as mails;
use crate::nominations::{self, Nomination};

/// How long the link to answer an invitation works; after that its page offers a fresh one.
const LINK_LIVES: SignedDuration = SignedDuration::from_hours(183 * 24);

/// A mail about a state is wanted while the candidacy is in it.
pub(super) fn look(conn: &mut DbConn, id: CandidacyId, told: CandidacyStatus) -> Looked<Candidacy> {
    let missing = ComposeError::Incomplete { what: "candidacy" };
    let candidacy = candidacies::find(conn, id)?.ok_or(missing)?;
    Ok(match candidacy.status {
        now_is if now_is == told => Ok(candidacy),
        CandidacyStatus::Admitted | CandidacyStatus::CandidateDeclined => {
            Err(DroppedReason::Answered)
        }
        CandidacyStatus::Open
        | CandidacyStatus::ConsentRequested
        | CandidacyStatus::ConsentRefused
        | CandidacyStatus::ConsentExpired
        | CandidacyStatus::Consented
        | CandidacyStatus::CandidateInvited
        | CandidacyStatus::Rejected
        | CandidacyStatus::Withdrawn => Err(DroppedReason::Cancelled),
    })
}

/// A nomination with what came of it.
pub(super) struct OutcomeFacts {
    nomination: Nomination,
    end: mails::NominationEnd,
    reason: Option<String>,
}

pub(super) fn look_outcome(conn: &mut DbConn, id: NominationId) -> Looked<OutcomeFacts> {
    let Some(nomination) = nominations::find_any(conn, id)? else {
        return Ok(Err(DroppedReason::Cancelled));
    };
    // Whoever objected is named to nobody any more.
    if nomination.candidate.name.is_empty() {
        return Ok(Err(DroppedReason::Cancelled));
    }
    let candidacy = match nomination.candidacy {
        Some(id) => candidacies::find(conn, id)?,
        None => None,
    };
    let Some(candidacy) = candidacy else {
        return Ok(Err(DroppedReason::Cancelled));
    };
    let (end, reason) = match candidacy.status {
        CandidacyStatus::Admitted => (mails::NominationEnd::Admitted, None),
        CandidacyStatus::Rejected => (mails::NominationEnd::Rejected, candidacy.closed_reason),
        // What the candidate says about it is not the nominator's.
        CandidacyStatus::CandidateDeclined => (mails::NominationEnd::Declined, None),
        CandidacyStatus::Open
        | CandidacyStatus::ConsentRequested
        | CandidacyStatus::ConsentRefused
        | CandidacyStatus::ConsentExpired
        | CandidacyStatus::Consented
        | CandidacyStatus::CandidateInvited
        | CandidacyStatus::Withdrawn => return Ok(Err(DroppedReason::Cancelled)),
    };
    Ok(Ok(OutcomeFacts {
        nomination,
        end,
        reason,
    }))
}

impl Composer<'_> {
    pub(super) fn candidate_invitation(
        &mut self,
        candidacy: &Candidacy,
    ) -> Result<ComposedMail, ComposeError> {
        let missing = || ComposeError::Incomplete { what: "cohort" };
        let cohort = candidacy.cohort.ok_or_else(missing)?;
        let cohort = cohorts::find(self.conn, cohort)?.ok_or_else(missing)?;
        let purpose = LinkPurpose::Candidate;
        let (object, recipient) = (candidacy.id.0, candidacy.person);
        let expires_at = self.now + LINK_LIVES;
        let token = links::make(
            self.conn, self.keys, purpose, object, recipient, expires_at, self.now,
        )?;
        let contents = mails::CandidateInvitation {
            cohort: Line::new(&cohort.name),
            starts_on: cohort.starts_on,
            candidate_url: self.letterhead.page(purpose, &token)?,
        };
        self.write(&contents)
    }

    pub(super) fn candidate_rejected(
        &mut self,
        candidacy: &Candidacy,
    ) -> Result<ComposedMail, ComposeError> {
        let decided_on = self.day(candidacy.closed_at, candidacy.updated_at);
        self.write(&mails::CandidateRejected { decided_on })
    }

    pub(super) fn nomination_outcome(
        &mut self,
        facts: &OutcomeFacts,
    ) -> Result<ComposedMail, ComposeError> {
        let nomination = &facts.nomination;
        let contents = mails::NominationOutcome {
            candidate: Line::new(&nomination.candidate.name),
            nominated_on: self.day(nomination.confirmed_at, nomination.created_at),
            end: facts.end,
            reason: facts.reason.as_deref().and_then(Paragraphs::new),
        };
        self.write(&contents)
    }
}
