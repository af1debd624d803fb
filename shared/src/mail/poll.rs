//! Mails about a date poll: to whoever may vote, and to the organiser (L9).

use jiff::civil::DateTime;
use url::Url;

use super::calendar::MeetingZone;
use super::clean::{Line, Paragraphs};
use super::notice::Notice;
use super::render::{Contents, Page, listed, written};
use super::time_words;
use crate::catalogue::words::Language;

/// A day and time, on the clock of a zone.
#[derive(Debug, Clone)]
pub struct PollTime {
    /// The start.
    pub local_start: DateTime,
    /// The end.
    pub local_end: DateTime,
    /// Where that clock hangs.
    pub time_zone: MeetingZone,
}

impl PollTime {
    /// Day, hours and, if it is not the reader's own, the zone.
    #[must_use]
    pub fn when(&self, page: &Page<'_>) -> String {
        let language = page.language();
        let span = time_words::span(self.local_start, self.local_end, language);
        match time_words::zone(&self.time_zone, &page.institute.usual_zone, language) {
            Some(zone) => format!("{span} ({zone})"),
            None => span,
        }
    }
}

/// The meeting whose date is agreed.
#[derive(Debug, Clone)]
pub struct PollAbout {
    /// Its name.
    pub title: Line,
    /// Who organises it.
    pub organiser: Line,
    /// Where it will be.
    pub place: Option<Line>,
}

impl PollAbout {
    fn in_subject(&self) -> Line {
        self.title.shortened(100)
    }
}

/// Somebody is asked which dates suit.
#[derive(Debug, Clone)]
pub struct PollInvitation {
    /// What for.
    pub about: PollAbout,
    /// The dates.
    pub options: Vec<PollTime>,
    /// Until when votes count, on the institute's clock.
    pub closes: DateTime,
    /// Whether the dates are other ones than those the reader knew.
    pub again: bool,
    /// The reader's own page to vote on.
    pub poll_url: Url,
    /// When the recipient was named by somebody else and hears from us for the first time.
    pub notice: Option<Notice>,
}

impl PollInvitation {
    /// The end, in words.
    #[must_use]
    pub fn end(&self, page: &Page<'_>) -> String {
        time_words::moment(self.closes, page.language())
    }
}

impl Contents for PollInvitation {
    const KIND: &'static str = "poll_invitation";

    fn subject(&self, language: Language) -> String {
        let title = self.about.in_subject();
        match language {
            Language::Nl => format!("Actie nodig: welke data kunt u voor ‘{title}’?"),
            Language::En => format!("Action needed: which dates suit you for ‘{title}’?"),
        }
    }

    written!(PollInvitation:
        "poll_invitation/nl.txt",
        "poll_invitation/nl.html",
        "poll_invitation/en.txt",
        "poll_invitation/en.html"
    );
}

/// Somebody did not vote on every date yet.
#[derive(Debug, Clone)]
pub struct PollChaser {
    /// What for.
    pub about: PollAbout,
    /// Until when votes count, on the institute's clock.
    pub closes: DateTime,
    /// The reader's own page to vote on.
    pub poll_url: Url,
}

impl PollChaser {
    /// The end, in words.
    #[must_use]
    pub fn end(&self, page: &Page<'_>) -> String {
        time_words::moment(self.closes, page.language())
    }
}

impl Contents for PollChaser {
    const KIND: &'static str = "poll_chaser";

    fn subject(&self, language: Language) -> String {
        let title = self.about.in_subject();
        match language {
            Language::Nl => format!("Herinnering: welke data kunt u voor ‘{title}’?"),
            Language::En => format!("Reminder: which dates suit you for ‘{title}’?"),
        }
    }

    written!(PollChaser:
        "poll_chaser/nl.txt",
        "poll_chaser/nl.html",
        "poll_chaser/en.txt",
        "poll_chaser/en.html"
    );
}

/// The meeting is off: nobody has to keep the dates free.
#[derive(Debug, Clone)]
pub struct PollCancelled {
    /// What for.
    pub about: PollAbout,
    /// Why.
    pub reason: Option<Paragraphs>,
}

impl Contents for PollCancelled {
    const KIND: &'static str = "poll_cancelled";

    fn subject(&self, language: Language) -> String {
        let title = self.about.in_subject();
        match language {
            Language::Nl => format!("Geannuleerd: ‘{title}’ gaat niet door"),
            Language::En => format!("Cancelled: ‘{title}’ is off"),
        }
    }

    written!(PollCancelled:
        "poll_cancelled/nl.txt",
        "poll_cancelled/nl.html",
        "poll_cancelled/en.txt",
        "poll_cancelled/en.html"
    );
}

/// The date that suits best.
#[derive(Debug, Clone)]
pub struct BestDate {
    /// When.
    pub time: PollTime,
    /// How many say yes.
    pub yes: i64,
    /// How many say if need be.
    pub if_need_be: i64,
    /// How many say no.
    pub no: i64,
}

/// To the organiser: the poll closed.
#[derive(Debug, Clone)]
pub struct PollClosed {
    /// What for.
    pub about: PollAbout,
    /// The date that wins; none when no date can.
    pub best: Option<BestDate>,
    /// The municipalities that are missing on one date or another, when none can win.
    pub missing: Vec<Line>,
    /// How many may vote and did not vote on every date.
    pub not_voted: usize,
}

impl PollClosed {
    /// The missing municipalities, as a sentence has them.
    #[must_use]
    pub fn missing_listed(&self, page: &Page<'_>) -> String {
        listed(&self.missing, page.language())
    }
}

impl Contents for PollClosed {
    const KIND: &'static str = "poll_closed";

    fn subject(&self, language: Language) -> String {
        let title = self.about.in_subject();
        match (language, self.best.is_some()) {
            (Language::Nl, true) => format!("Actie nodig: kies de datum van ‘{title}’"),
            (Language::En, true) => format!("Action needed: choose the date of ‘{title}’"),
            (Language::Nl, false) => format!("Actie nodig: nog geen datum voor ‘{title}’"),
            (Language::En, false) => format!("Action needed: no date for ‘{title}’ yet"),
        }
    }

    written!(PollClosed:
        "poll_closed/nl.txt",
        "poll_closed/nl.html",
        "poll_closed/en.txt",
        "poll_closed/en.html"
    );
}
