//! A mail comes in: a bounce is matched with its delivery, shown on the invitation or the consent,
//! and its address gets nothing more; an answer of a calendar program is taken.

use super::await_consents::consent_bounced;
use super::take_reply::take_reply;
use super::tell_candidate::notice_came_back;
use crate::access::{Actor, Granted, InboundMailWrite};
use crate::audit::{self, AuditLine};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError};
use crate::deliveries::{self, Payload, return_path};
use crate::events::{self, NewEvent, Subject};
use crate::ids::{CandidacyId, ConsentId, DeliveryId, InboundMailId};
use crate::inbound_mail::{self, InboundMail, InboundOutcome, RawMail, Report, Verdict};
use crate::invitations;
use crate::keys::{KeyError, KeyRing};

/// Why a mail could not be taken in.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveMailError {
    /// What could not be matched could not be sealed.
    #[error("sealing")]
    Key(#[from] KeyError),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Takes a mail in. The same mail again changes nothing.
pub fn receive_mail(
    conn: &mut DbConn,
    keys: &KeyRing,
    granted: &Granted<InboundMailWrite>,
    now: LocalNow,
    raw: &RawMail,
) -> Result<InboundMail, ReceiveMailError> {
    if let Some(seen) = inbound_mail::find_seen(conn, &raw.digest)? {
        return Ok(seen);
    }
    let mail = InboundMail {
        id: InboundMailId::generate(),
        outcome: InboundOutcome::Unmatched,
        reason: None,
        delivery: None,
        invitation: None,
        received_at: now.at,
    };
    let mail = match &raw.reply {
        Some(reply) => match take_reply(conn, granted.actor(), now, reply)? {
            Ok(invitation) => InboundMail {
                outcome: InboundOutcome::Answered,
                invitation: Some(invitation),
                ..mail
            },
            Err(reason) => unmatched(mail, reason),
        },
        None => match matched(keys, raw.report.as_ref()) {
            Err(reason) => unmatched(mail, reason),
            Ok((delivery, report)) => match take(conn, granted.actor(), now, delivery, report)? {
                Some(outcome) => InboundMail {
                    outcome,
                    delivery: Some(delivery),
                    ..mail
                },
                None => unmatched(mail, "unknown-delivery"),
            },
        },
    };
    let sealed = match mail.outcome {
        InboundOutcome::Unmatched => Some(keys.seal(&raw.bytes)?),
        InboundOutcome::Bounced | InboundOutcome::Delayed | InboundOutcome::Answered => None,
    };
    inbound_mail::insert(conn, &mail, &raw.digest, sealed.as_deref())?;
    let line = AuditLine {
        action: "inbound_mail.receive",
        object_type: "inbound_mail",
        object_id: Some(mail.id.to_string()),
        municipality: None,
    };
    audit::record(conn, granted.actor(), line, now.at)?;
    Ok(mail)
}

fn unmatched(mut mail: InboundMail, reason: &str) -> InboundMail {
    mail.reason = Some(reason.to_owned());
    mail
}

/// The delivery that a report is about, by our own return address and nothing else.
fn matched<'r>(
    keys: &KeyRing,
    report: Option<&'r Report>,
) -> Result<(DeliveryId, &'r Report), &'static str> {
    let report = report.ok_or("not-a-report")?;
    let delivery = report
        .returned_to
        .iter()
        .find_map(|address| return_path::delivery_of(keys, address))
        .ok_or("not-to-a-return-address")?;
    Ok((delivery, report))
}

/// Records what the report says of a delivery; `None` when there is no such delivery any more.
fn take(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    id: DeliveryId,
    report: &Report,
) -> Result<Option<InboundOutcome>, DbError> {
    if deliveries::find(conn, &actor.scope, id)?.is_none() {
        return Ok(None);
    }
    if report.verdict != Verdict::Failed {
        return Ok(Some(InboundOutcome::Delayed));
    }
    let Some(bounced) = deliveries::record_bounce(conn, id, &report.status, now.at)? else {
        return Ok(Some(InboundOutcome::Bounced));
    };
    if let Some(hash) = bounced
        .address_hash
        .filter(|_| report.is_about_a_dead_address())
    {
        deliveries::suppress(conn, &hash, id, now.at)?;
    }
    if let Some(invitation) = bounced.invitation {
        invitations::note_bounce(conn, invitation, now.at)?;
    }
    if Payload::CONSENT_KINDS.contains(&bounced.kind.as_str()) {
        consent_bounced(conn, actor, now, ConsentId(bounced.subject))?;
    }
    if bounced.kind == "candidate_notice" {
        notice_came_back(conn, actor, now, CandidacyId(bounced.subject))?;
    }
    let event = NewEvent {
        event_type: "delivery.bounced",
        subject: Subject {
            kind: "delivery",
            id: id.0,
        },
        municipality: None,
        from: None,
        to: None,
        reason: None,
        data: serde_json::json!({ "status": report.status }),
    };
    events::append(conn, &event, actor, now.at)?;
    Ok(Some(InboundOutcome::Bounced))
}
