//! The end of nominations that nobody confirmed.

use jiff::{SignedDuration, Timestamp};

use super::queries;
use crate::access::Actor;
use crate::audit::{self, AuditLine};
use crate::db::{DbConn, DbResult};
use crate::events::Subject;
use crate::{deliveries, links};

/// How long a nomination by the open form waits for its nominator.
pub const CONFIRM_WITHIN: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How many one run deletes at most.
const BATCH: i64 = 200;

/// Deletes nominations whose nominator did not confirm them in time, with the mail that asked
/// for it and its link; says how many.
// security: 79
pub fn forget_unconfirmed(conn: &mut DbConn, now: Timestamp) -> DbResult<usize> {
    let overdue = queries::overdue(conn, now, BATCH)?;
    let actor = Actor::system("forget unconfirmed nominations");
    for id in &overdue {
        links::revoke_object(conn, id.0, now)?;
        let subject = Subject {
            kind: "nomination",
            id: id.0,
        };
        deliveries::forget_subject(conn, subject, now)?;
        let line = AuditLine {
            action: "nomination.forget",
            object_type: "nomination",
            object_id: Some(id.to_string()),
            municipality: None,
        };
        audit::record(conn, &actor, line, now)?;
    }
    queries::delete(conn, &overdue)
}
