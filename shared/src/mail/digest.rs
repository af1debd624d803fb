//! The daily mail to ops, and to those who run a programme (S2).

use jiff::civil::Date;
use url::Url;

use super::clean::Line;
use super::render::{Contents, Page, written};
use super::time_words;
use crate::catalogue::words::Language;

/// What is overdue, stuck or near.
#[derive(Debug, Clone)]
pub struct DigestMail {
    /// The day it tells of.
    pub on: Date,
    /// How many things wait for somebody.
    pub to_do: i64,
    /// Whether it tells of the reader's own programmes only.
    pub own_programmes: bool,
    /// What there is to tell; nothing when there is nothing to report.
    pub sections: Vec<DigestPart>,
}

/// One topic.
#[derive(Debug, Clone)]
pub struct DigestPart {
    /// Its heading, in the language of the reader.
    pub title: Line,
    /// How many things there are.
    pub count: i64,
    /// The length of its bar: percents of the longest one.
    pub percent: i64,
    /// The most urgent of them.
    pub items: Vec<DigestItem>,
    /// How many more there are.
    pub more: i64,
}

/// One thing to know.
#[derive(Debug, Clone)]
pub struct DigestItem {
    /// In the language of the reader.
    pub text: Line,
    /// Where it is dealt with.
    pub url: Url,
    /// How much of something is there.
    pub bar: Option<DigestBar>,
}

/// So many of so many, as a bar with the number beside it.
#[derive(Debug, Clone, Copy)]
pub struct DigestBar {
    /// How many are there.
    pub part: i64,
    /// Of how many.
    pub whole: i64,
    /// The same in percents.
    pub percent: i64,
}

impl DigestMail {
    /// The day, in words.
    #[must_use]
    pub fn day(&self, page: &Page<'_>) -> String {
        time_words::day(self.on, page.language())
    }
}

impl Contents for DigestMail {
    const KIND: &'static str = "digest";

    fn subject(&self, language: Language) -> String {
        let day = time_words::day(self.on, language);
        match (language, self.to_do, self.sections.is_empty()) {
            (Language::Nl, _, true) => format!("Dagoverzicht van {day}: niets te melden"),
            (Language::En, _, true) => format!("Digest of {day}: nothing to report"),
            (Language::Nl, 0, false) => format!("Dagoverzicht van {day}: geen actie nodig"),
            (Language::En, 0, false) => format!("Digest of {day}: no action needed"),
            (Language::Nl, 1, false) => {
                format!("Actie nodig: 1 punt in het dagoverzicht van {day}")
            }
            (Language::En, 1, false) => {
                format!("Action needed: 1 point in the digest of {day}")
            }
            (Language::Nl, count, false) => {
                format!("Actie nodig: {count} punten in het dagoverzicht van {day}")
            }
            (Language::En, count, false) => {
                format!("Action needed: {count} points in the digest of {day}")
            }
        }
    }

    written!(DigestMail:
        "digest/nl.txt",
        "digest/nl.html",
        "digest/en.txt",
        "digest/en.html"
    );
}
