//! The last look at a delivery, and the mail that it becomes.
//!
//! Runs in the transaction that records the sending, so that what is decided here still holds
//! when the first byte leaves. [`look`] reads what the mail is about and says when it is no longer
//! wanted; [`compose`] also writes it, with a fresh link where one is needed.

use jiff::Timestamp;
use url::Url;

use crate::access::Scope;
use crate::candidacies::{Candidacy, CandidacyStatus};
use crate::catalogue::Language;
use crate::consents::{Consent, ConsentStatus};
use crate::db::{DbConn, DbError};
use crate::deliveries::{self, Delivery, DroppedReason, Payload};
use crate::ids::{ConsentId, InvitationId, NetworkMembershipId, OfferId, PersonId};
use crate::intakes::IntakeStatus;
use crate::keys::KeyRing;
use crate::links::{LinkPurpose, LinkToken};
use crate::mail::clean::Line;
use crate::mail::institute::Institute;
use crate::mail::{Contents, Recipient, RenderError, RenderedMail, render};
use crate::offers::OfferStatus;
use crate::people::{self, Person};
use crate::settings::{DigestLimits, Settings};
use crate::words::EmailAddress;

mod consent;
mod decision;
mod digest;
mod intake;
mod meeting;
mod member;
mod membership;
mod network;
pub(in crate::flows) mod nomination;
mod notice;
mod offer;
mod poll;
mod referral;
mod trajectory;

/// Who the mails of an installation are from, and where they lead.
#[derive(Debug, Clone)]
pub struct Letterhead {
    /// The sender as every mail shows it.
    pub institute: Institute,
    /// The address that mails come from.
    pub from: EmailAddress,
    /// Where calendar programs send their answers; without it only the link in the mail counts.
    pub inbound: Option<EmailAddress>,
    /// Where the pages behind the links are.
    pub public_url: Url,
    /// Who hears of trouble.
    pub ops: Option<EmailAddress>,
    /// From when the digest calls something overdue.
    pub digest: DigestLimits,
    /// Where the links of the digest lead, when there is a front end.
    pub app_url: Option<Url>,
}

impl From<&Settings> for Letterhead {
    fn from(settings: &Settings) -> Self {
        Self {
            institute: settings.institute.clone(),
            from: settings.mail.from.clone(),
            inbound: settings.mail.inbound.clone(),
            public_url: settings.http.public_url.clone(),
            ops: settings.ops_email.clone(),
            digest: settings.digest,
            app_url: settings.app_url.clone(),
        }
    }
}

impl Letterhead {
    /// Ops, as the reader of a mail.
    fn ops_as_reader(&self, now: Timestamp) -> Option<Reader> {
        let address = self.ops.clone()?;
        let person = Person {
            id: PersonId(uuid::Uuid::nil()),
            version: 0,
            name: self.institute.name.as_str().to_owned(),
            email: Some(address.clone()),
            phone: None,
            language: Language::default(),
            created_at: now,
            updated_at: now,
            erased_at: None,
        };
        Some(Reader { person, address })
    }

    /// The address of the page that a link opens.
    fn page(&self, purpose: LinkPurpose, token: &LinkToken) -> Result<Url, ComposeError> {
        let base = self.public_url.as_str().trim_end_matches('/');
        Url::parse(&format!("{base}{}", purpose.path(token)))
            .map_err(|_| ComposeError::Incomplete { what: "public URL" })
    }
}

/// What is to be done with a delivery.
#[derive(Debug, Clone)]
pub enum Composed {
    /// This mail is to be sent.
    Mail(Box<ComposedMail>),
    /// Nothing: it is no longer wanted.
    Drop(DroppedReason),
}

/// A mail, complete but for its technical headers.
#[derive(Debug, Clone)]
pub struct ComposedMail {
    /// What it says.
    pub rendered: RenderedMail,
    /// The recipient's address.
    pub to: EmailAddress,
    /// The recipient's name.
    pub to_name: Line,
    /// Who gets the answers.
    pub reply_to: EmailAddress,
    /// Their name.
    pub reply_to_name: Line,
    /// The Message-ID of the first mail about the same invitation, without angle brackets.
    pub in_reply_to: Option<String>,
    /// Where one click takes the recipient off the list (RFC 8058), for mails to a list.
    pub unsubscribe_url: Option<Url>,
}

/// Why no mail could be made.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
    /// A template failed.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// Something that the mail needs is not there.
    #[error("the {what} is missing")]
    Incomplete {
        /// What.
        what: &'static str,
    },
}

/// What a mail is about, read and found to be wanted still.
enum Facts {
    Invitation(meeting::MeetingFacts),
    InvitationUpdate(meeting::MeetingFacts),
    Cancellation(meeting::MeetingFacts),
    Reminder(meeting::MeetingFacts),
    PlaceFree(meeting::MeetingFacts),
    FreshLink(meeting::MeetingFacts),
    IntakeReceived(intake::IntakeFacts),
    IntakeReferred(referral::ReferralFacts),
    IntakeWithdrawn(intake::IntakeFacts),
    OfferSent(offer::OfferFacts),
    OfferAccepted(offer::OfferFacts),
    OfferRefused(offer::OfferFacts),
    OfferLink(offer::OfferFacts),
    TrajectoryRunning(trajectory::TrajectoryFacts),
    NetworkWelcome(network::NetworkFacts),
    FreshLeaveLink(network::NetworkFacts),
    NominationConfirmation(nomination::ConfirmationFacts),
    CandidateNotice(nomination::NoticeFacts),
    MemberWelcome(member::MemberFacts),
    MemberLeft(member::MemberFacts),
    IntakeMatched {
        facts: decision::DecisionFacts,
        came_free: bool,
    },
    IntakeWaitlisted(decision::DecisionFacts),
    IntakeDeclined(decision::DecisionFacts),
    IntakeClosed(decision::DecisionFacts),
    ConsentRequest(Consent),
    ConsentChaser(Consent),
    ConsentLink(Consent),
    ConsentRefused(Consent),
    ConsentExpired(Consent),
    ConsentBounced(Consent),
    CandidateInvitation(Candidacy),
    CandidateRejected(Candidacy),
    NominationOutcome(membership::OutcomeFacts),
    PollInvitation(Box<poll::PollFacts>),
    PollChaser(Box<poll::PollFacts>),
    PollCancelled(Box<poll::PollFacts>),
    PollClosed(Box<poll::ClosedFacts>),
    OfferChaser(offer::OfferFacts),
    EndProductChaser(trajectory::TrajectoryFacts),
    Digest(digest::DigestFacts),
}

/// A fact that was looked for: what was found, or why the mail is no longer wanted.
type Looked<T> = Result<Result<T, DroppedReason>, ComposeError>;

/// The recipient of a delivery, with an address that takes mail.
struct Reader {
    person: Person,
    address: EmailAddress,
}

impl Reader {
    fn name(&self) -> Line {
        Line::new(&self.person.name)
    }

    fn as_recipient(&self) -> Recipient {
        Recipient {
            name: self.name(),
            language: self.person.language,
        }
    }
}

/// Why a delivery is no longer wanted; `None` when it still is. For mails that are sent again
/// as they were.
pub fn no_longer_wanted(
    conn: &mut DbConn,
    delivery: &Delivery,
    now: Timestamp,
) -> Result<Option<DroppedReason>, ComposeError> {
    Ok(look(conn, delivery, now)?.err())
}

/// Writes the mail of a delivery, if it is still wanted.
pub fn compose(
    conn: &mut DbConn,
    keys: &KeyRing,
    letterhead: &Letterhead,
    delivery: &Delivery,
    now: Timestamp,
) -> Result<Composed, ComposeError> {
    let (reader, facts) = match look(conn, delivery, now)? {
        Ok(found) => found,
        Err(reason) => return Ok(Composed::Drop(reason)),
    };
    let Some(reader) = reader.or_else(|| letterhead.ops_as_reader(now)) else {
        return Ok(Composed::Drop(DroppedReason::Suppressed));
    };
    let mut composer = Composer {
        conn,
        keys,
        letterhead,
        reader: &reader,
        now,
    };
    let mail = match facts {
        Facts::Invitation(facts) => composer.invitation(&facts)?,
        Facts::InvitationUpdate(facts) => composer.invitation_update(&facts)?,
        Facts::Cancellation(facts) => composer.cancellation(&facts)?,
        Facts::Reminder(facts) => composer.reminder(&facts)?,
        Facts::PlaceFree(facts) => composer.place_free(&facts)?,
        Facts::FreshLink(facts) => composer.fresh_link(&facts)?,
        Facts::IntakeReceived(facts) => composer.intake_received(&facts)?,
        Facts::IntakeReferred(facts) => composer.intake_referred(&facts)?,
        Facts::IntakeWithdrawn(facts) => composer.intake_withdrawn(&facts)?,
        Facts::OfferSent(facts) => composer.offer_sent(&facts)?,
        Facts::OfferAccepted(facts) => composer.offer_accepted(&facts)?,
        Facts::OfferRefused(facts) => composer.offer_refused(&facts)?,
        Facts::OfferLink(facts) => composer.offer_link(&facts)?,
        Facts::TrajectoryRunning(facts) => composer.trajectory_running(&facts)?,
        Facts::NetworkWelcome(facts) => composer.network_welcome(&facts)?,
        Facts::FreshLeaveLink(facts) => composer.fresh_leave_link(&facts)?,
        Facts::NominationConfirmation(facts) => composer.nomination_confirmation(&facts)?,
        Facts::CandidateNotice(facts) => composer.candidate_notice(&facts)?,
        Facts::MemberWelcome(facts) => composer.member_welcome(&facts)?,
        Facts::MemberLeft(facts) => composer.member_left(&facts)?,
        Facts::IntakeMatched { facts, came_free } => composer.intake_matched(&facts, came_free)?,
        Facts::IntakeWaitlisted(facts) => composer.intake_waitlisted(&facts)?,
        Facts::IntakeDeclined(facts) => composer.intake_declined(&facts)?,
        Facts::IntakeClosed(facts) => composer.intake_closed(&facts)?,
        Facts::ConsentRequest(consent) => composer.consent_request(&consent)?,
        Facts::ConsentChaser(consent) => composer.consent_chaser(&consent)?,
        Facts::ConsentLink(consent) => composer.consent_link(&consent)?,
        Facts::ConsentRefused(consent) => composer.consent_refused(&consent)?,
        Facts::ConsentExpired(consent) => composer.consent_expired(&consent)?,
        Facts::ConsentBounced(consent) => composer.consent_bounced(&consent)?,
        Facts::CandidateInvitation(candidacy) => composer.candidate_invitation(&candidacy)?,
        Facts::CandidateRejected(candidacy) => composer.candidate_rejected(&candidacy)?,
        Facts::NominationOutcome(facts) => composer.nomination_outcome(&facts)?,
        Facts::PollInvitation(facts) => composer.poll_invitation(&facts)?,
        Facts::PollChaser(facts) => composer.poll_chaser(&facts)?,
        Facts::PollCancelled(facts) => composer.poll_cancelled(&facts)?,
        Facts::PollClosed(facts) => composer.poll_closed(&facts)?,
        Facts::OfferChaser(facts) => composer.offer_chaser(&facts)?,
        Facts::EndProductChaser(facts) => composer.end_product_chaser(&facts)?,
        Facts::Digest(facts) => composer.digest(&facts)?,
    };
    Ok(Composed::Mail(Box::new(mail)))
}

/// Everything a mail is written with.
struct Composer<'a> {
    conn: &'a mut DbConn,
    keys: &'a KeyRing,
    letterhead: &'a Letterhead,
    reader: &'a Reader,
    now: Timestamp,
}

impl Composer<'_> {
    /// The mail that says this to the reader.
    fn write<C: Contents>(&self, contents: &C) -> Result<ComposedMail, ComposeError> {
        let to = self.reader.as_recipient();
        Ok(self.addressed(render(contents, &to, &self.letterhead.institute)?))
    }

    /// The mail around what was rendered; answers go to the institute.
    fn addressed(&self, rendered: RenderedMail) -> ComposedMail {
        let institute = &self.letterhead.institute;
        ComposedMail {
            rendered,
            to: self.reader.address.clone(),
            to_name: self.reader.name(),
            reply_to: institute.reply_to.clone(),
            reply_to_name: institute.name.clone(),
            in_reply_to: None,
            unsubscribe_url: None,
        }
    }
}

/// What a delivery is about and who reads it; nobody in particular for a mail to ops.
#[expect(clippy::too_many_lines, reason = "one arm per kind of mail")]
fn look(conn: &mut DbConn, delivery: &Delivery, now: Timestamp) -> Looked<(Option<Reader>, Facts)> {
    let missing = |what| ComposeError::Incomplete { what };
    let payload = delivery.payload.as_ref().ok_or(missing("payload"))?;
    if deliveries::rules::has_expired(delivery.expires_at, now) {
        return Ok(Err(DroppedReason::Past));
    }
    let facts = match payload {
        Payload::Invitation { invitation } => {
            meeting::look_request(conn, delivery, *invitation, now)?.map(Facts::Invitation)
        }
        Payload::InvitationUpdate { invitation, .. } => {
            meeting::look_request(conn, delivery, *invitation, now)?.map(Facts::InvitationUpdate)
        }
        Payload::Cancellation { invitation } => {
            meeting::look_cancellation(conn, delivery, *invitation)?.map(Facts::Cancellation)
        }
        Payload::Reminder {
            invitation,
            rule,
            starts_at,
        } => meeting::look_reminder(conn, *invitation, (*rule, *starts_at), now)?
            .map(Facts::Reminder),
        Payload::PlaceFree { invitation } => {
            meeting::look_place(conn, *invitation, now)?.map(Facts::PlaceFree)
        }
        Payload::FreshLink { purpose, object } if purpose == LinkPurpose::Offer.as_str() => {
            offer::look_link(conn, OfferId(*object))?.map(Facts::OfferLink)
        }
        Payload::FreshLink { purpose, object } if purpose == LinkPurpose::Unsubscribe.as_str() => {
            network::look(conn, NetworkMembershipId(*object))?.map(Facts::FreshLeaveLink)
        }
        Payload::FreshLink { purpose, object } if purpose == LinkPurpose::Consent.as_str() => {
            consent::look(conn, ConsentId(*object), ConsentStatus::Requested)?
                .map(Facts::ConsentLink)
        }
        Payload::FreshLink { purpose, object } if purpose == LinkPurpose::DatePoll.as_str() => {
            poll::look_link(conn, InvitationId(*object), now)?
                .map(Box::new)
                .map(Facts::PollInvitation)
        }
        Payload::FreshLink { purpose, object } => {
            meeting::look_fresh_link(conn, purpose, *object, now)?.map(Facts::FreshLink)
        }
        Payload::IntakeReceived { intake } => {
            intake::look_received(conn, *intake)?.map(Facts::IntakeReceived)
        }
        Payload::IntakeReferred { intake } => {
            referral::look(conn, *intake)?.map(Facts::IntakeReferred)
        }
        Payload::IntakeWithdrawn { intake } => {
            intake::look_withdrawn(conn, *intake)?.map(Facts::IntakeWithdrawn)
        }
        Payload::OfferSent { offer } => {
            offer::look(conn, *offer, OfferStatus::Sent)?.map(Facts::OfferSent)
        }
        Payload::OfferAccepted { offer } => {
            offer::look(conn, *offer, OfferStatus::Accepted)?.map(Facts::OfferAccepted)
        }
        Payload::OfferRefused { offer } => {
            offer::look(conn, *offer, OfferStatus::Refused)?.map(Facts::OfferRefused)
        }
        Payload::TrajectoryRunning { trajectory } => {
            trajectory::look_running(conn, *trajectory)?.map(Facts::TrajectoryRunning)
        }
        Payload::NetworkWelcome { membership } => {
            network::look(conn, *membership)?.map(Facts::NetworkWelcome)
        }
        Payload::NominationConfirmation { nomination } => {
            nomination::look_confirmation(conn, *nomination)?.map(Facts::NominationConfirmation)
        }
        Payload::CandidateNotice { candidacy } => {
            nomination::look_notice(conn, *candidacy)?.map(Facts::CandidateNotice)
        }
        Payload::MemberWelcome { member } => {
            member::look_welcome(conn, *member)?.map(Facts::MemberWelcome)
        }
        Payload::MemberLeft { member } => member::look_left(conn, *member)?.map(Facts::MemberLeft),
        Payload::IntakeMatched {
            intake,
            decision,
            came_free,
        } => {
            let wanted_in = &[IntakeStatus::Matched, IntakeStatus::Started];
            let came_free = *came_free;
            decision::look(conn, (*intake, *decision), wanted_in)?
                .map(|facts| Facts::IntakeMatched { facts, came_free })
        }
        Payload::IntakeWaitlisted { intake, decision } => {
            let wanted_in = &[IntakeStatus::Waitlisted];
            decision::look(conn, (*intake, *decision), wanted_in)?.map(Facts::IntakeWaitlisted)
        }
        Payload::IntakeDeclined { intake, decision } => {
            let wanted_in = &[IntakeStatus::Declined];
            decision::look(conn, (*intake, *decision), wanted_in)?.map(Facts::IntakeDeclined)
        }
        Payload::IntakeClosed { intake, decision } => {
            let wanted_in = &[IntakeStatus::Declined];
            decision::look(conn, (*intake, *decision), wanted_in)?.map(Facts::IntakeClosed)
        }
        Payload::ConsentRequest { consent } => {
            consent::look(conn, *consent, ConsentStatus::Requested)?.map(Facts::ConsentRequest)
        }
        Payload::ConsentChaser { consent, day } => {
            consent::look_chaser(conn, *consent, *day, now)?.map(Facts::ConsentChaser)
        }
        Payload::ConsentRefused { consent } => {
            consent::look(conn, *consent, ConsentStatus::Refused)?.map(Facts::ConsentRefused)
        }
        Payload::ConsentExpired { consent } => {
            consent::look(conn, *consent, ConsentStatus::Expired)?.map(Facts::ConsentExpired)
        }
        Payload::ConsentBounced { consent } => {
            consent::look(conn, *consent, ConsentStatus::Requested)?.map(Facts::ConsentBounced)
        }
        Payload::CandidateInvitation { candidacy } => {
            membership::look(conn, *candidacy, CandidacyStatus::CandidateInvited)?
                .map(Facts::CandidateInvitation)
        }
        Payload::CandidateRejected { candidacy } => {
            membership::look(conn, *candidacy, CandidacyStatus::Rejected)?
                .map(Facts::CandidateRejected)
        }
        Payload::NominationOutcome { nomination } => {
            membership::look_outcome(conn, *nomination)?.map(Facts::NominationOutcome)
        }
        Payload::PollInvitation { invitation, round } => {
            poll::look_invitation(conn, *invitation, *round, now)?
                .map(Box::new)
                .map(Facts::PollInvitation)
        }
        Payload::PollChaser { invitation, hours } => {
            poll::look_chaser(conn, *invitation, *hours, now)?
                .map(Box::new)
                .map(Facts::PollChaser)
        }
        Payload::PollCancelled { invitation } => poll::look_cancelled(conn, *invitation)?
            .map(Box::new)
            .map(Facts::PollCancelled),
        Payload::PollClosed { meeting } => poll::look_closed(conn, *meeting)?
            .map(Box::new)
            .map(Facts::PollClosed),
        Payload::OfferChaser { offer } => {
            offer::look(conn, *offer, OfferStatus::Sent)?.map(Facts::OfferChaser)
        }
        Payload::EndProductChaser { trajectory } => {
            trajectory::look_end_product(conn, *trajectory)?.map(Facts::EndProductChaser)
        }
        Payload::Digest { .. } => digest::look(conn, delivery)?.map(Facts::Digest),
    };
    let facts = match facts {
        Ok(facts) => facts,
        Err(reason) => return Ok(Err(reason)),
    };
    Ok(whose(conn, delivery, payload)?.map(|reader| (reader, facts)))
}

/// Who reads a delivery; `None` for ops.
fn whose(conn: &mut DbConn, delivery: &Delivery, payload: &Payload) -> Looked<Option<Reader>> {
    // Whoever nominates by the open form or through a machine is no person of ours.
    let nomination = match (payload, delivery.recipient) {
        (Payload::NominationConfirmation { nomination }, _)
        | (Payload::NominationOutcome { nomination }, None) => Some(*nomination),
        (_, None) if payload.may_go_to_ops() => return Ok(Ok(None)),
        (_, _) => None,
    };
    let found = match nomination {
        Some(nomination) => nomination::nominator(conn, nomination)?,
        None => reader(conn, delivery)?,
    };
    Ok(found.map(Some))
}

/// The recipient as they are now: an address that was taken away or bounces gets nothing.
fn reader(conn: &mut DbConn, delivery: &Delivery) -> Looked<Reader> {
    let person = match delivery.recipient {
        Some(id) => people::queries::find(conn, &Scope::Institute, id)?,
        None => None,
    };
    let Some(person) = person.filter(|person| !person.is_erased()) else {
        return Ok(Err(DroppedReason::Suppressed));
    };
    let Some(address) = person.email.clone() else {
        return Ok(Err(DroppedReason::Suppressed));
    };
    if deliveries::is_suppressed(conn, &address)? {
        return Ok(Err(DroppedReason::Suppressed));
    }
    Ok(Ok(Reader { person, address }))
}
