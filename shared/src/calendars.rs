//! Calendars that people follow in a program of their own: their meetings, or those of a
//! programme or a series. Each has a signed link, which dies when the calendar is deleted.

use diesel::prelude::*;
use jiff::{SignedDuration, Timestamp};

use crate::access::{Granted, MeetingsRead, PersonRequired};
use crate::audit::{self, AuditLine};
use crate::clock::LocalNow;
use crate::db::columns::At;
use crate::db::schema::calendars;
use crate::db::{DbConn, DbError, DbResult};
use crate::ids::{CalendarId, PersonId, SeriesId};
use crate::keys::KeyRing;
use crate::links::{self, LinkPurpose, LinkToken};
use crate::meetings::{self, Meeting, MeetingsOf};
use crate::words::Slug;
use crate::{programmes, series, text_enum};

/// How long the link of a calendar works.
pub const LIFETIME: SignedDuration = SignedDuration::from_hours(24 * 730);
/// How far back a calendar goes.
const LOOKS_BACK: SignedDuration = SignedDuration::from_hours(24 * 183);
/// The most meetings in a calendar, those that start first.
const MOST: i64 = 2_000;
/// The most calendars of one person.
const MOST_OF_ONE: i64 = 50;

text_enum! {
    /// Whose meetings a calendar holds.
    pub enum CalendarKind {
        /// Those that its owner is invited to or organises.
        Person => "person",
        /// Those of a programme.
        Programme => "programme",
        /// Those of a series.
        Series => "series",
    }
}
crate::text_column!(CalendarKind);

/// What a calendar holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CalendarOf {
    /// The meetings that its owner is invited to or organises.
    Owner,
    /// Those of this programme.
    Programme(Slug),
    /// Those of this series.
    Series(SeriesId),
}

impl CalendarOf {
    /// Its kind in one word.
    #[must_use]
    pub const fn kind(&self) -> CalendarKind {
        match self {
            Self::Owner => CalendarKind::Person,
            Self::Programme(_) => CalendarKind::Programme,
            Self::Series(_) => CalendarKind::Series,
        }
    }
}

/// A calendar that somebody follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// Its id.
    pub id: CalendarId,
    /// Who follows it.
    pub owner: PersonId,
    /// What it holds.
    pub of: CalendarOf,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when its link works no longer.
    pub expires_at: Timestamp,
}

/// Why there is no calendar.
#[derive(Debug, thiserror::Error)]
pub enum CalendarError {
    /// A machine follows nothing.
    #[error(transparent)]
    Person(#[from] PersonRequired),
    /// The meetings of a programme or a series are the institute's to follow.
    #[error("programmes and series are followed by the institute")]
    InstituteOnly,
    /// There is no such programme.
    #[error("no such programme")]
    UnknownProgramme,
    /// There is no such series.
    #[error("no such series")]
    UnknownSeries,
    /// They follow as many as anybody may.
    #[error("{MOST_OF_ONE} calendars are enough")]
    TooMany,
    /// There is none of this id, or it is another's.
    #[error("no such calendar")]
    NotFound,
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = calendars)]
struct CalendarRow {
    id: CalendarId,
    kind: CalendarKind,
    owner: PersonId,
    programme: Option<Slug>,
    series: Option<SeriesId>,
    created_at: At,
    expires_at: At,
}

impl TryFrom<CalendarRow> for Calendar {
    type Error = DbError;

    fn try_from(row: CalendarRow) -> DbResult<Self> {
        let of = match (row.kind, row.programme, row.series) {
            (CalendarKind::Person, None, None) => CalendarOf::Owner,
            (CalendarKind::Programme, Some(programme), None) => CalendarOf::Programme(programme),
            (CalendarKind::Series, None, Some(series)) => CalendarOf::Series(series),
            _ => return Err(DbError::Corrupt { what: "calendar" }),
        };
        Ok(Self {
            id: row.id,
            owner: row.owner,
            of,
            created_at: row.created_at.0,
            expires_at: row.expires_at.0,
        })
    }
}

/// Makes a calendar for the caller, with the link that shows it.
pub fn create(
    conn: &mut DbConn,
    keys: &KeyRing,
    granted: &Granted<MeetingsRead>,
    now: LocalNow,
    of: CalendarOf,
) -> Result<(Calendar, LinkToken), CalendarError> {
    let owner = granted.person()?;
    let bound = granted.scope().bound_to().is_some();
    match &of {
        CalendarOf::Owner => {}
        CalendarOf::Programme(_) | CalendarOf::Series(_) if bound => {
            return Err(CalendarError::InstituteOnly);
        }
        CalendarOf::Programme(slug) => {
            let found = programmes::queries::find(conn, slug)?;
            found.ok_or(CalendarError::UnknownProgramme)?;
        }
        CalendarOf::Series(id) => {
            let found = series::find(conn, granted.scope(), *id)?;
            found.ok_or(CalendarError::UnknownSeries)?;
        }
    }
    let followed: i64 = calendars::table
        .filter(calendars::owner.eq(owner))
        .count()
        .get_result(conn)
        .map_err(DbError::from)?;
    if followed >= MOST_OF_ONE {
        return Err(CalendarError::TooMany);
    }
    let calendar = Calendar {
        id: CalendarId::generate(),
        owner,
        of,
        created_at: now.at,
        expires_at: now.at + LIFETIME,
    };
    insert(conn, &calendar)?;
    let token = links::make(
        conn,
        keys,
        LinkPurpose::Calendar,
        calendar.id.0,
        owner,
        calendar.expires_at,
        now.at,
    )?;
    tell(conn, granted, now, calendar.id, "calendar.create")?;
    Ok((calendar, token))
}

/// Deletes a calendar of the caller's: its link shows nothing any more.
pub fn delete(
    conn: &mut DbConn,
    granted: &Granted<MeetingsRead>,
    now: LocalNow,
    id: CalendarId,
) -> Result<(), CalendarError> {
    let owner = granted.person().map_err(|_| CalendarError::NotFound)?;
    let own = calendars::table
        .filter(calendars::id.eq(id))
        .filter(calendars::owner.eq(owner));
    let deleted = diesel::delete(own).execute(conn).map_err(DbError::from)?;
    if deleted == 0 {
        return Err(CalendarError::NotFound);
    }
    links::revoke_object(conn, id.0, now.at)?;
    tell(conn, granted, now, id, "calendar.delete")?;
    Ok(())
}

/// The calendars of the caller, the oldest first; a machine has none.
pub fn own(conn: &mut DbConn, granted: &Granted<MeetingsRead>) -> DbResult<Vec<Calendar>> {
    let Ok(owner) = granted.person() else {
        return Ok(Vec::new());
    };
    let rows: Vec<CalendarRow> = calendars::table
        .filter(calendars::owner.eq(owner))
        .order((calendars::created_at, calendars::id))
        .select(CalendarRow::as_select())
        .load(conn)?;
    rows.into_iter().map(Calendar::try_from).collect()
}

/// A calendar, for its link.
pub fn find(conn: &mut DbConn, id: CalendarId) -> DbResult<Option<Calendar>> {
    calendars::table
        .find(id)
        .select(CalendarRow::as_select())
        .first(conn)
        .optional()?
        .map(Calendar::try_from)
        .transpose()
}

/// The meetings in a calendar: from half a year ago on, called-off ones included, two thousand at
/// most.
pub fn meetings(conn: &mut DbConn, calendar: &Calendar, now: Timestamp) -> DbResult<Vec<Meeting>> {
    let of = match &calendar.of {
        CalendarOf::Owner => MeetingsOf::Person(calendar.owner),
        CalendarOf::Programme(slug) => MeetingsOf::Programme(slug),
        CalendarOf::Series(id) => MeetingsOf::Series(*id),
    };
    meetings::for_calendar(conn, of, now - LOOKS_BACK, MOST)
}

fn insert(conn: &mut DbConn, calendar: &Calendar) -> DbResult<()> {
    let (programme, series) = match &calendar.of {
        CalendarOf::Owner => (None, None),
        CalendarOf::Programme(slug) => (Some(slug.clone()), None),
        CalendarOf::Series(id) => (None, Some(*id)),
    };
    let row = CalendarRow {
        id: calendar.id,
        kind: calendar.of.kind(),
        owner: calendar.owner,
        programme,
        series,
        created_at: At(calendar.created_at),
        expires_at: At(calendar.expires_at),
    };
    diesel::insert_into(calendars::table)
        .values(row)
        .execute(conn)?;
    Ok(())
}

fn tell(
    conn: &mut DbConn,
    granted: &Granted<MeetingsRead>,
    now: LocalNow,
    id: CalendarId,
    action: &'static str,
) -> DbResult<()> {
    let line = AuditLine {
        action,
        object_type: "calendar",
        object_id: Some(id.to_string()),
        municipality: None,
    };
    audit::record(conn, granted.actor(), line, now.at)
}
