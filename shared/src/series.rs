//! Series: meetings that belong together. Each is a meeting of its own, with its own UID in
//! calendars, because editing a series of one event breaks calendars.
//!
//! A series has no life of its own: it is as far as its meetings are.

use diesel::prelude::*;
use jiff::Timestamp;

use crate::access::{Actor, Granted, MeetingsWrite, Scope};
use crate::audit::{self, AuditLine};
use crate::clock::LocalNow;
use crate::db::columns::At;
use crate::db::schema::series;
use crate::db::{DbConn, DbError, DbResult, one_row};
use crate::events::{self, NewEvent, Subject};
use crate::ids::SeriesId;
use crate::meetings;
use crate::paging::{PageSpec, Paged, Position, turn_to};

/// Meetings that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// Its id.
    pub id: SeriesId,
    /// Rises when the series itself is written; the ETag.
    pub version: i64,
    /// What people call it.
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// What changes: `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct SeriesChange {
    /// Another name.
    pub name: Option<String>,
    /// Another description, or none.
    pub description: Option<Option<String>>,
}

/// Why a series was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeSeriesError {
    /// There is none of this id, or it is another's.
    #[error("no such series")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("the series was changed in the meantime")]
    Stale,
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = series)]
struct SeriesRow {
    id: SeriesId,
    version: i64,
    name: String,
    description: Option<String>,
    created_at: At,
    updated_at: At,
}

impl From<SeriesRow> for Series {
    fn from(row: SeriesRow) -> Self {
        Self {
            id: row.id,
            version: row.version,
            name: row.name,
            description: row.description,
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        }
    }
}

type Boxed = series::BoxedQuery<'static, crate::db::MultiBackend>;

/// A municipality sees the series with a meeting that it sees.
fn seen_by(conn: &mut DbConn, scope: &Scope) -> DbResult<Boxed> {
    let query = series::table.into_boxed();
    Ok(match meetings::series_seen(conn, scope)? {
        None => query,
        Some(seen) => query.filter(series::id.eq_any(seen)),
    })
}

/// One series, if `scope` sees it.
pub fn find(conn: &mut DbConn, scope: &Scope, id: SeriesId) -> DbResult<Option<Series>> {
    let row = seen_by(conn, scope)?
        .filter(series::id.eq(id))
        .select(SeriesRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Series::from))
}

/// A page of series, newest first.
pub fn list(conn: &mut DbConn, scope: &Scope, page: &PageSpec) -> DbResult<Paged<Series>> {
    let mut query = seen_by(conn, scope)?;
    query = turn_to!(query, page, newest_first(series::created_at, series::id));
    let rows = query
        .limit(page.fetch())
        .select(SeriesRow::as_select())
        .load(conn)?;
    let found = rows.into_iter().map(Series::from).collect();
    Ok(page.finish(found, |it: &Series| Position {
        at: it.created_at,
        id: it.id.0,
    }))
}

/// Makes a series. Whoever calls has decided that `actor` may, and plans its meetings.
pub fn create(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    name: String,
    description: Option<String>,
) -> DbResult<Series> {
    let row = SeriesRow {
        id: SeriesId::generate(),
        version: 1,
        name,
        description,
        created_at: At(now.at),
        updated_at: At(now.at),
    };
    diesel::insert_into(series::table)
        .values(&row)
        .execute(conn)?;
    let made = Series::from(row);
    trace(conn, actor, now, &made, ("series.created", "series.create"))?;
    Ok(made)
}

/// Changes what a series says. Its meetings say what they said.
pub fn change(
    conn: &mut DbConn,
    granted: &Granted<MeetingsWrite>,
    now: LocalNow,
    id: SeriesId,
    expected_version: Option<i64>,
    change: SeriesChange,
) -> Result<Series, ChangeSeriesError> {
    let found = find(conn, granted.scope(), id)?.ok_or(ChangeSeriesError::NotFound)?;
    if expected_version.is_some_and(|version| version != found.version) {
        return Err(ChangeSeriesError::Stale);
    }
    let changed = Series {
        version: found.version + 1,
        name: change.name.unwrap_or_else(|| found.name.clone()),
        description: (change.description).unwrap_or_else(|| found.description.clone()),
        updated_at: now.at,
        ..found
    };
    store(conn, &changed, found.version)?;
    let words = ("series.changed", "series.change");
    trace(conn, granted.actor(), now, &changed, words)?;
    Ok(changed)
}

fn store(conn: &mut DbConn, changed: &Series, version: i64) -> DbResult<()> {
    let unchanged = series::table
        .filter(series::id.eq(changed.id))
        .filter(series::version.eq(version));
    let rows = diesel::update(unchanged)
        .set((
            series::version.eq(changed.version),
            series::name.eq(&changed.name),
            series::description.eq(changed.description.as_deref()),
            series::updated_at.eq(At(changed.updated_at)),
        ))
        .execute(conn)?;
    one_row(rows)
}

fn trace(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    series: &Series,
    (event_type, action): (&'static str, &'static str),
) -> DbResult<()> {
    let event = NewEvent {
        event_type,
        subject: Subject {
            kind: "series",
            id: series.id.0,
        },
        municipality: None,
        from: None,
        to: None,
        reason: None,
        data: serde_json::json!({ "version": series.version }),
    };
    events::append(conn, &event, actor, now.at)?;
    let line = AuditLine {
        action,
        object_type: "series",
        object_id: Some(series.id.to_string()),
        municipality: None,
    };
    audit::record(conn, actor, line, now.at)
}
