//! One of every mail, with the same text added to each typed value.

use super::network_mails::{
    consent_mails, member_mails, membership_mails, network_mails, nomination_mails,
};
use super::poll_mails::poll_mails;
use super::*;

/// Every kind of mail in one language, with the same text added to each typed value.
#[expect(clippy::too_many_lines, reason = "one sample of each mail")]
pub(super) fn all(typed: &str, language: Language) -> Vec<(&'static str, RenderedMail)> {
    let to = Recipient {
        name: Line::new(&format!("Sam de Vries{typed}")),
        language,
    };
    let answer_url: url::Url = "https://koplopers.example.nl/r/0a1b2c3d".parse().unwrap();
    let message = Paragraphs::new(&format!("Neem de cijfers mee.\n\nTot dan!{typed}"));
    let mut mails = vec![
        one(
            &Invitation {
                meeting: meeting(typed),
                entry: entry(typed),
                answer_url: answer_url.clone(),
                message: message.clone(),
                notice: Some(notice(typed, NamedAs::Invitee)),
            },
            &to,
        ),
        one(
            &InvitationUpdate {
                meeting: Meeting {
                    time_zone: MeetingZone::parse("Europe/London").unwrap(),
                    ..meeting(typed)
                },
                previous: Previous {
                    local_start: date(2026, 3, 4).at(10, 0, 0, 0),
                    local_end: date(2026, 3, 4).at(11, 0, 0, 0),
                    time_zone: MeetingZone::parse("Europe/Amsterdam").unwrap(),
                    place: Some(Line::new(&format!("Bibliotheek{typed}"))),
                },
                entry: CalendarEntry {
                    sequence: 1,
                    ..entry(typed)
                },
                answer_url: answer_url.clone(),
                message,
            },
            &to,
        ),
        one(
            &Reminder {
                meeting: meeting(typed),
                answered: Answered::NotYet,
                answer_url: answer_url.clone(),
            },
            &to,
        ),
        one(
            &PlaceFree {
                meeting: meeting(typed),
                answer_url: answer_url.clone(),
            },
            &to,
        ),
        one(
            &Cancellation {
                meeting: meeting(typed),
                entry: CalendarEntry {
                    sequence: 2,
                    ..entry(typed)
                },
                reason: Paragraphs::new(&format!("De adviseur is ziek.{typed}")),
            },
            &to,
        ),
        one(
            &Removed {
                meeting: meeting(typed),
                entry: CalendarEntry {
                    sequence: 2,
                    ..entry(typed)
                },
            },
            &to,
        ),
        one(
            &Delegated {
                meeting: meeting(typed),
                entry: CalendarEntry {
                    sequence: 1,
                    attendee: Attendee {
                        partstat: PartStat::Delegated,
                        ..entry(typed).attendee
                    },
                    ..entry(typed)
                },
                delegate: Some(Line::new(&format!("Bo de Boer{typed}"))),
            },
            &to,
        ),
        one(
            &FreshLink {
                meeting: meeting(typed),
                answer_url,
                works_until_on: date(2026, 3, 4),
            },
            &to,
        ),
        one(
            &IntakeReceived {
                programme: programme(typed),
                municipality: Line::new(&format!("Voorbeeldstad{typed}")),
                reference: Line::new("0198c0de"),
                received_on: date(2026, 2, 2),
                next: TalkKind::IntakeTalk,
                notice: Some(notice(typed, NamedAs::ContactPerson)),
            },
            &to,
        ),
        one(&referred(typed), &to),
        one(
            &IntakeWithdrawn {
                programme: programme(typed),
                municipality: Line::new(&format!("Voorbeeldstad{typed}")),
                reference: Line::new("0198c0de"),
                withdrawn_on: date(2026, 2, 9),
                reason: Paragraphs::new(&format!("Er is een ander plan.{typed}")),
                had_talk: true,
            },
            &to,
        ),
    ];
    mails.extend(network_mails(typed, &to));
    mails.extend(nomination_mails(typed, &to));
    mails.extend(member_mails(typed, &to));
    mails.extend(about_offers(typed, &to));
    mails.extend(decision_mails(typed, &to));
    mails.extend(consent_mails(typed, &to));
    mails.extend(membership_mails(typed, &to));
    mails.extend(poll_mails(typed, &to));
    mails.push(one(&digest(typed, language), &to));
    mails
}

/// Every kind of mail about an offer.
pub(super) fn about_offers(typed: &str, to: &Recipient) -> Vec<(&'static str, RenderedMail)> {
    let offer_url: url::Url = "https://koplopers.example.nl/o/0a1b2c3d".parse().unwrap();
    let reference = Line::new("0198c0de");
    vec![
        one(
            &OfferSent {
                programme: programme(typed),
                reference: reference.clone(),
                offer: offer(typed),
                blocks: ["Kennispartnerschap", "Lerend netwerk"]
                    .map(Line::new)
                    .to_vec(),
                valid_until_on: date(2026, 3, 31),
                replaces_another: true,
                offer_url: offer_url.clone(),
                notice: Some(notice(typed, NamedAs::Sponsor)),
            },
            to,
        ),
        one(
            &OfferChaser {
                programme: programme(typed),
                reference: reference.clone(),
                offer: offer(typed),
                valid_until_on: date(2026, 3, 31),
                offer_url: offer_url.clone(),
            },
            to,
        ),
        one(
            &OfferAccepted {
                programme: programme(typed),
                reference: reference.clone(),
                offer: offer(typed),
                accepted_by: Line::new(&format!("Anna de Vries{typed}")),
                in_role: Line::new(&format!("gemeentesecretaris{typed}")),
                accepted_on: date(2026, 3, 9),
                notice: None,
            },
            to,
        ),
        one(
            &OfferRefused {
                programme: programme(typed),
                reference: reference.clone(),
                offer: offer(typed),
                refused_on: date(2026, 3, 9),
                reason: Paragraphs::new(&format!("De raad vindt het te duur.{typed}")),
                notice: None,
            },
            to,
        ),
        one(
            &OfferLink {
                programme: programme(typed),
                reference,
                offer: offer(typed),
                offer_url,
                works_until_on: date(2026, 4, 29),
            },
            to,
        ),
    ]
}

pub(super) fn decision_mails(typed: &str, to: &Recipient) -> Vec<(&'static str, RenderedMail)> {
    vec![
        one(
            &IntakeMatched {
                programme: programme(typed),
                municipality: Line::new(&format!("Voorbeeldstad{typed}")),
                reference: Line::new("0198c0de"),
                decided_on: date(2026, 4, 7),
                reason: Paragraphs::new(&format!("De opgave is helder.{typed}")),
                came_free: false,
            },
            to,
        ),
        one(
            &IntakeWaitlisted {
                programme: programme(typed),
                municipality: Line::new(&format!("Voorbeeldstad{typed}")),
                reference: Line::new("0198c0de"),
                decided_on: date(2026, 4, 7),
                reason: Paragraphs::new(&format!("De opgave is helder.{typed}")),
                position: 2,
            },
            to,
        ),
        one(
            &IntakeDeclined {
                programme: programme(typed),
                municipality: Line::new(&format!("Voorbeeldstad{typed}")),
                reference: Line::new("0198c0de"),
                decided_on: date(2026, 4, 7),
                reason: Paragraphs::new(&format!("De praktijk is nog niet gehoord.{typed}")),
            },
            to,
        ),
        one(
            &IntakeClosed {
                programme: programme(typed),
                municipality: Line::new(&format!("Voorbeeldstad{typed}")),
                reference: Line::new("0198c0de"),
                decided_on: date(2026, 4, 7),
                reason: Paragraphs::new(&format!("Het plan is gestopt.{typed}")),
            },
            to,
        ),
    ]
}

pub(super) fn referred(typed: &str) -> IntakeReferred {
    IntakeReferred {
        programme: programme(typed),
        municipality: Line::new(&format!("Voorbeeldstad{typed}")),
        reference: Line::new("0198c0de"),
        referred_on: date(2026, 2, 9),
        note: Paragraphs::new(&format!("Begin met de gids.\nBel ons gerust.{typed}")),
        items: [Language::Nl, Language::En]
            .map(|language| ReferredItem {
                title: Line::new(&format!("Ouderen bereiken via de buurt{typed}")),
                summary: Line::new(&format!("Een werkwijze in vijf stappen.{typed}")),
                url: "https://kennis.example.nl/ouderen?deel=1&taal=nl"
                    .parse()
                    .unwrap(),
                language,
            })
            .to_vec(),
        notice: Some(notice(typed, NamedAs::ContactPerson)),
    }
}

pub(super) fn one<C: Contents>(contents: &C, to: &Recipient) -> (&'static str, RenderedMail) {
    (C::KIND, render(contents, to, &institute()).unwrap())
}
