//! The settings of a process, and the only reader of the environment.
//!
//! A key is added in [`keys`] (its name, default and meaning), as a field here, and in
//! `Settings::from_source`. `docs/operations.md` has the table; a test compares.

use std::fmt;
use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use url::Url;

use crate::db::{DatabaseKind, DatabaseUrl, DbOptions};
use crate::issuers::IssuerSettings;
use crate::keys::MasterKey;
use crate::mail::institute::Institute;
use crate::theme_rounds::ThemeWeights;
use crate::words::EmailAddress;

mod amounts;
mod consents;
mod digest;
mod http;
pub mod keys;
mod mail;
mod network;
mod retention;
mod source;
mod themes;

use amounts::{size, span};
pub use digest::{ChaserDays, DigestLimits};
pub use http::HttpSettings;
pub use mail::{MailSettings, RelayInUse};
pub use network::Network;
pub use retention::Retention;
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
    /// How long what is no longer needed is kept.
    pub retention: Retention,
    /// How long after the first nomination consent is asked without a coordinator; `None` when
    /// only coordinators ask.
    pub consent_after: Option<SignedDuration>,
    /// From when the daily digest calls something overdue.
    pub digest: DigestLimits,
    /// When people are reminded of a last day.
    pub chasers: ChaserDays,
    /// Where the front end is; the links of the digest lead there.
    pub app_url: Option<Url>,
    /// How the parts of a theme's score weigh.
    pub theme_weights: ThemeWeights,
    /// What is logged.
    pub log: LogSettings,
    /// Issuers outside this service whose tokens are accepted.
    pub issuers: Vec<IssuerSettings>,
}

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
        let http = http::read(source)?;
        let mail = mail::read(source, &data_dir)?;
        let (institute, time_zone) = mail::institute(source, &mail.from)?;
        let log = log(source);
        let ops_email = source.get("KOPLOPERS_OPS_EMAIL", EmailAddress::parse);
        let database = database(source);
        let retention = retention::read(source);
        let consent_after = consents::read(source);
        let digest = digest::limits(source);
        let chasers = digest::chasers(source);
        let app_url = digest::app_url(source);
        let theme_weights = themes::read(source);
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
            retention,
            consent_after,
            digest,
            chasers,
            app_url,
            theme_weights,
            log,
            issuers,
        })
    }

    /// The file with the master key that is made when it is absent; `None` when the key is given.
    #[must_use]
    pub fn made_master_key(&self) -> Option<&Path> {
        match &self.master_key {
            MasterKeySource::Given(_) => None,
            MasterKeySource::Made(path) => Some(path),
        }
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

#[cfg(test)]
mod tests;
