//! Adding and changing rounds.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;

use super::rules::{self, WrongRound};
use super::{Round, queries, rounds};
use crate::access::{CatalogueWrite, Granted};
use crate::audit::{self, AuditLine};
use crate::db::{DbConn, DbError, DbResult};
use crate::events::{self, NewEvent, Subject};
use crate::ids::RoundId;
use crate::words::Slug;

/// What is said of a new round.
#[derive(Debug, Clone)]
pub struct NewRound {
    /// The programme.
    pub programme: Slug,
    /// What people call it.
    pub name: String,
    /// The first day on which an intake can be submitted.
    pub opens_on: Date,
    /// The last day on which an intake can be submitted.
    pub closes_on: Date,
    /// How many local practices it holds; what the programme says when left out (L1).
    pub capacity: Option<i32>,
}

/// What is changed of a round; `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct RoundChanges {
    /// Another name.
    pub name: Option<String>,
    /// Another first day.
    pub opens_on: Option<Date>,
    /// Another last day.
    pub closes_on: Option<Date>,
    /// Another capacity.
    pub capacity: Option<i32>,
}

/// Why a round was not added or changed.
#[derive(Debug, thiserror::Error)]
pub enum RoundError {
    /// There is no such programme, or no such round of it.
    #[error("there is no such programme or round")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("the round was changed in the meantime")]
    Stale,
    /// It cannot be as it was asked.
    #[error(transparent)]
    Wrong(#[from] WrongRound),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Adds a round.
pub fn create(
    conn: &mut DbConn,
    granted: &Granted<CatalogueWrite>,
    now: Timestamp,
    new: NewRound,
) -> Result<Round, RoundError> {
    let (_, content) =
        queries::current_content(conn, &new.programme)?.ok_or(RoundError::NotFound)?;
    let by_content = content
        .capacity
        .map(|rule| i32::from(rule.practices_per_round));
    let round = Round {
        id: RoundId::generate(),
        version: 1,
        programme: new.programme,
        name: new.name,
        opens_on: new.opens_on,
        closes_on: new.closes_on,
        capacity: new.capacity.or(by_content).unwrap_or_default(),
        created_at: now,
        updated_at: now,
    };
    let others = rounds::all(conn, &round.programme)?;
    rules::may_be(&round, &content, &others)?;
    rounds::insert(conn, &round)?;
    tell(
        conn,
        granted,
        now,
        &round,
        ("round.created", "round.create"),
    )?;
    Ok(round)
}

/// Changes a round; `expected` is the version the caller read, if they said so.
pub fn change(
    conn: &mut DbConn,
    granted: &Granted<CatalogueWrite>,
    now: Timestamp,
    (programme, id): (&Slug, RoundId),
    expected: Option<i64>,
    changes: RoundChanges,
) -> Result<Round, RoundError> {
    let mut round = rounds::round(conn, id)?
        .filter(|round| round.programme == *programme)
        .ok_or(RoundError::NotFound)?;
    if expected.is_some_and(|version| version != round.version) {
        return Err(RoundError::Stale);
    }
    round.name = changes.name.unwrap_or(round.name);
    round.opens_on = changes.opens_on.unwrap_or(round.opens_on);
    round.closes_on = changes.closes_on.unwrap_or(round.closes_on);
    round.capacity = changes.capacity.unwrap_or(round.capacity);
    let (_, content) = queries::current_content(conn, programme)?.ok_or(RoundError::NotFound)?;
    let others = rounds::all(conn, programme)?;
    rules::may_be(&round, &content, &others)?;
    let from = round.version;
    round.version += 1;
    round.updated_at = now;
    rounds::update(conn, from, &round)?;
    tell(
        conn,
        granted,
        now,
        &round,
        ("round.changed", "round.change"),
    )?;
    Ok(round)
}

fn tell(
    conn: &mut DbConn,
    granted: &Granted<CatalogueWrite>,
    now: Timestamp,
    round: &Round,
    (event_type, action): (&'static str, &'static str),
) -> DbResult<()> {
    let event = NewEvent {
        event_type,
        subject: Subject {
            kind: "round",
            id: round.id.0,
        },
        municipality: None,
        from: None,
        to: None,
        reason: None,
        data: json!({
            "programme": round.programme,
            "opensOn": round.opens_on,
            "closesOn": round.closes_on,
            "capacity": round.capacity,
        }),
    };
    events::append(conn, &event, granted.actor(), now)?;
    let line = AuditLine {
        action,
        object_type: "round",
        object_id: Some(round.id.to_string()),
        municipality: None,
    };
    audit::record(conn, granted.actor(), line, now)
}
