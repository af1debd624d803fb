//! Asking, answering and closing. What an answer does to the candidacy or the membership it is
//! about is in `flows`.

use super::{
    AnswerConsentError, AnsweredVia, Consent, ConsentAction, ConsentAnswer, ConsentStatus,
    ConsentSubject, Evidence, NewConsent, queries, trace,
};
use crate::access::Actor;
use crate::catalogue::shipped;
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError, DbResult};
use crate::deliveries::{self, NewDelivery, NewOpsDelivery, OrderKey, Payload};
use crate::ids::{ConsentId, PersonId};
use crate::links;

/// Asks the highest executive of somebody's employer for consent, by mail. Whoever calls has
/// looked at the rules, and sees to it that no other request about that person is open.
pub fn ask(conn: &mut DbConn, actor: &Actor, now: LocalNow, new: NewConsent) -> DbResult<Consent> {
    let giver = new.giver.person;
    let consent = Consent {
        employer: Some(new.employer),
        giver: Some(new.giver),
        requested_by: new.requested_by,
        reason: new.reason,
        ..blank(new.person, new.subject, now)
    };
    queries::insert(conn, &consent)?;
    let words = ("consent.requested", "consent.request");
    trace::write(conn, actor, now, &consent, None, words)?;
    let payload = Payload::ConsentRequest {
        consent: consent.id,
    };
    enqueue(conn, actor, now, &consent, giver, payload)?;
    Ok(consent)
}

/// Records that there is nobody to ask about somebody, and why.
pub fn waive(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    (person, subject): (PersonId, ConsentSubject),
    reason: String,
    by: Option<PersonId>,
) -> DbResult<Consent> {
    let consent = Consent {
        status: ConsentStatus::NotApplicable,
        requested_by: by,
        reason: Some(reason),
        closed_at: Some(now.at),
        ..blank(person, subject, now)
    };
    queries::insert(conn, &consent)?;
    let words = ("consent.waived", "consent.waive");
    trace::write(conn, actor, now, &consent, None, words)?;
    Ok(consent)
}

/// Takes an answer: by the link, or on behalf with evidence. The same answer again changes
/// nothing: somebody opened the page twice.
pub fn answer(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    consent: Consent,
    answer: ConsentAnswer,
    evidence: Option<Evidence>,
) -> Result<Consent, AnswerConsentError> {
    let action = answer.action();
    if consent.status == action.leads_to() {
        return Ok(consent);
    }
    // The job that closes lapsed requests may not have come by yet.
    if consent.has_lapsed(now.at) {
        return Err(AnswerConsentError::Expired);
    }
    let after = consent.after(action, now.at);
    let mut answered = after.map_err(|invalid| AnswerConsentError::Closed(invalid.from))?;
    answered.answered_via = Some(match evidence {
        Some(_) => AnsweredVia::OnBehalf,
        None => AnsweredVia::Link,
    });
    answered.evidence = evidence;
    match answer {
        ConsentAnswer::Give(by) => answered.answered_by = Some(by),
        ConsentAnswer::Refuse { by, reason } => {
            answered.answered_by = Some(by);
            answered.reason = reason;
        }
    }
    let answered = queries::update(conn, answered)?;
    trace::action(conn, actor, now, &answered, action)?;
    Ok(answered)
}

/// Ends an open request without an answer. Its links die, unless it lapsed: then its page still
/// says so.
pub fn close(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    consent: Consent,
    action: ConsentAction,
) -> DbResult<Consent> {
    let after = consent.after(action, now.at);
    let closed = queries::update(conn, after.map_err(|_| DbError::Conflict)?)?;
    if action != ConsentAction::Expire {
        links::revoke_object(conn, closed.id.0, now.at)?;
    }
    trace::action(conn, actor, now, &closed, action)?;
    Ok(closed)
}

/// Puts a mail about a consent into the outbox. Mails about one person's consents reach their
/// recipient in the order in which things happened.
pub(crate) fn enqueue(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    consent: &Consent,
    recipient: PersonId,
    payload: Payload,
) -> DbResult<()> {
    let is_chaser = matches!(payload, Payload::ConsentChaser { .. });
    let deadline = consent.lapses_at().filter(|_| is_chaser);
    let new = NewDelivery {
        dedupe_key: dedupe_key(&payload, consent),
        payload,
        recipient,
        subject: trace::subject(consent),
        meeting: None,
        order_key: OrderKey::subject(consent.subject.uuid(), recipient),
        due_at: now.at,
        expires_at: deadline,
    };
    deliveries::enqueue(conn, &new, actor, now.at)?;
    Ok(())
}

/// Tells whoever asked what became of it; ops, when that was nobody in particular and somebody
/// must act.
pub(crate) fn tell_asker(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    consent: &Consent,
    payload: Payload,
) -> DbResult<()> {
    if let Some(asker) = consent.requested_by {
        return enqueue(conn, actor, now, consent, asker, payload);
    }
    let new = NewOpsDelivery {
        dedupe_key: dedupe_key(&payload, consent),
        payload,
        subject: trace::subject(consent),
        expires_at: None,
    };
    deliveries::enqueue_to_ops(conn, &new, actor, now.at)?;
    Ok(())
}

/// Each kind of mail about a consent once, and each chaser.
fn dedupe_key(payload: &Payload, consent: &Consent) -> String {
    let kind = payload.kind();
    if let Payload::ConsentChaser { day, .. } = payload {
        format!("{kind}:{}:{day}", consent.id)
    } else {
        format!("{kind}:{}", consent.id)
    }
}

fn blank(person: PersonId, subject: ConsentSubject, now: LocalNow) -> Consent {
    Consent {
        id: ConsentId::generate(),
        version: 1,
        status: ConsentStatus::Requested,
        person,
        subject,
        employer: None,
        giver: None,
        wording: shipped().consent_version().to_owned(),
        requested_by: None,
        requested_at: now.at,
        accepted_at: None,
        bounced_at: None,
        last_chaser: None,
        answered_at: None,
        answered_by: None,
        answered_via: None,
        evidence: None,
        reason: None,
        closed_at: None,
        created_at: now.at,
        updated_at: now.at,
    }
}
