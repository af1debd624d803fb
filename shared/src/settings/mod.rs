//! The settings of a process, and the only reader of the environment.
//!
//! A key is added in [`keys`] (its name, default and meaning), as a field here, and in
//! `Settings::from_source`. `docs/operations.md` has the table; a test compares.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use url::Url;

use crate::db::{DatabaseKind, DatabaseUrl, DbOptions};
use crate::issuers::IssuerSettings;
use crate::keys::MasterKey;
use crate::mail::calendar::MeetingZone;
use crate::mail::clean::Line;
use crate::mail::institute::{Colour, Institute};
use crate::words::EmailAddress;

pub mod keys;
mod network;
mod source;

pub use network::Network;
use source::Source;
pub use source::{Fault, SettingsError};

/// What an installation chooses.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the database is.
    pub database_url: DatabaseUrl,
    /// How much is asked of it at once.
    pub database: DbOptions,
    /// Folder for what this process keeps on disk.
    pub data_dir: PathBuf,
    master_key: MasterKeySource,
    /// The HTTP server.
    pub http: HttpSettings,
    /// Mail.
    pub mail: MailSettings,
    /// Who the mails and pages are from.
    pub institute: Institute,
    /// The zone in which days end.
    pub time_zone: TimeZone,
    /// Who hears of trouble.
    pub ops_email: Option<EmailAddress>,
    /// What is logged.
    pub log: LogSettings,
    /// Issuers outside this service whose tokens are accepted.
    pub issuers: Vec<IssuerSettings>,
}

/// The HTTP server.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// Where the API listens.
    pub listen: SocketAddr,
    /// Where the metrics are.
    pub metrics_listen: SocketAddr,
    /// Where people and systems reach it; without a slash at its end.
    pub public_url: Url,
    /// Origins of front ends in browsers.
    pub cors_origins: Vec<String>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// Requests per minute of one client; 0 for no limit.
    pub rate_per_minute: u32,
    /// Requests per minute without a token from one address; 0 for no limit.
    pub rate_anonymous_per_minute: u32,
    /// Connections held at once.
    pub max_connections: usize,
    /// How long the head of a request may take to arrive.
    pub header_timeout: Duration,
    /// How long a body may take to arrive.
    pub body_timeout: Duration,
    /// How long a request may take in all.
    pub request_timeout: Duration,
    /// How long an idle connection is kept.
    pub keep_alive: Duration,
    /// How long to go on, not ready, after a stop signal.
    pub drain_wait: Duration,
}

impl HttpSettings {
    /// Whether people reach the service over TLS.
    #[must_use]
    pub fn behind_tls(&self) -> bool {
        self.public_url.scheme() == "https"
    }
}

/// Mail.
#[derive(Debug, Clone)]
pub struct MailSettings {
    /// Where mail goes; it may hold a password.
    pub url: Secret,
    /// The address that mail comes from.
    pub from: EmailAddress,
    /// The address that answers by mail come in at.
    pub inbound: Option<EmailAddress>,
    /// Whether the mails in the maildir are shown at `/dev/mail`.
    pub dev_mailbox: bool,
}

impl MailSettings {
    /// Shows the mails at `/dev/mail`, as the demo does; refused when they leave by a relay.
    pub fn show_in_dev_mailbox(&mut self) -> Result<(), RelayInUse> {
        if is_relay(&self.url) {
            return Err(RelayInUse);
        }
        self.dev_mailbox = true;
        Ok(())
    }
}

fn is_relay(url: &Secret) -> bool {
    url.expose().starts_with("smtp")
}

/// Mail goes to a relay, so that there is nothing to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("KOPLOPERS_MAIL_URL: the dev mailbox cannot be used when mail goes to a relay")]
pub struct RelayInUse;

/// What is logged.
#[derive(Debug, Clone)]
pub struct LogSettings {
    /// Directives of `tracing`'s filter.
    pub filter: String,
    /// As text for a terminal instead of JSON.
    pub as_text: bool,
}

/// A text that must not be shown (security: 66).
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text, for whoever must use it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

#[derive(Debug, Clone)]
enum MasterKeySource {
    Given(MasterKey),
    /// In this file, which is made when it is absent.
    Made(PathBuf),
}

impl Settings {
    /// Reads the environment, and the settings file if there is one.
    #[expect(
        clippy::disallowed_methods,
        reason = "the only reader of the environment"
    )]
    pub fn load() -> Result<Self, SettingsError> {
        let path = std::env::var_os("KOPLOPERS_CONFIG").filter(|path| !path.is_empty());
        let file = match &path {
            Some(path) => Some(read_settings_file(Path::new(path))?),
            None if Path::new("koplopers.toml").exists() => {
                Some(read_settings_file(Path::new("koplopers.toml"))?)
            }
            None => None,
        };
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
            .map(|(name, value)| (name, value.to_string_lossy().into_owned()));
        Self::read(environment, file.as_deref())
    }

    /// The settings in these variables and in the text of a settings file.
    pub fn read(
        environment: impl IntoIterator<Item = (String, String)>,
        file: Option<&str>,
    ) -> Result<Self, SettingsError> {
        let mut source = Source::read(environment, file);
        let settings = Self::from_source(&mut source);
        match settings {
            Some(settings) if source.faults.is_empty() => Ok(settings),
            _ => Err(SettingsError(source.faults)),
        }
    }

    /// Settings for a test: everything in `data_dir`, ports given out by the machine.
    #[cfg(any(test, feature = "testing"))]
    #[expect(clippy::expect_used, clippy::missing_panics_doc, reason = "tests")]
    #[must_use]
    pub fn for_tests(data_dir: &Path) -> Self {
        let set = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        Self::read(
            [
                set("KOPLOPERS_DATA_DIR", &data_dir.to_string_lossy()),
                set("KOPLOPERS_LISTEN", "127.0.0.1:0"),
                set("KOPLOPERS_METRICS_LISTEN", "127.0.0.1:0"),
                set("KOPLOPERS_PUBLIC_URL", "https://koplopers.example.nl"),
                set("KOPLOPERS_CORS_ORIGINS", "https://app.example.nl"),
                set("KOPLOPERS_RATE_PER_MINUTE", "0"),
                set("KOPLOPERS_RATE_ANONYMOUS_PER_MINUTE", "0"),
            ],
            None,
        )
        .expect("settings for a test")
    }

    fn from_source(source: &mut Source) -> Option<Self> {
        let data_dir = source
            .text("KOPLOPERS_DATA_DIR")
            .map_or_else(|| PathBuf::from("data"), PathBuf::from);
        let database_url = source
            .get("DATABASE_URL", DatabaseUrl::parse)
            .unwrap_or_else(|| DatabaseUrl::sqlite(data_dir.join("koplopers.db")));
        let http = http(source)?;
        let mail = mail(source, &data_dir)?;
        let (institute, time_zone) = institute(source, &mail.from)?;
        let log = log(source);
        let ops_email = source.get("KOPLOPERS_OPS_EMAIL", EmailAddress::parse);
        let database = database(source);
        let issuers = issuers(source);
        let master_key = master_key(source, database_url.kind(), &data_dir)?;
        Some(Self {
            database_url,
            database,
            data_dir,
            master_key,
            http,
            mail,
            institute,
            time_zone,
            ops_email,
            log,
            issuers,
        })
    }

    /// The key that seals all others. On SQLite it is made in the data folder at the first call.
    pub fn master_key(&self) -> Result<MasterKey, SettingsError> {
        match &self.master_key {
            MasterKeySource::Given(key) => Ok(key.clone()),
            MasterKeySource::Made(path) => {
                let folder = std::fs::create_dir_all(&self.data_dir)
                    .map_err(|error| Fault::new("KOPLOPERS_DATA_DIR", error));
                folder
                    .and_then(|()| {
                        MasterKey::read_or_create(path)
                            .map_err(|error| Fault::new("KOPLOPERS_MASTER_KEY", error))
                    })
                    .map_err(|fault| SettingsError(vec![fault]))
            }
        }
    }
}

fn read_settings_file(path: &Path) -> Result<String, SettingsError> {
    std::fs::read_to_string(path)
        .map_err(|error| SettingsError(vec![Fault::new("KOPLOPERS_CONFIG", error.kind())]))
}

fn http(source: &mut Source) -> Option<HttpSettings> {
    let local = |port| SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
    let address = |text: &str| {
        text.parse::<SocketAddr>()
            .map_err(|_| "must be an address and a port, such as 127.0.0.1:8080")
    };
    let listen = source
        .get("KOPLOPERS_LISTEN", address)
        .unwrap_or_else(|| local(8080));
    let public_url = source.get("KOPLOPERS_PUBLIC_URL", public_url);
    Some(HttpSettings {
        listen,
        metrics_listen: source
            .get("KOPLOPERS_METRICS_LISTEN", address)
            .unwrap_or_else(|| local(9090)),
        public_url: match public_url {
            Some(url) => url,
            None => Url::parse(&format!("http://{listen}")).ok()?,
        },
        cors_origins: source.list("KOPLOPERS_CORS_ORIGINS", origin),
        trusted_proxies: source.list("KOPLOPERS_TRUSTED_PROXIES", str::parse),
        rate_per_minute: number(source, "KOPLOPERS_RATE_PER_MINUTE", 0..=1_000_000, 6000),
        rate_anonymous_per_minute: number(
            source,
            "KOPLOPERS_RATE_ANONYMOUS_PER_MINUTE",
            0..=1_000_000,
            300,
        ),
        max_connections: size(source, "KOPLOPERS_MAX_CONNECTIONS", 1..=100_000, 2000),
        header_timeout: slow_span(source, "KOPLOPERS_HEADER_TIMEOUT", 5),
        body_timeout: span(source, "KOPLOPERS_BODY_TIMEOUT", 15),
        request_timeout: span(source, "KOPLOPERS_REQUEST_TIMEOUT", 20),
        keep_alive: slow_span(source, "KOPLOPERS_KEEP_ALIVE", 15),
        drain_wait: span(source, "KOPLOPERS_DRAIN_WAIT", 2),
    })
}

fn public_url(text: &str) -> Result<Url, &'static str> {
    let wrong = "must be http:// or https:// and a host, without a path, user or query";
    let url = Url::parse(text).map_err(|_| wrong)?;
    let plain = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let anonymous = url.username().is_empty() && url.password().is_none();
    if matches!(url.scheme(), "http" | "https") && url.has_host() && plain && anonymous {
        Ok(url)
    } else {
        Err(wrong)
    }
}

fn origin(text: &str) -> Result<String, &'static str> {
    public_url(text)
        .map(|url| url.origin().ascii_serialization())
        .map_err(|_| "must be origins such as https://app.example.nl")
}

fn database(source: &mut Source) -> DbOptions {
    let defaults = DbOptions::default();
    DbOptions {
        readers: size(source, "KOPLOPERS_DB_READERS", 1..=64, defaults.readers),
        pool: size(source, "KOPLOPERS_DB_POOL", 1..=500, defaults.pool),
        queue: size(source, "KOPLOPERS_DB_QUEUE", 1..=100_000, defaults.queue),
        queue_wait: span(
            source,
            "KOPLOPERS_DB_QUEUE_WAIT",
            defaults.queue_wait.as_secs(),
        ),
        deadline: span(source, "KOPLOPERS_DB_DEADLINE", defaults.deadline.as_secs()),
    }
}

fn mail(source: &mut Source, data_dir: &Path) -> Option<MailSettings> {
    let url = source.get("KOPLOPERS_MAIL_URL", |text| {
        let known = ["smtp://", "smtps://", "maildir://"]
            .iter()
            .any(|scheme| text.starts_with(scheme));
        known
            .then(|| Secret(text.to_owned()))
            .ok_or("must start with smtp://, smtps:// or maildir://")
    });
    let url =
        url.unwrap_or_else(|| Secret(format!("maildir://{}", data_dir.join("mail").display())));
    let by_smtp = is_relay(&url);
    let from = source.get("KOPLOPERS_MAIL_FROM", EmailAddress::parse);
    if from.is_none() && by_smtp {
        source.fault(
            "KOPLOPERS_MAIL_FROM",
            "must be given when mail goes to a relay",
        );
    }
    let dev_mailbox = source
        .get("KOPLOPERS_DEV_MAILBOX", |text| {
            text.parse::<bool>().map_err(|_| "must be true or false")
        })
        .unwrap_or(false);
    if dev_mailbox && by_smtp {
        source.fault(
            "KOPLOPERS_DEV_MAILBOX",
            "cannot be used when mail goes to a relay",
        );
    }
    Some(MailSettings {
        url,
        from: match from {
            Some(from) => from,
            None => EmailAddress::parse("koplopers@example.org").ok()?,
        },
        inbound: source.get("KOPLOPERS_INBOUND_ADDRESS", EmailAddress::parse),
        dev_mailbox,
    })
}

fn institute(source: &mut Source, from: &EmailAddress) -> Option<(Institute, TimeZone)> {
    let zone = source
        .get("KOPLOPERS_TIME_ZONE", |text| {
            Ok::<_, String>((
                MeetingZone::parse(text).map_err(|error| error.to_string())?,
                TimeZone::get(text).map_err(|_| "no such time zone".to_owned())?,
            ))
        })
        .or_else(|| {
            let name = "Europe/Amsterdam";
            Some((MeetingZone::parse(name).ok()?, TimeZone::get(name).ok()?))
        });
    let (usual_zone, time_zone) = zone?;
    let institute = Institute {
        name: source
            .text("KOPLOPERS_INSTITUTE_NAME")
            .map_or_else(|| Line::new("Koplopers"), |name| Line::new(&name)),
        reply_to: source
            .get("KOPLOPERS_INSTITUTE_REPLY_TO", EmailAddress::parse)
            .unwrap_or_else(|| from.clone()),
        colour: source
            .get("KOPLOPERS_INSTITUTE_COLOUR", str::parse)
            .unwrap_or(Colour::DEFAULT),
        usual_zone,
        privacy_statement: source.get("KOPLOPERS_INSTITUTE_PRIVACY_URL", |text| {
            Url::parse(text)
                .ok()
                .filter(|url| matches!(url.scheme(), "http" | "https"))
                .ok_or("must be a complete URL")
        }),
    };
    Some((institute, time_zone))
}

/// The `[[issuer]]` tables. Their faults are told without the words of the parser, which quotes.
fn issuers(source: &mut Source) -> Vec<IssuerSettings> {
    let Some(tables) = source.tables.remove("issuer") else {
        return Vec::new();
    };
    let Ok(issuers) = tables.try_into::<Vec<IssuerSettings>>() else {
        let reason = "has a key that is unknown, missing or of another kind than documented";
        source.faults.push(Fault::new("issuer", reason));
        return Vec::new();
    };
    for (number, issuer) in (1..).zip(&issuers) {
        if let Err(error) = issuer.check() {
            let key = format!("issuer {number}");
            source.faults.push(Fault::new(key, error));
        }
    }
    issuers
}

fn log(source: &mut Source) -> LogSettings {
    LogSettings {
        filter: source
            .text("KOPLOPERS_LOG")
            .unwrap_or_else(|| "info".to_owned()),
        as_text: source
            .get("KOPLOPERS_LOG_FORMAT", |text| match text {
                "text" => Ok(true),
                "json" => Ok(false),
                _ => Err("must be json or text"),
            })
            .unwrap_or(false),
    }
}

fn master_key(
    source: &mut Source,
    database: DatabaseKind,
    data_dir: &Path,
) -> Option<MasterKeySource> {
    let given = source.get("KOPLOPERS_MASTER_KEY", MasterKey::parse);
    let in_file = source.get("KOPLOPERS_MASTER_KEY_FILE", |path| {
        let text = std::fs::read_to_string(path).map_err(|error| error.kind().to_string())?;
        MasterKey::parse(&text).map_err(|error| error.to_string())
    });
    if !source.faults.is_empty() {
        return None;
    }
    match (given, in_file, database) {
        (Some(_), Some(_), _) => {
            source.fault(
                "KOPLOPERS_MASTER_KEY_FILE",
                "cannot be used with KOPLOPERS_MASTER_KEY",
            );
            None
        }
        (Some(key), None, _) | (None, Some(key), _) => Some(MasterKeySource::Given(key)),
        (None, None, DatabaseKind::Sqlite) => {
            Some(MasterKeySource::Made(data_dir.join("master.key")))
        }
        (None, None, DatabaseKind::Postgres) => {
            source.fault("KOPLOPERS_MASTER_KEY", "must be given with PostgreSQL");
            None
        }
    }
}

fn number(
    source: &mut Source,
    key: &'static str,
    range: std::ops::RangeInclusive<u32>,
    default: u32,
) -> u32 {
    let parse = |text: &str| {
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| format!("must be a number from {} to {}", range.start(), range.end()))
    };
    source.get(key, parse).unwrap_or(default)
}

fn size(
    source: &mut Source,
    key: &'static str,
    range: std::ops::RangeInclusive<u32>,
    default: usize,
) -> usize {
    let default = u32::try_from(default).unwrap_or(*range.end());
    usize::try_from(number(source, key, range, default)).unwrap_or(usize::MAX)
}

/// A time such as `15s` or `200ms`, at most ten minutes.
fn span(source: &mut Source, key: &'static str, default_seconds: u64) -> Duration {
    let parse =
        |text: &str| read_span(text).ok_or("must be a time such as 15s or 200ms, at most 10m");
    source
        .get(key, parse)
        .unwrap_or(Duration::from_secs(default_seconds))
}

/// A time of a second or more: actix looks at its clock twice a second, and a shorter time may
/// be over before it begins, or never.
fn slow_span(source: &mut Source, key: &'static str, default_seconds: u64) -> Duration {
    let parse = |text: &str| {
        read_span(text)
            .filter(|span| *span >= Duration::from_secs(1))
            .ok_or("must be a time such as 5s, from 1s to 10m")
    };
    source
        .get(key, parse)
        .unwrap_or(Duration::from_secs(default_seconds))
}

fn read_span(text: &str) -> Option<Duration> {
    let span = text.parse::<SignedDuration>().ok()?;
    let span = Duration::try_from(span).ok()?;
    (span <= Duration::from_mins(10)).then_some(span)
}

#[cfg(test)]
mod tests;
