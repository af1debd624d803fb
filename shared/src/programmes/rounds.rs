//! SQL on rounds.

use diesel::prelude::*;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Round;
use crate::db::columns::{At, On};
use crate::db::schema::rounds;
use crate::db::{DbConn, DbResult, one_row};
use crate::ids::RoundId;
use crate::paging::{PageSpec, Paged, Position, Seek};
use crate::words::Slug;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = rounds)]
struct RoundRow {
    id: RoundId,
    version: i64,
    programme: Slug,
    name: String,
    opens_on: On,
    closes_on: On,
    capacity: i32,
    created_at: At,
    updated_at: At,
}

impl From<RoundRow> for Round {
    fn from(row: RoundRow) -> Self {
        Self {
            id: row.id,
            version: row.version,
            programme: row.programme,
            name: row.name,
            opens_on: row.opens_on.0,
            closes_on: row.closes_on.0,
            capacity: row.capacity,
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        }
    }
}

/// The rounds of a programme, by first day.
pub fn list(conn: &mut DbConn, programme: &Slug, page: &PageSpec) -> DbResult<Paged<Round>> {
    let mut query = rounds::table
        .filter(rounds::programme.eq(programme))
        .limit(page.fetch())
        .select(RoundRow::as_select())
        .into_boxed();
    query = if page.backwards() {
        query.order((rounds::opens_on.desc(), rounds::id.desc()))
    } else {
        query.order((rounds::opens_on.asc(), rounds::id.asc()))
    };
    match page.seek {
        Seek::Start => {}
        Seek::After(Position { at, id }) => {
            let day = On(day_of(at));
            let same = rounds::opens_on.eq(day);
            let later = rounds::opens_on.gt(day);
            query = query.filter(later.or(same.and(rounds::id.gt(RoundId(id)))));
        }
        Seek::Before(Position { at, id }) => {
            let day = On(day_of(at));
            let same = rounds::opens_on.eq(day);
            let earlier = rounds::opens_on.lt(day);
            query = query.filter(earlier.or(same.and(rounds::id.lt(RoundId(id)))));
        }
    }
    let rows = query.load(conn)?.into_iter().map(Round::from).collect();
    Ok(page.finish(rows, |round: &Round| Position {
        at: instant_of(round.opens_on),
        id: round.id.0,
    }))
}

/// A day as the instant that a cursor carries, and back.
fn instant_of(day: Date) -> Timestamp {
    TimeZone::UTC
        .to_timestamp(day.at(0, 0, 0, 0))
        .unwrap_or(Timestamp::UNIX_EPOCH)
}

fn day_of(at: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(at).date()
}

/// Every round of a programme: two a year.
pub(super) fn all(conn: &mut DbConn, programme: &Slug) -> DbResult<Vec<Round>> {
    let rows = rounds::table
        .filter(rounds::programme.eq(programme))
        .select(RoundRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Round::from).collect())
}

/// The rounds of these programmes that are open or upcoming on a day, by first day.
pub fn current(conn: &mut DbConn, programmes: &[Slug], on: Date) -> DbResult<Vec<Round>> {
    let rows = rounds::table
        .filter(rounds::programme.eq_any(programmes.to_vec()))
        .filter(rounds::closes_on.ge(On(on)))
        .order((rounds::opens_on.asc(), rounds::id.asc()))
        .select(RoundRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Round::from).collect())
}

/// The round of a programme that is open on a day.
pub fn open_round(conn: &mut DbConn, programme: &Slug, on: Date) -> DbResult<Option<Round>> {
    let row = rounds::table
        .filter(rounds::programme.eq(programme))
        .filter(rounds::opens_on.le(On(on)))
        .filter(rounds::closes_on.ge(On(on)))
        .order((rounds::opens_on.asc(), rounds::id.asc()))
        .select(RoundRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Round::from))
}

/// One round.
pub fn round(conn: &mut DbConn, id: RoundId) -> DbResult<Option<Round>> {
    let row = rounds::table
        .find(id)
        .select(RoundRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Round::from))
}

/// Holds a round until the end of the transaction: whoever gives or frees a place of it waits
/// here for whoever was first. A write that changes nothing, which takes the row's lock on
/// PostgreSQL; SQLite has one writer anyway.
pub fn hold(conn: &mut DbConn, id: RoundId) -> DbResult<()> {
    let changed = diesel::update(rounds::table.find(id))
        .set(rounds::capacity.eq(rounds::capacity))
        .execute(conn)?;
    one_row(changed)
}

/// Those of `ids` that there are, in no order.
pub fn find_many(conn: &mut DbConn, ids: &[RoundId]) -> DbResult<Vec<Round>> {
    let rows = rounds::table
        .filter(rounds::id.eq_any(ids.to_vec()))
        .select(RoundRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Round::from).collect())
}

pub(super) fn insert(conn: &mut DbConn, round: &Round) -> DbResult<()> {
    let row = RoundRow {
        id: round.id,
        version: round.version,
        programme: round.programme.clone(),
        name: round.name.clone(),
        opens_on: On(round.opens_on),
        closes_on: On(round.closes_on),
        capacity: round.capacity,
        created_at: At(round.created_at),
        updated_at: At(round.updated_at),
    };
    diesel::insert_into(rounds::table)
        .values(row)
        .execute(conn)?;
    Ok(())
}

/// Stores what changed, on top of version `from`.
pub(super) fn update(conn: &mut DbConn, from: i64, round: &Round) -> DbResult<()> {
    let changed = diesel::update(
        rounds::table
            .find(round.id)
            .filter(rounds::version.eq(from)),
    )
    .set((
        rounds::version.eq(round.version),
        rounds::name.eq(&round.name),
        rounds::opens_on.eq(On(round.opens_on)),
        rounds::closes_on.eq(On(round.closes_on)),
        rounds::capacity.eq(round.capacity),
        rounds::updated_at.eq(At(round.updated_at)),
    ))
    .execute(conn)?;
    one_row(changed)
}
