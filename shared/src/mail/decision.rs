//! Mails that tell of a decision on an intake, to the contact person of the municipality.

use jiff::civil::Date;

use super::clean::{Line, Paragraphs};
use super::intake::ProgrammeNames;
use super::render::{Contents, Page, written};
use super::time_words;
use crate::catalogue::words::Language;

/// A subject that starts with what was decided.
fn subject(
    language: Language,
    (nl, en): (&str, &str),
    programme: &ProgrammeNames,
    municipality: &Line,
) -> String {
    let (programme, municipality) = (programme.name.shortened(80), municipality.shortened(60));
    match language {
        Language::Nl => format!("{nl}: aanvraag voor {programme} van de gemeente {municipality}"),
        Language::En => {
            format!("{en}: request for {programme} from the municipality of {municipality}")
        }
    }
}

/// The intake fits and has a place.
#[derive(Debug, Clone)]
pub struct IntakeMatched {
    /// What was asked for.
    pub programme: ProgrammeNames,
    /// Name of the municipality, without the word for it.
    pub municipality: Line,
    /// What to mention in questions.
    pub reference: Line,
    /// Day of the decision, or of the place that came free.
    pub decided_on: Date,
    /// Why, in the words of whoever decided.
    pub reason: Option<Paragraphs>,
    /// Whether it waited until a place came free.
    pub came_free: bool,
}

impl IntakeMatched {
    /// The day, in words.
    #[must_use]
    pub fn day(&self, page: &Page<'_>) -> String {
        time_words::day(self.decided_on, page.language())
    }
}

impl Contents for IntakeMatched {
    const KIND: &'static str = "intake_matched";

    fn subject(&self, language: Language) -> String {
        let first = ("Geplaatst", "Accepted");
        subject(language, first, &self.programme, &self.municipality)
    }

    written!(IntakeMatched:
        "intake_matched/nl.txt",
        "intake_matched/nl.html",
        "intake_matched/en.txt",
        "intake_matched/en.html"
    );
}

/// The intake fits; the round is full.
#[derive(Debug, Clone)]
pub struct IntakeWaitlisted {
    /// What was asked for.
    pub programme: ProgrammeNames,
    /// Name of the municipality, without the word for it.
    pub municipality: Line,
    /// What to mention in questions.
    pub reference: Line,
    /// Day of the decision.
    pub decided_on: Date,
    /// Why, in the words of whoever decided.
    pub reason: Option<Paragraphs>,
    /// At which place it waits, from 1.
    pub position: u32,
}

impl IntakeWaitlisted {
    /// The day, in words.
    #[must_use]
    pub fn day(&self, page: &Page<'_>) -> String {
        time_words::day(self.decided_on, page.language())
    }
}

impl Contents for IntakeWaitlisted {
    const KIND: &'static str = "intake_waitlisted";

    fn subject(&self, language: Language) -> String {
        let first = ("Wachtlijst", "Waiting list");
        subject(language, first, &self.programme, &self.municipality)
    }

    written!(IntakeWaitlisted:
        "intake_waitlisted/nl.txt",
        "intake_waitlisted/nl.html",
        "intake_waitlisted/en.txt",
        "intake_waitlisted/en.html"
    );
}

/// The intake does not fit.
#[derive(Debug, Clone)]
pub struct IntakeDeclined {
    /// What was asked for.
    pub programme: ProgrammeNames,
    /// Name of the municipality, without the word for it.
    pub municipality: Line,
    /// What to mention in questions.
    pub reference: Line,
    /// Day of the decision.
    pub decided_on: Date,
    /// Why, in the words of whoever decided.
    pub reason: Option<Paragraphs>,
}

impl IntakeDeclined {
    /// The day, in words.
    #[must_use]
    pub fn day(&self, page: &Page<'_>) -> String {
        time_words::day(self.decided_on, page.language())
    }
}

impl Contents for IntakeDeclined {
    const KIND: &'static str = "intake_declined";

    fn subject(&self, language: Language) -> String {
        let first = ("Niet geplaatst", "Not accepted");
        subject(language, first, &self.programme, &self.municipality)
    }

    written!(IntakeDeclined:
        "intake_declined/nl.txt",
        "intake_declined/nl.html",
        "intake_declined/en.txt",
        "intake_declined/en.html"
    );
}

/// The intake goes no further.
#[derive(Debug, Clone)]
pub struct IntakeClosed {
    /// What was asked for.
    pub programme: ProgrammeNames,
    /// Name of the municipality, without the word for it.
    pub municipality: Line,
    /// What to mention in questions.
    pub reference: Line,
    /// Day of the decision.
    pub decided_on: Date,
    /// Why, in the words of whoever decided.
    pub reason: Option<Paragraphs>,
}

impl IntakeClosed {
    /// The day, in words.
    #[must_use]
    pub fn day(&self, page: &Page<'_>) -> String {
        time_words::day(self.decided_on, page.language())
    }
}

impl Contents for IntakeClosed {
    const KIND: &'static str = "intake_closed";

    fn subject(&self, language: Language) -> String {
        let first = ("Afgesloten", "Closed");
        subject(language, first, &self.programme, &self.municipality)
    }

    written!(IntakeClosed:
        "intake_closed/nl.txt",
        "intake_closed/nl.html",
        "intake_closed/en.txt",
        "intake_closed/en.html"
    );
}
