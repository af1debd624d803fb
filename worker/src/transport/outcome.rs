//! What became of one attempt to hand over one mail.

/// How far the conversation with the mail server had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Name look-up and TCP connection, or opening the mail folder.
    Connect,
    /// Waiting for the server's greeting.
    Greeting,
    /// EHLO.
    Hello,
    /// STARTTLS and the TLS handshake.
    Tls,
    /// AUTH.
    Auth,
    /// MAIL FROM.
    Sender,
    /// RCPT TO.
    Recipient,
    /// DATA, up to the server's go-ahead.
    Data,
    /// Writing the mail, up to but without the final dot.
    Body,
    /// From the final dot on: the server may have the mail.
    Final,
}

impl Phase {
    /// The word for logs and attempts.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Greeting => "greeting",
            Self::Hello => "ehlo",
            Self::Tls => "tls",
            Self::Auth => "auth",
            Self::Sender => "mail-from",
            Self::Recipient => "rcpt-to",
            Self::Data => "data",
            Self::Body => "body",
            Self::Final => "final",
        }
    }
}

/// What became of one attempt. Every text is one bounded line without control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The server took responsibility: 250 after the final dot.
    Accepted {
        /// Always 250.
        code: u16,
        /// The server's words, often with its queue id.
        text: String,
    },
    /// Not now, and the cause may be this mail or its recipient: try again later, counting the attempt.
    Deferred {
        /// Where it ended.
        phase: Phase,
        /// The 4xx, or none when the connection broke before the final dot.
        code: Option<u16>,
        /// The server's words, or ours.
        text: String,
    },
    /// Never: a 5xx at RCPT TO, DATA or after the mail. Sending the same again is useless.
    Rejected {
        /// Where it ended.
        phase: Phase,
        /// The 5xx, or none when we refused to offer the mail.
        code: Option<u16>,
        /// The server's words, or ours.
        text: String,
    },
    /// The relay itself is out of reach or refuses us before any recipient was named: no fault of this mail.
    RelayUnavailable {
        /// Where it ended.
        phase: Phase,
        /// The reply's code, when there was a reply.
        code: Option<u16>,
        /// Why, for whoever runs the service.
        reason: String,
    },
    /// The final dot left and no usable answer came: the server may have the mail.
    Unknown {
        /// What came instead of an answer.
        reason: String,
    },
}

impl Outcome {
    /// The word for metrics and logs.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Accepted { .. } => "accepted",
            Self::Deferred { .. } => "deferred",
            Self::Rejected { .. } => "rejected",
            Self::RelayUnavailable { .. } => "relay-unavailable",
            Self::Unknown { .. } => "unknown",
        }
    }

    /// The server's reply code, when one decided the outcome.
    #[must_use]
    pub fn code(&self) -> Option<u16> {
        match self {
            Self::Accepted { code, .. } => Some(*code),
            Self::Deferred { code, .. }
            | Self::Rejected { code, .. }
            | Self::RelayUnavailable { code, .. } => *code,
            Self::Unknown { .. } => None,
        }
    }

    /// The server's words, or ours.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Accepted { text, .. }
            | Self::Deferred { text, .. }
            | Self::Rejected { text, .. } => text,
            Self::RelayUnavailable { reason, .. } | Self::Unknown { reason } => reason,
        }
    }
}

/// The longest text that is kept of a reply, in characters.
const TEXT_LIMIT: usize = 500;

/// One bounded line: white space and control characters become single spaces.
// security: 70
#[must_use]
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::new();
    let words = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty());
    for word in words {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if let Some((end, _)) = line.char_indices().nth(TEXT_LIMIT) {
        line.truncate(end);
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_becomes_one_bounded_line() {
        assert_eq!(
            one_line("2.0.0\r\n\u{1b}[31m ok\t\0done "),
            "2.0.0 [31m ok done"
        );
        assert_eq!(one_line(&"é".repeat(900)).chars().count(), TEXT_LIMIT + 1);
    }
}
