//! What ops do with a delivery by hand.
//!
//! | state | retry | drop |
//! | --- | --- | --- |
//! | queued, unknown | it is due now | dropped |
//! | buried | queued, for one more attempt at least | dropped |
//! | leased, sending | – | – |
//! | sent, dropped | – | – |

use diesel::prelude::*;
use jiff::Timestamp;

use super::{Delivery, DeliveryState, DroppedReason, queries, rules};
use crate::access::{DeliveriesRetry, Granted};
use crate::audit::{self, AuditLine};
use crate::clock::LocalNow;
use crate::db::columns::At;
use crate::db::schema::deliveries;
use crate::db::{DbConn, DbError, one_row, wake_after_commit};
use crate::events::{self, NewEvent, Subject};
use crate::ids::DeliveryId;
use crate::text_enum;

text_enum! {
    /// What can be done with a delivery by hand.
    pub enum DeliveryAction {
        /// Try it again now.
        Retry => "retry",
        /// Send it never.
        Drop => "drop",
    }
}

impl DeliveryAction {
    /// The states in which the action is possible. What a worker holds is the worker's.
    #[must_use]
    pub const fn possible_in(self) -> &'static [DeliveryState] {
        match self {
            Self::Retry | Self::Drop => &[
                DeliveryState::Queued,
                DeliveryState::Unknown,
                DeliveryState::Buried,
            ],
        }
    }
}

/// Why nothing was done with a delivery.
#[derive(Debug, thiserror::Error)]
pub enum ByHandError {
    /// There is none of this id, or it is another's.
    #[error("no such delivery")]
    NotFound,
    /// Its state does not allow it.
    #[error("a delivery that is {from} does not allow {action}")]
    State {
        /// The state it is in.
        from: DeliveryState,
        /// What was tried.
        action: DeliveryAction,
    },
    /// Its time has passed: whoever got it now would be told something stale.
    #[error("the time of the delivery has passed")]
    Past {
        /// When it did.
        expired_at: Timestamp,
    },
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Has a mail tried again now. What it says is looked at once more before it goes.
pub fn retry(
    conn: &mut DbConn,
    granted: &Granted<DeliveriesRetry>,
    now: LocalNow,
    id: DeliveryId,
) -> Result<Delivery, ByHandError> {
    let found = found(conn, granted, id, DeliveryAction::Retry)?;
    if let Some(expired_at) = found.expires_at
        && rules::has_expired(found.expires_at, now.at)
    {
        return Err(ByHandError::Past { expired_at });
    }
    let state = if found.state == DeliveryState::Unknown {
        DeliveryState::Unknown
    } else {
        DeliveryState::Queued
    };
    let changed = diesel::update(unchanged(&found))
        .set((
            deliveries::state.eq(state),
            deliveries::next_at.eq(At(now.at)),
            deliveries::closed_at.eq(None::<At>),
        ))
        .execute(conn)
        .map_err(DbError::from)?;
    one_row(changed)?;
    wake_after_commit();
    told(conn, granted, now, &found, (DeliveryAction::Retry, state))
}

/// Drops a mail: it is never sent.
pub fn drop_by_hand(
    conn: &mut DbConn,
    granted: &Granted<DeliveriesRetry>,
    now: LocalNow,
    id: DeliveryId,
) -> Result<Delivery, ByHandError> {
    let found = found(conn, granted, id, DeliveryAction::Drop)?;
    let state = DeliveryState::Dropped;
    let changed = diesel::update(unchanged(&found))
        .set((
            deliveries::state.eq(state),
            deliveries::dropped_reason.eq(DroppedReason::ByHand),
            deliveries::closed_at.eq(At(now.at)),
        ))
        .execute(conn)
        .map_err(DbError::from)?;
    one_row(changed)?;
    told(conn, granted, now, &found, (DeliveryAction::Drop, state))
}

fn found(
    conn: &mut DbConn,
    granted: &Granted<DeliveriesRetry>,
    id: DeliveryId,
    action: DeliveryAction,
) -> Result<Delivery, ByHandError> {
    let found = queries::find(conn, granted.scope(), id)?.ok_or(ByHandError::NotFound)?;
    if !action.possible_in().contains(&found.state) {
        let from = found.state;
        return Err(ByHandError::State { from, action });
    }
    Ok(found)
}

type Unchanged = diesel::dsl::Filter<
    diesel::dsl::Filter<deliveries::table, diesel::dsl::Eq<deliveries::id, DeliveryId>>,
    diesel::dsl::Eq<deliveries::state, DeliveryState>,
>;

/// The delivery, provided that no worker took it since it was read.
fn unchanged(found: &Delivery) -> Unchanged {
    deliveries::table
        .filter(deliveries::id.eq(found.id))
        .filter(deliveries::state.eq(found.state))
}

fn told(
    conn: &mut DbConn,
    granted: &Granted<DeliveriesRetry>,
    now: LocalNow,
    before: &Delivery,
    (action, to): (DeliveryAction, DeliveryState),
) -> Result<Delivery, ByHandError> {
    let (event_type, action) = match action {
        DeliveryAction::Retry => ("delivery.retried", "delivery.retry"),
        DeliveryAction::Drop => ("delivery.dropped", "delivery.drop"),
    };
    let event = NewEvent {
        event_type,
        subject: Subject {
            kind: "delivery",
            id: before.id.0,
        },
        municipality: None,
        from: Some(before.state.as_str()),
        to: Some(to.as_str()),
        reason: None,
        data: serde_json::json!({ "kind": before.kind }),
    };
    events::append(conn, &event, granted.actor(), now.at)?;
    let line = AuditLine {
        action,
        object_type: "delivery",
        object_id: Some(before.id.to_string()),
        municipality: None,
    };
    audit::record(conn, granted.actor(), line, now.at)?;
    queries::find(conn, granted.scope(), before.id)?.ok_or(ByHandError::NotFound)
}
