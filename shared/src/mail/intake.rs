//! Mails about an intake, to the contact person of the municipality.

use jiff::civil::Date;

use super::clean::{Line, Paragraphs};
use super::notice::Notice;
use super::render::{Contents, Page, listed, written};
use super::time_words;
use crate::catalogue::words::{Language, TalkKind};
use crate::words::EmailAddress;

/// Somebody of the institute who answers questions about a programme (P2).
#[derive(Debug, Clone)]
pub struct ProgrammeContact {
    /// Their name.
    pub name: Line,
    /// Their address.
    pub address: EmailAddress,
    /// Their telephone number.
    pub telephone: Option<Line>,
}

/// The programme that an intake asks for, as a mail names it.
#[derive(Debug, Clone)]
pub struct ProgrammeNames {
    /// Its name in the language of the recipient.
    pub name: Line,
    /// Who answers questions.
    pub contacts: Vec<ProgrammeContact>,
    /// The organisations that run it together with the institute.
    pub partners: Vec<Line>,
}

impl ProgrammeNames {
    /// The partners as a sentence names them, if there are any.
    #[must_use]
    pub fn partner_list(&self, page: &Page<'_>) -> Option<String> {
        (!self.partners.is_empty()).then(|| listed(&self.partners, page.language()))
    }
}

/// The intake arrived.
#[derive(Debug, Clone)]
pub struct IntakeReceived {
    /// What was asked for.
    pub programme: ProgrammeNames,
    /// Name of the municipality, without the word for it.
    pub municipality: Line,
    /// What to mention in questions.
    pub reference: Line,
    /// Day of submission.
    pub received_on: Date,
    /// Which talk comes next.
    pub next: TalkKind,
    /// When the recipient was named by somebody else and hears from us for the first time.
    pub notice: Option<Notice>,
}

impl IntakeReceived {
    /// The day it arrived, in words.
    #[must_use]
    pub fn day(&self, page: &Page<'_>) -> String {
        time_words::day(self.received_on, page.language())
    }

    /// The talk that comes next, with its article.
    #[must_use]
    pub fn next_talk(&self, page: &Page<'_>) -> &'static str {
        match (page.language(), self.next) {
            (Language::Nl, TalkKind::IntakeTalk) => "een intakegesprek",
            (Language::Nl, TalkKind::ExploratoryTalk) => "een verkennend gesprek",
            (Language::En, TalkKind::IntakeTalk) => "an intake talk",
            (Language::En, TalkKind::ExploratoryTalk) => "an exploratory talk",
        }
    }
}

impl Contents for IntakeReceived {
    const KIND: &'static str = "intake_received";

    fn subject(&self, language: Language) -> String {
        let (programme, municipality) = (
            self.programme.name.shortened(80),
            self.municipality.shortened(60),
        );
        match language {
            Language::Nl => {
                format!("Ontvangen: aanvraag voor {programme} van de gemeente {municipality}")
            }
            Language::En => {
                format!("Received: request for {programme} from the municipality of {municipality}")
            }
        }
    }

    written!(IntakeReceived:
        "intake_received/nl.txt",
        "intake_received/nl.html",
        "intake_received/en.txt",
        "intake_received/en.html"
    );
}

/// The intake was taken back.
#[derive(Debug, Clone)]
pub struct IntakeWithdrawn {
    /// What was asked for.
    pub programme: ProgrammeNames,
    /// Name of the municipality, without the word for it.
    pub municipality: Line,
    /// What to mention in questions.
    pub reference: Line,
    /// Day of withdrawal.
    pub withdrawn_on: Date,
    /// Why, in the words of whoever withdrew it.
    pub reason: Option<Paragraphs>,
    /// Whether a talk was planned, which is then cancelled with a mail of its own.
    pub had_talk: bool,
}

impl IntakeWithdrawn {
    /// The day it was withdrawn, in words.
    #[must_use]
    pub fn day(&self, page: &Page<'_>) -> String {
        time_words::day(self.withdrawn_on, page.language())
    }
}

impl Contents for IntakeWithdrawn {
    const KIND: &'static str = "intake_withdrawn";

    fn subject(&self, language: Language) -> String {
        let (programme, municipality) = (
            self.programme.name.shortened(80),
            self.municipality.shortened(60),
        );
        match language {
            Language::Nl => {
                format!("Ingetrokken: aanvraag voor {programme} van de gemeente {municipality}")
            }
            Language::En => format!(
                "Withdrawn: request for {programme} from the municipality of {municipality}"
            ),
        }
    }

    written!(IntakeWithdrawn:
        "intake_withdrawn/nl.txt",
        "intake_withdrawn/nl.html",
        "intake_withdrawn/en.txt",
        "intake_withdrawn/en.html"
    );
}
