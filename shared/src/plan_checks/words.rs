//! Findings and forecasts in words, in both languages.

use jiff::civil::Date;

use super::model::PlanMeeting;
use crate::catalogue::programme::PlannedMeetings;
use crate::catalogue::reference::described;
use crate::catalogue::shipped;
use crate::catalogue::text::BilingualText;
use crate::catalogue::words::{Language, MeetingKind, PartyKind};
use crate::mail::time_words::day;

/// What a kind of meeting is called in a sentence, in Dutch and in English.
pub(crate) const fn kind_words(kind: MeetingKind) -> (&'static str, &'static str) {
    match kind {
        MeetingKind::ExploratoryTalk => ("verkennend gesprek", "exploratory talk"),
        MeetingKind::IntakeTalk => ("intakegesprek", "intake talk"),
        MeetingKind::Network => ("netwerkbijeenkomst", "network meeting"),
        MeetingKind::KickOff => ("startbijeenkomst", "kick-off"),
        MeetingKind::Local => ("lokale bijeenkomst", "local meeting"),
        MeetingKind::Exchange => ("uitwisselingsbijeenkomst", "exchange meeting"),
        MeetingKind::Closing => ("slotbijeenkomst", "closing meeting"),
        MeetingKind::Presentation => ("presentatie", "presentation"),
        MeetingKind::Other => ("andere bijeenkomst", "other meeting"),
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

pub(super) fn count(item: PlannedMeetings, found: u32, in_preparation: u32) -> BilingualText {
    let (nl, en) = kind_words(item.kind);
    let (minimum, maximum) = (item.minimum, item.maximum);
    let (needed_nl, needed_en) = if minimum == maximum {
        (minimum.to_string(), minimum.to_string())
    } else {
        (
            format!("{minimum} tot {maximum}"),
            format!("{minimum} to {maximum}"),
        )
    };
    let (rest_nl, rest_en) = if in_preparation == 0 {
        (String::new(), String::new())
    } else {
        (
            format!("; {in_preparation} in voorbereiding"),
            format!("; {in_preparation} in preparation"),
        )
    };
    BilingualText {
        nl: format!(
            "{}: {found} met een datum, nodig {needed_nl}{rest_nl}.",
            capitalised(nl)
        ),
        en: format!(
            "{}: {found} with a date, needed {needed_en}{rest_en}.",
            capitalised(en)
        ),
    }
}

pub(super) fn order(early: &PlanMeeting, late: &PlanMeeting) -> BilingualText {
    let (early_nl, early_en) = kind_words(early.kind);
    let (late_nl, late_en) = kind_words(late.kind);
    BilingualText {
        nl: format!(
            "De {early_nl} op {} is eerder dan de {late_nl} op {}.",
            day(early.on, Language::Nl),
            day(late.on, Language::Nl)
        ),
        en: format!(
            "The {early_en} on {} comes before the {late_en} on {}.",
            day(early.on, Language::En),
            day(late.on, Language::En)
        ),
    }
}

pub(super) fn within_months(first: Date, last: Date, months: u16) -> BilingualText {
    BilingualText {
        nl: format!(
            "Van de eerste bijeenkomst op {} tot de laatste op {} is meer dan {months} maanden.",
            day(first, Language::Nl),
            day(last, Language::Nl)
        ),
        en: format!(
            "From the first meeting on {} to the last on {} is more than {months} months.",
            day(first, Language::En),
            day(last, Language::En)
        ),
    }
}

pub(super) fn no_practices() -> BilingualText {
    BilingualText {
        nl: "De leergroep heeft nog geen lokale praktijk.".to_owned(),
        en: "The learning group has no practice yet.".to_owned(),
    }
}

pub(super) fn party_kinds(found: u32, minimum: u32, absent: &[PartyKind]) -> BilingualText {
    let names = |language| {
        let names: Vec<&str> = absent
            .iter()
            .filter_map(|kind| described(&shipped().party_kinds, *kind))
            .map(|kind| kind.name.in_language(language))
            .collect();
        names.join(", ")
    };
    BilingualText {
        nl: format!(
            "{found} van minstens {minimum} soorten partijen aan tafel; niet: {}.",
            names(Language::Nl)
        ),
        en: format!(
            "{found} of at least {minimum} kinds of party at the table; not: {}.",
            names(Language::En)
        ),
    }
}

pub(super) fn forecast(projected: u32, minimum: u32, by: Date) -> BilingualText {
    BilingualText {
        nl: format!(
            "In dit tempo {projected} van minstens {minimum} tot en met {}.",
            day(by, Language::Nl)
        ),
        en: format!(
            "At this pace {projected} of at least {minimum} by {}.",
            day(by, Language::En)
        ),
    }
}
