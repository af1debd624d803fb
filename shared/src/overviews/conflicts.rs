//! Who is expected elsewhere while a meeting is planned: at another meeting with a date, or on a
//! date that is still being polled.

use jiff::Timestamp;

use crate::db::{DbConn, DbResult};
use crate::ids::{MeetingId, PersonId};
use crate::invitations::{self, Conflict};
use crate::meetings::Meeting;
use crate::polls;

/// What is in the way of these people between two instants, `but` for one meeting, in order of
/// person and start. Whoever asks plans meetings for the institute.
pub fn conflicts(
    conn: &mut DbConn,
    people: &[PersonId],
    span: (Timestamp, Timestamp),
    but: Option<MeetingId>,
) -> DbResult<Vec<Conflict>> {
    let mut found = invitations::conflicts(conn, people, span, but)?;
    found.extend(polls::held(conn, people, span, but)?);
    found.sort_by_key(|it| (it.person, it.starts_at, it.meeting, it.option));
    Ok(found)
}

/// What is in the way of a meeting, for its organiser and these people, who are expected at it.
pub fn conflicts_with(
    conn: &mut DbConn,
    meeting: &Meeting,
    expected: &[PersonId],
) -> DbResult<Vec<Conflict>> {
    let people: Vec<PersonId> = expected.iter().copied().chain(meeting.organiser).collect();
    let span = (meeting.period.starts_at(), meeting.period.ends_at());
    conflicts(conn, &people, span, Some(meeting.id))
}
