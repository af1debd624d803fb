//! Mails about a trajectory: to the contact person and the sponsor when it begins, and to the contact
//! person when its end product is nearly due (K2).

use jiff::civil::Date;

use super::clean::Line;
use super::intake::ProgrammeNames;
use super::notice::Notice;
use super::render::{Contents, Page, written};
use super::time_words;
use crate::catalogue::words::Language;

/// A step of the plan.
#[derive(Debug, Clone)]
pub struct PlannedStep {
    /// What it is called, in the language of the recipient where the programme names it.
    pub name: Line,
    /// The building block it belongs to.
    pub block: Line,
    /// The day it is planned on; none when it has no day yet.
    pub on: Option<Date>,
}

impl PlannedStep {
    /// Its day in words.
    #[must_use]
    pub fn day(&self, page: &Page<'_>) -> String {
        match (self.on, page.language()) {
            (Some(day), language) => time_words::day(day, language),
            (None, Language::Nl) => "nog geen datum".to_owned(),
            (None, Language::En) => "no date yet".to_owned(),
        }
    }
}

/// A trajectory began to run.
#[derive(Debug, Clone)]
pub struct TrajectoryRunning {
    /// Its programme.
    pub programme: ProgrammeNames,
    /// Name of the municipality, without the word for it.
    pub municipality: Line,
    /// What to mention in questions.
    pub reference: Line,
    /// The day it began.
    pub began_on: Date,
    /// The last day of its year.
    pub year_ends_on: Date,
    /// The last day for the end product, when the programme asks for one.
    pub end_product_due_on: Option<Date>,
    /// The steps that are planned, in order.
    pub steps: Vec<PlannedStep>,
    /// When the recipient was named by somebody else and hears from us for the first time.
    pub notice: Option<Notice>,
}

impl TrajectoryRunning {
    /// The day it began, in words.
    #[must_use]
    pub fn first_day(&self, page: &Page<'_>) -> String {
        time_words::day(self.began_on, page.language())
    }

    /// The last day of its year, in words.
    #[must_use]
    pub fn last_day(&self, page: &Page<'_>) -> String {
        time_words::day(self.year_ends_on, page.language())
    }

    /// The last day for the end product, in words.
    #[must_use]
    pub fn product_day(&self, page: &Page<'_>) -> Option<String> {
        let day = self.end_product_due_on?;
        Some(time_words::day(day, page.language()))
    }
}

impl Contents for TrajectoryRunning {
    const KIND: &'static str = "trajectory_running";

    fn subject(&self, language: Language) -> String {
        let (programme, municipality) = (
            self.programme.name.shortened(80),
            self.municipality.shortened(60),
        );
        match language {
            Language::Nl => {
                format!("Begonnen: traject {programme} van de gemeente {municipality}")
            }
            Language::En => {
                format!("Begun: trajectory {programme} of the municipality of {municipality}")
            }
        }
    }

    written!(TrajectoryRunning:
        "trajectory_running/nl.txt",
        "trajectory_running/nl.html",
        "trajectory_running/en.txt",
        "trajectory_running/en.html"
    );
}

/// The end product of a trajectory is not there, and its last day is near (K2).
#[derive(Debug, Clone)]
pub struct EndProductChaser {
    /// Its programme.
    pub programme: ProgrammeNames,
    /// Name of the municipality, without the word for it.
    pub municipality: Line,
    /// What to mention in questions.
    pub reference: Line,
    /// The last day for it.
    pub due_on: Date,
    /// When the recipient was named by somebody else and hears from us for the first time.
    pub notice: Option<Notice>,
}

impl EndProductChaser {
    /// The last day for it, in words.
    #[must_use]
    pub fn last_day(&self, page: &Page<'_>) -> String {
        time_words::day(self.due_on, page.language())
    }
}

impl Contents for EndProductChaser {
    const KIND: &'static str = "end_product_chaser";

    fn subject(&self, language: Language) -> String {
        let (programme, municipality) = (
            self.programme.name.shortened(80),
            self.municipality.shortened(60),
        );
        match language {
            Language::Nl => {
                format!("Herinnering: eindproduct {programme} van de gemeente {municipality}")
            }
            Language::En => {
                format!("Reminder: end product {programme} of the municipality of {municipality}")
            }
        }
    }

    written!(EndProductChaser:
        "end_product_chaser/nl.txt",
        "end_product_chaser/nl.html",
        "end_product_chaser/en.txt",
        "end_product_chaser/en.html"
    );
}
