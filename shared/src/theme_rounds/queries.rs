//! Every statement on theme rounds themselves. They are the network's: nothing here is bounded by
//! a scope.

use diesel::prelude::*;
use jiff::Timestamp;
use jiff::civil::Date;

use super::{Ranking, ThemeRound, ThemeRoundStatus, ThemeWeights};
use crate::db::columns::{At, On};
use crate::db::schema::theme_rounds;
use crate::db::{DbConn, DbError, DbResult, one_row};
use crate::ids::ThemeRoundId;
use crate::paging::{PageSpec, Paged, Position, turn_to};

const UNREADABLE: DbError = DbError::Corrupt {
    what: "theme round",
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = theme_rounds)]
struct RoundRow {
    id: ThemeRoundId,
    version: i64,
    status: ThemeRoundStatus,
    name: String,
    description: Option<String>,
    closes_on: On,
    weights: String,
    result: Option<String>,
    cancelled_reason: Option<String>,
    closed_at: Option<At>,
    created_at: At,
    updated_at: At,
}

impl TryFrom<RoundRow> for ThemeRound {
    type Error = DbError;

    fn try_from(row: RoundRow) -> DbResult<Self> {
        let weights: ThemeWeights = serde_json::from_str(&row.weights).map_err(|_| UNREADABLE)?;
        let result: Option<Ranking> = match &row.result {
            Some(result) => Some(serde_json::from_str(result).map_err(|_| UNREADABLE)?),
            None => None,
        };
        Ok(Self {
            id: row.id,
            version: row.version,
            status: row.status,
            name: row.name,
            description: row.description,
            closes_on: Date::from(row.closes_on),
            weights,
            result,
            cancelled_reason: row.cancelled_reason,
            closed_at: row.closed_at.map(Timestamp::from),
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        })
    }
}

/// One round.
pub fn find(conn: &mut DbConn, id: ThemeRoundId) -> DbResult<Option<ThemeRound>> {
    let row: Option<RoundRow> = theme_rounds::table
        .find(id)
        .select(RoundRow::as_select())
        .first(conn)
        .optional()?;
    row.map(ThemeRound::try_from).transpose()
}

/// A page of rounds, newest first.
pub fn list(
    conn: &mut DbConn,
    status: Option<ThemeRoundStatus>,
    page: &PageSpec,
) -> DbResult<Paged<ThemeRound>> {
    use theme_rounds::{created_at, id};
    let mut query = theme_rounds::table
        .select(RoundRow::as_select())
        .limit(page.fetch())
        .into_boxed();
    if let Some(status) = status {
        query = query.filter(theme_rounds::status.eq(status));
    }
    query = turn_to!(query, page, newest_first(created_at, id));
    let rows: DbResult<Vec<ThemeRound>> = query
        .load(conn)?
        .into_iter()
        .map(ThemeRound::try_from)
        .collect();
    Ok(page.finish(rows?, |round: &ThemeRound| Position {
        at: round.created_at,
        id: round.id.0,
    }))
}

/// Open rounds whose last day is over on `today`; at most `limit`.
pub(super) fn over(conn: &mut DbConn, today: Date, limit: i64) -> DbResult<Vec<ThemeRound>> {
    let rows: Vec<RoundRow> = theme_rounds::table
        .filter(theme_rounds::status.eq(ThemeRoundStatus::Open))
        .filter(theme_rounds::closes_on.lt(On(today)))
        .order(theme_rounds::id)
        .limit(limit)
        .select(RoundRow::as_select())
        .load(conn)?;
    rows.into_iter().map(ThemeRound::try_from).collect()
}

fn json<T: serde::Serialize>(value: &T) -> DbResult<String> {
    serde_json::to_string(value).map_err(|_| UNREADABLE)
}

pub(super) fn insert(conn: &mut DbConn, round: &ThemeRound) -> DbResult<()> {
    diesel::insert_into(theme_rounds::table)
        .values((
            theme_rounds::id.eq(round.id),
            theme_rounds::version.eq(round.version),
            theme_rounds::status.eq(round.status),
            theme_rounds::name.eq(&round.name),
            theme_rounds::description.eq(round.description.as_deref()),
            theme_rounds::closes_on.eq(On(round.closes_on)),
            theme_rounds::weights.eq(json(&round.weights)?),
            theme_rounds::created_at.eq(At(round.created_at)),
            theme_rounds::updated_at.eq(At(round.updated_at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores a changed round, provided that nobody changed it since it was read.
pub(super) fn update(conn: &mut DbConn, round: ThemeRound) -> DbResult<ThemeRound> {
    let version = round.version + 1;
    let result = round.result.as_ref().map(json).transpose()?;
    let unchanged = theme_rounds::table
        .filter(theme_rounds::id.eq(round.id))
        .filter(theme_rounds::version.eq(round.version));
    let changed = diesel::update(unchanged)
        .set((
            theme_rounds::version.eq(version),
            theme_rounds::status.eq(round.status),
            theme_rounds::name.eq(&round.name),
            theme_rounds::description.eq(round.description.as_deref()),
            theme_rounds::closes_on.eq(On(round.closes_on)),
            theme_rounds::result.eq(result),
            theme_rounds::cancelled_reason.eq(round.cancelled_reason.as_deref()),
            theme_rounds::closed_at.eq(round.closed_at.map(At)),
            theme_rounds::updated_at.eq(At(round.updated_at)),
        ))
        .execute(conn)?;
    one_row(changed)?;
    Ok(ThemeRound { version, ..round })
}
