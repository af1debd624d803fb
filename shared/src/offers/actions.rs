//! Drafting, changing and taking back.

use jiff::civil::Date;

use super::errors::{DraftOfferError, WithdrawOfferError};
use super::model::Totals;
use super::rules::{self, OfferProblem};
use super::{
    NewBlock, Offer, OfferAction, OfferBlock, OfferContent, OfferStatus, Principle, queries, trace,
};
use crate::access::{Actor, Granted, OffersWrite};
use crate::catalogue::programme::ProgrammeContent;
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError, DbResult};
use crate::ids::{IntakeId, OfferId};
use crate::intakes::{self, Intake, IntakeStatus};
use crate::programmes;

/// An offer about to be drafted.
#[derive(Debug, Clone, Default)]
pub struct NewOffer {
    /// What comes before the blocks.
    pub introduction: Option<String>,
    /// The building blocks.
    pub blocks: Vec<NewBlock>,
    /// The guiding principles that were looked at.
    pub principles: Vec<Principle>,
    /// The last day on which it can be accepted.
    pub valid_until_on: Option<Date>,
}

/// What changes in a draft: `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct OfferChange {
    /// Another introduction, or none.
    pub introduction: Option<Option<String>>,
    /// Other blocks in the place of all there were.
    pub blocks: Option<Vec<NewBlock>>,
    /// Other principles in the place of all there were.
    pub principles: Option<Vec<Principle>>,
    /// Another last day, or none.
    pub valid_until_on: Option<Option<Date>>,
}

/// Drafts an offer for a matched intake (T4).
pub fn draft(
    conn: &mut DbConn,
    granted: &Granted<OffersWrite>,
    now: LocalNow,
    intake: IntakeId,
    new: NewOffer,
) -> Result<Offer, DraftOfferError> {
    let intake = writable_intake(conn, granted, intake)?.ok_or(DraftOfferError::NotFound)?;
    if intake.status != IntakeStatus::Matched {
        return Err(DraftOfferError::NotMatched(intake.status));
    }
    if queries::accepted_of(conn, intake.id)?.is_some() {
        return Err(DraftOfferError::AlreadyAccepted);
    }
    let programme = programme_of(conn, &intake)?;
    let (blocks, mut problems) = rules::blocks(new.blocks, &programme);
    problems.extend(rules::principle_problems(&new.principles, &programme));
    let totals = valid_totals(&blocks, problems)?;
    let offer = Offer {
        id: OfferId::generate(),
        version: 1,
        intake: intake.id,
        number: queries::next_number(conn, intake.id)?,
        status: OfferStatus::Drafted,
        municipality: intake.municipality,
        programme: intake.programme,
        programme_number: intake.programme_number,
        introduction: new.introduction,
        content: OfferContent {
            blocks,
            principles: new.principles,
        },
        valid_until_on: new.valid_until_on,
        totals,
        sponsor: None,
        sent_at: None,
        answered_by: None,
        answered_at: None,
        closed_reason: None,
        closed_at: None,
        created_at: now.at,
        updated_at: now.at,
    };
    queries::insert(conn, &offer)?;
    let words = ("offer.drafted", "offer.draft");
    trace::write(conn, granted.actor(), now, &offer, None, words)?;
    Ok(offer)
}

/// Changes a draft.
pub fn change(
    conn: &mut DbConn,
    granted: &Granted<OffersWrite>,
    now: LocalNow,
    id: OfferId,
    expected_version: Option<i64>,
    change: OfferChange,
) -> Result<Offer, DraftOfferError> {
    let offer = writable(conn, granted, id)?.ok_or(DraftOfferError::NotFound)?;
    if expected_version.is_some_and(|version| version != offer.version) {
        return Err(DraftOfferError::Stale);
    }
    let from = offer.status;
    let mut changed = offer.after(OfferAction::Change, now.at)?;
    let programme = content(conn, &changed)?;
    let mut problems = Vec::new();
    if let Some(new) = change.blocks {
        let (blocks, wrong) = rules::blocks(new, &programme);
        changed.content.blocks = blocks;
        problems.extend(wrong);
    }
    if let Some(principles) = change.principles {
        problems.extend(rules::principle_problems(&principles, &programme));
        changed.content.principles = principles;
    }
    if let Some(introduction) = change.introduction {
        changed.introduction = introduction;
    }
    if let Some(valid_until_on) = change.valid_until_on {
        changed.valid_until_on = valid_until_on;
    }
    changed.totals = valid_totals(&changed.content.blocks, problems)?;
    let changed = queries::update(conn, changed)?;
    let actor = granted.actor();
    trace::action(conn, actor, now, &changed, from, OfferAction::Change)?;
    Ok(changed)
}

/// Takes an offer back. A link to it then leads to a page that says so, with the reason.
pub fn withdraw(
    conn: &mut DbConn,
    granted: &Granted<OffersWrite>,
    now: LocalNow,
    id: OfferId,
    expected_version: Option<i64>,
    reason: String,
) -> Result<Offer, WithdrawOfferError> {
    let offer = writable(conn, granted, id)?.ok_or(WithdrawOfferError::NotFound)?;
    if expected_version.is_some_and(|version| version != offer.version) {
        return Err(WithdrawOfferError::Stale);
    }
    offer.status.after(OfferAction::Withdraw)?;
    let withdrawn = take_back(conn, granted.actor(), now, offer, Some(reason))?;
    Ok(withdrawn)
}

/// Takes back the drafts and the sent offer of an intake that ends. Whoever calls has decided
/// that `actor` may end it.
pub fn withdraw_open_of_intake(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    intake: IntakeId,
    reason: Option<&str>,
) -> DbResult<()> {
    for offer in queries::open_of_intake(conn, intake)? {
        take_back(conn, actor, now, offer, reason.map(str::to_owned))?;
    }
    Ok(())
}

fn take_back(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    offer: Offer,
    reason: Option<String>,
) -> DbResult<Offer> {
    let from = offer.status;
    let after = offer.after(OfferAction::Withdraw, now.at);
    // Both callers looked at the state in this very transaction.
    let mut withdrawn = after.map_err(|_| DbError::Conflict)?;
    withdrawn.closed_reason = reason;
    let withdrawn = queries::update(conn, withdrawn)?;
    trace::action(conn, actor, now, &withdrawn, from, OfferAction::Withdraw)?;
    Ok(withdrawn)
}

/// The offer, for somebody of the institute: a municipality writes none, whatever its scopes.
pub(super) fn writable(
    conn: &mut DbConn,
    granted: &Granted<OffersWrite>,
    id: OfferId,
) -> DbResult<Option<Offer>> {
    match granted.scope().bound_to() {
        Some(_) => Ok(None),
        None => queries::find(conn, granted.scope(), id),
    }
}

fn writable_intake(
    conn: &mut DbConn,
    granted: &Granted<OffersWrite>,
    id: IntakeId,
) -> DbResult<Option<Intake>> {
    match granted.scope().bound_to() {
        Some(_) => Ok(None),
        None => intakes::find(conn, granted.scope(), id),
    }
}

fn valid_totals(
    blocks: &[OfferBlock],
    mut problems: Vec<OfferProblem>,
) -> Result<Totals, DraftOfferError> {
    let totals = Totals::of(blocks);
    if totals.is_none() {
        problems.push(OfferProblem::TotalTooLarge);
    }
    match totals {
        Some(totals) if problems.is_empty() => Ok(totals),
        Some(_) | None => Err(DraftOfferError::Invalid(problems)),
    }
}

fn programme_of(conn: &mut DbConn, intake: &Intake) -> DbResult<ProgrammeContent> {
    version(conn, &intake.programme, intake.programme_number)
}

/// The programme version whose blocks the offer is made of.
pub(super) fn content(conn: &mut DbConn, offer: &Offer) -> DbResult<ProgrammeContent> {
    version(conn, &offer.programme, offer.programme_number)
}

fn version(
    conn: &mut DbConn,
    programme: &crate::words::Slug,
    number: i32,
) -> DbResult<ProgrammeContent> {
    programmes::queries::content(conn, programme, number)?.ok_or(DbError::Corrupt {
        what: "programme version",
    })
}
