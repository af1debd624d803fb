//! Every setting there is: read by name from here, and written as a table in
//! `docs/operations.md`.

use std::fmt::Write as _;

/// A setting.
#[derive(Debug)]
pub struct Key {
    /// Its name in the environment. In `koplopers.toml` it is the same in lower case, without
    /// `KOPLOPERS_`.
    pub name: &'static str,
    /// What holds without it, in words; empty when it must be given or stands for nothing.
    pub default: &'static str,
    /// What it does.
    pub meaning: &'static str,
}

macro_rules! keys {
    ($($name:literal, $default:literal, $meaning:literal;)+) => {
        /// Every setting, in the order in which it is documented.
        pub const KEYS: &[Key] = &[$(Key { name: $name, default: $default, meaning: $meaning }),+];
    };
}

keys! {
    "DATABASE_URL", "`sqlite://data/koplopers.db`, in the data folder",
        "`sqlite://path` or `postgres://…`, with libpq's parameters. Secret.";
    "KOPLOPERS_DATA_DIR", "`data`", "Folder for the embedded database, its master key and the maildir.";
    "KOPLOPERS_MASTER_KEY", "SQLite: made in the data folder; PostgreSQL: none",
        "32 random bytes in base64 that seal the keys in the database: `openssl rand -base64 32`. Secret.";
    "KOPLOPERS_MASTER_KEY_FILE", "", "A file that holds the master key, instead of the key itself.";
    "KOPLOPERS_LISTEN", "`127.0.0.1:8080`", "Address and port of the API.";
    "KOPLOPERS_METRICS_LISTEN", "`127.0.0.1:9090`", "Address and port of `/metrics`; keep it off the internet.";
    "KOPLOPERS_PUBLIC_URL", "`http://` and the address of the API",
        "Where people and systems reach the service: in links, in mails and as the issuer of tokens. With `https` every answer asks for it (HSTS).";
    "KOPLOPERS_CORS_ORIGINS", "", "Origins of front ends in browsers, apart by commas, such as `https://app.example.nl`.";
    "KOPLOPERS_TRUSTED_PROXIES", "", "Addresses or networks, apart by commas, whose `X-Forwarded-For` is believed.";
    "KOPLOPERS_RATE_PER_MINUTE", "`6000`", "Requests that one client may make in a minute; 0 for no limit.";
    "KOPLOPERS_RATE_ANONYMOUS_PER_MINUTE", "`300`", "Requests without a token that one address may make in a minute; 0 for no limit.";
    "KOPLOPERS_MAX_CONNECTIONS", "`2000`", "Connections that are held at once.";
    "KOPLOPERS_HEADER_TIMEOUT", "`5s`", "How long the head of a request may take to arrive.";
    "KOPLOPERS_BODY_TIMEOUT", "`15s`", "How long a body may take to arrive.";
    "KOPLOPERS_REQUEST_TIMEOUT", "`20s`", "How long a request may take in all.";
    "KOPLOPERS_KEEP_ALIVE", "`15s`", "How long an idle connection is kept.";
    "KOPLOPERS_DRAIN_WAIT", "`2s`", "How long the API goes on after a stop signal, not ready, for the balancer to notice.";
    "KOPLOPERS_DB_READERS", "`4`", "SQLite: threads that read.";
    "KOPLOPERS_DB_POOL", "`16`", "PostgreSQL: connections of this process.";
    "KOPLOPERS_DB_QUEUE", "`1024`", "Work that may wait for the database; more is answered 503.";
    "KOPLOPERS_DB_QUEUE_WAIT", "`2s`", "How long work may wait before it is answered 503.";
    "KOPLOPERS_DB_DEADLINE", "`10s`", "How long work on the database may take; also PostgreSQL's `statement_timeout`.";
    "KOPLOPERS_MAIL_URL", "`maildir://data/mail`, in the data folder",
        "Where mail goes: `smtp://`, `smtps://` or `maildir://`. Secret.";
    "KOPLOPERS_MAIL_FROM", "`koplopers@example.org`; must be given with SMTP", "The address that mail comes from.";
    "KOPLOPERS_INBOUND_ADDRESS", "", "The address that answers and bounces come in at, at most 19 characters before the @; its mail, and that to `+` addresses of it, goes to `POST /v1/inbound-mail`.";
    "KOPLOPERS_DEV_MAILBOX", "`false`", "Shows the mails in the maildir at `/dev/mail`, to anyone: for development only, never with SMTP.";
    "KOPLOPERS_TIME_ZONE", "`Europe/Amsterdam`", "IANA zone in which days end and mails tell the time.";
    "KOPLOPERS_INSTITUTE_NAME", "`Koplopers`", "The name in mails and on pages.";
    "KOPLOPERS_INSTITUTE_COLOUR", "`#0b4f8a`", "The colour of headings and buttons, `#rrggbb`.";
    "KOPLOPERS_INSTITUTE_REPLY_TO", "the address mail comes from", "Where replies and questions go.";
    "KOPLOPERS_INSTITUTE_PRIVACY_URL", "", "The privacy statement, linked in mails and on pages.";
    "KOPLOPERS_OPS_EMAIL", "", "The address that hears of trouble.";
    "KOPLOPERS_KEEP_MAIL_DAYS", "`30`", "Days after which the bytes of a mail that has ended are forgotten.";
    "KOPLOPERS_KEEP_AUDIT_DAYS", "`730`", "Days after which lines of the audit trail are deleted, at least 367.";
    "KOPLOPERS_KEEP_LINK_DAYS", "`365`", "Days after which an expired link is forgotten; until then it offers a fresh one.";
    "KOPLOPERS_KEEP_CANDIDACY_DAYS", "`365`", "Days after which what was said in a candidacy that came to nothing is forgotten, at least 30.";
    "KOPLOPERS_KEEP_DECLINED_DAYS", "`730`", "Days after which the texts of a declined intake are forgotten, at least 30.";
    "KOPLOPERS_KEEP_TRAJECTORY_DAYS", "`2557`", "Days after which the texts of a trajectory that ended are forgotten, with those of its intake and offers; seven years, and at least 365.";
    "KOPLOPERS_CONSENT_AFTER_DAYS", "only coordinators ask", "Days after the first nomination at which consent is asked without a coordinator, of the executive whom a nomination proposes; 0 to 28.";
    "KOPLOPERS_APP_URL", "the addresses of the API", "Where the front end is: the links of the digest lead there, such as `/intakes/{id}`.";
    "KOPLOPERS_DIGEST_SUBMITTED_DAYS", "`10`", "Days after which the digest names a submitted intake without a talk; 1 to 365.";
    "KOPLOPERS_DIGEST_ASSESSING_DAYS", "`28`", "Days after which it names an intake that is still being assessed; 1 to 365.";
    "KOPLOPERS_DIGEST_MATCHED_DAYS", "`14`", "Days after which it names a matched intake to which nothing is on offer; 1 to 365.";
    "KOPLOPERS_OFFER_CHASER_DAYS", "`3`", "Days before the last day of an offer at which its sponsor is reminded; 0 for never.";
    "KOPLOPERS_END_PRODUCT_CHASER_DAYS", "`28`", "Days before the last day of an end product at which the contact person is reminded; 0 for never.";
    "KOPLOPERS_THEME_WEIGHT_EXPERIENCE", "`30`", "How much the experience of members counts in the ranking of themes, in relation to the next three; 0 to 1000. A theme round keeps the weights it opened with.";
    "KOPLOPERS_THEME_WEIGHT_INTEREST", "`30`", "How much their interest counts.";
    "KOPLOPERS_THEME_WEIGHT_EXPERTISE", "`25`", "How much the expertise in their profiles counts.";
    "KOPLOPERS_THEME_WEIGHT_KNOWLEDGE", "`15`", "How much published knowledge on the theme counts.";
    "KOPLOPERS_LOG", "`info`", "What is logged, such as `warn,koplopers_worker=debug`.";
    "KOPLOPERS_LOG_FORMAT", "`json`", "`json`, or `text` to read along on a terminal.";
    "KOPLOPERS_CONFIG", "`koplopers.toml` in the working folder, if there is one", "The settings file. Environment only.";
}

/// Set by tests and container files for themselves; not ours to read, nor to refuse.
pub const OTHERS: &[&str] = &["KOPLOPERS_REQUIRE_POSTGRES", "KOPLOPERS_SOAK"];

/// The key with the name `name` in the environment.
#[must_use]
pub fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

/// The key with the name `name` in the settings file.
#[must_use]
pub fn find_in_file(name: &str) -> Option<&'static Key> {
    KEYS.iter()
        .find(|key| key.name != "KOPLOPERS_CONFIG" && name_in_file(key) == name)
}

/// The name of a key in the settings file.
#[must_use]
pub fn name_in_file(key: &Key) -> String {
    let name = key.name.strip_prefix("KOPLOPERS_").unwrap_or(key.name);
    name.to_ascii_lowercase()
}

/// The table for `docs/operations.md`.
#[must_use]
pub fn table() -> String {
    let mut table = String::from("| key | without it | what it does |\n| --- | --- | --- |\n");
    for key in KEYS {
        let default = if key.default.is_empty() {
            "–"
        } else {
            key.default
        };
        let _ = writeln!(table, "| `{}` | {default} | {} |", key.name, key.meaning);
    }
    table
}
