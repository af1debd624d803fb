//! The sponsor's answer.

use super::errors::AnswerOfferError;
use super::{AnsweredBy, Offer, OfferAction, OfferStatus, queries, sending, trace};
use crate::access::{Granted, OffersAnswer, Scope};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbResult};
use crate::deliveries::Payload;
use crate::ids::{OfferId, PersonId};
use crate::words::EmailAddress;
use crate::{intakes, people};

/// What the sponsor decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OfferAnswer {
    /// Yes; they typed in who they are.
    Accept(AnsweredBy),
    /// No, and why.
    Refuse {
        /// The reason, as the institute and the municipality may read it.
        reason: String,
    },
}

/// Takes the answer of the person to whom the offer was sent. Sponsor and contact person each get
/// a mail that confirms it.
///
/// Accepting what is accepted, and refusing what is refused, changes nothing: somebody opened the
/// page twice.
pub fn answer(
    conn: &mut DbConn,
    granted: &Granted<OffersAnswer>,
    now: LocalNow,
    id: OfferId,
    answer: OfferAnswer,
) -> Result<Offer, AnswerOfferError> {
    let offer = queries::find(conn, &Scope::Institute, id)?.ok_or(AnswerOfferError::NotFound)?;
    let recipient = granted.person().map_err(|_| AnswerOfferError::NotFound)?;
    if offer
        .sponsor
        .is_none_or(|sponsor| sponsor.person != recipient)
    {
        return Err(AnswerOfferError::NotFound);
    }
    let (action, payload) = match answer {
        OfferAnswer::Accept(_) => (OfferAction::Accept, Payload::OfferAccepted { offer: id }),
        OfferAnswer::Refuse { .. } => (OfferAction::Refuse, Payload::OfferRefused { offer: id }),
    };
    if offer.status == action.leads_to() {
        return Ok(offer);
    }
    let from = offer.status;
    // The job that closes lapsed offers may not have come by yet.
    if from == OfferStatus::Sent && offer.has_lapsed(now.today) {
        return Err(AnswerOfferError::Expired);
    }
    let after = offer.after(action, now.at);
    let mut answered = after.map_err(|invalid| AnswerOfferError::Closed(invalid.from))?;
    match answer {
        OfferAnswer::Accept(by) => answered.answered_by = Some(by),
        OfferAnswer::Refuse { reason } => answered.closed_reason = Some(reason),
    }
    let answered = queries::update(conn, answered)?;
    let actor = granted.actor();
    trace::action(conn, actor, now, &answered, from, action)?;
    for person in to_tell(conn, &answered, recipient)? {
        sending::enqueue(conn, actor, now, &answered, person, payload.clone())?;
    }
    Ok(answered)
}

/// The sponsor and the contact person of the intake; one of them when both have one mailbox.
fn to_tell(conn: &mut DbConn, offer: &Offer, sponsor: PersonId) -> DbResult<Vec<PersonId>> {
    let intake = intakes::find(conn, &Scope::Institute, offer.intake)?;
    let contact = intake.and_then(|intake| intake.contact_person);
    let Some(contact) = contact.filter(|contact| *contact != sponsor) else {
        return Ok(vec![sponsor]);
    };
    let people = people::queries::find_many(conn, &Scope::Institute, &[sponsor, contact])?;
    let mailbox = |id: PersonId| {
        let person = people.iter().find(|person| person.id == id)?;
        person.email.as_ref().map(EmailAddress::key)
    };
    let shared = mailbox(sponsor).is_some() && mailbox(sponsor) == mailbox(contact);
    Ok(if shared {
        vec![sponsor]
    } else {
        vec![sponsor, contact]
    })
}
