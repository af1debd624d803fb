//! Mails about an offer: to the sponsor, who decides, and to the contact person (T4).

use jiff::civil::Date;
use url::Url;

use super::clean::{Line, Paragraphs};
use super::intake::ProgrammeNames;
use super::money_words::euros;
use super::notice::Notice;
use super::render::{Contents, Page, written};
use super::time_words;
use crate::catalogue::words::Language;
use crate::words::Cents;

/// The offer that a mail is about.
#[derive(Debug, Clone)]
pub struct OfferNames {
    /// Name of the municipality, without the word for it.
    pub municipality: Line,
    /// Counts the offers of the intake from 1.
    pub number: i32,
    /// What everything costs.
    pub cost: Cents,
    /// What the municipality pays of that.
    pub own_contribution: Cents,
}

impl OfferNames {
    /// What everything costs, in words.
    #[must_use]
    pub fn cost_in_words(&self, page: &Page<'_>) -> String {
        euros(self.cost, page.language())
    }

    /// What the municipality pays, in words.
    #[must_use]
    pub fn own_contribution_in_words(&self, page: &Page<'_>) -> String {
        euros(self.own_contribution, page.language())
    }

    /// What a subject is about: "offerte Versnelling voor de gemeente Voorbeeldstad".
    fn in_subject(&self, programme: &ProgrammeNames, language: Language) -> String {
        let (name, municipality) = (
            programme.name.shortened(80),
            self.municipality.shortened(60),
        );
        match language {
            Language::Nl => format!("offerte {name} voor de gemeente {municipality}"),
            Language::En => format!("offer {name} for the municipality of {municipality}"),
        }
    }
}

/// An offer waits for the sponsor's decision.
#[derive(Debug, Clone)]
pub struct OfferSent {
    /// What was asked for.
    pub programme: ProgrammeNames,
    /// What to mention in questions.
    pub reference: Line,
    /// The offer.
    pub offer: OfferNames,
    /// Names of its building blocks in the language of the recipient.
    pub blocks: Vec<Line>,
    /// The last day on which it can be accepted.
    pub valid_until_on: Date,
    /// Whether it takes the place of one that was sent before.
    pub replaces_another: bool,
    /// The sponsor's own page to read and decide on.
    pub offer_url: Url,
    /// When the recipient was named by somebody else and hears from us for the first time.
    pub notice: Option<Notice>,
}

impl OfferSent {
    /// The last day, in words.
    #[must_use]
    pub fn last_day(&self, page: &Page<'_>) -> String {
        time_words::day(self.valid_until_on, page.language())
    }
}

impl Contents for OfferSent {
    const KIND: &'static str = "offer_sent";

    fn subject(&self, language: Language) -> String {
        let about = self.offer.in_subject(&self.programme, language);
        match language {
            Language::Nl => format!("Actie nodig: {about}"),
            Language::En => format!("Action needed: {about}"),
        }
    }

    written!(OfferSent:
        "offer_sent/nl.txt",
        "offer_sent/nl.html",
        "offer_sent/en.txt",
        "offer_sent/en.html"
    );
}

/// The sponsor said yes.
#[derive(Debug, Clone)]
pub struct OfferAccepted {
    /// What was asked for.
    pub programme: ProgrammeNames,
    /// What to mention in questions.
    pub reference: Line,
    /// The offer.
    pub offer: OfferNames,
    /// The name that was typed in.
    pub accepted_by: Line,
    /// The role that was typed in.
    pub in_role: Line,
    /// The day of the answer.
    pub accepted_on: Date,
    /// When the recipient was named by somebody else and hears from us for the first time.
    pub notice: Option<Notice>,
}

impl OfferAccepted {
    /// The day of the answer, in words.
    #[must_use]
    pub fn day(&self, page: &Page<'_>) -> String {
        time_words::day(self.accepted_on, page.language())
    }
}

impl Contents for OfferAccepted {
    const KIND: &'static str = "offer_accepted";

    fn subject(&self, language: Language) -> String {
        let about = self.offer.in_subject(&self.programme, language);
        match language {
            Language::Nl => format!("Aanvaard: {about}"),
            Language::En => format!("Accepted: {about}"),
        }
    }

    written!(OfferAccepted:
        "offer_accepted/nl.txt",
        "offer_accepted/nl.html",
        "offer_accepted/en.txt",
        "offer_accepted/en.html"
    );
}

/// The sponsor said no.
#[derive(Debug, Clone)]
pub struct OfferRefused {
    /// What was asked for.
    pub programme: ProgrammeNames,
    /// What to mention in questions.
    pub reference: Line,
    /// The offer.
    pub offer: OfferNames,
    /// The day of the answer.
    pub refused_on: Date,
    /// Why, in the sponsor's words.
    pub reason: Option<Paragraphs>,
    /// When the recipient was named by somebody else and hears from us for the first time.
    pub notice: Option<Notice>,
}

impl OfferRefused {
    /// The day of the answer, in words.
    #[must_use]
    pub fn day(&self, page: &Page<'_>) -> String {
        time_words::day(self.refused_on, page.language())
    }
}

impl Contents for OfferRefused {
    const KIND: &'static str = "offer_refused";

    fn subject(&self, language: Language) -> String {
        let about = self.offer.in_subject(&self.programme, language);
        match language {
            Language::Nl => format!("Geweigerd: {about}"),
            Language::En => format!("Refused: {about}"),
        }
    }

    written!(OfferRefused:
        "offer_refused/nl.txt",
        "offer_refused/nl.html",
        "offer_refused/en.txt",
        "offer_refused/en.html"
    );
}

/// The offer still waits, and its last day is near.
#[derive(Debug, Clone)]
pub struct OfferChaser {
    /// What was asked for.
    pub programme: ProgrammeNames,
    /// What to mention in questions.
    pub reference: Line,
    /// The offer.
    pub offer: OfferNames,
    /// The last day on which it can be accepted.
    pub valid_until_on: Date,
    /// The sponsor's own page to read and decide on.
    pub offer_url: Url,
}

impl OfferChaser {
    /// The last day, in words.
    #[must_use]
    pub fn last_day(&self, page: &Page<'_>) -> String {
        time_words::day(self.valid_until_on, page.language())
    }
}

impl Contents for OfferChaser {
    const KIND: &'static str = "offer_chaser";

    fn subject(&self, language: Language) -> String {
        let about = self.offer.in_subject(&self.programme, language);
        match language {
            Language::Nl => format!("Herinnering: {about}"),
            Language::En => format!("Reminder: {about}"),
        }
    }

    written!(OfferChaser:
        "offer_chaser/nl.txt",
        "offer_chaser/nl.html",
        "offer_chaser/en.txt",
        "offer_chaser/en.html"
    );
}

/// A working link to an offer, asked for by whoever opened one that did not work or an offer that
/// holds no more.
#[derive(Debug, Clone)]
pub struct OfferLink {
    /// What was asked for.
    pub programme: ProgrammeNames,
    /// What to mention in questions.
    pub reference: Line,
    /// The offer.
    pub offer: OfferNames,
    /// The recipient's own page.
    pub offer_url: Url,
    /// The last day on which the link works.
    pub works_until_on: Date,
}

impl OfferLink {
    /// The last day on which the link works, in words.
    #[must_use]
    pub fn last_day(&self, page: &Page<'_>) -> String {
        time_words::day(self.works_until_on, page.language())
    }
}

impl Contents for OfferLink {
    const KIND: &'static str = "offer_link";

    fn subject(&self, language: Language) -> String {
        let about = self.offer.in_subject(&self.programme, language);
        match language {
            Language::Nl => format!("Uw nieuwe link: {about}"),
            Language::En => format!("Your new link: {about}"),
        }
    }

    written!(OfferLink:
        "offer_link/nl.txt",
        "offer_link/nl.html",
        "offer_link/en.txt",
        "offer_link/en.html"
    );
}
