//! From rendered texts to the bytes of a mail (RFC 5322, 2045, 2047, 6047).
//!
//! ```text
//! multipart/mixed
//!   multipart/alternative
//!     text/plain
//!     text/html
//!     text/calendar; method=…     last: a calendar program takes the last it understands
//!   invite.ics                    for programs that only look at attachments
//! ```
//!
//! A mail without a calendar is the `multipart/alternative` alone. All bytes are ASCII, all lines end in CRLF and have at
//! most 998 characters, so that no relay has a reason to change them.

use std::time::SystemTime;

use jiff::Timestamp;
use koplopers_shared::mail::{CalendarPart, RenderedMail};
use lettre::{
    Address,
    message::{
        Attachment, Mailbox, Message, MultiPart, SinglePart,
        header::{ContentType, HeaderName, HeaderValue},
    },
};

use crate::transport::{one_line, wire_address};

/// Everything that makes one mail.
#[derive(Debug, Clone)]
pub struct OutgoingMail<'a> {
    /// Of the organiser.
    pub from: Party<'a>,
    /// The one recipient.
    pub to: Party<'a>,
    /// Who gets the answers.
    pub reply_to: Option<Party<'a>>,
    /// What it says.
    pub contents: &'a RenderedMail,
    /// Without angle brackets; the same at every attempt.
    pub message_id: &'a str,
    /// The Message-ID of the invitation that this changes, cancels or reminds of.
    pub in_reply_to: Option<&'a str>,
    /// When the mail was made.
    pub date: Timestamp,
    /// The one-click address to leave a list (RFC 8058): on mails of the learning network only.
    pub unsubscribe_url: Option<&'a str>,
}

/// A name, possibly empty, with an address.
#[derive(Debug, Clone, Copy)]
pub struct Party<'a> {
    /// As shown.
    pub name: &'a str,
    /// The address.
    pub address: &'a str,
}

/// Why no mail could be made. Holds no text and no address.
#[derive(Debug, thiserror::Error)]
pub enum MessageError {
    /// An address that cannot stand in a header.
    #[error("the {0} address is not usable in a mail")]
    Address(&'static str),
    /// A value of ours that is not one word of ASCII, or too long.
    #[error("bad value for the header {0}")]
    Header(&'static str),
    /// The method is not the METHOD of the object.
    #[error("the calendar part and its method do not agree")]
    CalendarMethod,
    /// The library refused, although everything was checked.
    #[error("assembling the mail")]
    Assembly(#[source] lettre::error::Error),
}

/// The longest subject, in characters: what is longer says nothing more in a list of mails.
const SUBJECT_LIMIT: usize = 250;
/// The longest display name, in characters.
const NAME_LIMIT: usize = 120;
/// The longest word that may stand in a header without folding, in bytes.
const WORD_LIMIT: usize = 900;

impl OutgoingMail<'_> {
    /// The bytes to freeze and send.
    pub fn assemble(&self) -> Result<Vec<u8>, MessageError> {
        let id = |name, id: &str| Ok(format!("<{}>", word(name, id)?));
        let mut builder = Message::builder()
            .from(self.from.mailbox("from")?)
            .to(self.to.mailbox("to")?)
            .subject(shortened(&self.contents.subject, SUBJECT_LIMIT))
            .date(SystemTime::from(self.date))
            .message_id(Some(id("Message-ID", self.message_id)?));
        if let Some(reply_to) = self.reply_to {
            builder = builder.reply_to(reply_to.mailbox("reply-to")?);
        }
        if let Some(parent) = self.in_reply_to {
            let parent = id("In-Reply-To", parent)?;
            builder = builder.in_reply_to(parent.clone()).references(parent);
        }
        let mut headers = vec![
            // No out-of-office answers to a machine (RFC 3834).
            ("Auto-Submitted", "auto-generated".to_owned()),
            (
                "Content-Language",
                self.contents.language.as_str().to_owned(),
            ),
        ];
        if let Some(url) = self.unsubscribe_url {
            let url = word("List-Unsubscribe", url)?;
            headers.push(("List-Unsubscribe", format!("<{url}>")));
            headers.push((
                "List-Unsubscribe-Post",
                "List-Unsubscribe=One-Click".to_owned(),
            ));
        }
        for (name, value) in headers {
            let name = HeaderName::new_from_ascii_str(name);
            builder = builder.raw_header(HeaderValue::new(name, value));
        }
        builder
            .multipart(self.parts()?)
            .map(|message| message.formatted())
            .map_err(MessageError::Assembly)
    }

    fn parts(&self) -> Result<MultiPart, MessageError> {
        let alternative = MultiPart::alternative()
            .singlepart(SinglePart::plain(unix_lines(&self.contents.text)))
            .singlepart(SinglePart::html(unix_lines(&self.contents.html)));
        let Some(CalendarPart { method, ics }) = &self.contents.calendar else {
            return Ok(alternative);
        };
        let method = method.as_str();
        // A program that finds two methods shows none.
        if !ics
            .lines()
            .any(|line| line.strip_prefix("METHOD:") == Some(method))
        {
            return Err(MessageError::CalendarMethod);
        }
        let calendar = format!("text/calendar; method={method}; charset=UTF-8");
        let calendar = ContentType::parse(&calendar).map_err(|_| MessageError::CalendarMethod)?;
        let file = ContentType::parse("application/ics; name=\"invite.ics\"")
            .map_err(|_| MessageError::CalendarMethod)?;
        // No Content-Disposition on the calendar part: Outlook then shows a file instead of the buttons.
        let alternative =
            alternative.singlepart(SinglePart::builder().header(calendar).body(unix_lines(ics)));
        // As bytes, so that the file is exactly what was made.
        let attachment =
            Attachment::new("invite.ics".to_owned()).body(ics.as_bytes().to_vec(), file);
        Ok(MultiPart::mixed()
            .multipart(alternative)
            .singlepart(attachment))
    }
}

impl Party<'_> {
    fn mailbox(self, role: &'static str) -> Result<Mailbox, MessageError> {
        let address = wire_address(self.address)
            .ok()
            .and_then(|address| address.parse::<Address>().ok())
            .ok_or(MessageError::Address(role))?;
        // The library panics on a line end in a name.
        let name = shortened(self.name, NAME_LIMIT);
        Ok(Mailbox::new(
            Some(name).filter(|name| !name.is_empty()),
            address,
        ))
    }
}

/// One clean line of at most `limit` characters.
// security: 36
fn shortened(text: &str, limit: usize) -> String {
    let mut line = one_line(text);
    if let Some((end, _)) = line.char_indices().nth(limit) {
        line.truncate(end);
        line.push('…');
    }
    line
}

/// One word of visible ASCII that needs no folding and cannot close its brackets.
// security: 36
fn word<'a>(header: &'static str, value: &'a str) -> Result<&'a str, MessageError> {
    let plain = |b: u8| b.is_ascii_graphic() && b != b'<' && b != b'>';
    if value.is_empty() || value.len() > WORD_LIMIT || !value.bytes().all(plain) {
        return Err(MessageError::Header(header));
    }
    Ok(value)
}

/// Every kind of line end as `\n`, which the library then turns into CRLF. It leaves a lone CR alone.
fn unix_lines(text: &str) -> String {
    text.replace("\r\n", "\n")
        .replace('\r', "\n")
        .replace('\0', "")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use mail_parser::{MessageParser, MimeHeaders as _, PartType};

    use koplopers_shared::{catalogue::words::Language, mail::calendar::Method};

    use super::*;

    const ICS: &str = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Kennismaking Súdwest 🎉\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

    fn contents() -> RenderedMail {
        RenderedMail {
            subject: "Uitnodiging: kennismaking".to_owned(),
            text: "Beste Sam,\n\nTot donderdag.\n".to_owned(),
            html: "<p>Beste Sam,</p>\n<p>Tot donderdag.</p>\n".to_owned(),
            language: Language::Nl,
            calendar: None,
        }
    }

    fn mail(contents: &RenderedMail) -> OutgoingMail<'_> {
        OutgoingMail {
            from: Party {
                name: "Koplopers",
                address: "uitnodiging@example.org",
            },
            to: Party {
                name: "Sam de Vries",
                address: "sam@example.nl",
            },
            reply_to: None,
            contents,
            message_id: "0190.abc@example.org",
            in_reply_to: None,
            date: "2026-03-05T13:00:00Z".parse().unwrap(),
            unsubscribe_url: None,
        }
    }

    fn assembled(mail: &OutgoingMail<'_>) -> Vec<u8> {
        let bytes = mail.assemble().unwrap();
        assert!(bytes.is_ascii());
        let text = String::from_utf8(bytes.clone()).unwrap();
        // security: 37
        for line in text.split("\r\n") {
            assert!(line.len() <= 998, "{} bytes in one line", line.len());
            assert!(!line.contains(['\r', '\n']), "a lone line end in {line:?}");
        }
        assert!(text.ends_with("\r\n"));
        bytes
    }

    /// The names of the header fields, in lower case, folded lines joined.
    fn header_names(bytes: &[u8]) -> Vec<String> {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let (head, _) = text.split_once("\r\n\r\n").unwrap();
        head.split("\r\n")
            .filter(|line| !line.starts_with([' ', '\t']))
            .map(|line| line.split_once(':').unwrap().0.to_ascii_lowercase())
            .collect()
    }

    #[test]
    fn an_invitation_has_the_calendar_last_in_the_alternative_and_as_a_file() {
        let contents = RenderedMail {
            calendar: Some(CalendarPart {
                method: Method::Request,
                ics: ICS.to_owned(),
            }),
            ..contents()
        };
        let bytes = assembled(&mail(&contents));
        let message = MessageParser::default().parse(&bytes).unwrap();
        let types: Vec<_> = message
            .parts
            .iter()
            .map(|part| {
                let kind = part.content_type().unwrap();
                format!("{}/{}", kind.ctype(), kind.subtype().unwrap())
            })
            .collect();
        assert_eq!(
            types,
            [
                "multipart/mixed",
                "multipart/alternative",
                "text/plain",
                "text/html",
                "text/calendar",
                "application/ics",
            ]
        );
        let children = |index: usize| {
            if let PartType::Multipart(children) = &message.parts[index].body {
                children.clone()
            } else {
                Vec::new()
            }
        };
        assert_eq!(children(0), [1, 5]);
        assert_eq!(children(1), [2, 3, 4]);
        let calendar = &message.parts[4];
        let kind = calendar.content_type().unwrap();
        assert_eq!(kind.attribute("method"), Some("REQUEST"));
        assert!(
            kind.attribute("charset")
                .unwrap()
                .eq_ignore_ascii_case("utf-8")
        );
        assert!(calendar.content_disposition().is_none());
        let decoded = calendar.text_contents().unwrap();
        assert_eq!(
            decoded.trim_end().replace("\r\n", "\n"),
            ICS.trim_end().replace("\r\n", "\n")
        );
        let file = &message.parts[5];
        assert_eq!(file.attachment_name(), Some("invite.ics"));
        assert!(file.content_disposition().unwrap().is_attachment());
        assert_eq!(file.contents(), ICS.as_bytes());
    }

    #[test]
    fn a_mail_without_a_meeting_is_the_two_texts() {
        let bytes = assembled(&mail(&contents()));
        let message = MessageParser::default().parse(&bytes).unwrap();
        assert_eq!(message.parts.len(), 3);
        assert_eq!(
            message.parts[0].content_type().unwrap().subtype(),
            Some("alternative")
        );
        assert_eq!(
            message.body_text(0).unwrap().trim(),
            "Beste Sam,\r\n\r\nTot donderdag."
        );
        assert!(
            message
                .body_html(0)
                .unwrap()
                .contains("<p>Tot donderdag.</p>")
        );
    }

    #[test]
    fn headers_are_those_we_give() {
        let bytes = assembled(&OutgoingMail {
            in_reply_to: Some("0189.first@example.org"),
            reply_to: Some(Party {
                name: "Programmabureau, afdeling \"Noord\"",
                address: "bureau@gemeente-súdwest.example",
            }),
            unsubscribe_url: Some("https://example.org/u/abc"),
            ..mail(&contents())
        });
        let message = MessageParser::default().parse(&bytes).unwrap();
        assert_eq!(message.message_id(), Some("0190.abc@example.org"));
        assert_eq!(
            message.in_reply_to().as_text(),
            Some("0189.first@example.org")
        );
        assert_eq!(
            message.references().as_text(),
            Some("0189.first@example.org")
        );
        assert_eq!(message.date().unwrap().to_rfc3339(), "2026-03-05T13:00:00Z");
        assert_eq!(
            message.header_raw("Auto-Submitted").unwrap().trim(),
            "auto-generated"
        );
        assert_eq!(message.header_raw("Content-Language").unwrap().trim(), "nl");
        assert_eq!(
            message.header_raw("List-Unsubscribe-Post").unwrap().trim(),
            "List-Unsubscribe=One-Click"
        );
        let reply_to = message.reply_to().unwrap().first().unwrap();
        assert_eq!(reply_to.name(), Some("Programmabureau, afdeling \"Noord\""));
        assert_eq!(
            reply_to.address(),
            Some("bureau@xn--gemeente-sdwest-cvb.example")
        );
    }

    // security: 36
    #[test]
    fn a_line_end_in_a_name_or_subject_makes_no_header() {
        let plain = header_names(&assembled(&mail(&contents())));
        for ending in ["\r\n", "\n", "\r", "\u{b}", "\u{2028}", "\0"] {
            let name = format!("Sam{ending}Bcc: spion@example.org");
            let contents = RenderedMail {
                subject: format!("Hallo{ending}Bcc: spion@example.org{ending}{ending}<b>x</b>"),
                ..contents()
            };
            let bytes = assembled(&OutgoingMail {
                to: Party {
                    name: &name,
                    address: "sam@example.nl",
                },
                from: Party {
                    name: &name,
                    address: "uitnodiging@example.org",
                },
                ..mail(&contents)
            });
            assert_eq!(header_names(&bytes), plain, "{ending:?}");
            let message = MessageParser::default().parse(&bytes).unwrap();
            assert!(message.bcc().is_none());
            assert_eq!(message.to().unwrap().iter().count(), 1);
        }
    }

    // security: 36
    #[test]
    fn a_broken_address_or_id_makes_no_mail() {
        let contents = contents();
        let address = |address| OutgoingMail {
            to: Party { name: "", address },
            ..mail(&contents)
        };
        assert!(matches!(
            address("x\r\nBcc: y@example.org").assemble(),
            Err(MessageError::Address("to"))
        ));
        assert!(address("a@example.org, b@example.org").assemble().is_err());
        for id in ["", "a b", "a>\r\nBcc: x", "é@example.org"] {
            let mail = OutgoingMail {
                message_id: id,
                ..mail(&contents)
            };
            assert!(matches!(
                mail.assemble(),
                Err(MessageError::Header("Message-ID"))
            ));
        }
    }

    #[test]
    fn a_method_that_is_not_the_one_inside_makes_no_mail() {
        let contents = RenderedMail {
            calendar: Some(CalendarPart {
                method: Method::Cancel,
                ics: ICS.to_owned(),
            }),
            ..contents()
        };
        assert!(matches!(
            mail(&contents).assemble(),
            Err(MessageError::CalendarMethod)
        ));
    }

    #[test]
    fn long_and_foreign_texts_survive() {
        let subject = "Uitnodiging 🎉 één overleg over 👩‍👩‍👧‍👦 en zorgzaamheid ".repeat(4);
        let text = format!(
            "{}\n{}\n.\n..\r\nFrom hier\n",
            "x".repeat(5000),
            "é🎉".repeat(2000)
        );
        let contents = RenderedMail {
            subject: subject.clone(),
            text: text.clone(),
            html: text.clone(),
            ..contents()
        };
        let bytes = assembled(&OutgoingMail {
            to: Party {
                name: "Zoë Ågård-van 't Hoff (gemeente) 李",
                address: "zoe@example.nl",
            },
            ..mail(&contents)
        });
        let message = MessageParser::default().parse(&bytes).unwrap();
        assert_eq!(message.subject(), Some(subject.trim()));
        let to = message.to().unwrap().first().unwrap();
        assert_eq!(to.name(), Some("Zoë Ågård-van 't Hoff (gemeente) 李"));
        let body = message.body_text(0).unwrap().replace("\r\n", "\n");
        assert_eq!(body.trim_end(), text.replace("\r\n", "\n").trim_end());
    }

    #[test]
    fn a_subject_of_one_endless_word_is_cut() {
        let contents = RenderedMail {
            subject: "x".repeat(4000),
            ..contents()
        };
        let bytes = assembled(&mail(&contents));
        let message = MessageParser::default().parse(&bytes).unwrap();
        assert_eq!(
            message.subject().unwrap().chars().count(),
            SUBJECT_LIMIT + 1
        );
    }
}
