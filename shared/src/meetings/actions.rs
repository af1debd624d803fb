//! Scheduling and calling off.

use jiff::Timestamp;

use super::{
    Attendance, InvalidMeetingTransition, LocalPeriod, Meeting, MeetingExtras, MeetingOutcome,
    MeetingStatus, Reach, Venue, attendance, extras, queries, revisions,
};
use crate::access::Actor;
use crate::audit::{self, AuditLine};
use crate::catalogue::words::{KnowledgeSource, LearningPractice, MeetingKind};
use crate::db::{DbConn, DbError, DbResult};
use crate::events::{self, NewEvent, Subject};
use crate::ids::{IntakeId, MeetingId, PersonId};
use crate::reminders;
use crate::words::{MunicipalityCode, Slug};

/// A meeting about to be scheduled.
#[derive(Debug, Clone)]
pub struct NewMeeting {
    /// What kind of meeting it is.
    pub kind: MeetingKind,
    /// What it is called in invitations.
    pub title: String,
    /// What it is about.
    pub agenda: Option<String>,
    /// The programme it belongs to.
    pub programme: Option<Slug>,
    /// The intake whose talk it is.
    pub intake: Option<IntakeId>,
    /// Whose meeting it is, besides the institute's.
    pub municipality: Option<MunicipalityCode>,
    /// Who organises it.
    pub organiser: Option<PersonId>,
    /// When.
    pub period: LocalPeriod,
    /// Where.
    pub venue: Venue,
    /// Where the knowledge that is shared comes from (N7).
    pub knowledge_source: Option<KnowledgeSource>,
    /// The way in which people learn (N7).
    pub learning_practice: Option<LearningPractice>,
    /// What only some meetings have.
    pub extras: MeetingExtras,
}

/// Why a meeting was not called off.
#[derive(Debug, thiserror::Error)]
pub enum CancelMeetingError {
    /// There is no such meeting, or it is another's.
    #[error("no such meeting")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("the meeting was changed in the meantime")]
    Stale,
    /// Its state does not allow it.
    #[error(transparent)]
    State(#[from] InvalidMeetingTransition),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Makes a scheduled meeting. Whoever calls has decided that `actor` may.
pub fn schedule(
    conn: &mut DbConn,
    actor: &Actor,
    now: Timestamp,
    new: NewMeeting,
) -> DbResult<Meeting> {
    let meeting = made(new, MeetingStatus::Scheduled, now);
    queries::insert(conn, &meeting)?;
    revisions::insert(conn, &meeting)?;
    extras::insert(conn, &meeting)?;
    reminders::arm(conn, &meeting.start(), now)?;
    let words = ("meeting.scheduled", "meeting.schedule");
    trace(conn, actor, now, &meeting, words, None)?;
    Ok(meeting)
}

/// Makes a meeting that is being prepared. Whoever calls has decided that `actor` may.
pub fn draft(
    conn: &mut DbConn,
    actor: &Actor,
    now: Timestamp,
    new: NewMeeting,
) -> DbResult<Meeting> {
    let meeting = made(new, MeetingStatus::Draft, now);
    queries::insert(conn, &meeting)?;
    extras::insert(conn, &meeting)?;
    let words = ("meeting.drafted", "meeting.draft");
    trace(conn, actor, now, &meeting, words, None)?;
    Ok(meeting)
}

/// Stores a meeting whose date is fixed from now on: that of a draft, or the option that its poll
/// chose. The invitations are for whoever calls.
pub fn fix_date(
    conn: &mut DbConn,
    actor: &Actor,
    now: Timestamp,
    from: MeetingStatus,
    scheduled: Meeting,
) -> DbResult<Meeting> {
    let scheduled = queries::update(conn, scheduled)?;
    revisions::insert(conn, &scheduled)?;
    reminders::arm(conn, &scheduled.start(), now)?;
    let words = ("meeting.scheduled", "meeting.schedule");
    trace(conn, actor, now, &scheduled, words, Some(from))?;
    Ok(scheduled)
}

/// Stores a meeting whose date is being agreed, with the earliest of its options.
pub fn poll_date(
    conn: &mut DbConn,
    actor: &Actor,
    now: Timestamp,
    from: MeetingStatus,
    polling: Meeting,
) -> DbResult<Meeting> {
    let polling = queries::update(conn, polling)?;
    let words = ("meeting.polling", "meeting.poll");
    trace(conn, actor, now, &polling, words, Some(from))?;
    Ok(polling)
}

fn made(new: NewMeeting, status: MeetingStatus, now: Timestamp) -> Meeting {
    let id = MeetingId::generate();
    Meeting {
        id,
        version: 1,
        ical_uid: format!("{id}@koplopers"),
        revision: 1,
        sequence: 0,
        status,
        kind: new.kind,
        title: new.title,
        agenda: new.agenda,
        programme: new.programme,
        intake: new.intake,
        municipality: new.municipality,
        organiser: new.organiser,
        period: new.period,
        venue: new.venue,
        knowledge_source: new.knowledge_source,
        learning_practice: new.learning_practice,
        extras: new.extras,
        cancelled_reason: None,
        outcome_note: None,
        outcome_at: None,
        revised_at: now,
        created_at: now,
        updated_at: now,
    }
}

/// Stores a meeting that was changed. The mails to its invitees are for the flow that calls this.
pub fn change(
    conn: &mut DbConn,
    actor: &Actor,
    now: Timestamp,
    changed: Meeting,
    reach: Reach,
) -> DbResult<Meeting> {
    let from = changed.status;
    let changed = queries::update(conn, changed)?;
    extras::replace(conn, &changed)?;
    if !changed.is_undated() && revisions::revision(conn, changed.id, changed.sequence)?.is_none() {
        revisions::insert(conn, &changed)?;
    }
    if !changed.is_undated() {
        // Another time has other plans, and another programme may have other rules.
        reminders::arm(conn, &changed.start(), now)?;
    }
    let words = (reach.event_type(), "meeting.change");
    trace(conn, actor, now, &changed, words, Some(from))?;
    Ok(changed)
}

/// Calls a meeting off. The mails to its invitees are for the flow that calls this.
pub fn cancel(
    conn: &mut DbConn,
    actor: &Actor,
    now: Timestamp,
    meeting: Meeting,
    reason: Option<String>,
) -> Result<Meeting, CancelMeetingError> {
    let from = meeting.status;
    let cancelled = queries::update(conn, meeting.cancel(reason, now)?)?;
    revisions::insert(conn, &cancelled)?;
    reminders::disarm(conn, cancelled.id, now)?;
    trace(
        conn,
        actor,
        now,
        &cancelled,
        ("meeting.cancelled", "meeting.cancel"),
        Some(from),
    )?;
    Ok(cancelled)
}

/// Why the outcome of a meeting was not recorded.
#[derive(Debug, thiserror::Error)]
pub enum RecordOutcomeError {
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
    /// It is the talk of an intake that has gone on since.
    #[error("the intake has gone on since its talk")]
    IntakeWentOn,
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Records what came of a meeting that has started, or corrects it. What it means for an intake
/// is for the flow that calls this.
pub fn record_outcome(
    conn: &mut DbConn,
    actor: &Actor,
    now: Timestamp,
    meeting: Meeting,
    outcome: MeetingOutcome,
    note: Option<String>,
) -> Result<Meeting, RecordOutcomeError> {
    let from = meeting.status;
    let starts_at = meeting.period.starts_at();
    let started = meeting.has_started(now);
    let meeting = meeting.with_outcome(outcome, note, now)?;
    if !started {
        return Err(RecordOutcomeError::NotStarted { starts_at });
    }
    let recorded = queries::update(conn, meeting)?;
    let event_type = match outcome {
        MeetingOutcome::Held => "meeting.held",
        MeetingOutcome::NotHeld => "meeting.not_held",
    };
    trace(
        conn,
        actor,
        now,
        &recorded,
        (event_type, "meeting.record_outcome"),
        Some(from),
    )?;
    Ok(recorded)
}

/// Stores who was at a meeting that has started. Whoever calls has looked at the list.
pub fn record_attendance(
    conn: &mut DbConn,
    actor: &Actor,
    now: Timestamp,
    meeting: Meeting,
    attended: &[Attendance],
) -> DbResult<Meeting> {
    let from = meeting.status;
    let meeting = Meeting {
        updated_at: now,
        ..meeting
    };
    let meeting = queries::update(conn, meeting)?;
    attendance::replace_attendance(conn, &meeting, attended)?;
    let words = ("meeting.attendance_recorded", "meeting.record_attendance");
    trace(conn, actor, now, &meeting, words, Some(from))?;
    Ok(meeting)
}

/// Stores the minutes of a meeting that has started.
pub fn write_minutes(
    conn: &mut DbConn,
    actor: &Actor,
    now: Timestamp,
    meeting: Meeting,
    body: &str,
) -> DbResult<Meeting> {
    let from = meeting.status;
    let meeting = Meeting {
        updated_at: now,
        ..meeting
    };
    let meeting = queries::update(conn, meeting)?;
    attendance::replace_minutes(conn, &meeting, body)?;
    let words = ("meeting.minutes_written", "meeting.write_minutes");
    trace(conn, actor, now, &meeting, words, Some(from))?;
    Ok(meeting)
}

fn trace(
    conn: &mut DbConn,
    actor: &Actor,
    now: Timestamp,
    meeting: &Meeting,
    (event_type, action): (&'static str, &'static str),
    from: Option<MeetingStatus>,
) -> DbResult<()> {
    let event = NewEvent {
        event_type,
        subject: Subject {
            kind: "meeting",
            id: meeting.id.0,
        },
        municipality: meeting.municipality,
        from: from.map(MeetingStatus::as_str),
        to: Some(meeting.status.as_str()),
        reason: (meeting.cancelled_reason.as_deref()).or(meeting.outcome_note.as_deref()),
        data: serde_json::json!({ "intake": meeting.intake }),
    };
    events::append(conn, &event, actor, now)?;
    let line = AuditLine {
        action,
        object_type: "meeting",
        object_id: Some(meeting.id.to_string()),
        municipality: meeting.municipality,
    };
    audit::record(conn, actor, line, now)
}
