//! Mails about a membership, to the member.

use jiff::civil::Date;

use super::clean::Line;
use super::render::{Contents, Page, written};
use super::time_words;
use crate::catalogue::words::Language;

/// Somebody is an associate member from now on.
#[derive(Debug, Clone)]
pub struct MemberWelcome {
    /// The cohort they begin in.
    pub cohort: Line,
    /// The day on which it starts.
    pub starts_on: Date,
}

impl MemberWelcome {
    /// The day on which the cohort starts, in words.
    #[must_use]
    pub fn first_day(&self, page: &Page<'_>) -> String {
        time_words::day(self.starts_on, page.language())
    }
}

impl Contents for MemberWelcome {
    const KIND: &'static str = "member_welcome";

    fn subject(&self, language: Language) -> String {
        match language {
            Language::Nl => "Welkom bij de koplopers",
            Language::En => "Welcome as an associate member",
        }
        .to_owned()
    }

    written!(MemberWelcome:
        "member_welcome/nl.txt",
        "member_welcome/nl.html",
        "member_welcome/en.txt",
        "member_welcome/en.html"
    );
}

/// Somebody is an associate member no longer.
#[derive(Debug, Clone)]
pub struct MemberLeft {
    /// The day on which the membership ended.
    pub left_on: Date,
}

impl MemberLeft {
    /// The day on which the membership ended, in words.
    #[must_use]
    pub fn last_day(&self, page: &Page<'_>) -> String {
        time_words::day(self.left_on, page.language())
    }
}

impl Contents for MemberLeft {
    const KIND: &'static str = "member_left";

    fn subject(&self, language: Language) -> String {
        match language {
            Language::Nl => "Uw lidmaatschap van de koplopers is gestopt",
            Language::En => "Your membership has ended",
        }
        .to_owned()
    }

    written!(MemberLeft:
        "member_left/nl.txt",
        "member_left/nl.html",
        "member_left/en.txt",
        "member_left/en.html"
    );
}
