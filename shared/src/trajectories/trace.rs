//! What every write on a trajectory leaves behind: an event and a line of the audit trail.

use serde_json::{Value, json};

use super::{Trajectory, TrajectoryAction, TrajectoryStatus};
use crate::access::Actor;
use crate::audit::{self, AuditLine};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbResult};
use crate::events::{self, NewEvent, Subject};

pub(super) const fn subject(trajectory: &Trajectory) -> Subject {
    Subject {
        kind: "trajectory",
        id: trajectory.id.0,
    }
}

/// Of a trajectory that was started.
pub(super) fn started(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    trajectory: &Trajectory,
) -> DbResult<()> {
    let told = ("trajectory.started", "trajectory.start");
    let data = json!({ "intake": trajectory.intake, "offer": trajectory.offer });
    record(conn, actor, now, trajectory, None, told, data)
}

/// Of an action on a trajectory as it is now; `from` is the state it was in.
pub(super) fn acted(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    trajectory: &Trajectory,
    from: TrajectoryStatus,
    action: TrajectoryAction,
    data: Value,
) -> DbResult<()> {
    let told = (action.event_type(), action.audit_action());
    record(conn, actor, now, trajectory, Some(from), told, data)
}

fn record(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    trajectory: &Trajectory,
    from: Option<TrajectoryStatus>,
    (event_type, audit_action): (&'static str, &'static str),
    data: Value,
) -> DbResult<()> {
    let event = NewEvent {
        event_type,
        subject: subject(trajectory),
        municipality: Some(trajectory.municipality),
        from: from.map(TrajectoryStatus::as_str),
        to: Some(trajectory.status.as_str()),
        reason: trajectory.stopped_reason.as_deref(),
        data,
    };
    events::append(conn, &event, actor, now.at)?;
    let line = AuditLine {
        action: audit_action,
        object_type: "trajectory",
        object_id: Some(trajectory.id.to_string()),
        municipality: Some(trajectory.municipality),
    };
    audit::record(conn, actor, line, now.at)
}
