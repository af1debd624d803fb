//! The end of an attempt, and what an invitation or a consent learns from it.

use jiff::Timestamp;

use crate::consents;
use crate::db::{DbConn, DbResult};
use crate::deliveries::{
    self, Completion, DeliveryState, Lease, MayHaveArrived, Recorded, Swept, WorkerId,
};
use crate::ids::ConsentId;
use crate::invitations;

/// The kind of mail from whose acceptance the days of a consent are counted.
const CONSENT_REQUEST: &str = "consent_request";

/// Records attempts that are over. An invitation whose mail was sent, or may have been, notes
/// the SEQUENCE that its invitee knows since: a cancellation goes to nobody else. A consent notes
/// when the mail server took its request.
pub fn finish_mails(
    conn: &mut DbConn,
    worker: WorkerId,
    completions: &[Completion],
    now: Timestamp,
) -> DbResult<Vec<Recorded>> {
    let recorded = deliveries::finish(conn, worker, completions, now)?;
    for done in &recorded {
        let Recorded::Done {
            state,
            kind,
            subject,
            arrived,
            ..
        } = done
        else {
            continue;
        };
        if let Some(arrived) = arrived {
            note(conn, arrived)?;
        }
        if *state == DeliveryState::Sent && kind == CONSENT_REQUEST {
            consents::note_accepted(conn, ConsentId(*subject), now)?;
        }
    }
    Ok(recorded)
}

/// Takes back what workers left that died; their mails may have arrived.
pub fn sweep_mails(
    conn: &mut DbConn,
    worker: WorkerId,
    own: &[Lease],
    now: Timestamp,
) -> DbResult<Swept> {
    let swept = deliveries::sweep(conn, worker, own, now)?;
    for arrived in &swept.arrived {
        note(conn, arrived)?;
    }
    Ok(swept)
}

fn note(conn: &mut DbConn, arrived: &MayHaveArrived) -> DbResult<()> {
    invitations::note_mail(
        conn,
        arrived.invitation,
        arrived.sequence,
        &arrived.message_id,
    )
}
