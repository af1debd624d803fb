//! Mails about nominations: to whoever nominated on the open form, and to whoever was nominated.

use jiff::civil::Date;
use url::Url;

use super::clean::Line;
use super::render::{Contents, Page, written};
use super::time_words;
use crate::catalogue::words::Language;

/// Asks whoever nominated on the open form to stand by it. It names nobody: the address may be
/// somebody else's.
#[derive(Debug, Clone)]
pub struct NominationConfirmation {
    /// The page on which the nominator confirms.
    pub confirm_url: Url,
    /// The last whole day on which the link works.
    pub confirm_by_on: Date,
}

impl NominationConfirmation {
    /// The last day on which the link works, in words.
    #[must_use]
    pub fn last_day(&self, page: &Page<'_>) -> String {
        time_words::day(self.confirm_by_on, page.language())
    }
}

impl Contents for NominationConfirmation {
    const KIND: &'static str = "nomination_confirmation";

    fn subject(&self, language: Language) -> String {
        match language {
            Language::Nl => "Actie nodig: bevestig uw voordracht",
            Language::En => "Action needed: confirm your nomination",
        }
        .to_owned()
    }

    written!(NominationConfirmation:
        "nomination_confirmation/nl.txt",
        "nomination_confirmation/nl.html",
        "nomination_confirmation/en.txt",
        "nomination_confirmation/en.html"
    );
}

/// Tells somebody that they were nominated, by whom, what is stored and how to object
/// (AVG art. 14).
#[derive(Debug, Clone)]
pub struct CandidateNotice {
    /// Who nominated, the first one leading.
    pub nominators: Vec<Line>,
    /// The page on which everything that is stored shows, and on which they can object.
    pub candidate_url: Url,
}

impl Contents for CandidateNotice {
    const KIND: &'static str = "candidate_notice";

    fn subject(&self, language: Language) -> String {
        match language {
            Language::Nl => "U bent voorgedragen als koploper",
            Language::En => "You were nominated as an associate member",
        }
        .to_owned()
    }

    written!(CandidateNotice:
        "candidate_notice/nl.txt",
        "candidate_notice/nl.html",
        "candidate_notice/en.txt",
        "candidate_notice/en.html"
    );
}
