//! Reading a delivery status notification (RFC 3464).

use mail_parser::{Message, MessageParser, MimeHeaders as _};

/// What the report says of the delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It failed for good.
    Failed,
    /// It is late.
    Delayed,
    /// It arrived after all, or was handed on.
    Other,
}

/// A report, as far as it is of use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The addresses it was sent to; the return address of the delivery is among them.
    pub returned_to: Vec<String>,
    /// What became of the delivery.
    pub verdict: Verdict,
    /// The status code (RFC 3463), such as `5.1.1`.
    pub status: String,
}

impl Report {
    /// Whether the address is dead: not when its mailbox is full, or a policy refused this mail
    /// (RFC 3463 §3.3, §3.8).
    #[must_use]
    pub fn is_about_a_dead_address(&self) -> bool {
        self.verdict == Verdict::Failed
            && self.status.starts_with("5.")
            && self.status != "5.2.2"
            && !self.status.starts_with("5.7.")
    }
}

/// Headers in which mail servers keep the envelope's recipient.
const RECIPIENT_HEADERS: [&str; 4] = ["Delivered-To", "X-Original-To", "Envelope-To", "To"];

/// Reads a report; `None` for any other mail.
#[must_use]
pub fn read(raw: &[u8]) -> Option<Report> {
    let message = MessageParser::default().parse(raw)?;
    let status_part = message.parts.iter().find(|part| {
        part.content_type().is_some_and(|kind| {
            kind.ctype().eq_ignore_ascii_case("message")
                && kind
                    .subtype()
                    .is_some_and(|subtype| subtype.eq_ignore_ascii_case("delivery-status"))
        })
    })?;
    let fields = String::from_utf8_lossy(status_part.contents()).replace("\r\n", "\n");
    // The first group is about the report itself; each further one about one recipient. We send
    // to one recipient at a time.
    let group = fields
        .split("\n\n")
        .find(|group| field(group, "Action").is_some())?;
    let verdict = match field(group, "Action")?.to_ascii_lowercase().as_str() {
        "failed" => Verdict::Failed,
        "delayed" => Verdict::Delayed,
        _ => Verdict::Other,
    };
    Some(Report {
        returned_to: recipients(&message),
        verdict,
        status: status_code(&field(group, "Status").unwrap_or_default()),
    })
}

fn recipients(message: &Message<'_>) -> Vec<String> {
    RECIPIENT_HEADERS
        .iter()
        .filter_map(|name| message.header_raw(*name))
        .flat_map(|value| value.split([' ', '\t', '\r', '\n', '<', '>', ',', ';']))
        .filter(|word| word.contains('@'))
        .map(str::to_owned)
        .collect()
}

/// The value of a field, unfolded.
fn field(group: &str, name: &str) -> Option<String> {
    let mut lines = group.lines().skip_while(|line| {
        line.split_once(':')
            .is_none_or(|(key, _)| !key.trim().eq_ignore_ascii_case(name))
    });
    let (_, value) = lines.next()?.split_once(':')?;
    let folded = lines.take_while(|line| line.starts_with([' ', '\t']));
    let value = std::iter::once(value).chain(folded);
    Some(value.map(str::trim).collect::<Vec<_>>().join(" "))
}

/// The three numbers of a status, without the comment that some servers add.
fn status_code(status: &str) -> String {
    status
        .chars()
        .take_while(|char| char.is_ascii_digit() || *char == '.')
        .take(11)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAILED: &str = "From: mailer-daemon@mx.example.nl\r\n\
        To: <koplopers+b-abc@example.org>\r\n\
        Subject: Undelivered Mail\r\n\
        MIME-Version: 1.0\r\n\
        Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n\
        --b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n\
        --b\r\nContent-Type: message/delivery-status\r\n\r\n\
        Reporting-MTA: dns; mx.example.nl\r\n\r\n\
        Final-Recipient: rfc822; weg@example.nl\r\n\
        Action: failed\r\n\
        Status: 5.1.1 (no such\r\n mailbox)\r\n\
        --b--\r\n";

    #[test]
    fn a_report_of_failure_is_read() {
        let report = read(FAILED.as_bytes());
        assert_eq!(
            report,
            Some(Report {
                returned_to: vec!["koplopers+b-abc@example.org".to_owned()],
                verdict: Verdict::Failed,
                status: "5.1.1".to_owned(),
            })
        );
        assert!(report.is_some_and(|report| report.is_about_a_dead_address()));
    }

    #[test]
    fn a_late_mail_a_full_mailbox_and_a_policy_leave_the_address_alive() {
        for (action, status) in [
            ("delayed", "4.4.1"),
            ("failed", "5.2.2"),
            ("failed", "5.7.1"),
            ("failed", "4.4.7"),
        ] {
            let mail = FAILED
                .replace("Action: failed", &format!("Action: {action}"))
                .replace("5.1.1", status);
            let report = read(mail.as_bytes());
            assert!(
                report.is_some_and(|report| !report.is_about_a_dead_address()),
                "{action} {status}"
            );
        }
    }

    #[test]
    fn other_mail_is_no_report() {
        assert_eq!(
            read(b"Subject: Hoi\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n"),
            None
        );
        assert_eq!(read(b""), None);
        assert_eq!(read(&[0xff; 300]), None);
    }
}
