//! What changes in a meeting, and how far that reaches.

use jiff::Timestamp;

use super::{
    Belonging, InvalidMeetingTransition, LocalPeriod, Meeting, MeetingAction, MeetingExtras,
    MeetingStatus, Venue,
};
use crate::catalogue::words::{KnowledgeSource, LearningPractice};
use crate::ids::PersonId;

/// What changes in a meeting: `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct MeetingChange {
    /// Another name.
    pub title: Option<String>,
    /// Another agenda, or none.
    pub agenda: Option<Option<String>>,
    /// Another organiser, or none.
    pub organiser: Option<Option<PersonId>>,
    /// Another time.
    pub period: Option<LocalPeriod>,
    /// Another place, or none.
    pub place: Option<Option<String>>,
    /// Another online link, or none.
    pub online_url: Option<Option<String>>,
    /// Another source of knowledge, or none.
    pub knowledge_source: Option<Option<KnowledgeSource>>,
    /// Another learning practice, or none.
    pub learning_practice: Option<Option<LearningPractice>>,
    /// Another number of places, or no bound.
    pub capacity: Option<Option<i32>>,
    /// Something else that it is part of. Whoever calls has looked that it can be.
    pub belonging: Option<Belonging>,
    /// Whether somebody is taken out or asked again after that: their calendar needs a higher
    /// SEQUENCE.
    pub attendees: bool,
}

/// How far a change reaches; the furthest of its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Nothing is different.
    Nothing,
    /// What it says; calendars stay right.
    Wording,
    /// Where it is; who answered still means it.
    Place,
    /// When it is; everybody is asked again.
    Time,
}

impl Reach {
    /// Whether SEQUENCE rises, so that calendars follow (RFC 5546 §2.1.4).
    #[must_use]
    pub const fn raises_sequence(self) -> bool {
        match self {
            Self::Nothing | Self::Wording => false,
            Self::Place | Self::Time => true,
        }
    }

    /// The type of the business event.
    #[must_use]
    pub const fn event_type(self) -> &'static str {
        match self {
            Self::Nothing | Self::Wording => "meeting.changed",
            Self::Place => "meeting.relocated",
            Self::Time => "meeting.moved",
        }
    }
}

/// Why a meeting cannot be changed like this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CannotChange {
    /// Its state does not allow it.
    #[error(transparent)]
    State(#[from] InvalidMeetingTransition),
    /// It has begun.
    #[error("the meeting has started")]
    Started {
        /// When it did.
        at: Timestamp,
    },
    /// It would have neither a place nor an online link.
    #[error("the meeting would be nowhere")]
    Nowhere,
    /// Its date is being agreed: the options of the poll say when it can be.
    #[error("the date of the meeting is being agreed")]
    DateIsPolled,
}

impl Meeting {
    /// The meeting after the change, and how far that reaches.
    pub fn changed(
        self,
        change: MeetingChange,
        now: Timestamp,
    ) -> Result<(Self, Reach), CannotChange> {
        self.allows(MeetingAction::Change)?;
        if !self.is_undated() && self.has_started(now) {
            let at = self.period.starts_at();
            return Err(CannotChange::Started { at });
        }
        if self.status == MeetingStatus::Polling && change.period.is_some() {
            return Err(CannotChange::DateIsPolled);
        }
        let venue = Venue::new(
            change
                .place
                .unwrap_or_else(|| self.venue.place().map(str::to_owned)),
            change
                .online_url
                .unwrap_or_else(|| self.venue.online_url().map(str::to_owned)),
        )
        .ok_or(CannotChange::Nowhere)?;
        let belonging = change.belonging.unwrap_or_else(|| Belonging {
            extras: self.extras,
            programme: self.programme.clone(),
            municipality: self.municipality,
        });
        let after = Self {
            title: change.title.unwrap_or_else(|| self.title.clone()),
            agenda: change.agenda.unwrap_or_else(|| self.agenda.clone()),
            organiser: change.organiser.unwrap_or(self.organiser),
            period: change.period.unwrap_or_else(|| self.period.clone()),
            venue,
            knowledge_source: change.knowledge_source.unwrap_or(self.knowledge_source),
            learning_practice: change.learning_practice.unwrap_or(self.learning_practice),
            extras: MeetingExtras {
                capacity: change.capacity.unwrap_or(self.extras.capacity),
                ..belonging.extras
            },
            programme: belonging.programme,
            municipality: belonging.municipality,
            ..self.clone()
        };
        let reach = self.reach_of(&after);
        // Nobody has a meeting without a date in a calendar.
        let undated = self.is_undated();
        let raised = !undated && (change.attendees || reach.raises_sequence());
        if reach == Reach::Nothing && !raised {
            return Ok((self, reach));
        }
        let after = Self {
            revision: self.revision + i32::from(!undated),
            sequence: self.sequence + i32::from(raised),
            revised_at: now,
            updated_at: now,
            ..after
        };
        Ok((after, reach))
    }

    fn reach_of(&self, after: &Self) -> Reach {
        if self.period != after.period {
            Reach::Time
        } else if self.venue != after.venue {
            Reach::Place
        } else if self == after {
            Reach::Nothing
        } else {
            Reach::Wording
        }
    }
}

#[cfg(test)]
mod tests;
