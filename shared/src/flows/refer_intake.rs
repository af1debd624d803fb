//! Answering a light question: the intake is closed with knowledge items, which are mailed to
//! the contact person and recorded as spread (T2, K1).

use super::decide::forget_prepared;
use crate::access::{Granted, IntakesAssess};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError};
use crate::deliveries::Payload;
use crate::ids::{IntakeId, KnowledgeItemId};
use crate::intakes::{self, ChangeIntakeError, Intake, IntakeAction, InvalidIntakeTransition};
use crate::knowledge::referrals::{self, Recipient, Referral};
use crate::knowledge::{self, ItemStatus, KnowledgeItem, Shelf};

/// A referral about to be made.
#[derive(Debug, Clone)]
pub struct NewReferral {
    /// The items, at least one, in the order in which the reader sees them.
    pub items: Vec<KnowledgeItemId>,
    /// What the adviser writes with them.
    pub note: String,
}

/// An item in a referral that cannot be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferralProblem {
    /// There is no such item.
    UnknownItem {
        /// Position in the list, from 0.
        item: usize,
    },
    /// It is in the list already.
    ItemTwice {
        /// Position in the list, from 0.
        item: usize,
    },
}

/// An item that nobody may be referred to now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotOffered {
    /// Position in the list, from 0.
    pub item: usize,
    /// Where it stands: a draft, or retired.
    pub status: ItemStatus,
}

/// Why an intake was not referred.
#[derive(Debug, thiserror::Error)]
pub enum ReferIntakeError {
    /// There is no such intake, or it is another's.
    #[error("no such intake")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("the intake was changed in the meantime")]
    Stale,
    /// Its state does not allow it.
    #[error(transparent)]
    State(#[from] InvalidIntakeTransition),
    /// The list of items cannot be; everything at once.
    #[error("the referral is not valid")]
    Invalid(Vec<ReferralProblem>),
    /// Items are drafts or were retired; all of them.
    #[error("the referral names items that are not published")]
    NotOffered(Vec<NotOffered>),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Refers a submitted or assessed intake to published items.
pub fn refer_intake(
    conn: &mut DbConn,
    granted: &Granted<IntakesAssess>,
    now: LocalNow,
    id: IntakeId,
    expected_version: Option<i64>,
    new: NewReferral,
) -> Result<(Intake, Referral), ReferIntakeError> {
    let intake = intakes::find(conn, granted.scope(), id)?.ok_or(ReferIntakeError::NotFound)?;
    if expected_version.is_some_and(|version| version != intake.version) {
        return Err(ReferIntakeError::Stale);
    }
    intake.status.after(IntakeAction::Refer)?;
    let items = offered(conn, &new.items)?;
    let actor = granted.actor();
    let to = Recipient {
        intake: id,
        person: intake.contact_person,
        municipality: intake.municipality,
    };
    let referral = referrals::record(conn, actor, now.at, to, new.note, items)?;
    let intake = intakes::move_on(conn, actor, now, intake, IntakeAction::Refer, None)?;
    forget_prepared(conn, actor, now, &intake)?;
    let payload = Payload::IntakeReferred { intake: id };
    intakes::tell_contact(conn, actor, now, &intake, payload)?;
    Ok((intake, referral))
}

/// The items in the order given, provided that each is there once and published.
fn offered(
    conn: &mut DbConn,
    ids: &[KnowledgeItemId],
) -> Result<Vec<KnowledgeItem>, ReferIntakeError> {
    let found = knowledge::find_many(conn, Shelf::Everything, ids)?;
    let mut problems = Vec::new();
    let mut not_offered = Vec::new();
    let mut items = Vec::with_capacity(ids.len());
    for (item, id) in ids.iter().enumerate() {
        if ids.iter().take(item).any(|earlier| earlier == id) {
            problems.push(ReferralProblem::ItemTwice { item });
            continue;
        }
        match found.iter().find(|known| known.id == *id) {
            None => problems.push(ReferralProblem::UnknownItem { item }),
            Some(known) if !Shelf::Published.holds(known.status) => {
                let status = known.status;
                not_offered.push(NotOffered { item, status });
            }
            Some(known) => items.push(known.clone()),
        }
    }
    if !problems.is_empty() {
        Err(ReferIntakeError::Invalid(problems))
    } else if !not_offered.is_empty() {
        Err(ReferIntakeError::NotOffered(not_offered))
    } else {
        Ok(items)
    }
}

impl From<ChangeIntakeError> for ReferIntakeError {
    fn from(error: ChangeIntakeError) -> Self {
        match error {
            ChangeIntakeError::NotFound => Self::NotFound,
            ChangeIntakeError::Stale | ChangeIntakeError::Invalid(_) => Self::Stale,
            ChangeIntakeError::State(invalid) => Self::State(invalid),
            ChangeIntakeError::Db(error) => Self::Db(error),
        }
    }
}
