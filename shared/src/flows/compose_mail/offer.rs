//! Mails about an offer, to the sponsor and to the contact person.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::{ComposeError, ComposedMail, Composer, Looked, intake as about_intake, notice};
use crate::access::Scope;
use crate::catalogue::programme::ProgrammeContent;
use crate::db::DbConn;
use crate::deliveries::DroppedReason;
use crate::ids::OfferId;
use crate::intakes::{self, Intake};
use crate::links::{self, LinkPurpose};
use crate::mail::clean::{Line, Paragraphs};
use crate::mail::intake::ProgrammeNames;
use crate::mail::offer as mails;
use crate::offers::{self, Offer, OfferStatus};

/// How long after the last day of an offer its link still opens a page, which then says what
/// became of it.
const LINK_OUTLIVES_OFFER: SignedDuration = SignedDuration::from_hours(30 * 24);

/// An offer with its intake.
pub(super) struct OfferFacts {
    offer: Offer,
    intake: Intake,
}

fn read(conn: &mut DbConn, id: OfferId) -> Result<OfferFacts, ComposeError> {
    let missing = |what| ComposeError::Incomplete { what };
    let offer = offers::find(conn, &Scope::Institute, id)?.ok_or(missing("offer"))?;
    let intake = intakes::find(conn, &Scope::Institute, offer.intake)?.ok_or(missing("intake"))?;
    Ok(OfferFacts { offer, intake })
}

/// A mail that tells of a state is wanted only while the offer is in it.
pub(super) fn look(conn: &mut DbConn, id: OfferId, told: OfferStatus) -> Looked<OfferFacts> {
    let facts = read(conn, id)?;
    let now_is = facts.offer.status;
    Ok(match now_is {
        _ if now_is == told => Ok(facts),
        OfferStatus::Drafted | OfferStatus::Superseded | OfferStatus::Sent => {
            Err(DroppedReason::Superseded)
        }
        OfferStatus::Accepted | OfferStatus::Refused => Err(DroppedReason::Answered),
        OfferStatus::Expired => Err(DroppedReason::Past),
        OfferStatus::Withdrawn => Err(DroppedReason::Cancelled),
    })
}

/// A fresh link is of use to decide, and to read again what was agreed.
pub(super) fn look_link(conn: &mut DbConn, id: OfferId) -> Looked<OfferFacts> {
    let facts = read(conn, id)?;
    let told = match facts.offer.status {
        OfferStatus::Accepted => OfferStatus::Accepted,
        OfferStatus::Drafted
        | OfferStatus::Sent
        | OfferStatus::Refused
        | OfferStatus::Expired
        | OfferStatus::Superseded
        | OfferStatus::Withdrawn => OfferStatus::Sent,
    };
    look(conn, id, told)
}

impl Composer<'_> {
    pub(super) fn offer_sent(&mut self, facts: &OfferFacts) -> Result<ComposedMail, ComposeError> {
        let OfferFacts { offer, intake } = facts;
        let content = self.content(intake)?;
        let language = self.reader.person.language;
        let named = |key: &str| {
            let block = content.building_block(key);
            block.map(|block| Line::new(block.name.in_language(language)))
        };
        let (offer_url, _) = self.offer_page(offer)?;
        let contents = mails::OfferSent {
            programme: self.programme(intake, &content)?,
            reference: about_intake::reference(intake),
            offer: self.offer_names(facts)?,
            blocks: offer
                .content
                .blocks
                .iter()
                .filter_map(|block| named(&block.key))
                .collect(),
            valid_until_on: last_day(offer)?,
            replaces_another: offers::replaces_another(self.conn, offer)?,
            offer_url,
            notice: notice::for_contact(self, intake)?,
        };
        self.write(&contents)
    }

    pub(super) fn offer_chaser(
        &mut self,
        facts: &OfferFacts,
    ) -> Result<ComposedMail, ComposeError> {
        let (programme, _) = self.offered_programme(facts)?;
        let (offer_url, _) = self.offer_page(&facts.offer)?;
        let contents = mails::OfferChaser {
            programme,
            reference: about_intake::reference(&facts.intake),
            offer: self.offer_names(facts)?,
            valid_until_on: last_day(&facts.offer)?,
            offer_url,
        };
        self.write(&contents)
    }

    pub(super) fn offer_accepted(
        &mut self,
        facts: &OfferFacts,
    ) -> Result<ComposedMail, ComposeError> {
        let (programme, _) = self.offered_programme(facts)?;
        let by = facts.offer.answered_by.as_ref();
        let by = by.ok_or(ComposeError::Incomplete { what: "answer" })?;
        let contents = mails::OfferAccepted {
            programme,
            reference: about_intake::reference(&facts.intake),
            offer: self.offer_names(facts)?,
            accepted_by: Line::new(&by.name),
            in_role: Line::new(&by.role),
            accepted_on: self.day(facts.offer.answered_at, facts.offer.updated_at),
            notice: notice::for_contact(self, &facts.intake)?,
        };
        self.write(&contents)
    }

    pub(super) fn offer_refused(
        &mut self,
        facts: &OfferFacts,
    ) -> Result<ComposedMail, ComposeError> {
        let (programme, _) = self.offered_programme(facts)?;
        let contents = mails::OfferRefused {
            programme,
            reference: about_intake::reference(&facts.intake),
            offer: self.offer_names(facts)?,
            refused_on: self.day(facts.offer.answered_at, facts.offer.updated_at),
            reason: facts
                .offer
                .closed_reason
                .as_deref()
                .and_then(Paragraphs::new),
            notice: notice::for_contact(self, &facts.intake)?,
        };
        self.write(&contents)
    }

    pub(super) fn offer_link(&mut self, facts: &OfferFacts) -> Result<ComposedMail, ComposeError> {
        let (programme, _) = self.offered_programme(facts)?;
        let (offer_url, expires_at) = self.offer_page(&facts.offer)?;
        let zone = self.letterhead.institute.usual_zone.time_zone();
        let contents = mails::OfferLink {
            programme,
            reference: about_intake::reference(&facts.intake),
            offer: self.offer_names(facts)?,
            offer_url,
            // The day before: on its last day the link dies at some hour.
            works_until_on: zone
                .to_datetime(expires_at - SignedDuration::from_hours(24))
                .date(),
        };
        self.write(&contents)
    }

    fn offered_programme(
        &mut self,
        facts: &OfferFacts,
    ) -> Result<(ProgrammeNames, ProgrammeContent), ComposeError> {
        let content = self.content(&facts.intake)?;
        let names = self.programme(&facts.intake, &content)?;
        Ok((names, content))
    }

    fn offer_names(&mut self, facts: &OfferFacts) -> Result<mails::OfferNames, ComposeError> {
        Ok(mails::OfferNames {
            municipality: Line::new(&notice::municipality_name(self, &facts.intake)?),
            number: facts.offer.number,
            cost: facts.offer.totals.cost,
            own_contribution: facts.offer.totals.own_contribution,
        })
    }

    /// A working link to the sponsor's own page, and when it ends.
    fn offer_page(&mut self, offer: &Offer) -> Result<(Url, Timestamp), ComposeError> {
        let zone = self.letterhead.institute.usual_zone.time_zone();
        let expires_at = end_of(last_day(offer)?, zone)
            .max(self.now)
            .saturating_add(LINK_OUTLIVES_OFFER)
            .map_err(|_| ComposeError::Incomplete { what: "last day" })?;
        let token = links::make(
            self.conn,
            self.keys,
            LinkPurpose::Offer,
            offer.id.0,
            self.reader.person.id,
            expires_at,
            self.now,
        )?;
        Ok((
            self.letterhead.page(LinkPurpose::Offer, &token)?,
            expires_at,
        ))
    }
}

fn last_day(offer: &Offer) -> Result<Date, ComposeError> {
    offer
        .valid_until_on
        .ok_or(ComposeError::Incomplete { what: "last day" })
}

/// The instant at which a day is over; the end of time for the last day that there is.
fn end_of(day: Date, zone: &TimeZone) -> Timestamp {
    let next = day.tomorrow().and_then(|next| next.to_zoned(zone.clone()));
    next.map_or(Timestamp::MAX, |midnight| midnight.timestamp())
}
