//! `KOPLOPERS_MAIL_URL`: where mail goes, in one line.
//!
//! | form | meaning |
//! | --- | --- |
//! | `smtp://user:password@host:587?tls=required` | a relay, STARTTLS; `tls` is `required`, `opportunistic` or `none` |
//! | `smtps://user:password@host` | a relay, TLS from the first byte, port 465 |
//! | `maildir://data/mail`, `maildir:///var/mail/koplopers` | a folder, relative or absolute |
//!
//! Further settings of a relay: `ca` (file with extra root certificates), `connections` (1 to 64, default 4), `helo` (the
//! name we give), `timeout` (`30s`, `200ms`: a limit on every phase, at most what each phase has by itself), `per_minute` and
//! `domain_per_minute` (1 to 100000: how many mails a minute each worker process hands over, in all and for one domain).

use std::{fmt, path::PathBuf, time::Duration};

use jiff::SignedDuration;
use url::Url;

/// Where mail goes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "there is one per process")]
pub enum MailUrl {
    /// To a relay.
    Smtp(SmtpSettings),
    /// Into a folder.
    Maildir(PathBuf),
}

/// How to talk to a relay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmtpSettings {
    /// Name or address of the relay; the certificate is checked against it.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// When the conversation is encrypted.
    pub tls: TlsMode,
    /// User and password, when the relay asks for them.
    pub credentials: Option<Credentials>,
    /// A PEM file with root certificates trusted besides those of the machine.
    pub ca: Option<PathBuf>,
    /// At most this many connections at once.
    pub connections: usize,
    /// The name in EHLO; without it our address on that connection.
    pub helo: Option<String>,
    /// How long each phase may take.
    pub deadlines: Deadlines,
    /// How many mails a minute may go.
    pub rates: Rates,
}

/// How many mails a minute one process hands over at most; `None` for no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rates {
    /// In all.
    pub per_minute: Option<u32>,
    /// To the addresses of one domain: many servers defer whoever sends them more.
    pub domain_per_minute: Option<u32>,
}

/// When the conversation is encrypted. A certificate that does not verify always ends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsMode {
    /// TLS from the first byte (RFC 8314).
    Implicit,
    /// STARTTLS or nothing is sent.
    Required,
    /// STARTTLS where offered; a password is never sent without it.
    Opportunistic,
    /// Never: for a relay on the same machine.
    Never,
}

/// User and password of the relay. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    pub(super) user: String,
    pub(super) password: String,
}

// security: 66
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(hidden)")
    }
}

/// How long each phase of a conversation may take as a whole, so that a server that trickles bytes is cut off too.
///
/// Shorter than RFC 5321 §4.5.3.2 asks, because a claimed delivery waits meanwhile; longest after the final dot, where
/// giving up too early risks a second copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// Name look-up and connection.
    pub connect: Duration,
    /// The server's greeting.
    pub greeting: Duration,
    /// EHLO.
    pub hello: Duration,
    /// STARTTLS and the handshake.
    pub tls: Duration,
    /// AUTH with all its steps.
    pub auth: Duration,
    /// MAIL FROM.
    pub sender: Duration,
    /// RCPT TO.
    pub recipient: Duration,
    /// DATA.
    pub data: Duration,
    /// Writing the whole mail.
    pub body: Duration,
    /// The reply to the mail.
    pub last: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(15),
            greeting: Duration::from_mins(1),
            hello: Duration::from_secs(30),
            tls: Duration::from_secs(30),
            auth: Duration::from_secs(30),
            sender: Duration::from_mins(1),
            recipient: Duration::from_mins(1),
            data: Duration::from_mins(1),
            body: Duration::from_mins(2),
            last: Duration::from_mins(5),
        }
    }
}

impl Deadlines {
    /// The same with no phase longer than `limit`.
    #[must_use]
    pub fn capped(self, limit: Duration) -> Self {
        Self {
            connect: self.connect.min(limit),
            greeting: self.greeting.min(limit),
            hello: self.hello.min(limit),
            tls: self.tls.min(limit),
            auth: self.auth.min(limit),
            sender: self.sender.min(limit),
            recipient: self.recipient.min(limit),
            data: self.data.min(limit),
            body: self.body.min(limit),
            last: self.last.min(limit),
        }
    }
}

/// What is wrong with a mail URL; never repeats its value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailUrlError {
    /// Not a URL of the forms above.
    #[error("expected smtp://host, smtps://host or maildir://path")]
    Form,
    /// A user without a password, or the other way around, or broken percent signs.
    #[error("user and password must both be given, percent-encoded")]
    Credentials,
    /// Something after the host that has no meaning.
    #[error("a relay has no path or fragment")]
    Path,
    /// A setting that does not exist, or twice.
    #[error("unknown or repeated setting `{0}`")]
    Setting(String),
    /// A setting with a value outside its range.
    #[error("bad value for the setting `{0}`")]
    Value(&'static str),
}

impl MailUrl {
    /// Reads a mail URL.
    pub fn parse(text: &str) -> Result<Self, MailUrlError> {
        if let Some(path) = text.strip_prefix("maildir://") {
            return match path {
                "" | "/" => Err(MailUrlError::Form),
                path => Ok(Self::Maildir(PathBuf::from(path))),
            };
        }
        let url = Url::parse(text).map_err(|_| MailUrlError::Form)?;
        let (implicit, port) = match url.scheme() {
            "smtp" => (false, 25),
            "smtps" => (true, 465),
            _ => return Err(MailUrlError::Form),
        };
        let host = url.host_str().ok_or(MailUrlError::Form)?;
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(MailUrlError::Path);
        }
        let credentials = credentials(&url)?;
        let mut settings = SmtpSettings {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: url.port().unwrap_or(port),
            tls: match (implicit, &credentials) {
                (true, _) => TlsMode::Implicit,
                (false, Some(_)) => TlsMode::Required,
                (false, None) => TlsMode::Opportunistic,
            },
            credentials,
            ca: None,
            connections: 4,
            helo: None,
            deadlines: Deadlines::default(),
            rates: Rates::default(),
        };
        let mut seen = Vec::new();
        for (key, value) in url.query_pairs() {
            if seen.contains(&key) {
                return Err(MailUrlError::Setting(super::one_line(&key)));
            }
            settings.set(&key, &value)?;
            seen.push(key);
        }
        Ok(Self::Smtp(settings))
    }
}

impl SmtpSettings {
    fn set(&mut self, key: &str, value: &str) -> Result<(), MailUrlError> {
        match key {
            // With smtps the scheme has decided already: a second opinion would be a mistake.
            "tls" if self.tls != TlsMode::Implicit => {
                self.tls = match value {
                    "required" => TlsMode::Required,
                    "opportunistic" => TlsMode::Opportunistic,
                    "none" => TlsMode::Never,
                    _ => return Err(MailUrlError::Value("tls")),
                };
            }
            "ca" if !value.is_empty() => self.ca = Some(PathBuf::from(value)),
            "connections" => {
                self.connections = value
                    .parse()
                    .ok()
                    .filter(|count| (1..=64).contains(count))
                    .ok_or(MailUrlError::Value("connections"))?;
            }
            "helo" => {
                let name = idna::domain_to_ascii_strict(value)
                    .ok()
                    .filter(|name| !name.is_empty())
                    .ok_or(MailUrlError::Value("helo"))?;
                self.helo = Some(name);
            }
            "timeout" => {
                let limit = value
                    .parse::<SignedDuration>()
                    .ok()
                    .and_then(|limit| Duration::try_from(limit).ok())
                    .filter(|limit| !limit.is_zero())
                    .ok_or(MailUrlError::Value("timeout"))?;
                self.deadlines = self.deadlines.capped(limit);
            }
            "per_minute" => self.rates.per_minute = Some(rate("per_minute", value)?),
            "domain_per_minute" => {
                self.rates.domain_per_minute = Some(rate("domain_per_minute", value)?);
            }
            _ => return Err(MailUrlError::Setting(super::one_line(key))),
        }
        Ok(())
    }
}

fn rate(key: &'static str, value: &str) -> Result<u32, MailUrlError> {
    let rate = value.parse().ok();
    rate.filter(|rate| (1..=100_000).contains(rate))
        .ok_or(MailUrlError::Value(key))
}

fn credentials(url: &Url) -> Result<Option<Credentials>, MailUrlError> {
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) | (_, None) => Err(MailUrlError::Credentials),
        (user, Some(password)) => {
            let part = |text| percent_decoded(text).filter(|text| !text.contains('\0'));
            match (part(user), part(password)) {
                (Some(user), Some(password)) => Ok(Some(Credentials { user, password })),
                _ => Err(MailUrlError::Credentials),
            }
        }
    }
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        if first == b'%' {
            let (digits, tail) = tail.split_at_checked(2)?;
            let digits = std::str::from_utf8(digits).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = tail;
        } else {
            bytes.push(first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn smtp(text: &str) -> SmtpSettings {
        match MailUrl::parse(text).unwrap() {
            MailUrl::Smtp(settings) => settings,
            MailUrl::Maildir(_) => panic!("not a relay"),
        }
    }

    #[test]
    fn a_relay_is_read_with_all_its_settings() {
        let settings = smtp(
            "smtp://robot%40example.org:p%2Bss%26%3Dw%25rd@relay.example:587?tls=required&ca=/etc/ca.pem&connections=2&helo=mail.example.nl&timeout=200ms&per_minute=600&domain_per_minute=60",
        );
        assert_eq!(settings.host, "relay.example");
        assert_eq!(settings.port, 587);
        assert_eq!(settings.tls, TlsMode::Required);
        let credentials = settings.credentials.unwrap();
        assert_eq!(credentials.user, "robot@example.org");
        assert_eq!(credentials.password, "p+ss&=w%rd");
        assert_eq!(settings.ca, Some(PathBuf::from("/etc/ca.pem")));
        assert_eq!(settings.connections, 2);
        assert_eq!(settings.helo.as_deref(), Some("mail.example.nl"));
        assert_eq!(settings.deadlines.last, Duration::from_millis(200));
        assert_eq!(settings.rates.per_minute, Some(600));
        assert_eq!(settings.rates.domain_per_minute, Some(60));
    }

    #[test]
    fn defaults_are_safe() {
        assert_eq!(smtp("smtps://relay.example").tls, TlsMode::Implicit);
        assert_eq!(smtp("smtps://relay.example").port, 465);
        assert_eq!(smtp("smtp://relay.example").tls, TlsMode::Opportunistic);
        assert_eq!(smtp("smtp://u:p@relay.example").tls, TlsMode::Required);
        assert_eq!(smtp("smtp://[::1]:2525").host, "::1");
    }

    #[test]
    fn a_folder_is_relative_or_absolute() {
        let folder = |text| MailUrl::parse(text).unwrap();
        assert_eq!(
            folder("maildir://data/mail"),
            MailUrl::Maildir("data/mail".into())
        );
        assert_eq!(
            folder("maildir:///var/mail/k"),
            MailUrl::Maildir("/var/mail/k".into())
        );
    }

    // security: 67
    #[test]
    fn a_bad_url_is_named_without_its_values() {
        let bad = [
            ("", MailUrlError::Form),
            ("maildir://", MailUrlError::Form),
            ("http://relay.example", MailUrlError::Form),
            ("smtp://", MailUrlError::Form),
            ("smtp://geheim@relay.example", MailUrlError::Credentials),
            ("smtp://u:%zz@relay.example", MailUrlError::Credentials),
            ("smtp://relay.example/geheim", MailUrlError::Path),
            (
                "smtp://relay.example?tls=geheim",
                MailUrlError::Value("tls"),
            ),
            (
                "smtp://relay.example?connections=0",
                MailUrlError::Value("connections"),
            ),
            (
                "smtp://relay.example?per_minute=0",
                MailUrlError::Value("per_minute"),
            ),
            (
                "smtp://relay.example?domain_per_minute=veel",
                MailUrlError::Value("domain_per_minute"),
            ),
            (
                "smtp://relay.example?timeout=0s",
                MailUrlError::Value("timeout"),
            ),
            (
                "smtp://relay.example?helo=a%0D%0Ab",
                MailUrlError::Value("helo"),
            ),
            (
                "smtp://relay.example?tsl=none",
                MailUrlError::Setting("tsl".into()),
            ),
            (
                "smtps://relay.example?tls=none",
                MailUrlError::Setting("tls".into()),
            ),
            (
                "smtp://relay.example?tls=none&tls=none",
                MailUrlError::Setting("tls".into()),
            ),
        ];
        for (text, error) in bad {
            let found = MailUrl::parse(text).unwrap_err();
            assert_eq!(found, error, "{text}");
            assert!(!found.to_string().contains("geheim"));
        }
    }

    // security: 66
    #[test]
    fn the_password_is_never_printed() {
        let url = MailUrl::parse("smtp://gebruiker:geheim@relay.example").unwrap();
        let printed = format!("{url:?} {url:#?}");
        assert!(!printed.contains("geheim") && !printed.contains("gebruiker"));
    }
}
