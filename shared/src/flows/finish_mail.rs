//! The end of an attempt, and what an invitation learns from it.

use jiff::Timestamp;

use crate::db::{DbConn, DbResult};
use crate::deliveries::{self, Completion, Lease, MayHaveArrived, Recorded, Swept, WorkerId};
use crate::invitations;

/// Records attempts that are over. An invitation whose mail was sent, or may have been, notes
/// the SEQUENCE that its invitee knows since: a cancellation goes to nobody else.
pub fn finish_mails(
    conn: &mut DbConn,
    worker: WorkerId,
    completions: &[Completion],
    now: Timestamp,
) -> DbResult<Vec<Recorded>> {
    let recorded = deliveries::finish(conn, worker, completions, now)?;
    for done in &recorded {
        if let Recorded::Done {
            arrived: Some(arrived),
            ..
        } = done
        {
            note(conn, arrived)?;
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
