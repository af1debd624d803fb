//! Every statement on meetings.

use diesel::prelude::*;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::{LocalPeriod, Meeting, MeetingExtras, MeetingStatus, Venue, extras};
use crate::access::Scope;
use crate::catalogue::words::{KnowledgeSource, LearningPractice, MeetingKind};
use crate::db::columns::At;
use crate::db::schema::{invitations, meeting_extras, meetings, person_roles};
use crate::db::{DbConn, DbError, DbResult, one_row};
use crate::ids::{
    IntakeId, LearningGroupId, MeetingId, PersonId, PracticeId, SeriesId, TrajectoryId,
};
use crate::paging::{PageSpec, Paged, Position, turn_to};
use crate::reminders::RuleReach;
use crate::words::{MunicipalityCode, Slug};

#[derive(Queryable, Selectable)]
#[diesel(table_name = meetings)]
struct MeetingRow {
    id: MeetingId,
    version: i64,
    ical_uid: String,
    revision: i32,
    sequence: i32,
    status: MeetingStatus,
    kind: MeetingKind,
    title: String,
    agenda: Option<String>,
    programme: Option<Slug>,
    intake: Option<IntakeId>,
    municipality: Option<MunicipalityCode>,
    organiser: Option<PersonId>,
    local_start: String,
    local_end: String,
    time_zone: String,
    place: Option<String>,
    online_url: Option<String>,
    knowledge_source: Option<KnowledgeSource>,
    learning_practice: Option<LearningPractice>,
    cancelled_reason: Option<String>,
    outcome_note: Option<String>,
    outcome_at: Option<At>,
    revised_at: At,
    created_at: At,
    updated_at: At,
}

impl TryFrom<MeetingRow> for Meeting {
    type Error = DbError;

    fn try_from(row: MeetingRow) -> DbResult<Self> {
        let corrupt = || DbError::Corrupt { what: "meeting" };
        let local = |text: &str| text.parse::<DateTime>().map_err(|_| corrupt());
        let zone = TimeZone::get(&row.time_zone).map_err(|_| corrupt())?;
        let period = LocalPeriod::new(local(&row.local_start)?, local(&row.local_end)?, zone)
            .map_err(|_| corrupt())?;
        Ok(Self {
            id: row.id,
            version: row.version,
            ical_uid: row.ical_uid,
            revision: row.revision,
            sequence: row.sequence,
            status: row.status,
            kind: row.kind,
            title: row.title,
            agenda: row.agenda,
            programme: row.programme,
            intake: row.intake,
            municipality: row.municipality,
            organiser: row.organiser,
            period,
            venue: Venue::new(row.place, row.online_url).ok_or_else(corrupt)?,
            knowledge_source: row.knowledge_source,
            learning_practice: row.learning_practice,
            extras: MeetingExtras::default(),
            cancelled_reason: row.cancelled_reason,
            outcome_note: row.outcome_note,
            outcome_at: row.outcome_at.map(Timestamp::from),
            revised_at: row.revised_at.0,
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        })
    }
}

/// Which meetings a list holds.
#[derive(Debug, Clone, Default)]
pub struct MeetingFilter {
    /// Only those in this state.
    pub status: Option<MeetingStatus>,
    /// Only those of this kind.
    pub kind: Option<MeetingKind>,
    /// Only the talks of this intake.
    pub intake: Option<IntakeId>,
    /// Only those of this programme.
    pub programme: Option<Slug>,
    /// Only those of this learning group.
    pub learning_group: Option<LearningGroupId>,
    /// Only those of this practice.
    pub practice: Option<PracticeId>,
    /// Only those of this trajectory.
    pub trajectory: Option<TrajectoryId>,
    /// Only those of this series.
    pub series: Option<SeriesId>,
    /// Only those that this person organises or is invited to.
    pub person: Option<PersonId>,
    /// Only those that start at this instant or later.
    pub starts_from: Option<Timestamp>,
    /// Only those that start before this instant.
    pub starts_to: Option<Timestamp>,
}

type Boxed = meetings::BoxedQuery<'static, crate::db::MultiBackend>;

/// Meetings that `scope` sees: through their subject, or through an invitee who holds a role
/// with the municipality. Drafts are the institute's: nobody was invited yet.
fn seen_by(scope: &Scope) -> Boxed {
    let query = meetings::table.into_boxed();
    let Some(codes) = scope.codes() else {
        return query;
    };
    let own: Vec<_> = codes.iter().copied().map(Some).collect();
    let with_own_people = invitations::table
        .inner_join(person_roles::table.on(person_roles::person.eq(invitations::person)))
        .select(invitations::meeting)
        .filter(invitations::removed_at.is_null())
        .filter(person_roles::municipality.eq_any(own.clone()));
    query
        .filter(meetings::status.ne(MeetingStatus::Draft))
        .filter(
            meetings::municipality
                .eq_any(own)
                .or(meetings::id.eq_any(with_own_people)),
        )
}

/// The series with a meeting that `scope` sees; `None` for all of them.
pub(crate) fn series_seen(conn: &mut DbConn, scope: &Scope) -> DbResult<Option<Vec<SeriesId>>> {
    if scope.codes().is_none() {
        return Ok(None);
    }
    let in_series = having().filter(meeting_extras::series.is_not_null());
    let seen: Vec<MeetingId> = seen_by(scope)
        .filter(meetings::id.eq_any(in_series))
        .select(meetings::id)
        .load(conn)?;
    let series = meeting_extras::table
        .filter(meeting_extras::meeting.eq_any(seen))
        .filter(meeting_extras::series.is_not_null())
        .select(meeting_extras::series.assume_not_null())
        .load(conn)?;
    Ok(Some(series))
}

/// One meeting, if `scope` sees it.
pub fn find(conn: &mut DbConn, scope: &Scope, id: MeetingId) -> DbResult<Option<Meeting>> {
    let row = seen_by(scope)
        .filter(meetings::id.eq(id))
        .select(MeetingRow::as_select())
        .first(conn)
        .optional()?;
    let Some(row) = row else { return Ok(None) };
    let mut found = [Meeting::try_from(row)?];
    extras::attach(conn, &mut found)?;
    let [meeting] = found;
    Ok(Some(meeting))
}

/// Holds a meeting until the end of the transaction: whoever gives or frees a place at it waits
/// here for whoever was first. A write that changes nothing, which takes the row's lock on
/// PostgreSQL; SQLite has one writer anyway.
pub fn hold(conn: &mut DbConn, id: MeetingId) -> DbResult<()> {
    let held = diesel::update(meetings::table.find(id))
        .set(meetings::version.eq(meetings::version))
        .execute(conn)?;
    one_row(held)
}

/// The meeting with this UID in calendars, for an answer by one of its invitees.
pub fn find_by_uid(conn: &mut DbConn, uid: &str) -> DbResult<Option<Meeting>> {
    let id: Option<MeetingId> = meetings::table
        .filter(meetings::ical_uid.eq(uid))
        .select(meetings::id)
        .first(conn)
        .optional()?;
    match id {
        Some(id) => find(conn, &Scope::Institute, id),
        None => Ok(None),
    }
}

/// The meetings of this reach that have a date and have not started, the earliest first; what only
/// some have besides is not read.
pub fn upcoming(conn: &mut DbConn, reach: &RuleReach, now: Timestamp) -> DbResult<Vec<Meeting>> {
    let mut query = meetings::table
        .filter(meetings::status.eq(MeetingStatus::Scheduled))
        .filter(meetings::starts_at.gt(At(now)))
        .into_boxed();
    if let Some(programme) = &reach.programme {
        query = query.filter(meetings::programme.eq(programme.clone()));
    }
    if let Some(kind) = reach.kind {
        query = query.filter(meetings::kind.eq(kind));
    }
    if let Some(meeting) = reach.meeting {
        query = query.filter(meetings::id.eq(meeting));
    }
    let rows = query
        .order((meetings::starts_at, meetings::id))
        .select(MeetingRow::as_select())
        .load(conn)?;
    rows.into_iter().map(Meeting::try_from).collect()
}

/// Whose meetings a calendar holds.
#[derive(Debug, Clone, Copy)]
pub enum MeetingsOf<'a> {
    /// Those that this person is invited to and has not declined, or organises.
    Person(PersonId),
    /// Those of this programme.
    Programme(&'a Slug),
    /// Those of this series.
    Series(SeriesId),
}

/// The meetings of a calendar that end after `from` and have or had a date, those that start
/// first and at most `most`; what only some have besides is not read.
pub fn for_calendar(
    conn: &mut DbConn,
    of: MeetingsOf<'_>,
    from: Timestamp,
    most: i64,
) -> DbResult<Vec<Meeting>> {
    let query = meetings::table
        .filter(meetings::status.eq_any([
            MeetingStatus::Scheduled,
            MeetingStatus::Held,
            MeetingStatus::Cancelled,
        ]))
        .filter(meetings::ends_at.gt(At(from)))
        .into_boxed();
    let query = match of {
        MeetingsOf::Person(person) => {
            let invited_to = invitations::table
                .filter(invitations::person.eq(person))
                .filter(invitations::removed_at.is_null())
                .filter(invitations::answer.ne_all(["declined", "delegated"]))
                .select(invitations::meeting);
            query.filter(
                meetings::organiser
                    .eq(person)
                    .or(meetings::id.eq_any(invited_to)),
            )
        }
        MeetingsOf::Programme(slug) => query.filter(meetings::programme.eq(slug)),
        MeetingsOf::Series(series) => {
            let in_it = having().filter(meeting_extras::series.eq(series));
            query.filter(meetings::id.eq_any(in_it))
        }
    };
    query
        .order((meetings::starts_at, meetings::id))
        .limit(most)
        .select(MeetingRow::as_select())
        .load(conn)?
        .into_iter()
        .map(Meeting::try_from)
        .collect()
}

/// The talk of an intake that is still to be held.
pub fn open_of_intake(conn: &mut DbConn, intake: IntakeId) -> DbResult<Vec<Meeting>> {
    meetings::table
        .filter(meetings::intake.eq(intake))
        .filter(meetings::status.eq_any([
            MeetingStatus::Draft,
            MeetingStatus::Polling,
            MeetingStatus::Scheduled,
        ]))
        .order(meetings::id)
        .select(MeetingRow::as_select())
        .load(conn)?
        .into_iter()
        .map(Meeting::try_from)
        .collect()
}

/// How far the talks of an intake have come: which of them are planned or were held.
pub fn talks_that_count(conn: &mut DbConn, intake: IntakeId) -> DbResult<Vec<MeetingStatus>> {
    Ok(meetings::table
        .filter(meetings::intake.eq(intake))
        .filter(meetings::kind.eq_any([MeetingKind::IntakeTalk, MeetingKind::ExploratoryTalk]))
        .filter(meetings::status.eq_any([
            MeetingStatus::Draft,
            MeetingStatus::Polling,
            MeetingStatus::Scheduled,
            MeetingStatus::Held,
        ]))
        .select(meetings::status)
        .load(conn)?)
}

/// The talks of several intakes that `scope` sees, cancelled ones included, in no order.
pub fn talks_of(conn: &mut DbConn, scope: &Scope, intakes: &[IntakeId]) -> DbResult<Vec<Meeting>> {
    seen_by(scope)
        .filter(meetings::intake.eq_any(intakes.iter().copied().map(Some).collect::<Vec<_>>()))
        .filter(meetings::kind.eq_any([MeetingKind::IntakeTalk, MeetingKind::ExploratoryTalk]))
        .select(MeetingRow::as_select())
        .load(conn)?
        .into_iter()
        .map(Meeting::try_from)
        .collect()
}

/// A page of meetings, in order of their start.
pub fn list(
    conn: &mut DbConn,
    scope: &Scope,
    filter: &MeetingFilter,
    page: &PageSpec,
) -> DbResult<Paged<Meeting>> {
    let mut query = filtered(seen_by(scope), filter);
    query = turn_to!(query, page, oldest_first(meetings::starts_at, meetings::id));
    let mut found = query
        .limit(page.fetch())
        .select(MeetingRow::as_select())
        .load(conn)?
        .into_iter()
        .map(Meeting::try_from)
        .collect::<DbResult<Vec<_>>>()?;
    extras::attach(conn, &mut found)?;
    Ok(page.finish(found, |meeting| Position {
        at: meeting.period.starts_at(),
        id: meeting.id.0,
    }))
}

/// The ids of meetings that have something besides.
fn having() -> diesel::dsl::Select<meeting_extras::table, meeting_extras::meeting> {
    meeting_extras::table.select(meeting_extras::meeting)
}

fn filtered(mut query: Boxed, filter: &MeetingFilter) -> Boxed {
    if let Some(status) = filter.status {
        query = query.filter(meetings::status.eq(status));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(meetings::kind.eq(kind));
    }
    if let Some(intake) = filter.intake {
        query = query.filter(meetings::intake.eq(intake));
    }
    if let Some(programme) = filter.programme.clone() {
        query = query.filter(meetings::programme.eq(programme));
    }
    if let Some(person) = filter.person {
        let invited_to = invitations::table
            .filter(invitations::person.eq(person))
            .filter(invitations::removed_at.is_null())
            .select(invitations::meeting);
        let theirs = meetings::organiser
            .eq(person)
            .or(meetings::id.eq_any(invited_to).nullable());
        query = query.filter(theirs);
    }
    if let Some(group) = filter.learning_group {
        let of_group = meeting_extras::learning_group.eq(group);
        query = query.filter(meetings::id.eq_any(having().filter(of_group)));
    }
    if let Some(practice) = filter.practice {
        let of_practice = meeting_extras::practice.eq(practice);
        query = query.filter(meetings::id.eq_any(having().filter(of_practice)));
    }
    if let Some(trajectory) = filter.trajectory {
        let of_trajectory = meeting_extras::trajectory.eq(trajectory);
        query = query.filter(meetings::id.eq_any(having().filter(of_trajectory)));
    }
    if let Some(series) = filter.series {
        let of_series = meeting_extras::series.eq(series);
        query = query.filter(meetings::id.eq_any(having().filter(of_series)));
    }
    if let Some(from) = filter.starts_from {
        query = query.filter(meetings::starts_at.ge(At(from)));
    }
    if let Some(to) = filter.starts_to {
        query = query.filter(meetings::starts_at.lt(At(to)));
    }
    query
}

pub(super) fn insert(conn: &mut DbConn, meeting: &Meeting) -> DbResult<()> {
    diesel::insert_into(meetings::table)
        .values((
            (
                meetings::id.eq(meeting.id),
                meetings::version.eq(meeting.version),
                meetings::ical_uid.eq(&meeting.ical_uid),
                meetings::revision.eq(meeting.revision),
                meetings::sequence.eq(meeting.sequence),
                meetings::status.eq(meeting.status),
                meetings::kind.eq(meeting.kind),
                meetings::title.eq(&meeting.title),
                meetings::agenda.eq(meeting.agenda.as_deref()),
                meetings::programme.eq(meeting.programme.clone()),
                meetings::intake.eq(meeting.intake),
                meetings::municipality.eq(meeting.municipality),
                meetings::organiser.eq(meeting.organiser),
            ),
            (
                meetings::local_start.eq(meeting.period.local_start().to_string()),
                meetings::local_end.eq(meeting.period.local_end().to_string()),
                meetings::time_zone.eq(meeting.period.zone_name()),
                meetings::starts_at.eq(At(meeting.period.starts_at())),
                meetings::ends_at.eq(At(meeting.period.ends_at())),
                meetings::place.eq(meeting.venue.place()),
                meetings::online_url.eq(meeting.venue.online_url()),
                meetings::knowledge_source.eq(meeting.knowledge_source),
                meetings::learning_practice.eq(meeting.learning_practice),
                meetings::revised_at.eq(At(meeting.revised_at)),
                meetings::created_at.eq(At(meeting.created_at)),
                meetings::updated_at.eq(At(meeting.updated_at)),
            ),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores a changed meeting, provided that nobody changed it since it was read.
pub(super) fn update(conn: &mut DbConn, meeting: Meeting) -> DbResult<Meeting> {
    let unchanged = meetings::table
        .filter(meetings::id.eq(meeting.id))
        .filter(meetings::version.eq(meeting.version));
    let version = meeting.version + 1;
    let changed = diesel::update(unchanged)
        .set((
            (
                meetings::version.eq(version),
                meetings::revision.eq(meeting.revision),
                meetings::sequence.eq(meeting.sequence),
                meetings::status.eq(meeting.status),
                meetings::title.eq(&meeting.title),
                meetings::agenda.eq(meeting.agenda.as_deref()),
                meetings::programme.eq(meeting.programme.clone()),
                meetings::municipality.eq(meeting.municipality),
                meetings::organiser.eq(meeting.organiser),
                meetings::knowledge_source.eq(meeting.knowledge_source),
                meetings::learning_practice.eq(meeting.learning_practice),
            ),
            (
                meetings::local_start.eq(meeting.period.local_start().to_string()),
                meetings::local_end.eq(meeting.period.local_end().to_string()),
                meetings::time_zone.eq(meeting.period.zone_name()),
                meetings::starts_at.eq(At(meeting.period.starts_at())),
                meetings::ends_at.eq(At(meeting.period.ends_at())),
                meetings::place.eq(meeting.venue.place()),
                meetings::online_url.eq(meeting.venue.online_url()),
            ),
            (
                meetings::cancelled_reason.eq(meeting.cancelled_reason.as_deref()),
                meetings::outcome_note.eq(meeting.outcome_note.as_deref()),
                meetings::outcome_at.eq(meeting.outcome_at.map(At)),
                meetings::revised_at.eq(At(meeting.revised_at)),
                meetings::updated_at.eq(At(meeting.updated_at)),
            ),
        ))
        .execute(conn)?;
    one_row(changed)?;
    Ok(Meeting { version, ..meeting })
}
