//! Where the database is.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// The address of a database; its password shows nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(Address);

#[derive(Clone, PartialEq, Eq)]
enum Address {
    Sqlite(PathBuf),
    Postgres(String),
}

/// Which of the two databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DatabaseKind {
    /// Embedded, one file.
    Sqlite,
    /// A server.
    Postgres,
}

impl DatabaseKind {
    /// The name of the database as used in settings and health answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// Why a text is not the address of a database. Never repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseUrlError {
    /// The scheme is none we know.
    #[error("expected sqlite://path, postgres://… or postgresql://…")]
    Scheme,
    /// `sqlite://` without a path, or in memory, where each connection would see its own.
    #[error("expected the path of a file after sqlite://")]
    NoFile,
}

impl DatabaseUrl {
    /// Reads `sqlite://path` (relative, or absolute with a third slash), `postgres://…` or
    /// `postgresql://…`. What follows the scheme of PostgreSQL goes to libpq as it is, so that
    /// several hosts, `target_session_attrs` and `sslmode=verify-full` work.
    pub fn parse(text: &str) -> Result<Self, DatabaseUrlError> {
        if let Some(path) = text.strip_prefix("sqlite://") {
            let in_memory = path.contains(":memory:") || path.starts_with('?');
            if path.is_empty() || path.ends_with('/') || in_memory {
                return Err(DatabaseUrlError::NoFile);
            }
            Ok(Self::sqlite(path))
        } else if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            Ok(Self(Address::Postgres(text.to_owned())))
        } else {
            Err(DatabaseUrlError::Scheme)
        }
    }

    /// The embedded database in the file at `path`.
    pub fn sqlite(path: impl Into<PathBuf>) -> Self {
        Self(Address::Sqlite(path.into()))
    }

    /// Which database this leads to.
    #[must_use]
    pub const fn kind(&self) -> DatabaseKind {
        match &self.0 {
            Address::Sqlite(_) => DatabaseKind::Sqlite,
            Address::Postgres(_) => DatabaseKind::Postgres,
        }
    }

    /// The file of an embedded database.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match &self.0 {
            Address::Sqlite(path) => Some(path),
            Address::Postgres(_) => None,
        }
    }

    /// The whole address of a server, with its password: for the drivers only.
    #[must_use]
    pub fn server(&self) -> Option<&str> {
        match &self.0 {
            Address::Sqlite(_) => None,
            Address::Postgres(url) => Some(url),
        }
    }

    /// The server's address with `parameter=value` added, unless the parameter is there.
    pub(super) fn with_default(&self, parameter: &str, value: &str) -> Self {
        let Address::Postgres(url) = &self.0 else {
            return self.clone();
        };
        let (_, query) = url.split_once('?').unwrap_or((url, ""));
        let is_set = query
            .split('&')
            .any(|pair| pair.split('=').next() == Some(parameter));
        if is_set {
            return self.clone();
        }
        let join = match (url.contains('?'), query.is_empty()) {
            (false, _) => "?",
            (true, true) => "",
            (true, false) => "&",
        };
        Self(Address::Postgres(format!("{url}{join}{parameter}={value}")))
    }
}

impl FromStr for DatabaseUrl {
    type Err = DatabaseUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

// security: 66
impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Address::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Address::Postgres(_) => f.write_str("postgres://…"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn the_scheme_chooses_the_database() {
        let relative = DatabaseUrl::parse("sqlite://data/koplopers.db").unwrap();
        assert_eq!(relative.file(), Some(Path::new("data/koplopers.db")));
        let absolute = DatabaseUrl::parse("sqlite:///var/lib/koplopers.db").unwrap();
        assert_eq!(absolute.file(), Some(Path::new("/var/lib/koplopers.db")));
        for text in ["postgres://db/koplopers", "postgresql://a,b:5433/koplopers"] {
            let url = DatabaseUrl::parse(text).unwrap();
            assert_eq!(url.kind(), DatabaseKind::Postgres);
            assert_eq!(url.server(), Some(text));
        }
    }

    #[test]
    fn an_address_that_cannot_hold_data_is_refused() {
        for text in [
            "",
            "koplopers.db",
            "mysql://db/koplopers",
            "http://example.nl",
        ] {
            assert_eq!(DatabaseUrl::parse(text), Err(DatabaseUrlError::Scheme));
        }
        for text in ["sqlite://", "sqlite://:memory:", "sqlite://data/"] {
            assert_eq!(DatabaseUrl::parse(text), Err(DatabaseUrlError::NoFile));
        }
    }

    // security: 66
    #[test]
    fn the_password_is_not_shown() {
        let url = DatabaseUrl::parse("postgres://app:geheim@db.example.nl/koplopers").unwrap();
        assert_eq!(format!("{url:?}"), "postgres://…");
    }

    #[test]
    fn a_default_parameter_yields_to_a_given_one() {
        let plain = DatabaseUrl::parse("postgres://db/k").unwrap();
        let added = plain.with_default("connect_timeout", "2");
        assert_eq!(added.server(), Some("postgres://db/k?connect_timeout=2"));
        let twice = added.with_default("application_name", "koplopers");
        assert_eq!(
            twice.server(),
            Some("postgres://db/k?connect_timeout=2&application_name=koplopers")
        );
        assert_eq!(added.with_default("connect_timeout", "9"), added);
    }
}
