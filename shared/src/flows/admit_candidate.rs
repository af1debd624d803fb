//! The candidate's own answer: they become a member, or they do not want to (N1).

use super::tell_outcome::tell_outcome;
use crate::access::{CandidaciesAnswer, Granted};
use crate::candidacies::{self, Candidacy, CandidacyAction, CandidacyStatus, MoveCandidacyError};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError};
use crate::ids::CandidacyId;
use crate::members;

/// Why the candidate's answer was not taken.
#[derive(Debug, thiserror::Error)]
pub enum AnswerInvitationError {
    /// There is no such candidacy, or it is another's.
    #[error("no such candidacy")]
    NotFound,
    /// It takes no answer in this state.
    #[error("a candidacy that is {0} takes no answer")]
    Closed(CandidacyStatus),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// The candidate accepts and becomes a member in the cohort of their candidacy. Accepting twice
/// changes nothing.
pub fn accept_invitation(
    conn: &mut DbConn,
    granted: &Granted<CandidaciesAnswer>,
    now: LocalNow,
    id: CandidacyId,
) -> Result<Candidacy, AnswerInvitationError> {
    let candidacy = own(conn, granted, id)?;
    if candidacy.status == CandidacyStatus::Admitted {
        return Ok(candidacy);
    }
    let actor = granted.actor();
    let action = CandidacyAction::Accept;
    let admitted = candidacies::move_on(conn, actor, now, candidacy, action, None)?;
    // Who is invited has a cohort; a coordinator may have named another since.
    let cohort = admitted.cohort.ok_or(DbError::Conflict)?;
    members::admit(conn, actor, now, &admitted, cohort)?;
    tell_outcome(conn, actor, now, &admitted)?;
    Ok(admitted)
}

/// The candidate declines. Declining twice changes nothing.
pub fn decline_invitation(
    conn: &mut DbConn,
    granted: &Granted<CandidaciesAnswer>,
    now: LocalNow,
    id: CandidacyId,
    reason: Option<String>,
) -> Result<Candidacy, AnswerInvitationError> {
    let candidacy = own(conn, granted, id)?;
    if candidacy.status == CandidacyStatus::CandidateDeclined {
        return Ok(candidacy);
    }
    let actor = granted.actor();
    let action = CandidacyAction::Decline;
    let declined = candidacies::move_on(conn, actor, now, candidacy, action, reason)?;
    tell_outcome(conn, actor, now, &declined)?;
    Ok(declined)
}

fn own(
    conn: &mut DbConn,
    granted: &Granted<CandidaciesAnswer>,
    id: CandidacyId,
) -> Result<Candidacy, AnswerInvitationError> {
    let holder = granted
        .person()
        .map_err(|_| AnswerInvitationError::NotFound)?;
    candidacies::find(conn, id)?
        .filter(|candidacy| candidacy.person == holder)
        .ok_or(AnswerInvitationError::NotFound)
}

impl From<MoveCandidacyError> for AnswerInvitationError {
    fn from(error: MoveCandidacyError) -> Self {
        match error {
            MoveCandidacyError::State(invalid) => Self::Closed(invalid.from),
            MoveCandidacyError::Db(error) => Self::Db(error),
        }
    }
}
