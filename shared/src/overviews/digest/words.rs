//! The lines of the digest in words, in both languages.

use jiff::civil::{Date, DateTime};

use super::DigestTopic;
use crate::catalogue::reference::described;
use crate::catalogue::shipped;
use crate::catalogue::text::BilingualText;
use crate::catalogue::words::{Language, MeetingKind, PartyKind};
use crate::intakes::IntakeStatus;
use crate::mail::time_words::{day, moment};
use crate::plan_checks::kind_words;

impl DigestTopic {
    /// The heading of its section.
    #[must_use]
    pub fn title(self) -> BilingualText {
        let (nl, en) = match self {
            Self::OverdueIntakes => (
                "Aanvragen die te lang wachten",
                "Intakes that wait too long",
            ),
            Self::TalksWithoutOutcome => ("Gesprekken zonder uitkomst", "Talks without an outcome"),
            Self::PartiesNotHeard => ("Partijen die niet gehoord zijn", "Parties not heard"),
            Self::ConsentsUnanswered => {
                ("Instemmingen zonder antwoord", "Consents without an answer")
            }
            Self::PollsUnanswered => ("Datumprikkers die wachten", "Date polls that wait"),
            Self::OffersExpiring => ("Offertes die bijna verlopen", "Offers that expire soon"),
            Self::EndProductsDue => ("Eindproducten die nog komen", "End products that are due"),
            Self::PlanShortfalls => (
                "Plannen met te weinig bijeenkomsten",
                "Plans that fall short",
            ),
            Self::Bounces => ("Mails die terugkwamen", "Mails that came back"),
            Self::StuckDeliveries => ("Mails die vastzitten", "Mails that are stuck"),
            Self::BuriedDeliveries => ("Mails die niet aankomen", "Mails that cannot be delivered"),
            Self::QueuePauses => ("De verzending staat stil", "Sending is paused"),
            Self::LostWorkers => ("Workers die wegvielen", "Workers that were lost"),
            Self::UpcomingMeetings => (
                "Bijeenkomsten in de komende 14 dagen",
                "Meetings in the next 14 days",
            ),
        };
        text(nl, en)
    }
}

fn text(nl: impl Into<String>, en: impl Into<String>) -> BilingualText {
    BilingualText {
        nl: nl.into(),
        en: en.into(),
    }
}

/// "1 dag", "3 dagen".
fn counted(count: i64, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

fn days(count: i64) -> (String, String) {
    (
        counted(count, "dag", "dagen"),
        counted(count, "day", "days"),
    )
}

/// A case by its municipality and, where the municipality gave one, its own reference.
pub(super) fn case(municipality: &str, reference: Option<&str>) -> String {
    match reference {
        Some(reference) => format!("{municipality} ({reference})"),
        None => municipality.to_owned(),
    }
}

pub(super) fn overdue(case: &str, status: IntakeStatus, since: i64) -> BilingualText {
    let (nl, en) = days(since);
    match status {
        IntakeStatus::Assessing => text(
            format!("{case}: wordt nog beoordeeld, {nl} na de aanvraag"),
            format!("{case}: still being assessed, {en} after it was submitted"),
        ),
        IntakeStatus::Matched => text(
            format!("{case}: past, en wacht al {nl} op een offerte"),
            format!("{case}: matched, and waiting {en} for an offer"),
        ),
        IntakeStatus::Draft
        | IntakeStatus::Submitted
        | IntakeStatus::TalkPlanned
        | IntakeStatus::Waitlisted
        | IntakeStatus::Referred
        | IntakeStatus::Declined
        | IntakeStatus::Started
        | IntakeStatus::Withdrawn => text(
            format!("{case}: wacht al {nl} op een gesprek"),
            format!("{case}: waiting {en} for a talk"),
        ),
    }
}

/// "intakegesprek, Almere".
fn what(kind: MeetingKind, whose: Option<&str>) -> (String, String) {
    let (nl, en) = kind_words(kind);
    match whose {
        Some(whose) => (format!("{nl}, {whose}"), format!("{en}, {whose}")),
        None => (nl.to_owned(), en.to_owned()),
    }
}

pub(super) fn no_outcome(kind: MeetingKind, whose: Option<&str>, on: Date) -> BilingualText {
    let (nl, en) = what(kind, whose);
    text(
        format!("{}: {nl}. Ging het door?", day(on, Language::Nl)),
        format!("{}: {en}. Was it held?", day(on, Language::En)),
    )
}

pub(super) fn not_heard(case: &str, missing: &[PartyKind]) -> BilingualText {
    let named = |language| {
        let names: Vec<&str> = (missing.iter())
            .map(|kind| {
                described(&shipped().party_kinds, *kind)
                    .map_or(kind.as_str(), |it| it.name.in_language(language))
            })
            .collect();
        names.join(", ")
    };
    text(
        format!("{case}: nog niet gehoord: {}", named(Language::Nl)),
        format!("{case}: not heard yet: {}", named(Language::En)),
    )
}

/// Why a request for consent needs a hand.
#[derive(Debug, Clone, Copy)]
pub(super) enum ConsentState {
    Waits,
    NeverLeft,
    CameBack,
}

/// Neither the candidate nor the giver is named.
pub(super) fn consent(whose: Option<&str>, state: ConsentState, since: i64) -> BilingualText {
    let (nl, en) = days(since);
    let (organisation_nl, organisation_en) = whose.map_or_else(
        || ("een organisatie".to_owned(), "an organisation".to_owned()),
        |name| (name.to_owned(), name.to_owned()),
    );
    match state {
        ConsentState::Waits => text(
            format!("{organisation_nl}: wacht al {nl} op een antwoord"),
            format!("{organisation_en}: waiting {en} for an answer"),
        ),
        ConsentState::NeverLeft => text(
            format!("{organisation_nl}: de vraag is na {nl} nog niet verstuurd"),
            format!("{organisation_en}: the request was not sent after {en}"),
        ),
        ConsentState::CameBack => text(
            format!(
                "{organisation_nl}: de mail kwam terug; vraag het een ander of via een ander adres"
            ),
            format!(
                "{organisation_en}: the mail came back; ask somebody else or use another address"
            ),
        ),
    }
}

/// `closes` is given while people vote.
pub(super) fn poll(
    kind: MeetingKind,
    whose: Option<&str>,
    closes: Option<DateTime>,
) -> BilingualText {
    let (nl, en) = what(kind, whose);
    match closes {
        Some(closes) => text(
            format!(
                "{nl}: niet iedereen stemde op elke datum; sluit op {}",
                moment(closes, Language::Nl)
            ),
            format!(
                "{en}: not everybody voted on every date; closes on {}",
                moment(closes, Language::En)
            ),
        ),
        None => text(
            format!("{nl}: gesloten, kies een datum"),
            format!("{en}: closed, choose a date"),
        ),
    }
}

pub(super) fn expiring(municipality: &str, number: i32, last: Date) -> BilingualText {
    text(
        format!(
            "{municipality}, offerte {number}: geldig tot en met {}",
            day(last, Language::Nl)
        ),
        format!(
            "{municipality}, offer {number}: valid up to and including {}",
            day(last, Language::En)
        ),
    )
}

pub(super) fn end_product(municipality: &str, due_on: Date, is_late: bool) -> BilingualText {
    let (on_nl, on_en) = (day(due_on, Language::Nl), day(due_on, Language::En));
    if is_late {
        text(
            format!("{municipality}: het eindproduct had er op {on_nl} moeten zijn"),
            format!("{municipality}: the end product was due on {on_en}"),
        )
    } else {
        text(
            format!("{municipality}: het eindproduct komt uiterlijk op {on_nl}"),
            format!("{municipality}: the end product is due on {on_en}"),
        )
    }
}

/// A learning group of some practices, with how many meetings nobody prepares.
pub(super) fn group(programme: &BilingualText, practices: i64, missing: i64) -> BilingualText {
    text(
        format!(
            "leergroep {}, {}: {}",
            programme.nl,
            counted(practices, "praktijk", "praktijken"),
            shortage(Language::Nl, missing)
        ),
        format!(
            "learning group {}, {}: {}",
            programme.en,
            counted(practices, "practice", "practices"),
            shortage(Language::En, missing)
        ),
    )
}

pub(super) fn network_year(year: i16, missing: i64) -> BilingualText {
    text(
        format!("netwerk in {year}: {}", shortage(Language::Nl, missing)),
        format!("network in {year}: {}", shortage(Language::En, missing)),
    )
}

/// With nothing missing, something else is wrong: the order, or who sits at the table.
fn shortage(language: Language, missing: i64) -> String {
    match (language, missing) {
        (Language::Nl, 0) => "het plan klopt niet".to_owned(),
        (Language::En, 0) => "the plan does not hold".to_owned(),
        (Language::Nl, _) => format!(
            "nog {} te plannen",
            counted(missing, "bijeenkomst", "bijeenkomsten")
        ),
        (Language::En, _) => format!("{} still to plan", counted(missing, "meeting", "meetings")),
    }
}

pub(super) fn bounced(kind: &str, on: Date) -> BilingualText {
    text(
        format!("‘{kind}’ kwam terug op {}", day(on, Language::Nl)),
        format!("‘{kind}’ came back on {}", day(on, Language::En)),
    )
}

pub(super) fn suppressed(count: i64) -> BilingualText {
    text(
        format!(
            "{} sinds de vorige werkdag geen mail meer",
            if count == 1 {
                "1 adres krijgt".to_owned()
            } else {
                format!("{count} adressen krijgen")
            }
        ),
        format!(
            "{} no mail since the last working day",
            if count == 1 {
                "1 address gets".to_owned()
            } else {
                format!("{count} addresses get")
            }
        ),
    )
}

pub(super) fn stuck(kind: &str, count: i64, hours: i64) -> BilingualText {
    text(
        format!(
            "{} ‘{kind}’, de oudste al {hours} uur te laat",
            counted(count, "mail", "mails")
        ),
        format!(
            "{} ‘{kind}’, the oldest {} late",
            counted(count, "mail", "mails"),
            counted(hours, "hour", "hours")
        ),
    )
}

pub(super) fn buried(kind: &str, count: i64, last: Option<Date>) -> BilingualText {
    let since = |language: Language, words: &str| {
        last.map_or_else(String::new, |on| format!(", {words} {}", day(on, language)))
    };
    text(
        format!(
            "{} ‘{kind}’{}: probeer opnieuw of laat vallen",
            counted(count, "mail", "mails"),
            since(Language::Nl, "de laatste op")
        ),
        format!(
            "{} ‘{kind}’{}: try again or drop",
            counted(count, "mail", "mails"),
            since(Language::En, "the last on")
        ),
    )
}

/// The reason that somebody typed stays where the queue is looked after.
pub(super) fn paused(by: &str, since: DateTime) -> BilingualText {
    let (nl, en) = if by == "relay" {
        (
            "de mailserver is niet bereikbaar",
            "the mail server is out of reach",
        )
    } else {
        ("met de hand stilgezet", "paused by hand")
    };
    text(
        format!("{nl}, sinds {}", moment(since, Language::Nl)),
        format!("{en}, since {}", moment(since, Language::En)),
    )
}

pub(super) fn lost(seen: DateTime) -> BilingualText {
    text(
        format!("voor het laatst gehoord op {}", moment(seen, Language::Nl)),
        format!("last heard of on {}", moment(seen, Language::En)),
    )
}

/// How the invitees of a meeting answered.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct AnswerCounts {
    pub(super) yes: i64,
    pub(super) maybe: i64,
    pub(super) no: i64,
    pub(super) waiting: i64,
}

impl AnswerCounts {
    pub(super) const fn invited(self) -> i64 {
        self.yes + self.maybe + self.no + self.waiting
    }
}

pub(super) fn upcoming(
    kind: MeetingKind,
    whose: Option<&str>,
    starts: DateTime,
    counts: AnswerCounts,
) -> BilingualText {
    let (nl, en) = what(kind, whose);
    let AnswerCounts {
        yes,
        maybe,
        no,
        waiting,
    } = counts;
    text(
        format!(
            "{}: {nl}: {yes} ja, {maybe} misschien, {no} nee, {waiting} zonder antwoord",
            moment(starts, Language::Nl)
        ),
        format!(
            "{}: {en}: {yes} yes, {maybe} maybe, {no} no, {waiting} without an answer",
            moment(starts, Language::En)
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_has_a_title_of_its_own_in_both_languages() {
        for language in [Language::Nl, Language::En] {
            let mut titles: Vec<String> = (DigestTopic::ALL.iter())
                .map(|topic| topic.title().in_language(language).to_owned())
                .collect();
            titles.sort_unstable();
            titles.dedup();
            assert_eq!(titles.len(), DigestTopic::ALL.len());
        }
    }

    #[test]
    fn one_is_told_as_one() {
        assert_eq!(
            suppressed(1).nl,
            "1 adres krijgt sinds de vorige werkdag geen mail meer"
        );
        assert_eq!(
            suppressed(2).en,
            "2 addresses get no mail since the last working day"
        );
        assert_eq!(
            stuck("reminder", 1, 1).en,
            "1 mail ‘reminder’, the oldest 1 hour late"
        );
        assert_eq!(
            overdue(&case("Almere", Some("Z-1")), IntakeStatus::Submitted, 1).nl,
            "Almere (Z-1): wacht al 1 dag op een gesprek"
        );
    }
}
