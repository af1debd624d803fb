//! Sending an offer to the sponsor.

use super::errors::SendOfferError;
use super::rules::{self, SendingProblem};
use super::{Offer, OfferAction, OfferStatus, actions, queries, trace};
use crate::access::{Actor, Granted, OffersWrite, Scope};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError, DbResult};
use crate::deliveries::{self, NewDelivery, OrderKey, Payload};
use crate::ids::{OfferId, PersonId};
use crate::intakes::{self, IntakeStatus, Sponsor};
use crate::{assessments, people};

/// Sends a draft to the sponsor of its intake by mail. The offer that was sent before is
/// superseded (T4).
pub fn send(
    conn: &mut DbConn,
    granted: &Granted<OffersWrite>,
    now: LocalNow,
    id: OfferId,
    expected_version: Option<i64>,
) -> Result<Offer, SendOfferError> {
    let offer = actions::writable(conn, granted, id)?.ok_or(SendOfferError::NotFound)?;
    if expected_version.is_some_and(|version| version != offer.version) {
        return Err(SendOfferError::Stale);
    }
    let from = offer.status;
    from.after(OfferAction::Send)?;
    let intake = intakes::find(conn, granted.scope(), offer.intake)?
        .ok_or(DbError::Corrupt { what: "offer" })?;
    if intake.status != IntakeStatus::Matched {
        return Err(SendOfferError::NotMatched(intake.status));
    }
    if queries::accepted_of(conn, intake.id)?.is_some() {
        return Err(SendOfferError::AlreadyAccepted);
    }
    let sponsor = complete(conn, now, &offer, intake.sponsor)?;
    supersede(conn, granted.actor(), now, &offer)?;
    let sent = Offer {
        sponsor: Some(sponsor),
        ..offer.after(OfferAction::Send, now.at)?
    };
    let sent = queries::update(conn, sent)?;
    let actor = granted.actor();
    trace::action(conn, actor, now, &sent, from, OfferAction::Send)?;
    let payload = Payload::OfferSent { offer: sent.id };
    enqueue(conn, actor, now, &sent, sponsor.person, payload)?;
    Ok(sent)
}

/// The sponsor, when the offer has all it needs.
fn complete(
    conn: &mut DbConn,
    now: LocalNow,
    offer: &Offer,
    sponsor: Option<Sponsor>,
) -> Result<Sponsor, SendOfferError> {
    let programme = actions::content(conn, offer)?;
    let mut missing = rules::missing_for_sending(offer, &programme, now.today);
    let person = match sponsor {
        Some(sponsor) => people::queries::find(conn, &Scope::Institute, sponsor.person)?,
        None => None,
    };
    if sponsor.is_none() {
        missing.push(SendingProblem::Sponsor);
    } else if person.is_none_or(|person| person.is_erased() || person.email.is_none()) {
        missing.push(SendingProblem::SponsorEmail);
    }
    let Some(sponsor) = sponsor.filter(|_| missing.is_empty()) else {
        return Err(SendOfferError::Incomplete(missing));
    };
    let committed = assessments::queries::co_funding(conn, offer.intake)?;
    let committed = committed.map(|funding| funding.percent);
    match rules::own_contribution(&offer.content.blocks, &programme, committed) {
        Some(own) if !own.is_enough() => Err(SendOfferError::OwnContributionTooLow(own)),
        Some(_) | None => Ok(sponsor),
    }
}

/// The offer that was sent before makes room. Its mail, if it still waits, is dropped at the last
/// look.
fn supersede(conn: &mut DbConn, actor: &Actor, now: LocalNow, newer: &Offer) -> DbResult<()> {
    let Some(older) = queries::of_intake(conn, newer.intake, OfferStatus::Sent)? else {
        return Ok(());
    };
    // One whose last day is over just lapsed: whoever looks later must be able to tell.
    let action = if older.has_lapsed(now.today) {
        OfferAction::Expire
    } else {
        OfferAction::Supersede
    };
    let from = older.status;
    let after = older.after(action, now.at).map_err(|_| DbError::Conflict)?;
    let closed = queries::update(conn, after)?;
    trace::action(conn, actor, now, &closed, from, action)
}

/// Puts a mail about an offer into the outbox. Mails about the offers of one intake reach a
/// person in the order in which things happened.
pub(super) fn enqueue(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    offer: &Offer,
    recipient: PersonId,
    payload: Payload,
) -> DbResult<()> {
    let new = NewDelivery {
        dedupe_key: format!("{}:{}:{}", payload.kind(), offer.id, recipient),
        payload,
        recipient,
        subject: trace::subject(offer),
        meeting: None,
        order_key: OrderKey::subject(offer.intake.0, recipient),
        due_at: now.at,
        expires_at: None,
    };
    deliveries::enqueue(conn, &new, actor, now.at)?;
    Ok(())
}
