#![expect(clippy::unwrap_used, reason = "tests")]

use jiff::civil::date;
use mail_parser::decoders::html::html_to_text;
use proptest::prelude::*;

use super::calendar::{Attendee, MeetingZone, Method, Organiser, PartStat};
use super::clean::{Line, Paragraphs};
use super::consent::{
    ConsentAbout, ConsentBounced, ConsentChaser, ConsentExpired, ConsentLink, ConsentRefused,
    ConsentRequest,
};
use super::decision::{IntakeClosed, IntakeDeclined, IntakeMatched, IntakeWaitlisted};
use super::institute::{Colour, Institute};
use super::intake::{IntakeReceived, IntakeWithdrawn, ProgrammeContact, ProgrammeNames};
use super::invitation::{
    CalendarEntry, Cancellation, FreshLink, Invitation, InvitationUpdate, Meeting, PlaceFree,
    Previous, Removed,
};
use super::member::{MemberLeft, MemberWelcome};
use super::membership::{CandidateInvitation, CandidateRejected, NominationEnd, NominationOutcome};
use super::network::{BroughtBy, FreshLeaveLink, NetworkNames, NetworkWelcome};
use super::nomination::{CandidateNotice, NominationConfirmation};
use super::notice::{NamedAs, Notice};
use super::offer::{OfferAccepted, OfferLink, OfferNames, OfferRefused, OfferSent};
use super::poll::{
    BestDate, PollAbout, PollCancelled, PollChaser, PollClosed, PollInvitation, PollTime,
};
use super::referral::{IntakeReferred, ReferredItem};
use super::trajectory::{PlannedStep, TrajectoryRunning};
use super::*;
use crate::catalogue::words::{Language, MeetingKind, TalkKind};
use crate::words::{Cents, EmailAddress};

fn institute() -> Institute {
    Institute {
        name: Line::new("Kennisinstituut Voorbeeld"),
        reply_to: EmailAddress::parse("koplopers@example.nl").unwrap(),
        colour: Colour::DEFAULT,
        usual_zone: MeetingZone::parse("Europe/Amsterdam").unwrap(),
        privacy_statement: Some("https://www.example.nl/privacy".parse().unwrap()),
    }
}

fn meeting(typed: &str) -> Meeting {
    Meeting {
        kind: MeetingKind::IntakeTalk,
        title: Line::new(&format!("Intakegesprek Voorbeeldstad{typed}")),
        local_start: date(2026, 3, 5).at(14, 0, 0, 0),
        local_end: date(2026, 3, 5).at(15, 30, 0, 0),
        time_zone: MeetingZone::parse("Europe/Amsterdam").unwrap(),
        place: Some(Line::new(&format!("Stadhuis, kamer 2{typed}"))),
        online: Some("https://overleg.example.nl/kamer?a=1&b=2".parse().unwrap()),
        agenda: Paragraphs::new(&format!("Kennismaken\nDe vraag van de gemeente{typed}")),
    }
}

fn entry(typed: &str) -> CalendarEntry {
    CalendarEntry {
        uid: "0198c0de@koplopers.example.nl".to_owned(),
        sequence: 0,
        dtstamp: "2026-02-20T09:30:00Z".parse().unwrap(),
        organiser: Organiser {
            address: EmailAddress::parse("antwoord@koplopers.example.nl").unwrap(),
            name: format!("Noor Jansen{typed}"),
            rsvp: true,
        },
        attendee: Attendee {
            address: EmailAddress::parse("sam@voorbeeldstad.example.nl").unwrap(),
            name: format!("Sam de Vries{typed}"),
            partstat: PartStat::NeedsAction,
            required: true,
        },
    }
}

fn programme(typed: &str) -> ProgrammeNames {
    ProgrammeNames {
        name: Line::new(&format!("Versnelling{typed}")),
        contacts: vec![
            ProgrammeContact {
                name: Line::new(&format!("Noor Jansen{typed}")),
                address: EmailAddress::parse("noor@example.nl").unwrap(),
                telephone: Some(Line::new("030 000 00 00")),
            },
            ProgrammeContact {
                name: Line::new("Ali Bakker"),
                address: EmailAddress::parse("ali@example.nl").unwrap(),
                telephone: None,
            },
        ],
        partners: ["VNG", "Instituut Twee", "Instituut Drie"]
            .map(Line::new)
            .to_vec(),
    }
}

fn notice(typed: &str, named_as: NamedAs) -> Notice {
    Notice {
        named_by: Line::new(&format!("gemeente Voorbeeldstad{typed}")),
        named_as,
    }
}

fn network(typed: &str) -> NetworkNames {
    NetworkNames {
        name: Line::new(&format!("Netwerk schulden{typed}")),
        about: Paragraphs::new(&format!(
            "Hoe helpen we eerder?\nElke maand een gesprek.{typed}"
        )),
    }
}

fn offer(typed: &str) -> OfferNames {
    OfferNames {
        municipality: Line::new(&format!("Voorbeeldstad{typed}")),
        number: 2,
        cost: Cents::new(1_250_000).unwrap(),
        own_contribution: Cents::new(625_050).unwrap(),
    }
}

/// Every kind of mail about an offer.
fn about_offers(typed: &str, to: &Recipient) -> Vec<(&'static str, RenderedMail)> {
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

fn one<C: Contents>(contents: &C, to: &Recipient) -> (&'static str, RenderedMail) {
    (C::KIND, render(contents, to, &institute()).unwrap())
}

fn referred(typed: &str) -> IntakeReferred {
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

/// Every kind of mail in one language, with the same text added to each typed value.
#[expect(clippy::too_many_lines, reason = "one sample of each mail")]
fn all(typed: &str, language: Language) -> Vec<(&'static str, RenderedMail)> {
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
    mails
}

fn poll_about(typed: &str) -> PollAbout {
    PollAbout {
        title: Line::new(&format!("Uitwisseling van de leergroep{typed}")),
        organiser: Line::new(&format!("Noor Jansen{typed}")),
        place: Some(Line::new(&format!("Stadhuis, kamer 2{typed}"))),
    }
}

fn poll_time(zone: &str) -> PollTime {
    PollTime {
        local_start: date(2026, 4, 9).at(13, 0, 0, 0),
        local_end: date(2026, 4, 9).at(17, 0, 0, 0),
        time_zone: MeetingZone::parse(zone).unwrap(),
    }
}

/// Every kind of mail about a date poll.
fn poll_mails(typed: &str, to: &Recipient) -> Vec<(&'static str, RenderedMail)> {
    let poll_url: url::Url = "https://koplopers.example.nl/d/0a1b2c3d".parse().unwrap();
    let closes = date(2026, 4, 2).at(17, 0, 0, 0);
    vec![
        one(
            &PollInvitation {
                about: poll_about(typed),
                options: ["Europe/Amsterdam", "Europe/London"]
                    .map(poll_time)
                    .to_vec(),
                closes,
                again: false,
                poll_url: poll_url.clone(),
                notice: Some(notice(typed, NamedAs::Invitee)),
            },
            to,
        ),
        one(
            &PollChaser {
                about: poll_about(typed),
                closes,
                poll_url,
            },
            to,
        ),
        one(
            &PollCancelled {
                about: poll_about(typed),
                reason: Paragraphs::new(&format!("De zaal is dicht.{typed}")),
            },
            to,
        ),
        one(
            &PollClosed {
                about: poll_about(typed),
                best: Some(BestDate {
                    time: poll_time("Europe/Amsterdam"),
                    yes: 5,
                    if_need_be: 2,
                    no: 1,
                }),
                missing: Vec::new(),
                not_voted: 3,
            },
            to,
        ),
    ]
}

// mission: L9
#[test]
fn the_organiser_hears_who_blocks_and_a_voter_that_there_are_other_dates() {
    for (language, blocks, others) in [
        (
            Language::Nl,
            "vertegenwoordigd: Utrecht en Almere",
            "zijn veranderd",
        ),
        (
            Language::En,
            "represented on every date: Utrecht and Almere",
            "have changed",
        ),
    ] {
        let to = Recipient {
            name: Line::new("Sam de Vries"),
            language,
        };
        let closed = PollClosed {
            about: poll_about(""),
            best: None,
            missing: ["Utrecht", "Almere"].map(Line::new).to_vec(),
            not_voted: 0,
        };
        let again = PollInvitation {
            about: PollAbout {
                place: None,
                ..poll_about("")
            },
            options: vec![poll_time("Europe/Amsterdam")],
            closes: date(2026, 4, 2).at(17, 0, 0, 0),
            again: true,
            poll_url: "https://koplopers.example.nl/d/0a1b2c3d".parse().unwrap(),
            notice: None,
        };
        let closed = render(&closed, &to, &institute()).unwrap();
        let again = render(&again, &to, &institute()).unwrap();
        for (mail, told) in [(closed, blocks), (again, others)] {
            assert!(mail.text.contains(told), "{}", mail.text);
            assert!(mail.html.contains(told), "{}", mail.html);
        }
    }
}

fn membership_mails(typed: &str, to: &Recipient) -> Vec<(&'static str, RenderedMail)> {
    vec![
        one(
            &CandidateInvitation {
                cohort: Line::new(&format!("Lichting 2026{typed}")),
                starts_on: date(2026, 9, 1),
                candidate_url: "https://koplopers.example.nl/a/0a1b2c3d".parse().unwrap(),
            },
            to,
        ),
        one(
            &CandidateRejected {
                decided_on: date(2026, 4, 7),
            },
            to,
        ),
        one(&outcome(typed, NominationEnd::Rejected), to),
    ]
}

fn outcome(typed: &str, end: NominationEnd) -> NominationOutcome {
    NominationOutcome {
        candidate: Line::new(&format!("Kim de Wit{typed}")),
        nominated_on: date(2026, 3, 2),
        end,
        reason: (end == NominationEnd::Rejected)
            .then(|| Paragraphs::new(&format!("De lichting is vol.{typed}")))
            .flatten(),
    }
}

#[test]
fn a_nominator_hears_how_it_ended() {
    // mission: N4
    for (end, language, told) in [
        (
            NominationEnd::Admitted,
            Language::Nl,
            "Kim de Wit is nu koploper.",
        ),
        (
            NominationEnd::Admitted,
            Language::En,
            "Kim de Wit is now an associate member.",
        ),
        (
            NominationEnd::Declined,
            Language::Nl,
            "Kim de Wit ziet ervan af",
        ),
        (
            NominationEnd::Declined,
            Language::En,
            "Kim de Wit does not want to",
        ),
    ] {
        let to = Recipient {
            name: Line::new("Sam de Vries"),
            language,
        };
        let mail = render(&outcome("", end), &to, &institute()).unwrap();
        assert!(
            mail.text.contains(told) && mail.html.contains(told),
            "{}",
            mail.text
        );
        assert!(
            !mail.text.contains("reden") && !mail.text.contains("reason"),
            "{}",
            mail.text
        );
    }
}

fn consent_mails(typed: &str, to: &Recipient) -> Vec<(&'static str, RenderedMail)> {
    let consent_url: url::Url = "https://koplopers.example.nl/c/0a1b2c3d".parse().unwrap();
    let about = ConsentAbout {
        candidate: Line::new(&format!("Kim de Wit{typed}")),
        employer: Line::new(&format!("de gemeente Voorbeeldstad{typed}")),
        reference: Line::new("0198c0de"),
    };
    let giver = Line::new(&format!("Joris Vermeulen{typed}"));
    vec![
        one(
            &ConsentRequest {
                about: about.clone(),
                is_member: false,
                role: Line::new("gemeentesecretaris"),
                days: 28,
                consent_url: consent_url.clone(),
                notice: Some(notice(typed, NamedAs::ConsentGiver)),
            },
            to,
        ),
        one(
            &ConsentChaser {
                about: about.clone(),
                asked_on: date(2026, 3, 2),
                answer_until_on: date(2026, 3, 29),
                consent_url: consent_url.clone(),
            },
            to,
        ),
        one(
            &ConsentLink {
                about: about.clone(),
                consent_url,
                works_until_on: date(2026, 3, 29),
            },
            to,
        ),
        one(
            &ConsentRefused {
                about: about.clone(),
                giver: giver.clone(),
                on: date(2026, 3, 9),
                reason: Paragraphs::new(&format!("Wij missen haar dan te vaak.{typed}")),
            },
            to,
        ),
        one(
            &ConsentExpired {
                about: about.clone(),
                giver: giver.clone(),
                on: date(2026, 3, 30),
            },
            to,
        ),
        one(
            &ConsentBounced {
                about,
                giver,
                on: date(2026, 3, 3),
            },
            to,
        ),
    ]
}

fn network_mails(typed: &str, to: &Recipient) -> Vec<(&'static str, RenderedMail)> {
    let leave_url: url::Url = "https://koplopers.example.nl/u/0a1b2c3d".parse().unwrap();
    vec![
        one(
            &TrajectoryRunning {
                programme: programme(typed),
                municipality: Line::new(&format!("Voorbeeldstad{typed}")),
                reference: Line::new("0198c0de"),
                began_on: date(2026, 3, 2),
                year_ends_on: date(2027, 3, 1),
                end_product_due_on: Some(date(2027, 3, 2)),
                steps: vec![
                    PlannedStep {
                        name: Line::new(&format!("Eerste overleg{typed}")),
                        block: Line::new("Lokale praktijk"),
                        on: Some(date(2026, 4, 20)),
                    },
                    PlannedStep {
                        name: Line::new("Gesprek met de buurt"),
                        block: Line::new("Lokale praktijk"),
                        on: None,
                    },
                ],
                notice: None,
            },
            to,
        ),
        one(
            &NetworkWelcome {
                network: network(typed),
                brought_by: Some(BroughtBy {
                    programme: Line::new(&format!("Versnelling{typed}")),
                    municipality: Line::new(&format!("Voorbeeldstad{typed}")),
                }),
                leave_url: leave_url.clone(),
                notice: Some(notice(typed, NamedAs::NetworkMember)),
            },
            to,
        ),
        one(
            &FreshLeaveLink {
                network: network(typed),
                leave_url,
                works_until_on: date(2028, 3, 4),
            },
            to,
        ),
    ]
}

fn nomination_mails(typed: &str, to: &Recipient) -> Vec<(&'static str, RenderedMail)> {
    vec![
        one(
            &NominationConfirmation {
                confirm_url: "https://koplopers.example.nl/n/0a1b2c3d".parse().unwrap(),
                confirm_by_on: date(2026, 3, 8),
            },
            to,
        ),
        one(
            &CandidateNotice {
                nominators: vec![
                    Line::new(&format!("Noor Jansen{typed}")),
                    Line::new(&format!("Ali Bakker{typed}")),
                ],
                candidate_url: "https://koplopers.example.nl/a/0a1b2c3d".parse().unwrap(),
            },
            to,
        ),
    ]
}

fn member_mails(typed: &str, to: &Recipient) -> Vec<(&'static str, RenderedMail)> {
    vec![
        one(
            &MemberWelcome {
                cohort: Line::new(&format!("Lichting 2026{typed}")),
                starts_on: date(2026, 9, 1),
            },
            to,
        ),
        one(
            &MemberLeft {
                left_on: date(2026, 3, 2),
            },
            to,
        ),
    ]
}

fn decision_mails(typed: &str, to: &Recipient) -> Vec<(&'static str, RenderedMail)> {
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

/// Only the letters: the reader of HTML in this test is not precise about spaces.
fn flat(text: &str) -> String {
    text.split_whitespace().collect()
}

// mission: S1, P2
#[test]
fn every_mail_reads_like_its_snapshot() {
    for &language in Language::ALL {
        for (kind, mail) in all("", language) {
            insta::assert_snapshot!(
                format!("{kind}_{language}_text"),
                format!("{}\n\n{}", mail.subject, mail.text)
            );
            insta::assert_snapshot!(format!("{kind}_{language}_html"), mail.html);
            if let Some(part) = mail.calendar {
                let ics = part.ics.replace("\r\n", "\n");
                let event = ics.split("BEGIN:VEVENT\n").nth(1).unwrap();
                insta::assert_snapshot!(format!("{kind}_{language}_event"), event);
            }
        }
    }
}

#[test]
fn html_says_everything_that_the_text_says() {
    for &language in Language::ALL {
        for (kind, mail) in all(" <b> & \"x\"", language) {
            let html = flat(&html_to_text(&mail.html));
            for line in mail.text.lines().filter(|&line| line != "--") {
                let line = flat(line.strip_prefix("- ").unwrap_or(line));
                assert!(
                    html.contains(&line),
                    "{kind} {language}: {line:?} not in {html:?}"
                );
            }
        }
    }
}

#[test]
fn the_method_of_the_part_is_the_method_in_the_calendar() {
    for (kind, mail) in all("", Language::Nl) {
        let expected = match kind {
            "invitation" | "invitation_update" => Some(Method::Request),
            "cancellation" | "removed" => Some(Method::Cancel),
            _ => None,
        };
        assert_eq!(
            mail.calendar.as_ref().map(|part| part.method),
            expected,
            "{kind}"
        );
        if let Some(part) = mail.calendar {
            assert!(
                part.ics
                    .contains(&format!("\r\nMETHOD:{}\r\n", part.method)),
                "{kind}"
            );
        }
    }
}

// security: 37
#[test]
fn a_mail_loads_nothing_from_elsewhere_and_names_its_language() {
    for &language in Language::ALL {
        for (kind, mail) in all("", language) {
            for loads in [
                "<img", "src=", "url(", "@import", "<link", "<script", "<iframe",
            ] {
                assert!(!mail.html.contains(loads), "{kind} {loads}");
            }
            assert!(
                mail.html.contains(&format!("<html lang=\"{language}\"")),
                "{kind}"
            );
            assert!(mail.html.contains("prefers-color-scheme: dark"), "{kind}");
        }
    }
}

#[test]
fn somebody_who_gave_their_own_data_gets_no_notice() {
    let invitation = Invitation {
        meeting: Meeting {
            place: None,
            online: None,
            agenda: None,
            ..meeting("")
        },
        entry: CalendarEntry {
            organiser: Organiser {
                rsvp: false,
                ..entry("").organiser
            },
            ..entry("")
        },
        answer_url: "https://koplopers.example.nl/r/0a1b2c3d".parse().unwrap(),
        message: None,
        notice: None,
    };
    let to = Recipient {
        name: Line::new("Sam de Vries"),
        language: Language::Nl,
    };
    let mail = render(&invitation, &to, &institute()).unwrap();
    insta::assert_snapshot!("shortest_invitation", mail.text);
    assert!(!mail.html.contains("Uw gegevens"));
}

#[test]
fn somebody_who_joined_a_themed_network_is_told_of_no_trajectory() {
    let welcome = NetworkWelcome {
        network: NetworkNames {
            about: None,
            ..network("")
        },
        brought_by: None,
        leave_url: "https://koplopers.example.nl/u/0a1b2c3d".parse().unwrap(),
        notice: None,
    };
    let to = Recipient {
        name: Line::new("Sam de Vries"),
        language: Language::Nl,
    };
    let mail = render(&welcome, &to, &institute()).unwrap();
    insta::assert_snapshot!("themed_network_welcome", mail.text);
}

// mission: L1
#[test]
fn a_place_that_came_free_is_told_as_such() {
    for (language, told) in [
        (Language::Nl, "stond op de wachtlijst"),
        (Language::En, "was on the waiting list"),
    ] {
        let contents = IntakeMatched {
            programme: programme(""),
            municipality: Line::new("Voorbeeldstad"),
            reference: Line::new("0198c0de"),
            decided_on: date(2026, 4, 7),
            reason: None,
            came_free: true,
        };
        let to = Recipient {
            name: Line::new("Sam de Vries"),
            language,
        };
        let mail = render(&contents, &to, &institute()).unwrap();
        assert!(
            mail.text.contains(told) && mail.html.contains(told),
            "{}",
            mail.text
        );
    }
}

fn tags(html: &str) -> usize {
    html.matches('<').count()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    // security: 36, 37, 41
    #[test]
    fn typed_text_adds_no_header_no_tag_and_no_link(
        typed in prop_oneof![
            any::<String>(),
            "[a-z<>&\"'{}% é\r\n]{0,200}",
            Just("\r\nBcc: x@example.org\r\n\r\n<a href=\"https://example.org\">x</a>{{ mail }}{% if %}".to_owned()),
            "[a-z&<]{990,3000}",
        ],
        language in prop_oneof![Just(Language::Nl), Just(Language::En)],
    ) {
        // Each typed line break makes a <br>, in the mails that keep line breaks.
        let breaks = clean::lines(&format!("x{typed}x")).lines().count() - 1;
        for ((kind, mail), (_, plain)) in all(&format!("{typed}x"), language).into_iter().zip(all("", language)) {
            prop_assert!(!mail.subject.chars().any(char::is_control), "{kind}");
            prop_assert!(mail.subject.chars().count() < 250, "{kind} {}", mail.subject);
            prop_assert!(mail.text.lines().chain(mail.html.lines()).all(|line| line.len() <= 998), "{kind}");
            prop_assert!(!mail.html.contains('\r') && !mail.text.contains('\r'), "{kind}");
            let added = tags(&mail.html) - tags(&plain.html);
            prop_assert!(added.is_multiple_of(breaks.max(1)) && added <= breaks * 2, "{kind}: {added} tags, {breaks} breaks");
            prop_assert_eq!(mail.html.matches("<a ").count(), plain.html.matches("<a ").count(), "{}", kind);
        }
    }
}
