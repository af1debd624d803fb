//! Mails about a learning network, to one member.

use jiff::civil::Date;
use url::Url;

use super::clean::{Line, Paragraphs};
use super::notice::Notice;
use super::render::{Contents, Page, written};
use super::time_words;
use crate::catalogue::words::Language;

/// A learning network, as a mail names it.
#[derive(Debug, Clone)]
pub struct NetworkNames {
    /// What people call it.
    pub name: Line,
    /// What it is about.
    pub about: Option<Paragraphs>,
}

/// The trajectory because of which somebody became a member (B4).
#[derive(Debug, Clone)]
pub struct BroughtBy {
    /// Its programme, in the language of the recipient.
    pub programme: Line,
    /// Name of its municipality, without the word for it.
    pub municipality: Line,
}

/// Somebody is a member from now on.
#[derive(Debug, Clone)]
pub struct NetworkWelcome {
    /// Of which network.
    pub network: NetworkNames,
    /// Why, when it was not their own or their municipality's choice.
    pub brought_by: Option<BroughtBy>,
    /// The recipient's own way out.
    pub leave_url: Url,
    /// When the recipient was named by somebody else and hears from us for the first time.
    pub notice: Option<Notice>,
}

impl Contents for NetworkWelcome {
    const KIND: &'static str = "network_welcome";

    fn subject(&self, language: Language) -> String {
        let name = self.network.name.shortened(120);
        match language {
            Language::Nl => format!("Welkom: u bent lid van het lerend netwerk ‘{name}’"),
            Language::En => format!("Welcome: you are a member of the learning network ‘{name}’"),
        }
    }

    written!(NetworkWelcome:
        "network_welcome/nl.txt",
        "network_welcome/nl.html",
        "network_welcome/en.txt",
        "network_welcome/en.html"
    );
}

/// A new link to leave a network, for one that no longer works.
#[derive(Debug, Clone)]
pub struct FreshLeaveLink {
    /// Which network.
    pub network: NetworkNames,
    /// The recipient's own way out.
    pub leave_url: Url,
    /// The last whole day on which the link works.
    pub works_until_on: Date,
}

impl FreshLeaveLink {
    /// The last day on which the link works, in words.
    #[must_use]
    pub fn last_day(&self, page: &Page<'_>) -> String {
        time_words::day(self.works_until_on, page.language())
    }
}

impl Contents for FreshLeaveLink {
    const KIND: &'static str = "fresh_leave_link";

    fn subject(&self, language: Language) -> String {
        let name = self.network.name.shortened(120);
        match language {
            Language::Nl => format!("Uw nieuwe link voor het lerend netwerk ‘{name}’"),
            Language::En => format!("Your new link for the learning network ‘{name}’"),
        }
    }

    written!(FreshLeaveLink:
        "fresh_leave_link/nl.txt",
        "fresh_leave_link/nl.html",
        "fresh_leave_link/en.txt",
        "fresh_leave_link/en.html"
    );
}
