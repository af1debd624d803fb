//! The mail that answers a light question with knowledge items (T2).

use jiff::civil::Date;
use url::Url;

use super::clean::{Line, Paragraphs};
use super::intake::ProgrammeNames;
use super::notice::Notice;
use super::render::{Contents, Page, written};
use super::time_words;
use crate::catalogue::words::Language;

/// A knowledge item as the mail shows it.
#[derive(Debug, Clone)]
pub struct ReferredItem {
    /// What it is called.
    pub title: Line,
    /// What a reader finds there.
    pub summary: Line,
    /// Where it is.
    pub url: Url,
    /// The language it is in.
    pub language: Language,
}

impl ReferredItem {
    /// The language it is in, when that is not the reader's.
    #[must_use]
    pub fn other_language(&self, page: &Page<'_>) -> Option<&'static str> {
        match (page.language(), self.language) {
            (Language::Nl, Language::Nl) | (Language::En, Language::En) => None,
            (Language::Nl, Language::En) => Some("in het Engels"),
            (Language::En, Language::Nl) => Some("in Dutch"),
        }
    }
}

/// The intake is answered with knowledge items.
#[derive(Debug, Clone)]
pub struct IntakeReferred {
    /// What was asked for.
    pub programme: ProgrammeNames,
    /// Name of the municipality, without the word for it.
    pub municipality: Line,
    /// What to mention in questions.
    pub reference: Line,
    /// Day of the referral.
    pub referred_on: Date,
    /// What the adviser wrote with it.
    pub note: Option<Paragraphs>,
    /// What the municipality is referred to, in order.
    pub items: Vec<ReferredItem>,
    /// When the recipient was named by somebody else and hears from us for the first time.
    pub notice: Option<Notice>,
}

impl IntakeReferred {
    /// The day it was answered, in words.
    #[must_use]
    pub fn day(&self, page: &Page<'_>) -> String {
        time_words::day(self.referred_on, page.language())
    }
}

impl Contents for IntakeReferred {
    const KIND: &'static str = "intake_referred";

    fn subject(&self, language: Language) -> String {
        let (programme, municipality) = (
            self.programme.name.shortened(80),
            self.municipality.shortened(60),
        );
        match language {
            Language::Nl => {
                format!("Antwoord: aanvraag voor {programme} van de gemeente {municipality}")
            }
            Language::En => {
                format!("Answer: request for {programme} from the municipality of {municipality}")
            }
        }
    }

    written!(IntakeReferred:
        "intake_referred/nl.txt",
        "intake_referred/nl.html",
        "intake_referred/en.txt",
        "intake_referred/en.html"
    );
}
