//! A meeting in words.

use jiff::Timestamp;
use jiff::civil::DateTime;
use url::Url;

use crate::catalogue::words::{Language, MeetingKind};
use crate::mail::calendar::{Attendee, MeetingZone, Organiser};
use crate::mail::clean::{Line, Paragraphs};
use crate::mail::render::Page;
use crate::mail::time_words;

/// Longest title in a subject, in characters; the rest would not be seen in any list of mails.
const TITLE_IN_SUBJECT: usize = 80;

/// A meeting as its invitees see it.
#[derive(Debug, Clone)]
pub struct Meeting {
    /// What it is for.
    pub kind: MeetingKind,
    /// Its name.
    pub title: Line,
    /// Start on the clock of its zone.
    pub local_start: DateTime,
    /// End on the same clock.
    pub local_end: DateTime,
    /// Where that clock hangs.
    pub time_zone: MeetingZone,
    /// Where it is held.
    pub place: Option<Line>,
    /// Where it is held on line.
    pub online: Option<Url>,
    /// What will be talked about.
    pub agenda: Option<Paragraphs>,
}

/// What a meeting had before a change.
#[derive(Debug, Clone)]
pub struct Previous {
    /// Start on the clock of its zone.
    pub local_start: DateTime,
    /// End on the same clock.
    pub local_end: DateTime,
    /// Where that clock hung.
    pub time_zone: MeetingZone,
    /// Where it would have been held.
    pub place: Option<Line>,
}

/// What a calendar needs to know besides the meeting itself.
#[derive(Debug, Clone)]
pub struct CalendarEntry {
    /// Stable for the life of the meeting.
    pub uid: String,
    /// Rises with every new time or place and with the cancellation.
    pub sequence: u32,
    /// When this revision came to be.
    pub dtstamp: Timestamp,
    /// Who the answers go to.
    pub organiser: Organiser,
    /// The recipient.
    pub attendee: Attendee,
}

impl CalendarEntry {
    /// Who invites, as a mail names them.
    #[must_use]
    pub fn inviter(&self) -> Line {
        Line::new(&self.organiser.name)
    }
}

impl Meeting {
    /// Day, hours and, if it is not the reader's own, the zone.
    #[must_use]
    pub fn when(&self, page: &Page<'_>) -> String {
        when(self.local_start, self.local_end, &self.time_zone, page)
    }

    /// The kind with its article: "een intakegesprek".
    #[must_use]
    pub fn a_kind(&self, page: &Page<'_>) -> String {
        let (nl, en) = names(self.kind);
        match page.language() {
            Language::Nl => format!("een {nl}"),
            Language::En if en.starts_with(['a', 'e', 'i', 'o', 'u']) => format!("an {en}"),
            Language::En => format!("a {en}"),
        }
    }

    /// The kind with its definite article, to start a sentence with: "Het intakegesprek".
    #[must_use]
    pub fn the_kind(&self, page: &Page<'_>) -> String {
        let (nl, en) = names(self.kind);
        match page.language() {
            Language::Nl if is_talk(self.kind) => format!("Het {nl}"),
            Language::Nl => format!("De {nl}"),
            Language::En => format!("The {en}"),
        }
    }

    /// What happens in it, for the kinds that people may not know.
    #[must_use]
    pub fn purpose(&self, page: &Page<'_>) -> Option<&'static str> {
        let (nl, en) = match self.kind {
            MeetingKind::IntakeTalk => (
                "In dit gesprek bespreken we de aanvraag van de gemeente. We kijken samen wat de gemeente wil bereiken en of het programma daarbij past.",
                "In this talk we discuss the municipality's request. Together we look at what the municipality wants to achieve and whether the programme fits.",
            ),
            MeetingKind::ExploratoryTalk => (
                "In dit gesprek verkennen we samen de situatie in de gemeente en de steun die nodig is.",
                "In this talk we explore the situation in the municipality and the support that is needed.",
            ),
            MeetingKind::Network
            | MeetingKind::KickOff
            | MeetingKind::Local
            | MeetingKind::Exchange
            | MeetingKind::Closing
            | MeetingKind::Presentation
            | MeetingKind::Other => return None,
        };
        Some(match page.language() {
            Language::Nl => nl,
            Language::En => en,
        })
    }

    /// Title and start, short enough for a subject.
    pub(super) fn in_subject(&self, language: Language) -> String {
        let title = self.title.shortened(TITLE_IN_SUBJECT);
        let start = time_words::moment(self.local_start, language);
        format!("{title}, {start}")
    }

    /// The text below the appointment in an agenda.
    pub(super) fn in_agenda(&self, answer_url: Option<&Url>, language: Language) -> String {
        let mut parts = Vec::new();
        if let Some(agenda) = &self.agenda {
            parts.push(agenda.to_string());
        }
        if let Some(url) = &self.online {
            parts.push(format!("Online: {url}"));
        }
        if let Some(url) = answer_url {
            parts.push(match language {
                Language::Nl => format!("Laat hier weten of u komt: {url}"),
                Language::En => format!("Let us know here whether you come: {url}"),
            });
        }
        parts.join("\n\n")
    }

    /// The place in an agenda; a meeting on line has its address there, where programs look for it.
    pub(super) fn location(&self) -> Option<String> {
        match (&self.place, &self.online) {
            (Some(place), Some(online)) => Some(format!("{place} / {online}")),
            (Some(place), None) => Some(place.to_string()),
            (None, Some(online)) => Some(online.to_string()),
            (None, None) => None,
        }
    }
}

pub(super) fn when(start: DateTime, end: DateTime, zone: &MeetingZone, page: &Page<'_>) -> String {
    let span = time_words::span(start, end, page.language());
    match time_words::zone(zone, &page.institute.usual_zone, page.language()) {
        Some(zone) => format!("{span} ({zone})"),
        None => span,
    }
}

fn names(kind: MeetingKind) -> (&'static str, &'static str) {
    match kind {
        MeetingKind::ExploratoryTalk => ("verkennend gesprek", "exploratory talk"),
        MeetingKind::IntakeTalk => ("intakegesprek", "intake talk"),
        MeetingKind::Network => ("netwerkbijeenkomst", "network meeting"),
        MeetingKind::KickOff => ("startbijeenkomst", "kick-off meeting"),
        MeetingKind::Local => ("lokale bijeenkomst", "local meeting"),
        MeetingKind::Exchange => ("uitwisselingsbijeenkomst", "exchange meeting"),
        MeetingKind::Closing => ("slotbijeenkomst", "closing meeting"),
        MeetingKind::Presentation => ("presentatie", "presentation"),
        MeetingKind::Other => ("bijeenkomst", "meeting"),
    }
}

/// The talks are "het gesprek"; all other kinds take "de".
fn is_talk(kind: MeetingKind) -> bool {
    matches!(kind, MeetingKind::ExploratoryTalk | MeetingKind::IntakeTalk)
}
