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
    Answered, CalendarEntry, Cancellation, Delegated, FreshLink, Invitation, InvitationUpdate,
    Meeting, PlaceFree, Previous, Reminder, Removed,
};
use super::member::{MemberLeft, MemberWelcome};
use super::membership::{CandidateInvitation, CandidateRejected, NominationEnd, NominationOutcome};
use super::network::{BroughtBy, FreshLeaveLink, NetworkNames, NetworkWelcome};
use super::nomination::{CandidateNotice, NominationConfirmation};
use super::notice::{NamedAs, Notice};
use super::offer::{OfferAccepted, OfferChaser, OfferLink, OfferNames, OfferRefused, OfferSent};
use super::referral::{IntakeReferred, ReferredItem};
use super::trajectory::{EndProductChaser, PlannedStep, TrajectoryRunning};
use super::*;
use crate::catalogue::words::{Language, MeetingKind, TalkKind};
use crate::words::{Cents, EmailAddress};

mod digest_mails;
mod every_mail;
mod network_mails;
mod poll_mails;

use digest_mails::digest;
use every_mail::all;
use network_mails::outcome;

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
            "cancellation" | "removed" | "delegated" => Some(Method::Cancel),
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
