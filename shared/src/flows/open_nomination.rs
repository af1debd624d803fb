//! Nominations without a token: held, confirmed by a link, and only then a nomination like any
//! other.

use jiff::Timestamp;

use super::nominate::{Write, add_person, check, held, submit};
use crate::access::{Actor, Permit, Trace};
use crate::audit::{self, AuditLine, AuditRecord, AuditResult};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbResult};
use crate::deliveries::{self, Payload, ToStranger};
use crate::events::{self, NewEvent};
use crate::ids::{DeliveryId, NominationId};
use crate::links::Link;
use crate::nominations::matching;
use crate::nominations::{
    self, CONFIRM_WITHIN, InvalidNominationTransition, NewNomination, NominateError, Nomination,
    NominationAction, NominationProblem, NominationStatus,
};

/// Holds a nomination by the open form, and asks its nominator by mail to stand by it. Nothing
/// here looks at who is known to us, so that neither the answer nor its time tells.
// mission: N2; security: 80
pub fn receive_open_nomination(
    conn: &mut DbConn,
    trace: &Trace,
    now: LocalNow,
    new: NewNomination,
) -> Result<Nomination, NominateError> {
    let nominator = new
        .nominator
        .clone()
        .ok_or_else(|| NominateError::Invalid(vec![NominationProblem::NominatorMissing]))?;
    check(conn, now, &new, &nominator)?;
    let nomination = Nomination {
        status: NominationStatus::Unconfirmed,
        confirm_by: Some(now.at + CONFIRM_WITHIN),
        ..held(new, nominator, now)
    };
    nominations::insert(conn, &nomination)?;
    received(conn, trace, now, &nomination)?;
    ask_to_confirm(conn, trace, now.at, &nomination, "first")?;
    Ok(nomination)
}

/// Leaves the traces of a nomination by nobody in particular.
fn received(
    conn: &mut DbConn,
    trace: &Trace,
    now: LocalNow,
    nomination: &Nomination,
) -> DbResult<()> {
    let event = NewEvent {
        event_type: "nomination.received",
        subject: nominations::subject(nomination),
        municipality: None,
        from: None,
        to: Some(nomination.status.as_str()),
        reason: None,
        data: serde_json::json!({ "channel": nomination.channel }),
    };
    events::append(conn, &event, &Actor::system("open nominations"), now.at)?;
    let record = AuditRecord {
        line: AuditLine {
            action: "nomination.receive",
            object_type: "nomination",
            object_id: Some(nomination.id.to_string()),
            municipality: None,
        },
        actor_kind: "nobody",
        actor_id: String::new(),
        result: AuditResult::Done,
        origin: trace.origin.map(|address| address.to_string()),
        request_id: trace.request_id.map(|id| id.to_string()),
        at: now.at,
    };
    audit::record_line(conn, &record)
}

/// Mails the nominator the link to confirm; `time` tells one such mail from the next.
pub(super) fn ask_to_confirm(
    conn: &mut DbConn,
    trace: &Trace,
    now: Timestamp,
    nomination: &Nomination,
    time: &str,
) -> DbResult<Option<DeliveryId>> {
    let new = ToStranger {
        dedupe_key: format!("nomination_confirmation:{}:{time}", nomination.id),
        payload: Payload::NominationConfirmation {
            nomination: nomination.id,
        },
        subject: nominations::subject(nomination),
        due_at: now,
        expires_at: nomination.confirm_by,
    };
    deliveries::enqueue_to_stranger(conn, &new, trace, now)
}

/// Why a nomination was not confirmed.
#[derive(Debug, thiserror::Error)]
pub enum ConfirmNominationError {
    /// It is gone: its time passed.
    #[error("no such nomination")]
    NotFound,
    /// It was confirmed before, or taken back since.
    #[error(transparent)]
    State(#[from] InvalidNominationTransition),
    /// The database failed.
    #[error("database")]
    Db(#[from] crate::db::DbError),
}

/// The nominator stands by their nomination: they are a person from now on, and it joins a
/// candidacy. `link` is what they came by; whoever calls has opened it.
pub fn confirm_nomination(
    conn: &mut DbConn,
    trace: &Trace,
    now: LocalNow,
    link: &Link,
) -> Result<Nomination, ConfirmNominationError> {
    let id = NominationId(link.object);
    let nomination = nominations::find_any(conn, id)?.ok_or(ConfirmNominationError::NotFound)?;
    let nomination = nomination.after(NominationAction::Confirm, now.at)?;
    let (name, language) = (nomination.nominator_name.clone(), nomination.language);
    let known = match &nomination.nominator_email {
        Some(email) => matching::with_mailbox(conn, email)?,
        None => Vec::new(),
    };
    // Whoever opened the link reads that mailbox, so they are whom we know by it.
    let by_job = Actor::system("confirm nomination").traced(*trace);
    let nominator = if let Some(person) = known.first() {
        person.id
    } else {
        let email = nomination.nominator_email.clone();
        add_person(conn, &by_job, now, &name, email, language)?
    };
    let nomination = Nomination {
        nominator: Some(nominator),
        confirmed_at: Some(now.at),
        confirm_by: None,
        ..nomination
    };
    let actor = Actor::link_holder(nominator, Permit::NominationsWrite).traced(*trace);
    Ok(submit(conn, &actor, now, nomination, Write::Confirm)?)
}
