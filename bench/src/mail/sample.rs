//! The mail that is sent: an invitation with its calendar, as most are.

use anyhow::Context as _;
use jiff::Timestamp;
use jiff::civil::date;
use koplopers_shared::catalogue::words::{Language, MeetingKind};
use koplopers_shared::mail::calendar::{Attendee, MeetingZone, Organiser, PartStat};
use koplopers_shared::mail::clean::{Line, Paragraphs};
use koplopers_shared::mail::institute::{Colour, Institute};
use koplopers_shared::mail::invitation::{CalendarEntry, Invitation, Meeting};
use koplopers_shared::mail::{Recipient, render};
use koplopers_shared::words::EmailAddress;
use koplopers_worker::message::{OutgoingMail, Party};

/// Everything that the mails have in common.
pub struct Sample {
    institute: Institute,
    invitation: Invitation,
    to: Recipient,
    date: Timestamp,
}

impl Sample {
    pub fn new() -> anyhow::Result<Self> {
        let address = |text: &str| EmailAddress::parse(text).context("an address");
        let zone = || MeetingZone::parse("Europe/Amsterdam").context("a zone");
        let day = date(2026, 3, 5);
        let agenda =
            "Kennismaken\nDe vraag van de gemeente\nWat er al is\nWie er meedoet\nAfspraken";
        Ok(Self {
            institute: Institute {
                name: Line::new("Kennisinstituut Voorbeeld"),
                reply_to: address("koplopers@example.org")?,
                colour: Colour::DEFAULT,
                usual_zone: zone()?,
                privacy_statement: Some("https://www.example.org/privacy".parse()?),
            },
            invitation: Invitation {
                meeting: Meeting {
                    kind: MeetingKind::IntakeTalk,
                    title: Line::new("Intakegesprek Voorbeeldstad"),
                    local_start: day.at(14, 0, 0, 0),
                    local_end: day.at(15, 30, 0, 0),
                    time_zone: zone()?,
                    place: Some(Line::new("Stadhuis, kamer 2")),
                    online: Some("https://overleg.example.nl/kamer".parse()?),
                    agenda: Paragraphs::new(agenda),
                },
                entry: CalendarEntry {
                    uid: "0198c0de@koplopers.example.nl".to_owned(),
                    sequence: 0,
                    dtstamp: "2026-02-20T09:30:00Z".parse()?,
                    organiser: Organiser {
                        address: address("antwoord@koplopers.example.nl")?,
                        name: "Noor Jansen".to_owned(),
                        rsvp: true,
                    },
                    attendee: Attendee {
                        address: address("sam@voorbeeldstad.example.nl")?,
                        name: "Sam de Vries".to_owned(),
                        partstat: PartStat::NeedsAction,
                        required: true,
                    },
                },
                answer_url: "https://koplopers.example.nl/r/0a1b2c3d4e5f".parse()?,
                message: Paragraphs::new("Neem de cijfers van dit jaar mee.\n\nTot dan!"),
                notice: None,
            },
            to: Recipient {
                name: Line::new("Sam de Vries"),
                language: Language::Nl,
            },
            date: "2026-02-20T09:30:00Z".parse()?,
        })
    }

    /// Writes one, from the template to the bytes.
    pub fn build(&self, number: usize) -> anyhow::Result<Vec<u8>> {
        let contents = render(&self.invitation, &self.to, &self.institute)?;
        let mail = OutgoingMail {
            from: Party {
                name: "Kennisinstituut Voorbeeld",
                address: "koplopers@example.org",
            },
            to: Party {
                name: "Sam de Vries",
                address: "sam@voorbeeldstad.example.nl",
            },
            reply_to: Some(Party {
                name: "Noor Jansen",
                address: "noor@example.org",
            }),
            contents: &contents,
            message_id: &format!("{number}@example.org"),
            in_reply_to: None,
            date: self.date,
            unsubscribe_url: None,
        };
        Ok(mail.assemble()?)
    }
}
