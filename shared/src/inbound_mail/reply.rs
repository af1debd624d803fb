//! Reading the answer of a calendar program: an iTIP REPLY in a mail (RFC 5546 §3.2.3, RFC 6047).

use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarParameterName as Parameter,
    ICalendarProperty as Property,
};
use jiff::Timestamp;
use mail_parser::{Message, MessageParser, MimeHeaders as _};

use crate::invitations::AnswerChoice;
use crate::words::EmailAddress;

/// An answer, as far as it is of use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarReply {
    /// Who sent the mail.
    pub from: EmailAddress,
    /// The UID of the meeting.
    pub uid: String,
    /// SEQUENCE of the request that is answered.
    pub sequence: i64,
    /// DTSTAMP: when the answer was given.
    pub stamped_at: Timestamp,
    /// Whose answer it is, the only ATTENDEE of a REPLY.
    pub attendee: EmailAddress,
    /// What is answered; `None` for a PARTSTAT that is no answer to us, such as DELEGATED.
    pub choice: Option<AnswerChoice>,
    /// COMMENT: what is added.
    pub comment: Option<String>,
}

/// Reads an answer; `None` for any other mail, and for one that leaves out what a REPLY must have.
#[must_use]
pub fn read(raw: &[u8]) -> Option<CalendarReply> {
    let message = MessageParser::default().parse(raw)?;
    let from = message.from()?.first()?.address()?.parse().ok()?;
    let calendar = ICalendar::parse(calendar_part(&message)?).ok()?;
    if method(&calendar)? != "REPLY" {
        return None;
    }
    let mut events = calendar
        .components
        .iter()
        .filter(|it| it.component_type == ICalendarComponentType::VEvent);
    let (Some(event), None) = (events.next(), events.next()) else {
        return None;
    };
    let mut attendees = event.properties(&Property::Attendee);
    let (Some(attendee), None) = (attendees.next(), attendees.next()) else {
        return None;
    };
    let partstat = attendee.parameter(&Parameter::Partstat)?.as_text()?;
    Some(CalendarReply {
        from,
        uid: event.uid()?.to_owned(),
        sequence: integer(event, &Property::Sequence).unwrap_or(0),
        stamped_at: instant(event, &Property::Dtstamp)?,
        attendee: attendee.calendar_address()?.parse().ok()?,
        choice: choice(partstat),
        comment: text(event, &Property::Comment),
    })
}

fn calendar_part<'m>(message: &'m Message<'_>) -> Option<&'m str> {
    message
        .parts
        .iter()
        .find(|part| {
            part.content_type().is_some_and(|kind| {
                kind.ctype().eq_ignore_ascii_case("text")
                    && kind
                        .subtype()
                        .is_some_and(|subtype| subtype.eq_ignore_ascii_case("calendar"))
            })
        })?
        .text_contents()
}

fn method(calendar: &ICalendar) -> Option<&str> {
    let whole = calendar
        .components
        .iter()
        .find(|it| it.component_type == ICalendarComponentType::VCalendar)?;
    whole.property(&Property::Method)?.values.first()?.as_text()
}

fn choice(partstat: &str) -> Option<AnswerChoice> {
    match partstat {
        "ACCEPTED" => Some(AnswerChoice::Accepted),
        "TENTATIVE" => Some(AnswerChoice::Tentative),
        "DECLINED" => Some(AnswerChoice::Declined),
        _ => None,
    }
}

fn text(event: &ICalendarComponent, property: &Property) -> Option<String> {
    let text = event.property(property)?.values.first()?.as_text()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn integer(event: &ICalendarComponent, property: &Property) -> Option<i64> {
    event.property(property)?.values.first()?.as_integer()
}

fn instant(event: &ICalendarComponent, property: &Property) -> Option<Timestamp> {
    let value = event.property(property)?.values.first()?;
    let seconds = value.as_partial_date_time()?.to_timestamp()?;
    Timestamp::from_second(seconds).ok()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    use super::*;

    const REPLY: &str = "From: Kim de Wit <kim@example.nl>\r\n\
        To: antwoord@example.org\r\n\
        Subject: Geaccepteerd: overleg\r\n\
        MIME-Version: 1.0\r\n\
        Content-Type: multipart/alternative; boundary=grens-7f3a\r\n\
        \r\n\
        --grens-7f3a\r\n\
        Content-Type: text/plain; charset=utf-8\r\n\
        \r\n\
        Ik kom.\r\n\
        --grens-7f3a\r\n\
        Content-Type: text/calendar; charset=utf-8; method=REPLY\r\n\
        \r\n\
        BEGIN:VCALENDAR\r\n\
        PRODID:-//Example//Agenda//NL\r\n\
        VERSION:2.0\r\n\
        METHOD:REPLY\r\n\
        BEGIN:VEVENT\r\n\
        UID:een@koplopers\r\n\
        SEQUENCE:2\r\n\
        DTSTAMP:20260302T101500Z\r\n\
        ORGANIZER:mailto:antwoord@example.org\r\n\
        ATTENDEE;CN=Kim de Wit;PARTSTAT=ACCEPTED:mailto:kim@example.nl\r\n\
        COMMENT:Ik kom iets later\\, na tienen.\r\n\
        END:VEVENT\r\n\
        END:VCALENDAR\r\n\
        --grens-7f3a--\r\n";

    fn with(from: &str, to: &str) -> Option<CalendarReply> {
        let changed = REPLY.replace(from, to);
        assert_ne!(changed, REPLY);
        read(changed.as_bytes())
    }

    #[test]
    fn an_answer_is_read_whole() {
        let kim: EmailAddress = "kim@example.nl".parse().unwrap();
        let expected = CalendarReply {
            from: kim.clone(),
            uid: "een@koplopers".to_owned(),
            sequence: 2,
            stamped_at: "2026-03-02T10:15:00Z".parse().unwrap(),
            attendee: kim,
            choice: Some(AnswerChoice::Accepted),
            comment: Some("Ik kom iets later, na tienen.".to_owned()),
        };
        assert_eq!(read(REPLY.as_bytes()), Some(expected));
    }

    #[test]
    fn each_answer_has_its_word_and_others_are_none() {
        for (partstat, choice) in [
            ("TENTATIVE", Some(AnswerChoice::Tentative)),
            ("DECLINED", Some(AnswerChoice::Declined)),
            ("DELEGATED", None),
            ("NEEDS-ACTION", None),
        ] {
            let reply = with("=ACCEPTED", &format!("={partstat}")).unwrap();
            assert_eq!(reply.choice, choice, "{partstat}");
        }
    }

    #[test]
    fn what_is_no_answer_is_not_read() {
        assert_eq!(with("METHOD:REPLY", "METHOD:COUNTER"), None);
        assert_eq!(with("DTSTAMP:20260302T101500Z\r\n", ""), None);
        assert_eq!(with("UID:een@koplopers\r\n", ""), None);
        assert_eq!(with("text/calendar", "text/x-other"), None);
        let twice = "COMMENT:x\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:bo@example.nl";
        assert_eq!(with("COMMENT:Ik kom iets later\\, na tienen.", twice), None);
        assert_eq!(read(b"From: a@example.nl\r\n\r\nHallo"), None);
    }

    #[test]
    fn an_answer_to_a_first_request_may_leave_out_the_sequence() {
        assert_eq!(with("SEQUENCE:2\r\n", "").unwrap().sequence, 0);
    }

    /// The calendar of [`REPLY`] with this comment, escaped and folded as calendar programs do, in a
    /// mail that carries it as it is or in base64.
    fn commented(comment: &str, as_base64: bool) -> Vec<u8> {
        let text = comment
            .replace('\\', "\\\\")
            .replace(';', "\\;")
            .replace(',', "\\,")
            .replace("\r\n", "\\n")
            .replace('\n', "\\n");
        let mut folded = String::new();
        let mut width = 0;
        for c in format!("COMMENT:{text}").chars() {
            if width + c.len_utf8() > 75 {
                folded.push_str("\r\n ");
                width = 1;
            }
            folded.push(c);
            width += c.len_utf8();
        }
        let (head, rest) = REPLY.split_once("BEGIN:VCALENDAR").unwrap();
        let (calendar, tail) = rest.split_once("--grens").unwrap();
        let calendar = format!("BEGIN:VCALENDAR{calendar}");
        let calendar = calendar.replace("COMMENT:Ik kom iets later\\, na tienen.", &folded);
        if as_base64 {
            let kind = "text/calendar; charset=utf-8; method=REPLY";
            let coded = format!("{kind}\r\nContent-Transfer-Encoding: base64");
            let lines = STANDARD.encode(calendar);
            let lines: Vec<&str> = lines
                .as_bytes()
                .chunks(76)
                .map(|it| std::str::from_utf8(it).unwrap())
                .collect();
            let head = head.replace(kind, &coded);
            return format!("{head}{}\r\n--grens{tail}", lines.join("\r\n")).into_bytes();
        }
        format!("{head}{calendar}--grens{tail}").into_bytes()
    }

    /// Text that somebody types into a calendar program, with what means something in one.
    fn typed() -> impl Strategy<Value = String> {
        prop_oneof![
            "[a-zA-Zé€😀 ;:,\\\\\"^'=\n]{0,300}",
            "\n(ATTENDEE:mailto:x@example\\.org|END:VEVENT|UID:twee|PARTSTAT=DECLINED|--b)\n[ ;:]{0,9}",
        ]
    }

    proptest! {
        // mission: S1; security: 38
        #[test]
        fn whatever_is_added_to_an_answer_is_read_as_it_was_typed_and_as_nothing_else(
            comment in typed(), as_base64 in any::<bool>(),
        ) {
            let reply = read(&commented(&comment, as_base64)).unwrap();
            let plain = read(REPLY.as_bytes()).unwrap();
            let trimmed = comment.trim();
            prop_assert_eq!(reply.comment.as_deref().unwrap_or_default(), trimmed);
            prop_assert_eq!(CalendarReply { comment: None, ..reply }, CalendarReply { comment: None, ..plain });
        }

        #[test]
        fn no_mail_stops_the_reader(mail in proptest::collection::vec(any::<u8>(), 0..600)) {
            let _ = read(&mail);
        }

        // What it takes for an answer is one, whatever lines it holds.
        #[test]
        fn no_line_in_an_answer_stops_the_reader(line in "[A-Z;:=,\"\\\\0-9TZ+-]{0,120}", at in 0..14_usize) {
            let mut lines: Vec<&str> = REPLY.split("\r\n").collect();
            let start = lines.iter().position(|it| *it == "BEGIN:VCALENDAR").unwrap();
            lines.insert(start + at, &line);
            if let Some(reply) = read(lines.join("\r\n").as_bytes()) {
                prop_assert!(!reply.uid.is_empty());
                prop_assert_eq!(reply.from.as_str(), "kim@example.nl");
            }
        }
    }
}
