//! The end of what was kept long enough.

use super::forget_texts::forget_texts;
use crate::clock::LocalNow;
use crate::db::{DbConn, DbResult};
use crate::settings::Retention;
use crate::{audit, deliveries, idempotency, identities, inbound_mail, links};

/// What one run forgot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Mails whose bytes went: of those that left, and of those that came in unmatched.
    pub mails: usize,
    /// Kept answers.
    pub answers: usize,
    /// Lines of the audit trail.
    pub audit_lines: usize,
    /// Links and one-time codes.
    pub links: usize,
    /// Candidacies that came to nothing.
    pub candidacies: usize,
    /// People whom only those knew.
    pub people: usize,
    /// Declined intakes, and those of trajectories that ended.
    pub intakes: usize,
    /// Trajectories that ended.
    pub trajectories: usize,
}

impl Forgotten {
    /// Whether there was anything; then there may be more.
    #[must_use]
    pub fn is_something(self) -> bool {
        self != Self::default()
    }
}

/// Forgets some of what was kept long enough: a bounded amount of each kind, so that nobody
/// waits long for this transaction. Run it again while it finds something.
// security: 79
pub fn forget_old(conn: &mut DbConn, keep: &Retention, now: LocalNow) -> DbResult<Forgotten> {
    let texts = forget_texts(conn, keep, now)?;
    let at = now.at;
    Ok(Forgotten {
        mails: deliveries::forget_bytes(conn, at - keep.mail_bytes)?
            + inbound_mail::forget_bytes(conn, at - keep.mail_bytes)?,
        answers: idempotency::purge(conn, at)?,
        audit_lines: audit::forget_batch(conn, at - keep.audit)?,
        links: links::forget_expired(conn, at - keep.links)?
            + identities::queries::forget_codes(conn, at - keep.links)?,
        candidacies: texts.candidacies,
        people: texts.people,
        intakes: texts.intakes,
        trajectories: texts.trajectories,
    })
}
