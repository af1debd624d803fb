//! Mails about a meeting, to one invitee.

use url::Url;

use super::calendar::{self, CalendarEvent, Cancelled, Method};
use super::clean::{Line, Paragraphs};
use super::notice::Notice;
use super::render::{CalendarPart, Contents, Page, written};
use super::time_words;
use crate::catalogue::words::Language;

mod meeting;

pub use meeting::{CalendarEntry, Meeting, Previous};

/// Comes with the first calendar: the meeting and the question whether the recipient comes.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// What it is about.
    pub meeting: Meeting,
    /// Its place in the recipient's agenda.
    pub entry: CalendarEntry,
    /// The recipient's own page to answer on.
    pub answer_url: Url,
    /// What the organiser adds for everybody.
    pub message: Option<Paragraphs>,
    /// When the recipient was named by somebody else and hears from us for the first time.
    pub notice: Option<Notice>,
}

impl Contents for Invitation {
    const KIND: &'static str = "invitation";

    fn subject(&self, language: Language) -> String {
        let about = self.meeting.in_subject(language);
        match language {
            Language::Nl => format!("Uitnodiging: {about}"),
            Language::En => format!("Invitation: {about}"),
        }
    }

    written!(Invitation:
        "invitation/nl.txt",
        "invitation/nl.html",
        "invitation/en.txt",
        "invitation/en.html"
    );

    fn calendar(&self, language: Language) -> Option<CalendarPart> {
        Some(request(
            &self.meeting,
            &self.entry,
            &self.answer_url,
            language,
        ))
    }
}

/// The meeting moved, or its place changed; the recipient is asked again.
#[derive(Debug, Clone)]
pub struct InvitationUpdate {
    /// As it is now.
    pub meeting: Meeting,
    /// As it was.
    pub previous: Previous,
    /// With the raised SEQUENCE.
    pub entry: CalendarEntry,
    /// The recipient's own page to answer on.
    pub answer_url: Url,
    /// What the organiser adds for everybody.
    pub message: Option<Paragraphs>,
}

impl InvitationUpdate {
    /// When it was, if it moved.
    #[must_use]
    pub fn old_time(&self, page: &Page<'_>) -> Option<String> {
        let previous = &self.previous;
        let moved = previous.local_start != self.meeting.local_start
            || previous.local_end != self.meeting.local_end
            || previous.time_zone != self.meeting.time_zone;
        moved.then(|| {
            meeting::when(
                previous.local_start,
                previous.local_end,
                &previous.time_zone,
                page,
            )
        })
    }

    /// Where it was, if that changed.
    #[must_use]
    pub fn old_place(&self) -> Option<&Line> {
        self.previous
            .place
            .as_ref()
            .filter(|&place| self.meeting.place.as_ref() != Some(place))
    }
}

impl Contents for InvitationUpdate {
    const KIND: &'static str = "invitation_update";

    fn subject(&self, language: Language) -> String {
        let about = self.meeting.in_subject(language);
        match language {
            Language::Nl => format!("Gewijzigd: {about}"),
            Language::En => format!("Changed: {about}"),
        }
    }

    written!(InvitationUpdate:
        "invitation_update/nl.txt",
        "invitation_update/nl.html",
        "invitation_update/en.txt",
        "invitation_update/en.html"
    );

    fn calendar(&self, language: Language) -> Option<CalendarPart> {
        Some(request(
            &self.meeting,
            &self.entry,
            &self.answer_url,
            language,
        ))
    }
}

/// The meeting does not take place.
#[derive(Debug, Clone)]
pub struct Cancellation {
    /// As it would have been.
    pub meeting: Meeting,
    /// With the raised SEQUENCE.
    pub entry: CalendarEntry,
    /// Why.
    pub reason: Option<Paragraphs>,
}

impl Contents for Cancellation {
    const KIND: &'static str = "cancellation";

    fn subject(&self, language: Language) -> String {
        let about = self.meeting.in_subject(language);
        match language {
            Language::Nl => format!("Geannuleerd: {about}"),
            Language::En => format!("Cancelled: {about}"),
        }
    }

    written!(Cancellation:
        "cancellation/nl.txt",
        "cancellation/nl.html",
        "cancellation/en.txt",
        "cancellation/en.html"
    );

    fn calendar(&self, language: Language) -> Option<CalendarPart> {
        let event = event(&self.meeting, &self.entry, None, language);
        Some(cancel(&event, Cancelled::WholeMeeting))
    }
}

/// The meeting goes on without the recipient.
#[derive(Debug, Clone)]
pub struct Removed {
    /// As it is for the others.
    pub meeting: Meeting,
    /// With the raised SEQUENCE.
    pub entry: CalendarEntry,
}

impl Contents for Removed {
    const KIND: &'static str = "removed";

    fn subject(&self, language: Language) -> String {
        let about = self.meeting.in_subject(language);
        match language {
            Language::Nl => format!("Geannuleerd: uw uitnodiging voor {about}"),
            Language::En => format!("Cancelled: your invitation to {about}"),
        }
    }

    written!(Removed:
        "removed/nl.txt",
        "removed/nl.html",
        "removed/en.txt",
        "removed/en.html"
    );

    fn calendar(&self, language: Language) -> Option<CalendarPart> {
        let event = event(&self.meeting, &self.entry, None, language);
        Some(cancel(&event, Cancelled::RemovedAttendee))
    }
}

/// The recipient sent somebody else: the meeting leaves their calendar.
#[derive(Debug, Clone)]
pub struct Delegated {
    /// As it is for the others.
    pub meeting: Meeting,
    /// With the raised SEQUENCE.
    pub entry: CalendarEntry,
    /// Who comes instead, if they are still known.
    pub delegate: Option<Line>,
}

impl Contents for Delegated {
    const KIND: &'static str = "delegated";

    fn subject(&self, language: Language) -> String {
        let about = self.meeting.in_subject(language);
        match language {
            Language::Nl => format!("Uw collega komt: {about}"),
            Language::En => format!("Your colleague comes: {about}"),
        }
    }

    written!(Delegated:
        "delegated/nl.txt",
        "delegated/nl.html",
        "delegated/en.txt",
        "delegated/en.html"
    );

    fn calendar(&self, language: Language) -> Option<CalendarPart> {
        let event = event(&self.meeting, &self.entry, None, language);
        Some(cancel(&event, Cancelled::RemovedAttendee))
    }
}

/// Who was on the waiting list has a place.
#[derive(Debug, Clone)]
pub struct PlaceFree {
    /// What it is about.
    pub meeting: Meeting,
    /// The recipient's own page to answer on.
    pub answer_url: Url,
}

impl Contents for PlaceFree {
    const KIND: &'static str = "place_free";

    fn subject(&self, language: Language) -> String {
        let about = self.meeting.in_subject(language);
        match language {
            Language::Nl => format!("Er is plaats: {about}"),
            Language::En => format!("There is a place: {about}"),
        }
    }

    written!(PlaceFree:
        "place_free/nl.txt",
        "place_free/nl.html",
        "place_free/en.txt",
        "place_free/en.html"
    );
}

/// What the recipient of a reminder answered before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    /// That they come.
    Comes,
    /// That they may come.
    MayCome,
    /// Nothing yet.
    NotYet,
}

/// The meeting is near.
#[derive(Debug, Clone)]
pub struct Reminder {
    /// What it is about.
    pub meeting: Meeting,
    /// What the recipient answered before.
    pub answered: Answered,
    /// The recipient's own page to answer on.
    pub answer_url: Url,
}

impl Contents for Reminder {
    const KIND: &'static str = "reminder";

    fn subject(&self, language: Language) -> String {
        let about = self.meeting.in_subject(language);
        match language {
            Language::Nl => format!("Herinnering: {about}"),
            Language::En => format!("Reminder: {about}"),
        }
    }

    written!(Reminder:
        "reminder/nl.txt",
        "reminder/nl.html",
        "reminder/en.txt",
        "reminder/en.html"
    );
}

/// A working link in place of an expired one, asked for by whoever opened that one.
#[derive(Debug, Clone)]
pub struct FreshLink {
    /// What the link is about.
    pub meeting: Meeting,
    /// The recipient's own page to answer on.
    pub answer_url: Url,
    /// The last day on which it works.
    pub works_until_on: jiff::civil::Date,
}

impl FreshLink {
    /// The last day on which it works, in words.
    #[must_use]
    pub fn last_day(&self, page: &Page<'_>) -> String {
        time_words::day(self.works_until_on, page.language())
    }
}

impl Contents for FreshLink {
    const KIND: &'static str = "fresh_link";

    fn subject(&self, language: Language) -> String {
        let about = self.meeting.in_subject(language);
        match language {
            Language::Nl => format!("Actie nodig: uw nieuwe link voor {about}"),
            Language::En => format!("Action needed: your new link for {about}"),
        }
    }

    written!(FreshLink:
        "fresh_link/nl.txt",
        "fresh_link/nl.html",
        "fresh_link/en.txt",
        "fresh_link/en.html"
    );
}

fn request(
    meeting: &Meeting,
    entry: &CalendarEntry,
    answer_url: &Url,
    language: Language,
) -> CalendarPart {
    let event = event(meeting, entry, Some(answer_url), language);
    CalendarPart {
        method: Method::Request,
        ics: calendar::request(&event),
    }
}

fn cancel(event: &CalendarEvent, cancelled: Cancelled) -> CalendarPart {
    CalendarPart {
        method: Method::Cancel,
        ics: calendar::cancel(event, cancelled),
    }
}

fn event(
    meeting: &Meeting,
    entry: &CalendarEntry,
    answer_url: Option<&Url>,
    language: Language,
) -> CalendarEvent {
    CalendarEvent {
        uid: entry.uid.clone(),
        sequence: entry.sequence,
        dtstamp: entry.dtstamp,
        local_start: meeting.local_start,
        local_end: meeting.local_end,
        time_zone: meeting.time_zone.clone(),
        summary: meeting.title.to_string(),
        description: meeting.in_agenda(answer_url, language),
        location: meeting.location(),
        url: answer_url.cloned(),
        organiser: entry.organiser.clone(),
        attendee: entry.attendee.clone(),
    }
}
