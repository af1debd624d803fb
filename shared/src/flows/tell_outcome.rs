//! Telling nominators, and a candidate who was told before, what came of a candidacy.

use crate::access::Actor;
use crate::candidacies::{self, Candidacy, CandidacyStatus};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbResult};
use crate::deliveries::{self, NewDelivery, OrderKey, Payload, ToStranger};
use crate::nominations::{self, Nomination, NominationStatus};
use crate::words::EmailAddress;

/// Puts the mails into the outbox; each mailbox gets one.
pub(super) fn tell_outcome(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    candidacy: &Candidacy,
) -> DbResult<()> {
    // Who accepts or declines knows, and who was told nothing so far hears nothing now.
    if candidacy.status == CandidacyStatus::Rejected && candidacy.told_at.is_some() {
        let new = NewDelivery {
            dedupe_key: format!("candidate_rejected:{}", candidacy.id),
            payload: Payload::CandidateRejected {
                candidacy: candidacy.id,
            },
            recipient: candidacy.person,
            subject: candidacies::subject(candidacy),
            meeting: None,
            order_key: OrderKey::subject(candidacy.id.0, candidacy.person),
            due_at: now.at,
            expires_at: None,
        };
        deliveries::enqueue(conn, &new, actor, now.at)?;
    }
    let mut told = Vec::new();
    for nomination in nominations::of_candidacy(conn, candidacy.id)? {
        let stands = nomination.status == NominationStatus::Submitted;
        let mailbox = nomination.nominator_email.as_ref().map(EmailAddress::key);
        let twice = mailbox.as_ref().is_some_and(|key| told.contains(key));
        if !stands || twice {
            continue;
        }
        told.extend(mailbox);
        tell_nominator(conn, actor, now, candidacy, &nomination)?;
    }
    Ok(())
}

fn tell_nominator(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    candidacy: &Candidacy,
    nomination: &Nomination,
) -> DbResult<()> {
    let payload = Payload::NominationOutcome {
        nomination: nomination.id,
    };
    let dedupe_key = format!("nomination_outcome:{}", nomination.id);
    let subject = nominations::subject(nomination);
    if let Some(recipient) = nomination.nominator {
        let new = NewDelivery {
            dedupe_key,
            payload,
            recipient,
            subject,
            meeting: None,
            order_key: OrderKey::subject(candidacy.id.0, recipient),
            due_at: now.at,
            expires_at: None,
        };
        deliveries::enqueue(conn, &new, actor, now.at)?;
    } else if nomination.nominator_email.is_some() {
        let new = ToStranger {
            dedupe_key,
            payload,
            subject,
            due_at: now.at,
            expires_at: None,
        };
        deliveries::enqueue_to_stranger(conn, &new, &actor.trace, now.at)?;
    }
    Ok(())
}
