//! A reminder rule and its plans.

use jiff::Timestamp;
use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;

use crate::catalogue::words::MeetingKind;
use crate::ids::{MeetingId, ReminderRuleId};
use crate::text_enum;
use crate::words::Slug;

text_enum! {
    /// How a rule says when.
    pub enum ReminderKind {
        /// So many minutes before the start, whatever the clock does in between.
        Elapsed => "elapsed",
        /// So many days before the day of the start, at a time on the clock of the meeting.
        Local => "local",
        /// Never: less particular rules do not count.
        None => "none",
    }
}

text_enum! {
    /// Whom a rule reminds, of those who are invited and have not declined or sent a colleague.
    pub enum ReminderAudience {
        /// All of them, but for who waits for a place.
        All => "all",
        /// Who has not answered.
        NotAnswered => "not_answered",
        /// Who said that they come.
        Accepted => "accepted",
        /// Whom the meeting needs.
        Required => "required",
    }
}

text_enum! {
    /// Where a plan stands.
    pub enum PlanState {
        /// Its time is ahead.
        Planned => "planned",
        /// The reminders went into the outbox.
        Fired => "fired",
        /// Its time has gone, and nothing was sent.
        Passed => "passed",
        /// It no longer counts.
        Withdrawn => "withdrawn",
    }
}
crate::text_column!(ReminderKind, ReminderAudience, PlanState);

/// When a rule reminds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReminderTiming {
    /// So many minutes before the start.
    Elapsed {
        /// 15 minutes to 14 days.
        minutes: i32,
    },
    /// On an earlier day, at a time on the clock of the meeting. A time that the clock skips is
    /// moved as far ahead; one that comes twice means the first.
    Local {
        /// 1 to 90 days.
        days: i32,
        /// The time of that day.
        at: Time,
    },
    /// Never.
    Never,
}

impl ReminderTiming {
    /// The word for how it says when.
    #[must_use]
    pub const fn kind(self) -> ReminderKind {
        match self {
            Self::Elapsed { .. } => ReminderKind::Elapsed,
            Self::Local { .. } => ReminderKind::Local,
            Self::Never => ReminderKind::None,
        }
    }
}

/// The meetings that a rule is for; without any of them it is for all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleReach {
    /// Those of a programme.
    pub programme: Option<Slug>,
    /// Those of a kind.
    pub kind: Option<MeetingKind>,
    /// This one.
    pub meeting: Option<MeetingId>,
}

/// A rule about to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReminderRule {
    /// The meetings it is for.
    pub reach: RuleReach,
    /// When.
    pub timing: ReminderTiming,
    /// Whom.
    pub audience: ReminderAudience,
}

/// When whom is reminded of which meetings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReminderRule {
    /// Its id.
    pub id: ReminderRuleId,
    /// Rises on every write; the ETag.
    pub version: i64,
    /// The meetings it is for.
    pub reach: RuleReach,
    /// When.
    pub timing: ReminderTiming,
    /// Whom.
    pub audience: ReminderAudience,
    /// From when it no longer counts.
    pub retired_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// What must be known of a meeting to say when its reminders are due.
#[derive(Debug, Clone, Copy)]
pub struct MeetingStart<'a> {
    /// The meeting.
    pub meeting: MeetingId,
    /// Its programme.
    pub programme: Option<&'a Slug>,
    /// Its kind.
    pub kind: MeetingKind,
    /// The start on the clock of its zone.
    pub local_start: DateTime,
    /// That zone.
    pub zone: &'a TimeZone,
    /// The instant of the start.
    pub starts_at: Timestamp,
}

/// When one rule is due for one start of one meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReminderPlan {
    /// The meeting.
    pub meeting: MeetingId,
    /// The rule.
    pub rule: ReminderRuleId,
    /// The start it reminds of.
    pub starts_at: Timestamp,
    /// When it is due.
    pub due_at: Timestamp,
    /// Where it stands.
    pub state: PlanState,
}
