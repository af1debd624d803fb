//! Why the whole queue waits, while it does.

use diesel::prelude::*;
use jiff::Timestamp;

use super::rules;
use crate::access::{DeliveriesRetry, Granted};
use crate::audit::{self, AuditLine};
use crate::clock::LocalNow;
use crate::db::columns::At;
use crate::db::schema::queue_pauses;
use crate::db::{DbConn, DbResult, wake_after_commit};

/// The pause that the worker itself makes while the relay is out of reach.
const RELAY: &str = "relay";
/// The pause that ops make.
const OPS: &str = "ops";

/// A reason for the queue to wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    /// Who paused: `relay` for the worker itself, `ops` for ops.
    pub name: String,
    /// Why.
    pub reason: String,
    /// Since when.
    pub since: Timestamp,
    /// Until when; `None` until it is ended by hand.
    pub until: Option<Timestamp>,
}

impl Pause {
    /// Whether the queue waits for it.
    ///
    /// The worker pauses for a minute at most. A pause of its own with an end further away was
    /// made before the clock was turned back, and must not hold the queue for hours.
    // security: 89
    #[must_use]
    pub fn holds(&self, now: Timestamp) -> bool {
        match self.until {
            None => true,
            Some(until) if self.name == RELAY => {
                until > now && until <= now + rules::LONGEST_RELAY_PAUSE
            }
            Some(until) => until > now,
        }
    }
}

type PauseRow = (String, String, At, Option<At>);

/// Every pause, ended or not.
pub fn list(conn: &mut DbConn) -> DbResult<Vec<Pause>> {
    let rows: Vec<PauseRow> = queue_pauses::table.order(queue_pauses::name).load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(name, reason, since, until)| Pause {
            name,
            reason,
            since: since.0,
            until: until.map(Timestamp::from),
        })
        .collect())
}

/// Has the whole queue wait until it is resumed. What a worker is sending is sent.
pub fn pause(
    conn: &mut DbConn,
    granted: &Granted<DeliveriesRetry>,
    now: LocalNow,
    reason: &str,
) -> DbResult<()> {
    diesel::delete(queue_pauses::table.find(OPS)).execute(conn)?;
    diesel::insert_into(queue_pauses::table)
        .values((
            queue_pauses::name.eq(OPS),
            queue_pauses::reason.eq(reason),
            queue_pauses::since_at.eq(At(now.at)),
        ))
        .execute(conn)?;
    audit::record(conn, granted.actor(), line("delivery_queue.pause"), now.at)
}

/// Ends every pause, also that of a relay that was out of reach.
pub fn resume(
    conn: &mut DbConn,
    granted: &Granted<DeliveriesRetry>,
    now: LocalNow,
) -> DbResult<()> {
    diesel::delete(queue_pauses::table).execute(conn)?;
    audit::record(conn, granted.actor(), line("delivery_queue.resume"), now.at)?;
    wake_after_commit();
    Ok(())
}

const fn line(action: &'static str) -> AuditLine {
    AuditLine {
        action,
        object_type: "delivery_queue",
        object_id: None,
        municipality: None,
    }
}

/// How many of `limit` deliveries may be claimed: none during a pause, and one, to try the relay
/// with, once a pause has run out that no success has ended yet.
pub(super) fn allowed(conn: &mut DbConn, limit: usize, now: Timestamp) -> DbResult<usize> {
    let pauses = list(conn)?;
    let waits = pauses.iter().any(|pause| pause.holds(now));
    Ok(match (waits, pauses.is_empty()) {
        (true, _) => 0,
        (false, false) => limit.min(1),
        (false, true) => limit,
    })
}

/// Pauses the queue because the relay is out of reach or refuses us.
pub(super) fn relay_failed(conn: &mut DbConn, reason: &str, now: Timestamp) -> DbResult<()> {
    let since: Option<At> = queue_pauses::table
        .find(RELAY)
        .select(queue_pauses::since_at)
        .first(conn)
        .optional()?;
    let since = since.map_or(now, Timestamp::from);
    let until = rules::relay_pause_end(since, now);
    let changed = diesel::update(queue_pauses::table.find(RELAY))
        .set((
            queue_pauses::reason.eq(reason),
            queue_pauses::until_at.eq(At(until)),
        ))
        .execute(conn)?;
    if changed == 0 {
        let values = (
            queue_pauses::name.eq(RELAY),
            queue_pauses::reason.eq(reason),
            queue_pauses::since_at.eq(At(since)),
            queue_pauses::until_at.eq(At(until)),
        );
        let insert = diesel::insert_into(queue_pauses::table).values(values);
        // Two workers may notice at once; either's word will do.
        match conn {
            DbConn::Postgres(postgres) => insert.on_conflict_do_nothing().execute(postgres)?,
            DbConn::Sqlite(sqlite) => insert.on_conflict_do_nothing().execute(sqlite)?,
        };
    }
    Ok(())
}

/// Ends that pause: the relay took, or refused, a mail on its merits.
pub(super) fn relay_works(conn: &mut DbConn) -> DbResult<()> {
    diesel::delete(queue_pauses::table.find(RELAY)).execute(conn)?;
    Ok(())
}
