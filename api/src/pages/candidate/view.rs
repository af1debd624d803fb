//! What the page shows of a candidacy, to its candidate.

use koplopers_shared::access::Scope;
use koplopers_shared::candidacies::{self, Candidacy, CandidacyStatus, Employer};
use koplopers_shared::catalogue::{described, shipped};
use koplopers_shared::db::{DbConn, DbResult};
use koplopers_shared::ids::CandidacyId;
use koplopers_shared::links::Link;
use koplopers_shared::mail::institute::Institute;
use koplopers_shared::mail::time_words;
use koplopers_shared::nominations::{self, NamedEmployer, Nomination, NominationStatus};
use koplopers_shared::people::{self, Person};
use koplopers_shared::{municipalities, organisations};

use super::super::layout::{Layout, Words};
use super::super::nominate::kind_words;

/// A candidacy with what belongs to it, as reached by a link that works.
#[derive(Debug)]
pub(super) struct Nominated {
    pub(super) link: Link,
    pub(super) candidacy: Candidacy,
    pub(super) person: Person,
    nominations: Vec<Nomination>,
    employer: Option<String>,
}

/// What `link` leads to; `None` when it is gone, or was not sent to its holder.
pub(super) fn find(conn: &mut DbConn, link: Link) -> DbResult<Option<Nominated>> {
    let found = candidacies::find(conn, CandidacyId(link.object))?;
    let Some(candidacy) = found.filter(|found| found.person == link.recipient) else {
        return Ok(None);
    };
    let person = people::queries::find(conn, &Scope::Institute, candidacy.person)?;
    let Some(person) = person.filter(|person| !person.is_erased()) else {
        return Ok(None);
    };
    let mut nominations = nominations::of_candidacy(conn, candidacy.id)?;
    nominations.retain(|nomination| nomination.status == NominationStatus::Submitted);
    let employer = employer_name(conn, &candidacy, &nominations)?;
    Ok(Some(Nominated {
        link,
        candidacy,
        person,
        nominations,
        employer,
    }))
}

fn employer_name(
    conn: &mut DbConn,
    candidacy: &Candidacy,
    nominations: &[Nomination],
) -> DbResult<Option<String>> {
    Ok(match candidacy.employer {
        Some(Employer::Municipality(code)) => {
            let found = municipalities::queries::find(conn, code)?;
            Some(found.map_or_else(|| code.to_string(), |found| found.name))
        }
        Some(Employer::Organisation(id)) => {
            organisations::queries::find(conn, id)?.map(|found| found.name)
        }
        None => nominations.iter().find_map(|nomination| {
            let employer = nomination.candidate.employer.as_ref();
            employer.and_then(NamedEmployer::name).map(str::to_owned)
        }),
    })
}

/// The page's contents, in words.
#[derive(Debug)]
pub(super) struct CandidateView {
    pub(super) status: CandidacyStatus,
    pub(super) name: String,
    pub(super) email: Option<String>,
    pub(super) phone: Option<String>,
    pub(super) employer: Option<String>,
    pub(super) kind: Words,
    pub(super) since: String,
    pub(super) nominations: Vec<NominationInWords>,
}

/// One nominator's text. Their address is theirs.
#[derive(Debug)]
pub(super) struct NominationInWords {
    pub(super) nominator: String,
    pub(super) day: String,
    pub(super) texts: Vec<(Words, String)>,
    pub(super) giver: Option<String>,
}

impl CandidateView {
    pub(super) fn of(nominated: &Nominated, institute: &Institute) -> Self {
        let language = nominated.person.language;
        let zone = institute.usual_zone.time_zone();
        let day = |at| time_words::day(zone.to_datetime(at).date(), language);
        let in_words = |nomination: &Nomination| {
            let texts = [
                (RELATION, &nomination.relation),
                (MOTIVATION, &nomination.motivation),
                (INNOVATION, &nomination.innovation),
                (IMPACT, &nomination.impact),
            ];
            NominationInWords {
                nominator: nomination.nominator_name.clone(),
                day: day(nomination.confirmed_at.unwrap_or(nomination.created_at)),
                texts: texts
                    .into_iter()
                    .map(|(label, text)| (label, text.clone()))
                    .collect(),
                giver: nomination.giver.as_ref().map(|giver| {
                    let role = described(&shipped().roles, giver.role);
                    let role = role.map_or(giver.role.as_str(), |it| it.name.in_language(language));
                    format!("{}, {role}", giver.name)
                }),
            }
        };
        Self {
            status: nominated.candidacy.status,
            name: nominated.person.name.clone(),
            email: nominated
                .person
                .email
                .as_ref()
                .map(|email| email.as_str().to_owned()),
            phone: nominated.person.phone.clone(),
            employer: nominated.employer.clone(),
            kind: kind_words(nominated.candidacy.kind),
            since: day(nominated.candidacy.created_at),
            nominations: nominated.nominations.iter().map(in_words).collect(),
        }
    }

    /// Whether the candidate can object: until they are a member, whose data have their own way.
    pub(super) fn can_object(&self) -> bool {
        self.status != CandidacyStatus::Admitted
    }

    /// Whether an invitation waits for the candidate's answer.
    pub(super) fn is_invited(&self) -> bool {
        self.status == CandidacyStatus::CandidateInvited
    }

    /// Whether the candidacy is over.
    pub(super) const fn is_over(&self) -> bool {
        self.status.is_closed()
    }

    pub(super) fn state(&self, layout: &Layout<'_>) -> &'static str {
        let words = match self.status {
            CandidacyStatus::Open
            | CandidacyStatus::ConsentRequested
            | CandidacyStatus::ConsentRefused
            | CandidacyStatus::ConsentExpired
            | CandidacyStatus::Consented => Words {
                nl: "Wij bekijken of wij u kunnen uitnodigen. U hoeft nu niets te doen.",
                en: "We look at whether we can invite you. You do not have to do anything now.",
            },
            CandidacyStatus::CandidateInvited => Words {
                nl: "Wij hebben u uitgenodigd om koploper te worden.",
                en: "We invited you to become an associate member.",
            },
            CandidacyStatus::Admitted => Words {
                nl: "U bent koploper.",
                en: "You are an associate member.",
            },
            CandidacyStatus::CandidateDeclined => Words {
                nl: "U hebt laten weten dat u geen koploper wilt worden.",
                en: "You told us that you do not want to become an associate member.",
            },
            CandidacyStatus::Rejected => Words {
                nl: "Wij nodigen u nu niet uit.",
                en: "We do not invite you now.",
            },
            CandidacyStatus::Withdrawn => Words {
                nl: "Uw voordracht is gestopt.",
                en: "Your nomination has ended.",
            },
        };
        words.say(layout)
    }
}

const RELATION: Words = Words {
    nl: "Hoe u elkaar kent",
    en: "How you know each other",
};
const MOTIVATION: Words = Words {
    nl: "Waarom u",
    en: "Why you",
};
const INNOVATION: Words = Words {
    nl: "Wat er nieuw is aan hoe u werkt",
    en: "What is new in how you work",
};
const IMPACT: Words = Words {
    nl: "Wat het oplevert",
    en: "What it brings about",
};
