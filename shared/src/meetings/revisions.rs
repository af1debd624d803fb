//! When and where a meeting was at each SEQUENCE.

use diesel::prelude::*;
use jiff::civil::DateTime;

use super::Meeting;
use crate::db::schema::meeting_revisions;
use crate::db::{DbConn, DbError, DbResult};
use crate::ids::MeetingId;

/// When and where a meeting was before it changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeetingRevision {
    /// The start, on the clock of the zone.
    pub local_start: DateTime,
    /// The end, on the clock of the zone.
    pub local_end: DateTime,
    /// The IANA name of the zone.
    pub time_zone: String,
    /// The place.
    pub place: Option<String>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = meeting_revisions)]
struct RevisionRow {
    local_start: String,
    local_end: String,
    time_zone: String,
    place: Option<String>,
}

impl TryFrom<RevisionRow> for MeetingRevision {
    type Error = DbError;

    fn try_from(row: RevisionRow) -> DbResult<Self> {
        let local = |text: &str| {
            text.parse::<DateTime>().map_err(|_| DbError::Corrupt {
                what: "meeting revision",
            })
        };
        Ok(Self {
            local_start: local(&row.local_start)?,
            local_end: local(&row.local_end)?,
            time_zone: row.time_zone,
            place: row.place,
        })
    }
}

/// The meeting as it was at one SEQUENCE.
pub fn revision(
    conn: &mut DbConn,
    meeting: MeetingId,
    sequence: i32,
) -> DbResult<Option<MeetingRevision>> {
    meeting_revisions::table
        .find((meeting, sequence))
        .select(RevisionRow::as_select())
        .first(conn)
        .optional()?
        .map(MeetingRevision::try_from)
        .transpose()
}

/// Keeps when and where the meeting is at its SEQUENCE.
pub(super) fn insert(conn: &mut DbConn, meeting: &Meeting) -> DbResult<()> {
    diesel::insert_into(meeting_revisions::table)
        .values((
            meeting_revisions::meeting.eq(meeting.id),
            meeting_revisions::sequence.eq(meeting.sequence),
            meeting_revisions::local_start.eq(meeting.period.local_start().to_string()),
            meeting_revisions::local_end.eq(meeting.period.local_end().to_string()),
            meeting_revisions::time_zone.eq(meeting.period.zone_name()),
            meeting_revisions::place.eq(meeting.venue.place()),
        ))
        .execute(conn)?;
    Ok(())
}
