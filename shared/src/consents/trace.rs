//! The traces that every change of a consent leaves.

use serde_json::json;

use super::{Consent, ConsentAction, ConsentStatus};
use crate::access::Actor;
use crate::audit::{self, AuditLine};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbResult};
use crate::events::{self, NewEvent, Subject};

/// The consent as the subject of events and mails.
#[must_use]
pub(crate) const fn subject(consent: &Consent) -> Subject {
    Subject {
        kind: "consent",
        id: consent.id.0,
    }
}

pub(super) fn action(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    consent: &Consent,
    action: ConsentAction,
) -> DbResult<()> {
    let words = (action.event_type(), action.audit_action());
    write(
        conn,
        actor,
        now,
        consent,
        Some(ConsentStatus::Requested),
        words,
    )
}

/// Appends the event and the audit line. The reason stays with the consent, where it is erased
/// with the person it is about.
pub(super) fn write(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    consent: &Consent,
    from: Option<ConsentStatus>,
    (event_type, audit_action): (&'static str, &'static str),
) -> DbResult<()> {
    let event = NewEvent {
        event_type,
        subject: subject(consent),
        municipality: None,
        from: from.map(ConsentStatus::as_str),
        to: Some(consent.status.as_str()),
        reason: None,
        data: json!({
            "version": consent.version,
            "candidacy": consent.subject.candidacy(),
            "member": consent.subject.member(),
        }),
    };
    events::append(conn, &event, actor, now.at)?;
    let line = AuditLine {
        action: audit_action,
        object_type: "consent",
        object_id: Some(consent.id.to_string()),
        municipality: None,
    };
    audit::record(conn, actor, line, now.at)
}
