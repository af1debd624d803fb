//! Who was at a meeting, and what was said there.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::access::{Granted, MeetingsWrite};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError, DbResult};
use crate::ids::{MeetingId, PersonId};
use crate::meetings::{
    self, Attendance, InvalidMeetingTransition, Meeting, MeetingAction, Presence,
};
use crate::people;

/// Somebody who cannot have been there like this, by position in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttendanceProblem {
    /// There is no such person.
    UnknownPerson {
        /// Which of the list.
        at: usize,
    },
    /// They are in the list already.
    Twice {
        /// Which of the list.
        at: usize,
    },
    /// There is no such delegate, or they stand in for themselves.
    UnknownDelegate {
        /// Which of the list.
        at: usize,
    },
    /// Nobody came in their place.
    NoDelegate {
        /// Which of the list.
        at: usize,
    },
}

/// Why nothing was recorded of a meeting.
#[derive(Debug, thiserror::Error)]
pub enum RecordMeetingError {
    /// There is no such meeting, or it is another's.
    #[error("no such meeting")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("the meeting was changed in the meantime")]
    Stale,
    /// Its state does not allow it.
    #[error(transparent)]
    State(#[from] InvalidMeetingTransition),
    /// It has yet to begin.
    #[error("the meeting has not started")]
    NotStarted {
        /// When it does.
        starts_at: Timestamp,
    },
    /// Somebody in the list cannot be; all of them at once.
    #[error("the attendance is not valid")]
    Invalid(Vec<AttendanceProblem>),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Records who was at a meeting that has started, in the place of what was recorded before. Also
/// people who were not invited: who was there was there.
pub fn record_attendance(
    conn: &mut DbConn,
    granted: &Granted<MeetingsWrite>,
    now: LocalNow,
    id: MeetingId,
    expected_version: Option<i64>,
    attended: &[Attendance],
) -> Result<Meeting, RecordMeetingError> {
    let action = MeetingAction::RecordAttendance;
    let meeting = open(conn, granted, now, (id, expected_version), action)?;
    let problems = problems(conn, granted, attended)?;
    if !problems.is_empty() {
        return Err(RecordMeetingError::Invalid(problems));
    }
    let actor = granted.actor();
    Ok(meetings::record_attendance(
        conn, actor, now.at, meeting, attended,
    )?)
}

/// Writes the minutes of a meeting that has started, in the place of what was written before.
pub fn write_minutes(
    conn: &mut DbConn,
    granted: &Granted<MeetingsWrite>,
    now: LocalNow,
    id: MeetingId,
    expected_version: Option<i64>,
    body: &str,
) -> Result<Meeting, RecordMeetingError> {
    let action = MeetingAction::WriteMinutes;
    let meeting = open(conn, granted, now, (id, expected_version), action)?;
    let actor = granted.actor();
    Ok(meetings::write_minutes(conn, actor, now.at, meeting, body)?)
}

fn open(
    conn: &mut DbConn,
    granted: &Granted<MeetingsWrite>,
    now: LocalNow,
    (id, expected_version): (MeetingId, Option<i64>),
    action: MeetingAction,
) -> Result<Meeting, RecordMeetingError> {
    let meeting = meetings::find(conn, granted.scope(), id)?.ok_or(RecordMeetingError::NotFound)?;
    if expected_version.is_some_and(|version| version != meeting.version) {
        return Err(RecordMeetingError::Stale);
    }
    meeting.allows(action)?;
    if !meeting.has_started(now.at) {
        let starts_at = meeting.period.starts_at();
        return Err(RecordMeetingError::NotStarted { starts_at });
    }
    Ok(meeting)
}

fn problems(
    conn: &mut DbConn,
    granted: &Granted<MeetingsWrite>,
    attended: &[Attendance],
) -> DbResult<Vec<AttendanceProblem>> {
    let delegates = attended.iter().filter_map(|it| it.delegate);
    let named: Vec<PersonId> = attended
        .iter()
        .map(|it| it.person)
        .chain(delegates)
        .collect();
    let known = people::queries::find_many(conn, granted.scope(), &named)?;
    let known: BTreeSet<PersonId> = known.into_iter().map(|person| person.id).collect();
    let mut seen = BTreeSet::new();
    let mut problems = Vec::new();
    for (at, it) in attended.iter().enumerate() {
        if !known.contains(&it.person) {
            problems.push(AttendanceProblem::UnknownPerson { at });
        } else if !seen.insert(it.person) {
            problems.push(AttendanceProblem::Twice { at });
        }
        match it.delegate {
            Some(_) if it.presence != Presence::Delegate => {
                problems.push(AttendanceProblem::NoDelegate { at });
            }
            Some(delegate) if delegate == it.person || !known.contains(&delegate) => {
                problems.push(AttendanceProblem::UnknownDelegate { at });
            }
            Some(_) | None => {}
        }
    }
    Ok(problems)
}
