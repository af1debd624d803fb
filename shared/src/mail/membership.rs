//! Mails about the outcome of a candidacy: to the candidate and to nominators (N1, N4).

use jiff::civil::Date;
use url::Url;

use super::clean::{Line, Paragraphs};
use super::render::{Contents, Page, written};
use super::time_words;
use crate::catalogue::words::Language;

/// The candidate is invited to become a member.
#[derive(Debug, Clone)]
pub struct CandidateInvitation {
    /// The cohort they would start in.
    pub cohort: Line,
    /// The day on which it starts.
    pub starts_on: Date,
    /// The candidate's own page to answer on.
    pub candidate_url: Url,
}

impl CandidateInvitation {
    /// The day on which the cohort starts, in words.
    #[must_use]
    pub fn first_day(&self, page: &Page<'_>) -> String {
        time_words::day(self.starts_on, page.language())
    }
}

impl Contents for CandidateInvitation {
    const KIND: &'static str = "candidate_invitation";

    fn subject(&self, language: Language) -> String {
        let cohort = self.cohort.shortened(80);
        match language {
            Language::Nl => format!("Uitnodiging: word koploper, {cohort}"),
            Language::En => format!("Invitation: become an associate member, {cohort}"),
        }
    }

    written!(CandidateInvitation:
        "candidate_invitation/nl.txt",
        "candidate_invitation/nl.html",
        "candidate_invitation/en.txt",
        "candidate_invitation/en.html"
    );
}

/// The candidate, who knows that they were nominated, is not invited.
#[derive(Debug, Clone)]
pub struct CandidateRejected {
    /// The day of the decision.
    pub decided_on: Date,
}

impl CandidateRejected {
    /// The day of the decision, in words.
    #[must_use]
    pub fn day(&self, page: &Page<'_>) -> String {
        time_words::day(self.decided_on, page.language())
    }
}

impl Contents for CandidateRejected {
    const KIND: &'static str = "candidate_rejected";

    fn subject(&self, language: Language) -> String {
        match language {
            Language::Nl => "Uw voordracht als koploper: wij nodigen u nu niet uit".to_owned(),
            Language::En => {
                "Your nomination as an associate member: we do not invite you now".to_owned()
            }
        }
    }

    written!(CandidateRejected:
        "candidate_rejected/nl.txt",
        "candidate_rejected/nl.html",
        "candidate_rejected/en.txt",
        "candidate_rejected/en.html"
    );
}

/// What came of a nomination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NominationEnd {
    /// The candidate is a member.
    Admitted,
    /// The institute did not invite them.
    Rejected,
    /// The candidate does not want to.
    Declined,
}

/// To a nominator: what came of their nomination.
#[derive(Debug, Clone)]
pub struct NominationOutcome {
    /// Whom they nominated, as they wrote it.
    pub candidate: Line,
    /// The day on which they did.
    pub nominated_on: Date,
    /// What came of it.
    pub end: NominationEnd,
    /// Why, for a rejection.
    pub reason: Option<Paragraphs>,
}

impl NominationOutcome {
    /// The day of the nomination, in words.
    #[must_use]
    pub fn day(&self, page: &Page<'_>) -> String {
        time_words::day(self.nominated_on, page.language())
    }

    /// Whether the candidate is a member.
    #[must_use]
    pub fn is_admitted(&self) -> bool {
        self.end == NominationEnd::Admitted
    }

    /// Whether the institute did not invite them.
    #[must_use]
    pub fn is_rejected(&self) -> bool {
        self.end == NominationEnd::Rejected
    }
}

impl Contents for NominationOutcome {
    const KIND: &'static str = "nomination_outcome";

    fn subject(&self, language: Language) -> String {
        let candidate = self.candidate.shortened(80);
        match language {
            Language::Nl => format!("Uw voordracht van {candidate}"),
            Language::En => format!("Your nomination of {candidate}"),
        }
    }

    written!(NominationOutcome:
        "nomination_outcome/nl.txt",
        "nomination_outcome/nl.html",
        "nomination_outcome/en.txt",
        "nomination_outcome/en.html"
    );
}
