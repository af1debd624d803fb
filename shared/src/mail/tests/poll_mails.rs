//! The mails about a date poll.

use super::super::poll::{
    BestDate, PollAbout, PollCancelled, PollChaser, PollClosed, PollInvitation, PollTime,
};
use super::every_mail::one;
use super::*;

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
pub(super) fn poll_mails(typed: &str, to: &Recipient) -> Vec<(&'static str, RenderedMail)> {
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
