//! Mails about consent: to the highest executive of somebody's employer, and to whoever asked
//! them (N3).

use jiff::civil::Date;
use url::Url;

use super::clean::{Line, Paragraphs};
use super::notice::Notice;
use super::render::{Contents, Page, written};
use super::time_words;
use crate::catalogue::words::Language;

/// What consent is asked for.
#[derive(Debug, Clone)]
pub struct ConsentAbout {
    /// Whose membership it is.
    pub candidate: Line,
    /// Their employer, as a sentence has it: "de gemeente Voorbeeldstad".
    pub employer: Line,
    /// What to mention in questions.
    pub reference: Line,
}

impl ConsentAbout {
    /// What a subject is about: "instemming voor Kim de Wit".
    fn in_subject(&self, language: Language) -> String {
        let candidate = self.candidate.shortened(80);
        match language {
            Language::Nl => format!("instemming voor {candidate}"),
            Language::En => format!("consent for {candidate}"),
        }
    }
}

/// The executive is asked.
#[derive(Debug, Clone)]
pub struct ConsentRequest {
    /// What for.
    pub about: ConsentAbout,
    /// Whether it is for somebody who is a member already, and changed employer (N8).
    pub is_member: bool,
    /// The office of the reader.
    pub role: Line,
    /// How many days they have.
    pub days: i64,
    /// The reader's own page to answer on.
    pub consent_url: Url,
    /// When the recipient was named by somebody else and hears from us for the first time.
    pub notice: Option<Notice>,
}

impl Contents for ConsentRequest {
    const KIND: &'static str = "consent_request";

    fn subject(&self, language: Language) -> String {
        let about = self.about.in_subject(language);
        match language {
            Language::Nl => format!("Actie nodig: {about}"),
            Language::En => format!("Action needed: {about}"),
        }
    }

    written!(ConsentRequest:
        "consent_request/nl.txt",
        "consent_request/nl.html",
        "consent_request/en.txt",
        "consent_request/en.html"
    );
}

/// The executive did not answer yet.
#[derive(Debug, Clone)]
pub struct ConsentChaser {
    /// What for.
    pub about: ConsentAbout,
    /// The day of the request.
    pub asked_on: Date,
    /// The last whole day on which they can answer.
    pub answer_until_on: Date,
    /// The reader's own page to answer on.
    pub consent_url: Url,
}

impl ConsentChaser {
    /// The day of the request, in words.
    #[must_use]
    pub fn asked_day(&self, page: &Page<'_>) -> String {
        time_words::day(self.asked_on, page.language())
    }

    /// The last day, in words.
    #[must_use]
    pub fn last_day(&self, page: &Page<'_>) -> String {
        time_words::day(self.answer_until_on, page.language())
    }
}

impl Contents for ConsentChaser {
    const KIND: &'static str = "consent_chaser";

    fn subject(&self, language: Language) -> String {
        let about = self.about.in_subject(language);
        match language {
            Language::Nl => format!("Herinnering: {about}"),
            Language::En => format!("Reminder: {about}"),
        }
    }

    written!(ConsentChaser:
        "consent_chaser/nl.txt",
        "consent_chaser/nl.html",
        "consent_chaser/en.txt",
        "consent_chaser/en.html"
    );
}

/// A working link, asked for by whoever opened one that did not work.
#[derive(Debug, Clone)]
pub struct ConsentLink {
    /// What for.
    pub about: ConsentAbout,
    /// The reader's own page.
    pub consent_url: Url,
    /// The last day on which the link works.
    pub works_until_on: Date,
}

impl ConsentLink {
    /// The last day, in words.
    #[must_use]
    pub fn last_day(&self, page: &Page<'_>) -> String {
        time_words::day(self.works_until_on, page.language())
    }
}

impl Contents for ConsentLink {
    const KIND: &'static str = "consent_link";

    fn subject(&self, language: Language) -> String {
        let about = self.about.in_subject(language);
        match language {
            Language::Nl => format!("Uw nieuwe link: {about}"),
            Language::En => format!("Your new link: {about}"),
        }
    }

    written!(ConsentLink:
        "consent_link/nl.txt",
        "consent_link/nl.html",
        "consent_link/en.txt",
        "consent_link/en.html"
    );
}

/// To whoever asked: the executive said no.
#[derive(Debug, Clone)]
pub struct ConsentRefused {
    /// What for.
    pub about: ConsentAbout,
    /// Who refused, as they typed it.
    pub giver: Line,
    /// When.
    pub on: Date,
    /// Why, in their words.
    pub reason: Option<Paragraphs>,
}

/// To whoever asked: no answer came.
#[derive(Debug, Clone)]
pub struct ConsentExpired {
    /// What for.
    pub about: ConsentAbout,
    /// Who was asked.
    pub giver: Line,
    /// When the time was over.
    pub on: Date,
}

/// To whoever asked, or to ops: the mail came back.
#[derive(Debug, Clone)]
pub struct ConsentBounced {
    /// What for.
    pub about: ConsentAbout,
    /// Who was asked.
    pub giver: Line,
    /// When it came back.
    pub on: Date,
}

/// News for whoever asked: its kind, what its subject says first in both languages, its templates.
macro_rules! news {
    ($name:ident, $kind:literal, $dutch:literal, $english:literal,
     $nl_txt:literal, $nl_html:literal, $en_txt:literal, $en_html:literal) => {
        impl $name {
            /// The day, in words.
            #[must_use]
            pub fn day(&self, page: &Page<'_>) -> String {
                time_words::day(self.on, page.language())
            }
        }

        impl Contents for $name {
            const KIND: &'static str = $kind;

            fn subject(&self, language: Language) -> String {
                let about = self.about.in_subject(language);
                match language {
                    Language::Nl => format!("{}: {about}", $dutch),
                    Language::En => format!("{}: {about}", $english),
                }
            }

            written!($name: $nl_txt, $nl_html, $en_txt, $en_html);
        }
    };
}

news!(
    ConsentRefused,
    "consent_refused",
    "Geweigerd",
    "Refused",
    "consent_refused/nl.txt",
    "consent_refused/nl.html",
    "consent_refused/en.txt",
    "consent_refused/en.html"
);
news!(
    ConsentExpired,
    "consent_expired",
    "Verlopen",
    "Expired",
    "consent_expired/nl.txt",
    "consent_expired/nl.html",
    "consent_expired/en.txt",
    "consent_expired/en.html"
);
news!(
    ConsentBounced,
    "consent_bounced",
    "Actie nodig: mail niet aangekomen",
    "Action needed: mail not delivered",
    "consent_bounced/nl.txt",
    "consent_bounced/nl.html",
    "consent_bounced/en.txt",
    "consent_bounced/en.html"
);
