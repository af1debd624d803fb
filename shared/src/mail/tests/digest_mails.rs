//! The digest.

use super::super::digest::{DigestBar, DigestItem, DigestMail, DigestPart};
use super::*;
use crate::overviews::digest::DigestTopic;

fn item(text: &str, path: &str, bar: Option<DigestBar>) -> DigestItem {
    DigestItem {
        text: Line::new(text),
        url: format!("https://koplopers.example.nl/v1{path}")
            .parse()
            .unwrap(),
        bar,
    }
}

/// A digest with more to do than is shown, and a meeting.
pub(super) fn digest(typed: &str, language: Language) -> DigestMail {
    let title = |topic: DigestTopic| Line::new(topic.title().in_language(language));
    let (waits, meets) = match language {
        Language::Nl => (
            "wacht al 12 dagen op een gesprek",
            "donderdag 5 maart 2026 om 14.00 uur: intakegesprek, Almere: 3 ja, 1 misschien, 1 nee, 3 zonder antwoord",
        ),
        Language::En => (
            "waiting 12 days for a talk",
            "Thursday 5 March 2026 at 14:00: intake talk, Almere: 3 yes, 1 maybe, 1 no, 3 without an answer",
        ),
    };
    let bar = DigestBar {
        part: 5,
        whole: 8,
        percent: 62,
    };
    DigestMail {
        on: date(2026, 3, 2),
        to_do: 12,
        own_programmes: true,
        sections: vec![
            DigestPart {
                title: title(DigestTopic::OverdueIntakes),
                count: 12,
                percent: 100,
                items: vec![item(
                    &format!("Almere (Z-2026-1{typed}): {waits}"),
                    "/intakes/0198c0de",
                    None,
                )],
                more: 11,
            },
            DigestPart {
                title: title(DigestTopic::UpcomingMeetings),
                count: 1,
                percent: 8,
                items: vec![item(meets, "/meetings/0198c0de", Some(bar))],
                more: 0,
            },
        ],
    }
}

fn written(mail: &DigestMail, language: Language) -> RenderedMail {
    let to = Recipient {
        name: Line::new("Kennisinstituut Voorbeeld"),
        language,
    };
    render(mail, &to, &institute()).unwrap()
}

// mission: S2
#[test]
fn nothing_to_report_is_said_in_one_line() {
    let nothing = DigestMail {
        to_do: 0,
        sections: Vec::new(),
        ..digest("", Language::Nl)
    };
    for (language, subject, line) in [
        (
            Language::Nl,
            "Dagoverzicht van maandag 2 maart 2026: niets te melden",
            "Er is vandaag niets te melden.",
        ),
        (
            Language::En,
            "Digest of Monday 2 March 2026: nothing to report",
            "There is nothing to report today.",
        ),
    ] {
        let mail = written(&nothing, language);
        assert_eq!(mail.subject, subject);
        let body: Vec<&str> = mail.text.split("\n\n").collect();
        assert_eq!(body[1], line);
        assert!(mail.html.contains(line), "{}", mail.html);
    }
}

// mission: S2
#[test]
fn the_subject_counts_what_there_is_to_do() {
    let of = |to_do| DigestMail {
        to_do,
        ..digest("", Language::Nl)
    };
    for (to_do, subject) in [
        (0, "Dagoverzicht van maandag 2 maart 2026: geen actie nodig"),
        (
            1,
            "Actie nodig: 1 punt in het dagoverzicht van maandag 2 maart 2026",
        ),
        (
            12,
            "Actie nodig: 12 punten in het dagoverzicht van maandag 2 maart 2026",
        ),
    ] {
        assert_eq!(written(&of(to_do), Language::Nl).subject, subject);
    }
}

// mission: S2
#[test]
fn a_bar_is_as_wide_as_its_share_and_has_its_number_beside_it() {
    let mail = written(&digest("", Language::En), Language::En);
    assert!(mail.html.contains("<td width=\"62%\""), "{}", mail.html);
    assert!(mail.html.contains("(5 of 8)"), "{}", mail.html);
    assert!(mail.text.contains("(5 of 8)"), "{}", mail.text);
    assert_eq!(mail.html.matches("aria-hidden=\"true\"").count(), 3);
}
