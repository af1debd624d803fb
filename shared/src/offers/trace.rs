//! The traces that every change of an offer leaves.

use serde_json::json;

use super::{Offer, OfferAction, OfferStatus};
use crate::access::Actor;
use crate::audit::{self, AuditLine};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbResult};
use crate::events::{self, NewEvent, Subject};

pub(super) const fn subject(offer: &Offer) -> Subject {
    Subject {
        kind: "offer",
        id: offer.id.0,
    }
}

pub(super) fn action(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    offer: &Offer,
    from: OfferStatus,
    action: OfferAction,
) -> DbResult<()> {
    let words = (action.event_type(), action.audit_action());
    write(conn, actor, now, offer, Some(from), words)
}

/// Appends the event and the audit line. What happens to a draft is told to the institute alone:
/// the municipality must not learn of an offer before it is sent.
pub(super) fn write(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    offer: &Offer,
    from: Option<OfferStatus>,
    (event_type, audit_action): (&'static str, &'static str),
) -> DbResult<()> {
    let event = NewEvent {
        event_type,
        subject: subject(offer),
        municipality: offer.sent_at.map(|_| offer.municipality),
        from: from.map(OfferStatus::as_str),
        to: Some(offer.status.as_str()),
        reason: offer.closed_reason.as_deref(),
        data: json!({ "version": offer.version, "intake": offer.intake, "number": offer.number }),
    };
    events::append(conn, &event, actor, now.at)?;
    let line = AuditLine {
        action: audit_action,
        object_type: "offer",
        object_id: Some(offer.id.to_string()),
        municipality: Some(offer.municipality),
    };
    audit::record(conn, actor, line, now.at)
}
