//! A meeting and its life.

use jiff::Timestamp;

use super::{LocalPeriod, MeetingExtras};
use crate::catalogue::words::{KnowledgeSource, LearningPractice, MeetingKind};
use crate::ids::{IntakeId, MeetingId, PersonId};
use crate::reminders::MeetingStart;
use crate::text_enum;
use crate::words::{MunicipalityCode, Slug};

text_enum! {
    /// Where a meeting stands.
    pub enum MeetingStatus {
        /// Being prepared; nobody was invited.
        Draft => "draft",
        /// A date is being agreed.
        Polling => "polling",
        /// Has a date; people are invited.
        Scheduled => "scheduled",
        /// Took place.
        Held => "held",
        /// Did not take place.
        NotHeld => "not_held",
        /// Was called off.
        Cancelled => "cancelled",
    }
}

text_enum! {
    /// What can be done with a meeting.
    pub enum MeetingAction {
        /// Move it, change what it says, or who is invited; until it starts.
        Change => "change",
        /// Call it off.
        Cancel => "cancel",
        /// Say whether it took place, once it has started; also to correct what was said.
        RecordOutcome => "record_outcome",
        /// Fix its day and time, and invite people.
        Schedule => "schedule",
        /// Ask the invitees which dates suit.
        OpenPoll => "open_poll",
        /// Say who was there, once it has started.
        RecordAttendance => "record_attendance",
        /// Write what was said, once it has started.
        WriteMinutes => "write_minutes",
        /// Plan the same on another day.
        Copy => "copy",
    }
}

impl MeetingAction {
    /// The states in which the action is possible.
    #[must_use]
    pub const fn possible_in(self) -> &'static [MeetingStatus] {
        match self {
            Self::Change | Self::Cancel => &[
                MeetingStatus::Draft,
                MeetingStatus::Polling,
                MeetingStatus::Scheduled,
            ],
            Self::Schedule | Self::OpenPoll => &[MeetingStatus::Draft],
            Self::RecordOutcome => &[
                MeetingStatus::Scheduled,
                MeetingStatus::Held,
                MeetingStatus::NotHeld,
            ],
            Self::RecordAttendance | Self::WriteMinutes => {
                &[MeetingStatus::Scheduled, MeetingStatus::Held]
            }
            Self::Copy => MeetingStatus::ALL,
        }
    }
}

text_enum! {
    /// What came of a meeting.
    pub enum MeetingOutcome {
        /// It took place.
        Held => "held",
        /// It did not.
        NotHeld => "not_held",
    }
}

impl MeetingOutcome {
    /// The state of a meeting with this outcome.
    #[must_use]
    pub const fn status(self) -> MeetingStatus {
        match self {
            Self::Held => MeetingStatus::Held,
            Self::NotHeld => MeetingStatus::NotHeld,
        }
    }
}

/// An action that the state of the meeting does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a meeting that is {from} does not allow {action}")]
pub struct InvalidMeetingTransition {
    /// The state it is in.
    pub from: MeetingStatus,
    /// What was tried.
    pub action: MeetingAction,
}

/// Where a meeting takes place: a place, an online link, or both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Venue {
    /// A place.
    Place(String),
    /// An online link.
    Online(String),
    /// A place, and a link for those who join from elsewhere.
    Both {
        /// The place.
        place: String,
        /// The link.
        online_url: String,
    },
}

impl Venue {
    /// The venue of the two columns; `None` when there is neither.
    #[must_use]
    pub fn new(place: Option<String>, online_url: Option<String>) -> Option<Self> {
        match (place, online_url) {
            (Some(place), Some(online_url)) => Some(Self::Both { place, online_url }),
            (Some(place), None) => Some(Self::Place(place)),
            (None, Some(online_url)) => Some(Self::Online(online_url)),
            (None, None) => None,
        }
    }

    /// The place, if there is one.
    #[must_use]
    pub fn place(&self) -> Option<&str> {
        match self {
            Self::Place(place) | Self::Both { place, .. } => Some(place),
            Self::Online(_) => None,
        }
    }

    /// The online link, if there is one.
    #[must_use]
    pub fn online_url(&self) -> Option<&str> {
        match self {
            Self::Online(online_url) | Self::Both { online_url, .. } => Some(online_url),
            Self::Place(_) => None,
        }
    }
}

/// A meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meeting {
    /// Its id.
    pub id: MeetingId,
    /// Rises on every write; the ETag.
    pub version: i64,
    /// The UID in calendars, stable for life.
    pub ical_uid: String,
    /// Rises on every change that makes older mails stale.
    pub revision: i32,
    /// RFC 5545 SEQUENCE: rises when time or place change and on cancellation.
    pub sequence: i32,
    /// Where it stands.
    pub status: MeetingStatus,
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
    /// Whose meeting it is, besides the institute's: that of the intake.
    pub municipality: Option<MunicipalityCode>,
    /// Who organises it.
    pub organiser: Option<PersonId>,
    /// When, on the clock of its zone.
    pub period: LocalPeriod,
    /// Where.
    pub venue: Venue,
    /// Where the knowledge that is shared comes from (N7).
    pub knowledge_source: Option<KnowledgeSource>,
    /// The way in which people learn (N7).
    pub learning_practice: Option<LearningPractice>,
    /// What only some meetings have.
    pub extras: MeetingExtras,
    /// Why it was called off.
    pub cancelled_reason: Option<String>,
    /// What came of it, in the words of whoever held it.
    pub outcome_note: Option<String>,
    /// When its outcome was recorded or last corrected.
    pub outcome_at: Option<Timestamp>,
    /// RFC 5545 DTSTAMP: frozen per revision.
    pub revised_at: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Meeting {
    /// What reminders need to know of it.
    #[must_use]
    pub const fn start(&self) -> MeetingStart<'_> {
        MeetingStart {
            meeting: self.id,
            programme: self.programme.as_ref(),
            kind: self.kind,
            local_start: self.period.local_start(),
            zone: self.period.zone(),
            starts_at: self.period.starts_at(),
        }
    }

    /// A draft with a day and time that are fixed from now on. The first that anybody hears of
    /// it, so that the SEQUENCE stays.
    pub fn schedule(self, now: Timestamp) -> Result<Self, InvalidMeetingTransition> {
        self.allows(MeetingAction::Schedule)?;
        Ok(self.fixed(now))
    }

    /// A draft whose date is being agreed from now on; `earliest` is the first of the options.
    pub fn open_poll(
        self,
        earliest: LocalPeriod,
        now: Timestamp,
    ) -> Result<Self, InvalidMeetingTransition> {
        self.allows(MeetingAction::OpenPoll)?;
        Ok(Self {
            status: MeetingStatus::Polling,
            period: earliest,
            updated_at: now,
            ..self
        })
    }

    /// The same with another earliest option; only while its date is being agreed.
    #[must_use]
    pub fn polled_for(self, earliest: LocalPeriod, now: Timestamp) -> Self {
        Self {
            period: earliest,
            updated_at: now,
            ..self
        }
    }

    /// A meeting whose poll chose `period`. Whoever calls has made sure that the poll could.
    #[must_use]
    pub fn at_chosen(self, period: LocalPeriod, now: Timestamp) -> Self {
        Self { period, ..self }.fixed(now)
    }

    fn fixed(self, now: Timestamp) -> Self {
        Self {
            status: MeetingStatus::Scheduled,
            revised_at: now,
            updated_at: now,
            ..self
        }
    }

    /// Whether its day and time are still to be fixed: nobody has it in a calendar.
    #[must_use]
    pub const fn is_undated(&self) -> bool {
        matches!(self.status, MeetingStatus::Draft | MeetingStatus::Polling)
    }

    /// Calls the meeting off. Calendars follow the higher SEQUENCE (RFC 5546 §3.2.5).
    pub fn cancel(
        self,
        reason: Option<String>,
        now: Timestamp,
    ) -> Result<Self, InvalidMeetingTransition> {
        self.allows(MeetingAction::Cancel)?;
        Ok(Self {
            status: MeetingStatus::Cancelled,
            cancelled_reason: reason,
            revision: self.revision + 1,
            sequence: self.sequence + 1,
            revised_at: now,
            updated_at: now,
            ..self
        })
    }

    /// Records what came of it. Calendars and mails say nothing else for it, so that the
    /// revision stays.
    pub fn with_outcome(
        self,
        outcome: MeetingOutcome,
        note: Option<String>,
        now: Timestamp,
    ) -> Result<Self, InvalidMeetingTransition> {
        self.allows(MeetingAction::RecordOutcome)?;
        Ok(Self {
            status: outcome.status(),
            outcome_note: note,
            outcome_at: Some(now),
            updated_at: now,
            ..self
        })
    }

    /// Whether `action` is possible at `now`: its state allows it, and it has started if the
    /// action looks back on it, and has not if the action looks ahead.
    #[must_use]
    pub fn may(&self, action: MeetingAction, now: Timestamp) -> bool {
        let in_time = match action {
            // The time of a draft is but proposed.
            MeetingAction::Change => self.is_undated() || !self.has_started(now),
            MeetingAction::Schedule => !self.has_started(now),
            MeetingAction::OpenPoll | MeetingAction::Cancel | MeetingAction::Copy => true,
            MeetingAction::RecordOutcome
            | MeetingAction::RecordAttendance
            | MeetingAction::WriteMinutes => self.has_started(now),
        };
        in_time && self.allows(action).is_ok()
    }

    /// Whether the state allows `action`.
    pub fn allows(&self, action: MeetingAction) -> Result<(), InvalidMeetingTransition> {
        if action.possible_in().contains(&self.status) {
            Ok(())
        } else {
            Err(InvalidMeetingTransition {
                from: self.status,
                action,
            })
        }
    }

    /// Whether it has begun: from then on answers are closed and invitations pointless.
    #[must_use]
    pub fn has_started(&self, now: Timestamp) -> bool {
        self.period.starts_at() <= now
    }
}

crate::text_column!(MeetingStatus);
