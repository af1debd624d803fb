//! Requests for consent that wait: the chasers, the end of the time to answer, and mails that
//! came back (N3).

use crate::access::Actor;
use crate::candidacies::{self, CandidacyAction, MoveCandidacyError};
use crate::clock::LocalNow;
use crate::consents::{self, ConsentAction, ConsentStatus, ConsentSubject};
use crate::db::{DbConn, DbError, DbResult};
use crate::deliveries::Payload;
use crate::ids::ConsentId;

/// How many are looked at in one transaction; the next tick takes the rest.
const AT_ONCE: i64 = 100;

/// Sends the chasers that are due. Says how many.
pub fn chase_consents(conn: &mut DbConn, now: LocalNow) -> DbResult<usize> {
    let actor = Actor::system("chase-consents");
    let due = consents::due_for_chaser(conn, now.at, AT_ONCE)?;
    let count = due.len();
    for (consent, day) in due {
        consents::note_chaser(conn, consent.id, day)?;
        if let Some(giver) = consent.giver {
            let payload = Payload::ConsentChaser {
                consent: consent.id,
                day,
            };
            consents::enqueue(conn, &actor, now, &consent, giver.person, payload)?;
        }
    }
    Ok(count)
}

/// Closes requests whose time to answer is over. Says how many.
pub fn expire_consents(conn: &mut DbConn, now: LocalNow) -> DbResult<usize> {
    let actor = Actor::system("expire-consents");
    let lapsed = consents::lapsed(conn, now.at, AT_ONCE)?;
    let count = lapsed.len();
    for consent in lapsed {
        let expired = consents::close(conn, &actor, now, consent, ConsentAction::Expire)?;
        if let ConsentSubject::Candidacy(id) = expired.subject {
            let candidacy = candidacies::find(conn, id)?.ok_or(DbError::Conflict)?;
            let action = CandidacyAction::ExpireConsent;
            match candidacies::move_on(conn, &actor, now, candidacy, action, None) {
                // One that moved on by another way needs no answer any more.
                Ok(_) | Err(MoveCandidacyError::State(_)) => {}
                Err(MoveCandidacyError::Db(error)) => return Err(error),
            }
        }
        let payload = Payload::ConsentExpired {
            consent: expired.id,
        };
        consents::tell_asker(conn, &actor, now, &expired, payload)?;
    }
    Ok(count)
}

/// Shows on the consent that a mail to its giver came back, and tells whoever asked.
pub(super) fn consent_bounced(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    id: ConsentId,
) -> DbResult<()> {
    consents::note_bounce(conn, id, now.at)?;
    let Some(consent) = consents::find(conn, id)? else {
        return Ok(());
    };
    if consent.status != ConsentStatus::Requested {
        return Ok(());
    }
    let payload = Payload::ConsentBounced { consent: id };
    consents::tell_asker(conn, actor, now, &consent, payload)
}
