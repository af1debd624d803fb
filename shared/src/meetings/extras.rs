//! What only some meetings have: a place in a learning group, a trajectory or a series, and a bound
//! on how many come.

use diesel::prelude::*;

use super::Meeting;
use crate::db::schema::meeting_extras;
use crate::db::{DbConn, DbResult};
use crate::ids::{LearningGroupId, MeetingId, PracticeId, SeriesId, TrajectoryId};
use crate::words::{MunicipalityCode, Slug};

/// What only some meetings have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MeetingExtras {
    /// The learning group whose meeting it is.
    pub learning_group: Option<LearningGroupId>,
    /// The practice of that group; none for a meeting of the group as a whole.
    pub practice: Option<PracticeId>,
    /// The trajectory whose meeting it is, for one that is in no group.
    pub trajectory: Option<TrajectoryId>,
    /// The series it belongs to.
    pub series: Option<SeriesId>,
    /// How many people there is room for; none for no bound.
    pub capacity: Option<i32>,
}

/// What a meeting is part of, and whose it is for that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Belonging {
    /// Its group, practice, trajectory and series; the bound is not looked at.
    pub extras: MeetingExtras,
    /// The programme of what it is part of.
    pub programme: Option<Slug>,
    /// The municipality of what it is part of.
    pub municipality: Option<MunicipalityCode>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = meeting_extras)]
struct ExtrasRow {
    meeting: MeetingId,
    learning_group: Option<LearningGroupId>,
    practice: Option<PracticeId>,
    trajectory: Option<TrajectoryId>,
    series: Option<SeriesId>,
    capacity: Option<i32>,
}

/// Reads what several meetings have besides, in one query.
pub(super) fn attach(conn: &mut DbConn, meetings: &mut [Meeting]) -> DbResult<()> {
    let ids: Vec<MeetingId> = meetings.iter().map(|meeting| meeting.id).collect();
    let rows = meeting_extras::table
        .filter(meeting_extras::meeting.eq_any(ids))
        .select(ExtrasRow::as_select())
        .load(conn)?;
    for row in rows {
        if let Some(meeting) = meetings.iter_mut().find(|it| it.id == row.meeting) {
            meeting.extras = MeetingExtras {
                learning_group: row.learning_group,
                practice: row.practice,
                trajectory: row.trajectory,
                series: row.series,
                capacity: row.capacity,
            };
        }
    }
    Ok(())
}

/// Keeps what a changed meeting has besides.
pub(super) fn replace(conn: &mut DbConn, meeting: &Meeting) -> DbResult<()> {
    diesel::delete(meeting_extras::table.find(meeting.id)).execute(conn)?;
    insert(conn, meeting)
}

/// Keeps what a new meeting has besides; nothing for most.
pub(super) fn insert(conn: &mut DbConn, meeting: &Meeting) -> DbResult<()> {
    let extras = meeting.extras;
    if extras == MeetingExtras::default() {
        return Ok(());
    }
    diesel::insert_into(meeting_extras::table)
        .values(ExtrasRow {
            meeting: meeting.id,
            learning_group: extras.learning_group,
            practice: extras.practice,
            trajectory: extras.trajectory,
            series: extras.series,
            capacity: extras.capacity,
        })
        .execute(conn)?;
    Ok(())
}
