//! Handing a finished mail over: to a relay by SMTP, or into a maildir.
//!
//! A transport knows nothing of deliveries: it gets frozen bytes and an envelope, and answers with an [`Outcome`].
//! A refusal is an outcome, not an error; an error exists only where a transport cannot be made at all.

mod maildir;
mod outcome;
mod smtp;
mod url;

use std::sync::Arc;

pub(crate) use self::outcome::one_line;
pub use self::{
    maildir::{Maildir, StoredMail},
    outcome::{Outcome, Phase},
    smtp::SmtpTransport,
    url::{Credentials, Deadlines, MailUrl, MailUrlError, Rates, SmtpSettings, TlsMode},
};

/// Who sends and who receives, as said to the server: one recipient per mail, so that one reply is about one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    from: String,
    to: String,
}

/// Why an address cannot stand in an envelope; the address itself is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// Not a local part, an `@` and a domain, or with characters that would end the command.
    #[error("the address is not usable in an envelope")]
    Malformed,
    /// A local part outside ASCII needs SMTPUTF8, which few servers on the way offer: such mail would bounce later.
    #[error("the part before the @ has characters outside ASCII")]
    NotAscii,
}

impl Envelope {
    /// Checks both addresses and turns their domains into A-labels (RFC 5890).
    pub fn new(from: &str, to: &str) -> Result<Self, EnvelopeError> {
        Ok(Self {
            from: wire_address(from)?,
            to: wire_address(to)?,
        })
    }

    /// The address for bounces.
    #[must_use]
    pub fn from(&self) -> &str {
        &self.from
    }

    /// The one recipient.
    #[must_use]
    pub fn to(&self) -> &str {
        &self.to
    }

    /// The domain of the recipient, in A-labels and small letters.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.to.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

/// The address as it goes over the wire: ASCII local part, domain in A-labels.
// security: 36
pub(crate) fn wire_address(address: &str) -> Result<String, EnvelopeError> {
    let (local, domain) = address.rsplit_once('@').ok_or(EnvelopeError::Malformed)?;
    if !local.is_ascii() {
        return Err(EnvelopeError::NotAscii);
    }
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '"' | '\\' | ',' | ';');
    if local.is_empty() || local.len() > 64 || !local.chars().all(|c| plain(c) && c != '@') {
        return Err(EnvelopeError::Malformed);
    }
    let domain = idna::domain_to_ascii_strict(domain).map_err(|_| EnvelopeError::Malformed)?;
    if domain.is_empty() || domain.len() > 253 {
        return Err(EnvelopeError::Malformed);
    }
    Ok(format!("{local}@{domain}"))
}

/// How many mails are written into a folder at once.
const MAILDIR_WRITERS: usize = 4;

/// Where mail goes. Made once, shared by everything that sends.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one per process")]
pub enum Transport {
    /// A relay.
    Smtp(SmtpTransport),
    /// A folder on this machine.
    Maildir(Maildir),
}

/// Why a transport could not be made.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// The file with extra certificates, or the host name, cannot be used.
    #[error("mail url: {0}")]
    Tls(String),
    /// The mail folder cannot be made.
    #[error("mail folder")]
    Folder(#[source] std::io::Error),
}

impl Transport {
    /// Makes the transport; a relay is not contacted until the first mail.
    pub fn open(url: &MailUrl) -> Result<Self, TransportError> {
        match url {
            MailUrl::Smtp(settings) => SmtpTransport::new(settings.clone()).map(Self::Smtp),
            MailUrl::Maildir(path) => Maildir::open(path)
                .map(Self::Maildir)
                .map_err(TransportError::Folder),
        }
    }

    /// How many mails can be handed over at once.
    #[must_use]
    pub fn connections(&self) -> usize {
        match self {
            Self::Smtp(smtp) => smtp.connections(),
            Self::Maildir(_) => MAILDIR_WRITERS,
        }
    }

    /// How many mails a minute may be handed over.
    #[must_use]
    pub fn rates(&self) -> Rates {
        match self {
            Self::Smtp(smtp) => smtp.rates(),
            Self::Maildir(_) => Rates::default(),
        }
    }

    /// Hands over one mail. Dropping the future half-way destroys its connection and leaves the outcome unknown.
    pub async fn send(&self, envelope: &Envelope, mail: Arc<[u8]>) -> Outcome {
        match self {
            Self::Smtp(smtp) => smtp.send(envelope, &mail).await,
            Self::Maildir(maildir) => maildir.send(envelope, mail).await,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    // security: 36
    #[test]
    fn an_address_that_would_end_the_command_is_refused() {
        for bad in [
            "x\r\nRCPT TO:<y@example.org>@example.org",
            "x@example.org>\r\nDATA",
            "x y@example.org",
            "<x@example.org",
            "@example.org",
            "x@",
            "x",
            "x@exa mple.org",
            "a@b@example.org",
        ] {
            assert_eq!(
                Envelope::new("bounce@example.org", bad),
                Err(EnvelopeError::Malformed),
                "{bad:?}"
            );
        }
        assert_eq!(
            Envelope::new("bounce@example.org", "zoë@example.org"),
            Err(EnvelopeError::NotAscii)
        );
    }

    #[test]
    fn a_domain_outside_ascii_travels_as_a_labels() {
        let envelope =
            Envelope::new("bounce+1.x@example.org", "info@gemeente-súdwest.example").unwrap();
        assert_eq!(envelope.to(), "info@xn--gemeente-sdwest-cvb.example");
        assert_eq!(envelope.from(), "bounce+1.x@example.org");
    }
}
