//! Taking back the question to review a candidacy (N4).

use serde_json::json;

use super::request_consent::find;
use crate::access::{CandidaciesWrite, Granted};
use crate::audit::{self, AuditLine};
use crate::candidacies::{self, CandidacyAction, InvalidCandidacyTransition};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError};
use crate::events::{self, NewEvent};
use crate::ids::{CandidacyId, ReviewId};
use crate::reviews;

/// Why a reviewer was not taken off a candidacy.
#[derive(Debug, thiserror::Error)]
pub enum UnassignReviewerError {
    /// There is no such candidacy, or no such review of it.
    #[error("no such review of the candidacy")]
    NotFound,
    /// The review was changed since the caller read it.
    #[error("it was changed in the meantime")]
    Stale,
    /// The state of the candidacy does not allow it.
    #[error(transparent)]
    State(#[from] InvalidCandidacyTransition),
    /// They have judged: what somebody said is not made unsaid.
    #[error("the review was handed in")]
    HandedIn,
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Asks somebody no longer, so that a candidacy does not wait for who cannot review it. When all
/// others are in, they are complete with this.
// mission: N4
pub fn unassign_reviewer(
    conn: &mut DbConn,
    granted: &Granted<CandidaciesWrite>,
    now: LocalNow,
    (id, review): (CandidacyId, ReviewId),
    expected_version: Option<i64>,
) -> Result<(), UnassignReviewerError> {
    let candidacy = find(conn, granted, id)?.ok_or(UnassignReviewerError::NotFound)?;
    let review = reviews::find(conn, review)?
        .filter(|review| review.candidacy == id)
        .ok_or(UnassignReviewerError::NotFound)?;
    if expected_version.is_some_and(|version| version != review.version) {
        return Err(UnassignReviewerError::Stale);
    }
    candidacy.status.after(CandidacyAction::AssignReviewers)?;
    if review.judgement.is_some() {
        return Err(UnassignReviewerError::HandedIn);
    }
    reviews::unassign(conn, &review)?;
    let event = NewEvent {
        event_type: "candidacy.reviewer_unassigned",
        subject: candidacies::subject(&candidacy),
        municipality: None,
        from: None,
        to: None,
        reason: None,
        data: json!({ "reviewer": review.reviewer }),
    };
    events::append(conn, &event, granted.actor(), now.at)?;
    let line = AuditLine {
        action: "candidacy.unassign_reviewer",
        object_type: "candidacy",
        object_id: Some(id.to_string()),
        municipality: None,
    };
    Ok(audit::record(conn, granted.actor(), line, now.at)?)
}
