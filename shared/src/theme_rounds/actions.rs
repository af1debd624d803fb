//! Opening, changing, closing and calling off a round.

use jiff::civil::Date;

use super::{
    ChangeThemeRoundError, OpenThemeRoundError, ThemeRound, ThemeRoundAction, ThemeRoundStatus,
    ThemeWeights, queries, ranking,
};
use crate::access::{Actor, Granted, ThemeRoundsWrite};
use crate::audit::{self, AuditLine};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError, DbResult};
use crate::events::{self, NewEvent, Subject};
use crate::ids::ThemeRoundId;

/// How many rounds are closed in one transaction; the next tick takes the rest.
const AT_ONCE: i64 = 10;

/// A round about to be opened.
#[derive(Debug, Clone)]
pub struct NewThemeRound {
    /// What people call it.
    pub name: String,
    /// What members should know before they choose.
    pub description: Option<String>,
    /// The last day on which they do.
    pub closes_on: Date,
    /// How the parts of the score weigh.
    pub weights: ThemeWeights,
}

/// What changes: `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct ThemeRoundChange {
    /// Another name.
    pub name: Option<String>,
    /// Another description, or none.
    pub description: Option<Option<String>>,
    /// Another last day.
    pub closes_on: Option<Date>,
}

/// Opens a round.
pub fn open(
    conn: &mut DbConn,
    granted: &Granted<ThemeRoundsWrite>,
    now: LocalNow,
    new: NewThemeRound,
) -> Result<ThemeRound, OpenThemeRoundError> {
    if new.closes_on < now.today {
        return Err(OpenThemeRoundError::Past);
    }
    let round = ThemeRound {
        id: ThemeRoundId::generate(),
        version: 1,
        status: ThemeRoundStatus::Open,
        name: new.name,
        description: new.description,
        closes_on: new.closes_on,
        weights: new.weights,
        result: None,
        cancelled_reason: None,
        closed_at: None,
        created_at: now.at,
        updated_at: now.at,
    };
    queries::insert(conn, &round)?;
    let told = ("theme_round.opened", "theme_round.open");
    trace(conn, granted.actor(), now, &round, None, told)?;
    Ok(round)
}

/// Changes what an open round says, or its last day.
pub fn change(
    conn: &mut DbConn,
    granted: &Granted<ThemeRoundsWrite>,
    now: LocalNow,
    id: ThemeRoundId,
    expected_version: Option<i64>,
    change: ThemeRoundChange,
) -> Result<ThemeRound, ChangeThemeRoundError> {
    let round = found(conn, id, expected_version)?;
    let mut changed = round.after(ThemeRoundAction::Change, now.at)?;
    if let Some(day) = change.closes_on {
        if day < now.today {
            return Err(ChangeThemeRoundError::Past);
        }
        changed.closes_on = day;
    }
    changed.name = change.name.unwrap_or(changed.name);
    changed.description = change.description.unwrap_or(changed.description);
    let changed = queries::update(conn, changed)?;
    let told = ("theme_round.changed", "theme_round.change");
    let from = Some(ThemeRoundStatus::Open);
    trace(conn, granted.actor(), now, &changed, from, told)?;
    Ok(changed)
}

/// Closes a round before its last day is over; the result is frozen.
pub fn close(
    conn: &mut DbConn,
    granted: &Granted<ThemeRoundsWrite>,
    now: LocalNow,
    id: ThemeRoundId,
    expected_version: Option<i64>,
) -> Result<ThemeRound, ChangeThemeRoundError> {
    let round = found(conn, id, expected_version)?;
    freeze(conn, granted.actor(), now, round)
}

/// Closes the rounds whose last day is over where the institute is. Says how many.
pub fn close_due(conn: &mut DbConn, now: LocalNow) -> DbResult<usize> {
    let over = queries::over(conn, now.today, AT_ONCE)?;
    let actor = Actor::system("close-theme-rounds");
    let count = over.len();
    for round in over {
        freeze(conn, &actor, now, round).map_err(|error| match error {
            ChangeThemeRoundError::Db(error) => error,
            // They were found open in this very transaction.
            ChangeThemeRoundError::NotFound
            | ChangeThemeRoundError::Stale
            | ChangeThemeRoundError::State(_)
            | ChangeThemeRoundError::Past => DbError::Conflict,
        })?;
    }
    Ok(count)
}

fn freeze(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    round: ThemeRound,
) -> Result<ThemeRound, ChangeThemeRoundError> {
    let result = ranking::compute(conn, &round)?;
    let closed = round.after(ThemeRoundAction::Close, now.at)?;
    let closed = queries::update(
        conn,
        ThemeRound {
            result: Some(result),
            ..closed
        },
    )?;
    let told = ("theme_round.closed", "theme_round.close");
    let from = Some(ThemeRoundStatus::Open);
    trace(conn, actor, now, &closed, from, told)?;
    Ok(closed)
}

/// Calls a round off: it has no result.
pub fn cancel(
    conn: &mut DbConn,
    granted: &Granted<ThemeRoundsWrite>,
    now: LocalNow,
    id: ThemeRoundId,
    expected_version: Option<i64>,
    reason: String,
) -> Result<ThemeRound, ChangeThemeRoundError> {
    let round = found(conn, id, expected_version)?;
    let mut cancelled = round.after(ThemeRoundAction::Cancel, now.at)?;
    cancelled.cancelled_reason = Some(reason);
    let cancelled = queries::update(conn, cancelled)?;
    let told = ("theme_round.cancelled", "theme_round.cancel");
    let from = Some(ThemeRoundStatus::Open);
    trace(conn, granted.actor(), now, &cancelled, from, told)?;
    Ok(cancelled)
}

fn found(
    conn: &mut DbConn,
    id: ThemeRoundId,
    expected_version: Option<i64>,
) -> Result<ThemeRound, ChangeThemeRoundError> {
    let round = queries::find(conn, id)?.ok_or(ChangeThemeRoundError::NotFound)?;
    if expected_version.is_some_and(|version| version != round.version) {
        return Err(ChangeThemeRoundError::Stale);
    }
    Ok(round)
}

pub(super) fn trace(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    round: &ThemeRound,
    from: Option<ThemeRoundStatus>,
    (event_type, audit_action): (&'static str, &'static str),
) -> DbResult<()> {
    let event = NewEvent {
        event_type,
        subject: Subject {
            kind: "theme_round",
            id: round.id.0,
        },
        municipality: None,
        from: from.map(ThemeRoundStatus::as_str),
        to: Some(round.status.as_str()),
        reason: round.cancelled_reason.as_deref(),
        data: serde_json::json!({ "version": round.version }),
    };
    events::append(conn, &event, actor, now.at)?;
    record(conn, actor, now, round.id, audit_action)
}

pub(super) fn record(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    id: ThemeRoundId,
    action: &'static str,
) -> DbResult<()> {
    let line = AuditLine {
        action,
        object_type: "theme_round",
        object_id: Some(id.to_string()),
        municipality: None,
    };
    audit::record(conn, actor, line, now.at)
}
