//! Who was at a meeting, and what was said there.

use diesel::prelude::*;
use jiff::Timestamp;

use super::Meeting;
use crate::db::columns::At;
use crate::db::schema::{attendances, meeting_minutes};
use crate::db::{DbConn, DbResult};
use crate::ids::{MeetingId, PersonId};
use crate::text_enum;

text_enum! {
    /// Whether somebody was at a meeting.
    pub enum Presence {
        /// They were.
        Present => "present",
        /// They were not.
        Absent => "absent",
        /// Somebody came in their place.
        Delegate => "delegate",
    }
}

crate::text_column!(Presence);

/// Whether one person was at a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attendance {
    /// Who.
    pub person: PersonId,
    /// Whether they were.
    pub presence: Presence,
    /// Who came in their place, if that is known.
    pub delegate: Option<PersonId>,
}

/// What was said at a meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Minutes {
    /// The text.
    pub body: String,
    /// When it was last written.
    pub written_at: Timestamp,
}

/// Who was at a meeting that the caller has found, in order of their ids.
pub fn attendance(conn: &mut DbConn, meeting: MeetingId) -> DbResult<Vec<Attendance>> {
    let rows: Vec<(PersonId, Presence, Option<PersonId>)> = attendances::table
        .filter(attendances::meeting.eq(meeting))
        .order(attendances::person)
        .select((
            attendances::person,
            attendances::presence,
            attendances::delegate,
        ))
        .load(conn)?;
    let rows = rows.into_iter();
    Ok(rows
        .map(|(person, presence, delegate)| Attendance {
            person,
            presence,
            delegate,
        })
        .collect())
}

/// Stores who was at a meeting in the place of what was stored.
pub(super) fn replace_attendance(
    conn: &mut DbConn,
    meeting: &Meeting,
    attended: &[Attendance],
) -> DbResult<()> {
    diesel::delete(attendances::table.filter(attendances::meeting.eq(meeting.id))).execute(conn)?;
    for it in attended {
        diesel::insert_into(attendances::table)
            .values((
                attendances::meeting.eq(meeting.id),
                attendances::person.eq(it.person),
                attendances::presence.eq(it.presence),
                attendances::delegate.eq(it.delegate),
                attendances::recorded_at.eq(At(meeting.updated_at)),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// The minutes of a meeting that the caller has found.
pub fn minutes(conn: &mut DbConn, meeting: MeetingId) -> DbResult<Option<Minutes>> {
    let row: Option<(String, At)> = meeting_minutes::table
        .find(meeting)
        .select((meeting_minutes::body, meeting_minutes::written_at))
        .first(conn)
        .optional()?;
    Ok(row.map(|(body, written_at)| Minutes {
        body,
        written_at: written_at.0,
    }))
}

/// Stores the minutes of a meeting in the place of what was stored.
pub(super) fn replace_minutes(conn: &mut DbConn, meeting: &Meeting, body: &str) -> DbResult<()> {
    diesel::delete(meeting_minutes::table.find(meeting.id)).execute(conn)?;
    diesel::insert_into(meeting_minutes::table)
        .values((
            meeting_minutes::meeting.eq(meeting.id),
            meeting_minutes::body.eq(body),
            meeting_minutes::written_at.eq(At(meeting.updated_at)),
        ))
        .execute(conn)?;
    Ok(())
}
