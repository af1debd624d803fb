//! A candidate objects: the candidacy ends, and what is stored about them is erased (AVG art. 21).

use super::withdraw_nomination::withdraw_candidacy;
use super::{ErasePersonError, erase_candidacy, erase_person};
use crate::access::{Actor, CandidaciesAnswer, Granted};
use crate::candidacies::{self, Candidacy, CandidacyAction, CandidacyStatus, MoveCandidacyError};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError, DbResult};
use crate::ids::CandidacyId;

/// What came of an objection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Objected {
    /// Everything about the person is gone.
    Erased,
    /// What was said of the candidate is gone; the person stays, since an open intake needs them.
    Kept,
}

/// Why an objection was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ObjectError {
    /// There is none of this id, or it is another's.
    #[error("no such candidacy")]
    NotFound,
    /// The candidate is a member by now, who leaves in another way.
    #[error("the candidate is a member")]
    Member,
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Takes the objection of a candidate, also when their candidacy ended before: they do not want
/// to be on file.
pub fn object(
    conn: &mut DbConn,
    granted: &Granted<CandidaciesAnswer>,
    now: LocalNow,
    id: CandidacyId,
) -> Result<Objected, ObjectError> {
    let person = granted.person().map_err(|_| ObjectError::NotFound)?;
    let candidacy = candidacies::find(conn, id)?
        .filter(|candidacy| candidacy.person == person)
        .ok_or(ObjectError::NotFound)?;
    if candidacy.status == CandidacyStatus::Admitted {
        return Err(ObjectError::Member);
    }
    let actor: &Actor = granted.actor();
    let candidacy = what_it_became(conn, candidacy)?;
    if candidacy.status == CandidacyStatus::Admitted {
        return Err(ObjectError::Member);
    }
    let person = candidacy.person;
    if candidacy.allows(CandidacyAction::Withdraw) {
        withdraw_candidacy(conn, actor, now, candidacy, None).map_err(|error| match error {
            // Looked at just now.
            MoveCandidacyError::State(_) => DbError::Conflict,
            MoveCandidacyError::Db(error) => error,
        })?;
    }
    match erase_person(conn, actor, now, person) {
        Ok(()) => Ok(Objected::Erased),
        Err(ErasePersonError::Needed(_)) => {
            erase_candidacy(conn, actor, now, person)?;
            Ok(Objected::Kept)
        }
        Err(ErasePersonError::NotFound) => Err(ObjectError::NotFound),
        Err(ErasePersonError::Db(error)) => Err(error.into()),
    }
}

/// The candidacy that a double was merged into, else itself: whoever objects by the link of a
/// double means themselves, whatever we call them by now.
fn what_it_became(conn: &mut DbConn, candidacy: Candidacy) -> DbResult<Candidacy> {
    let mut latest = candidacy;
    // What was merged is closed, and nothing is merged into it: this ends.
    while let Some(into) = latest.merged_into {
        let found = candidacies::find(conn, into)?;
        latest = found.ok_or(DbError::Corrupt { what: "candidacy" })?;
    }
    Ok(latest)
}
