//! A visitor whose link does not work asks for a fresh one.

use jiff::Timestamp;

use super::open_nomination::ask_to_confirm;
use crate::access::{Actor, Permit, Scope, Trace};
use crate::audit::{self, AuditLine, AuditRecord, AuditResult};
use crate::candidacies::{self, Candidacy};
use crate::consents::{self, ConsentStatus};
use crate::db::{DbConn, DbResult};
use crate::deliveries::{self, NewDelivery, OrderKey, Payload};
use crate::events::Subject;
use crate::ids::{
    CandidacyId, ConsentId, DeliveryId, InvitationId, NetworkMembershipId, NominationId, OfferId,
};
use crate::invitations;
use crate::keys::KeyRing;
use crate::links::{self, FreshLinkFor, Link, LinkPurpose};
use crate::meetings::{self, MeetingStatus};
use crate::networks::{self, MembershipStatus};
use crate::nominations::{self, NominationStatus};
use crate::offers::{self, Offer};
use crate::people;
use crate::polls::{self, PollAction};
use crate::words::EmailAddress;

/// What the visitor sent.
#[derive(Clone)]
pub struct FreshLinkWish {
    /// The page they were on.
    pub purpose: LinkPurpose,
    /// The token that did not work.
    pub token: String,
    /// The address they typed. Nothing is ever sent to it.
    pub address: EmailAddress,
}

impl std::fmt::Debug for FreshLinkWish {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FreshLinkWish")
            .field("purpose", &self.purpose)
            .finish_non_exhaustive()
    }
}

/// Sends a fresh link to the address on file, at most one per link and hour, if the token was
/// ours, or names a link whose recipient has the address that was typed. Else does nothing.
///
/// The caller shows the same answer for both. Both write an audit row, so that both take a commit
/// and the time of the answer tells nothing either (`security: 80`).
pub fn ask(
    conn: &mut DbConn,
    keys: &KeyRing,
    trace: &Trace,
    now: Timestamp,
    wish: &FreshLinkWish,
) -> DbResult<Option<DeliveryId>> {
    let claim = links::fresh_link_for(conn, keys, wish.purpose, &wish.token)?;
    record(conn, trace, now, claim)?;
    let (link, proven) = match claim {
        None => return Ok(None),
        Some(FreshLinkFor::Proven(link)) => (link, true),
        Some(FreshLinkFor::Named(link)) => (link, false),
    };
    let on_file = address_on_file(conn, &link)?;
    let may_send = on_file.is_some_and(|email| proven || email.key() == wish.address.key());
    if !may_send {
        return Ok(None);
    }
    match link.purpose {
        LinkPurpose::Answer => send_for_invitation(conn, trace, now, &link),
        LinkPurpose::DatePoll => send_for_poll(conn, trace, now, &link),
        LinkPurpose::Offer => send_for_offer(conn, trace, now, &link),
        LinkPurpose::Unsubscribe => send_for_membership(conn, trace, now, &link),
        LinkPurpose::ConfirmNomination => send_for_nomination(conn, trace, now, &link),
        LinkPurpose::Candidate => send_for_candidacy(conn, trace, now, &link),
        LinkPurpose::Consent => send_for_consent(conn, trace, now, &link),
        // Their pages come with the features they belong to.
        LinkPurpose::TeamSeat | LinkPurpose::Experience | LinkPurpose::Calendar => Ok(None),
    }
}

fn send_for_invitation(
    conn: &mut DbConn,
    trace: &Trace,
    now: Timestamp,
    link: &Link,
) -> DbResult<Option<DeliveryId>> {
    let Some(invitation) = invitations::find(conn, InvitationId(link.object))? else {
        return Ok(None);
    };
    let Some(meeting) = meetings::find(conn, &Scope::Institute, invitation.meeting)? else {
        return Ok(None);
    };
    let pointless = meeting.status != MeetingStatus::Scheduled
        || meeting.has_started(now)
        || !invitation.answer.is_open()
        || invitation.person != link.recipient;
    if pointless {
        return Ok(None);
    }
    let new = NewDelivery {
        dedupe_key: once_an_hour(link, now),
        payload: payload(link),
        recipient: link.recipient,
        subject: Subject {
            kind: "meeting",
            id: meeting.id.0,
        },
        meeting: Some((meeting.id, invitation.id, meeting.sequence)),
        order_key: OrderKey::meeting(meeting.id, link.recipient),
        due_at: now,
        expires_at: Some(meeting.period.starts_at()),
    };
    let actor = Actor::link_holder(link.recipient, Permit::InvitationsAnswer).traced(*trace);
    deliveries::enqueue(conn, &new, &actor, now)
}

fn send_for_poll(
    conn: &mut DbConn,
    trace: &Trace,
    now: Timestamp,
    link: &Link,
) -> DbResult<Option<DeliveryId>> {
    let Some(invitation) = invitations::find(conn, InvitationId(link.object))? else {
        return Ok(None);
    };
    let Some(poll) = polls::find(conn, invitation.meeting)? else {
        return Ok(None);
    };
    let pointless = !poll.allows(PollAction::Vote, now)
        || !invitation.answer.is_open()
        || invitation.person != link.recipient;
    if pointless {
        return Ok(None);
    }
    let new = NewDelivery {
        dedupe_key: once_an_hour(link, now),
        payload: payload(link),
        recipient: link.recipient,
        subject: Subject {
            kind: "meeting",
            id: invitation.meeting.0,
        },
        meeting: Some((invitation.meeting, invitation.id, invitation.sequence)),
        order_key: OrderKey::meeting(invitation.meeting, link.recipient),
        due_at: now,
        expires_at: Some(poll.closes_at),
    };
    let actor = Actor::link_holder(link.recipient, Permit::InvitationsAnswer).traced(*trace);
    deliveries::enqueue(conn, &new, &actor, now)
}

/// Mails the sponsor a link to the offer that counts now: the link's own, or the one that came in
/// its place. Does nothing when there is none, or when that one went to somebody else.
pub fn send_for_offer(
    conn: &mut DbConn,
    trace: &Trace,
    now: Timestamp,
    link: &Link,
) -> DbResult<Option<DeliveryId>> {
    let Some(asked) = offers::find(conn, &Scope::Institute, OfferId(link.object))? else {
        return Ok(None);
    };
    let Some(offer) = offers::that_counts(conn, asked)? else {
        return Ok(None);
    };
    let is_theirs = |offer: &Offer| {
        offer
            .sponsor
            .is_some_and(|sponsor| sponsor.person == link.recipient)
    };
    if !is_theirs(&offer) {
        return Ok(None);
    }
    let new = NewDelivery {
        dedupe_key: once_an_hour(link, now),
        payload: Payload::FreshLink {
            purpose: link.purpose.as_str().to_owned(),
            object: offer.id.0,
        },
        recipient: link.recipient,
        subject: Subject {
            kind: "offer",
            id: offer.id.0,
        },
        meeting: None,
        order_key: OrderKey::subject(offer.intake.0, link.recipient),
        due_at: now,
        expires_at: None,
    };
    let actor = Actor::link_holder(link.recipient, Permit::OffersAnswer).traced(*trace);
    deliveries::enqueue(conn, &new, &actor, now)
}

fn send_for_membership(
    conn: &mut DbConn,
    trace: &Trace,
    now: Timestamp,
    link: &Link,
) -> DbResult<Option<DeliveryId>> {
    let found = networks::membership_by_id(conn, NetworkMembershipId(link.object))?;
    let Some(membership) = found else {
        return Ok(None);
    };
    let pointless =
        membership.status() != MembershipStatus::Active || membership.person != link.recipient;
    if pointless {
        return Ok(None);
    }
    let new = NewDelivery {
        dedupe_key: once_an_hour(link, now),
        payload: payload(link),
        recipient: link.recipient,
        subject: Subject {
            kind: "network_membership",
            id: membership.id.0,
        },
        meeting: None,
        order_key: OrderKey::subject(membership.network.0, link.recipient),
        due_at: now,
        expires_at: None,
    };
    let actor = Actor::link_holder(link.recipient, Permit::NetworksJoin).traced(*trace);
    deliveries::enqueue(conn, &new, &actor, now)
}

/// The address that a fresh link may go to.
fn address_on_file(conn: &mut DbConn, link: &Link) -> DbResult<Option<EmailAddress>> {
    if link.purpose == LinkPurpose::ConfirmNomination {
        let found = nominations::find_any(conn, NominationId(link.object))?;
        return Ok(found.and_then(|nomination| nomination.nominator_email));
    }
    let recipient = people::queries::find(conn, &Scope::Institute, link.recipient)?;
    Ok(recipient
        .filter(|person| !person.is_erased())
        .and_then(|person| person.email))
}

/// A consent that takes no answer any more has nothing to show that a mail did not tell.
fn send_for_consent(
    conn: &mut DbConn,
    trace: &Trace,
    now: Timestamp,
    link: &Link,
) -> DbResult<Option<DeliveryId>> {
    let Some(consent) = consents::find(conn, ConsentId(link.object))? else {
        return Ok(None);
    };
    let is_theirs = consent
        .giver
        .is_some_and(|giver| giver.person == link.recipient);
    if consent.status != ConsentStatus::Requested || !is_theirs {
        return Ok(None);
    }
    let new = NewDelivery {
        dedupe_key: once_an_hour(link, now),
        payload: payload(link),
        recipient: link.recipient,
        subject: consents::subject(&consent),
        meeting: None,
        order_key: OrderKey::subject(consent.id.0, link.recipient),
        due_at: now,
        expires_at: None,
    };
    let actor = Actor::link_holder(link.recipient, Permit::ConsentsAnswer).traced(*trace);
    deliveries::enqueue(conn, &new, &actor, now)
}

fn send_for_nomination(
    conn: &mut DbConn,
    trace: &Trace,
    now: Timestamp,
    link: &Link,
) -> DbResult<Option<DeliveryId>> {
    let found = nominations::find_any(conn, NominationId(link.object))?;
    let waits = found.filter(|found| found.status == NominationStatus::Unconfirmed);
    match waits {
        Some(nomination) => ask_to_confirm(conn, trace, now, &nomination, &once_an_hour(link, now)),
        None => Ok(None),
    }
}

fn send_for_candidacy(
    conn: &mut DbConn,
    trace: &Trace,
    now: Timestamp,
    link: &Link,
) -> DbResult<Option<DeliveryId>> {
    let found = candidacies::find(conn, CandidacyId(link.object))?;
    let goes_on = |found: &Candidacy| !found.status.is_closed() && found.person == link.recipient;
    let Some(candidacy) = found.filter(goes_on) else {
        return Ok(None);
    };
    let new = NewDelivery {
        dedupe_key: once_an_hour(link, now),
        payload: Payload::CandidateNotice {
            candidacy: candidacy.id,
        },
        recipient: link.recipient,
        subject: candidacies::subject(&candidacy),
        meeting: None,
        order_key: OrderKey::subject(candidacy.id.0, link.recipient),
        due_at: now,
        expires_at: None,
    };
    let actor = Actor::link_holder(link.recipient, Permit::CandidaciesAnswer).traced(*trace);
    deliveries::enqueue(conn, &new, &actor, now)
}

fn once_an_hour(link: &Link, now: Timestamp) -> String {
    let hour = now.as_second().div_euclid(3600);
    format!("fresh_link:{}:{hour}", link.id)
}

fn payload(link: &Link) -> Payload {
    Payload::FreshLink {
        purpose: link.purpose.as_str().to_owned(),
        object: link.object,
    }
}

fn record(
    conn: &mut DbConn,
    trace: &Trace,
    now: Timestamp,
    claim: Option<FreshLinkFor>,
) -> DbResult<()> {
    let link = claim.map(|claim| match claim {
        FreshLinkFor::Proven(link) | FreshLinkFor::Named(link) => link,
    });
    let asked = AuditRecord {
        line: AuditLine {
            action: "link.ask_fresh",
            object_type: "link",
            object_id: link.map(|link| link.id.to_string()),
            municipality: None,
        },
        actor_kind: "nobody",
        actor_id: String::new(),
        result: AuditResult::Done,
        origin: trace.origin.map(|address| address.to_string()),
        request_id: trace.request_id.map(|id| id.to_string()),
        at: now,
    };
    audit::record_line(conn, &asked)
}
