//! What the page shows of a consent.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use koplopers_shared::access::Scope;
use koplopers_shared::candidacies::Employer;
use koplopers_shared::catalogue::{role_name, shipped};
use koplopers_shared::consents::{self, Consent, ConsentStatus};
use koplopers_shared::db::{DbConn, DbResult};
use koplopers_shared::ids::ConsentId;
use koplopers_shared::links::Link;
use koplopers_shared::mail::time_words;
use koplopers_shared::people::{self, Person};
use koplopers_shared::{municipalities, organisations};

use super::super::layout::{Layout, Words};

/// A consent with what belongs to it, as reached by a link that works.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) link: Link,
    pub(super) consent: Consent,
    pub(super) giver: Person,
    candidate: String,
    employer: String,
}

/// What `link` leads to; `None` when it is gone, or was not sent to its holder. The link shows
/// that its holder may see all this.
pub(super) fn find(conn: &mut DbConn, link: Link) -> DbResult<Option<Asked>> {
    let scope = &Scope::Institute;
    let Some(consent) = consents::find(conn, ConsentId(link.object))? else {
        return Ok(None);
    };
    let is_theirs = consent
        .giver
        .is_some_and(|giver| giver.person == link.recipient);
    let ids = [link.recipient, consent.person];
    let people = people::queries::find_many(conn, scope, &ids)?;
    let living = |id| {
        people
            .iter()
            .find(|person| person.id == id && !person.is_erased())
    };
    let (Some(giver), Some(candidate)) = (living(link.recipient), living(consent.person)) else {
        return Ok(None);
    };
    if !is_theirs {
        return Ok(None);
    }
    let employer = match consent.employer {
        Some(Employer::Municipality(code)) => municipalities::queries::find(conn, code)?
            .map_or_else(|| code.to_string(), |found| found.name),
        Some(Employer::Organisation(id)) => {
            organisations::queries::find(conn, id)?.map_or_else(String::new, |found| found.name)
        }
        None => String::new(),
    };
    Ok(Some(Asked {
        link,
        candidate: candidate.name.clone(),
        giver: giver.clone(),
        employer,
        consent,
    }))
}

impl Asked {
    /// Where the consent stands for its reader: one whose time is over has expired, also before
    /// its state says so.
    fn status(&self, now: Timestamp) -> ConsentStatus {
        if self.consent.has_lapsed(now) {
            ConsentStatus::Expired
        } else {
            self.consent.status
        }
    }
}

/// The page, in words.
#[derive(Debug)]
pub(super) struct ConsentView {
    pub(super) status: ConsentStatus,
    pub(super) giver: String,
    pub(super) giver_role: String,
    pub(super) candidate: String,
    pub(super) employer: String,
    pub(super) asked_on: String,
    /// The last whole day to answer; `None` while the days are not counted yet.
    pub(super) answer_until: Option<String>,
    pub(super) wording: String,
    pub(super) asks: Vec<String>,
    pub(super) answered_by: Option<String>,
    pub(super) answered_on: Option<String>,
    pub(super) reason: Option<String>,
}

impl ConsentView {
    pub(super) fn of(asked: &Asked, zone: &TimeZone, now: Timestamp) -> Self {
        let language = asked.giver.language;
        let consent = &asked.consent;
        let day = |at| time_words::day(zone.to_datetime(at).date(), language);
        let words = shipped().consent_wording(&consent.wording);
        let asks = words.map_or("", |words| words.asks.in_language(language));
        let status = asked.status(now);
        Self {
            status,
            giver: asked.giver.name.clone(),
            giver_role: consent
                .giver
                .map(|giver| role_name(giver.role, language).to_owned())
                .unwrap_or_default(),
            candidate: asked.candidate.clone(),
            employer: asked.employer.clone(),
            asked_on: day(consent.requested_at),
            answer_until: consent
                .lapses_at()
                .map(|at| day(at - SignedDuration::from_hours(24))),
            wording: consent.wording.clone(),
            asks: asks.lines().map(str::to_owned).collect(),
            answered_by: consent
                .answered_by
                .as_ref()
                .map(|by| format!("{}, {}", by.name, by.role)),
            answered_on: consent.answered_at.map(day),
            // Before the answer it is our own reason to ask, which is not the reader's.
            reason: consent
                .reason
                .clone()
                .filter(|_| status == ConsentStatus::Refused),
        }
    }

    pub(super) fn title(&self, layout: &Layout<'_>) -> String {
        let asked = layout.say("Instemming voor", "Consent for");
        format!("{asked} {}", self.candidate)
    }

    pub(super) fn is_answered(&self) -> bool {
        matches!(self.status, ConsentStatus::Given | ConsentStatus::Refused)
    }

    pub(super) fn state_heading(&self, layout: &Layout<'_>) -> &'static str {
        let words = match self.status {
            ConsentStatus::Requested => Words {
                nl: "Wij vragen uw antwoord",
                en: "We ask for your answer",
            },
            ConsentStatus::Given => Words {
                nl: "Er is ingestemd",
                en: "Consent was given",
            },
            ConsentStatus::Refused => Words {
                nl: "Er is niet ingestemd",
                en: "Consent was refused",
            },
            ConsentStatus::Expired => Words {
                nl: "De tijd om te antwoorden is voorbij",
                en: "The time to answer is over",
            },
            ConsentStatus::Replaced | ConsentStatus::Withdrawn | ConsentStatus::NotApplicable => {
                Words {
                    nl: "Uw antwoord is niet meer nodig",
                    en: "Your answer is no longer needed",
                }
            }
        };
        words.say(layout)
    }

    pub(super) fn state_text(&self, layout: &Layout<'_>) -> String {
        let words = match self.status {
            ConsentStatus::Requested => Words {
                nl: "Lees eerst wat wij vragen. Onder aan de pagina zegt u ja of nee.",
                en: "First read what we ask. At the bottom of the page you say yes or no.",
            },
            ConsentStatus::Given | ConsentStatus::Refused => {
                let (by, on) = (
                    self.answered_by.as_deref().unwrap_or_default(),
                    self.answered_on.as_deref().unwrap_or_default(),
                );
                let (answered, then, next) = (
                    layout.say("Beantwoord door", "Answered by"),
                    layout.say("op", "on"),
                    layout.say(
                        "Dank u wel. U hoeft niets meer te doen.",
                        "Thank you. There is nothing more to do.",
                    ),
                );
                return format!("{answered} {by}, {then} {on}. {next}");
            }
            ConsentStatus::Expired => Words {
                nl: "U kunt niet meer antwoorden. Wilt u dat toch? Mail ons, dan vragen wij het opnieuw.",
                en: "You can no longer answer. Do you still want to? Write to us, and we will ask again.",
            },
            ConsentStatus::Replaced | ConsentStatus::Withdrawn | ConsentStatus::NotApplicable => {
                Words {
                    nl: "U hoeft niets te doen.",
                    en: "You do not have to do anything.",
                }
            }
        };
        words.say(layout).to_owned()
    }
}
