//! The answer of the executive, and what it does to the candidacy (N3).

use super::request_consent::find;
use crate::access::{Actor, CandidaciesWrite, ConsentsAnswer, Granted};
use crate::candidacies::{
    self, Candidacy, CandidacyAction, InvalidCandidacyTransition, MoveCandidacyError,
};
use crate::clock::LocalNow;
use crate::consents::{
    self, AnswerConsentError, Consent, ConsentAction, ConsentAnswer, ConsentSubject, Evidence,
};
use crate::db::{DbConn, DbError, DbResult};
use crate::deliveries::Payload;
use crate::ids::{CandidacyId, ConsentId};
use crate::members;

/// Why nothing was recorded about the consent of a candidacy.
#[derive(Debug, thiserror::Error)]
pub enum RecordConsentError {
    /// There is no such candidacy.
    #[error("no such candidacy")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("it was changed in the meantime")]
    Stale,
    /// The state of the candidacy does not allow it.
    #[error(transparent)]
    State(#[from] InvalidCandidacyTransition),
    /// The candidate has an employer, whose executive can be asked.
    #[error("the candidate has an employer")]
    HasEmployer,
    /// The time to answer is over.
    #[error("the request for consent has expired")]
    Expired,
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Takes the answer of the giver, who came by the link. The same answer again changes nothing.
pub fn answer_consent(
    conn: &mut DbConn,
    granted: &Granted<ConsentsAnswer>,
    now: LocalNow,
    id: ConsentId,
    answer: ConsentAnswer,
) -> Result<Consent, AnswerConsentError> {
    let consent = consents::find(conn, id)?.ok_or(AnswerConsentError::NotFound)?;
    let holder = granted.person().map_err(|_| AnswerConsentError::NotFound)?;
    if consent.giver.is_none_or(|giver| giver.person != holder) {
        return Err(AnswerConsentError::NotFound);
    }
    finish(conn, granted.actor(), now, consent, answer, None)
}

/// Records an answer that staff hold evidence of.
pub fn record_consent(
    conn: &mut DbConn,
    granted: &Granted<CandidaciesWrite>,
    now: LocalNow,
    id: CandidacyId,
    expected_version: Option<i64>,
    (answer, evidence): (ConsentAnswer, String),
) -> Result<(Consent, Candidacy), RecordConsentError> {
    let candidacy = find(conn, granted, id)?.ok_or(RecordConsentError::NotFound)?;
    candidacy.status.after(on_candidacy(&answer))?;
    let open = consents::requested_of(conn, ConsentSubject::Candidacy(id))?;
    let open = open.ok_or(RecordConsentError::NotFound)?;
    if expected_version.is_some_and(|version| version != open.version) {
        return Err(RecordConsentError::Stale);
    }
    let evidence = Evidence {
        text: evidence,
        recorded_by: granted.person().ok(),
    };
    let consent = finish(conn, granted.actor(), now, open, answer, Some(evidence))?;
    let candidacy = candidacies::find(conn, id)?.ok_or(DbError::Conflict)?;
    Ok((consent, candidacy))
}

/// Records that a candidate without an employer has nobody to ask, and why.
pub fn waive_consent(
    conn: &mut DbConn,
    granted: &Granted<CandidaciesWrite>,
    now: LocalNow,
    id: CandidacyId,
    expected_version: Option<i64>,
    reason: String,
) -> Result<(Consent, Candidacy), RecordConsentError> {
    let candidacy = find(conn, granted, id)?.ok_or(RecordConsentError::NotFound)?;
    if expected_version.is_some_and(|version| version != candidacy.version) {
        return Err(RecordConsentError::Stale);
    }
    candidacy.status.after(CandidacyAction::SkipConsent)?;
    if candidacy.employer.is_some() {
        return Err(RecordConsentError::HasEmployer);
    }
    let about = (candidacy.person, ConsentSubject::Candidacy(id));
    let (actor, by) = (granted.actor(), granted.person().ok());
    let consent = consents::waive(conn, actor, now, about, reason, by)?;
    let action = CandidacyAction::SkipConsent;
    let candidacy = candidacies::move_on(conn, actor, now, candidacy, action, None)?;
    Ok((consent, candidacy))
}

/// Takes back what is asked about a candidacy that goes another way; its links die.
pub fn withdraw_consent(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    candidacy: CandidacyId,
) -> DbResult<()> {
    let subject = ConsentSubject::Candidacy(candidacy);
    if let Some(open) = consents::requested_of(conn, subject)? {
        consents::close(conn, actor, now, open, ConsentAction::Withdraw)?;
    }
    Ok(())
}

const fn on_candidacy(answer: &ConsentAnswer) -> CandidacyAction {
    match answer {
        ConsentAnswer::Give(_) => CandidacyAction::GiveConsent,
        ConsentAnswer::Refuse { .. } => CandidacyAction::RefuseConsent,
    }
}

fn finish(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    consent: Consent,
    answer: ConsentAnswer,
    evidence: Option<Evidence>,
) -> Result<Consent, AnswerConsentError> {
    let action = on_candidacy(&answer);
    let (before, by_link) = (consent.version, evidence.is_none());
    let answered = consents::answer(conn, actor, now, consent, answer, evidence)?;
    if answered.version == before {
        return Ok(answered);
    }
    if let ConsentSubject::Candidacy(id) = answered.subject {
        let candidacy = candidacies::find(conn, id)?.ok_or(DbError::Conflict)?;
        match candidacies::move_on(conn, actor, now, candidacy, action, None) {
            Ok(_) => {}
            Err(MoveCandidacyError::Db(error)) => return Err(error.into()),
            // An open request belongs to a candidacy that waits for it.
            Err(MoveCandidacyError::State(_)) => return Err(DbError::Conflict.into()),
        }
    }
    if let ConsentSubject::Member(id) = answered.subject
        && action == CandidacyAction::GiveConsent
    {
        let member = members::find(conn, id)?.ok_or(DbError::Conflict)?;
        // A consent covers one employer, and they may have changed again since.
        if member.employer == answered.employer {
            members::end_consent_review(conn, actor, now, id)?;
        }
    }
    // Whoever records a refusal knows of it.
    if action == CandidacyAction::RefuseConsent && by_link {
        let payload = Payload::ConsentRefused {
            consent: answered.id,
        };
        consents::tell_asker(conn, actor, now, &answered, payload)?;
    }
    Ok(answered)
}

impl From<AnswerConsentError> for RecordConsentError {
    fn from(error: AnswerConsentError) -> Self {
        match error {
            AnswerConsentError::NotFound => Self::NotFound,
            // It was found open in this very transaction.
            AnswerConsentError::Stale | AnswerConsentError::Closed(_) => Self::Stale,
            AnswerConsentError::Expired => Self::Expired,
            AnswerConsentError::Db(error) => Self::Db(error),
        }
    }
}

impl From<MoveCandidacyError> for RecordConsentError {
    fn from(error: MoveCandidacyError) -> Self {
        match error {
            MoveCandidacyError::State(invalid) => Self::State(invalid),
            MoveCandidacyError::Db(error) => Self::Db(error),
        }
    }
}
