//! Formats of text, checked with our own word types, so that the document and the domain cannot
//! disagree.

use koplopers_shared::words::{EmailAddress, HttpsUrl, MunicipalityCode, Slug};

/// A format: its name in the document, its check, and what people read when it fails.
pub struct Format {
    /// The name in `format`.
    pub name: &'static str,
    /// Whether a text has the format.
    pub check: fn(&str) -> bool,
    /// What a text must be.
    pub reason: &'static str,
}

/// Every format that the document may use.
pub const FORMATS: &[Format] = &[
    Format {
        name: "email",
        check: |text| EmailAddress::parse(text).is_ok(),
        reason: "must be an e-mail address",
    },
    Format {
        name: "municipality-code",
        check: |text| text.parse::<MunicipalityCode>().is_ok(),
        reason: "must be a municipality code such as GM0363",
    },
    Format {
        name: "slug",
        check: |text| text.parse::<Slug>().is_ok(),
        reason: "must be lower-case words joined by hyphens",
    },
    Format {
        name: "time-zone",
        check: |text| jiff::tz::TimeZone::get(text).is_ok(),
        reason: "must be an IANA time zone such as Europe/Amsterdam",
    },
    Format {
        name: "date",
        check: is_date,
        reason: "must be a date such as 2026-03-31",
    },
    Format {
        name: "date-time",
        check: |text| text.parse::<jiff::Timestamp>().is_ok(),
        reason: "must be a date and time with an offset, such as 2026-03-31T12:00:00Z",
    },
    Format {
        name: "date-time-local",
        check: is_local_date_time,
        reason: "must be a date and time without an offset, such as 2026-03-31T14:00",
    },
    Format {
        name: "time-local",
        check: |text| text.len() <= 8 && text.parse::<jiff::civil::Time>().is_ok(),
        reason: "must be a local time such as 14:00",
    },
    Format {
        name: "uuid",
        check: |text| text.len() == 36 && uuid::Uuid::try_parse(text).is_ok(),
        reason: "must be a UUID",
    },
    Format {
        name: "uri",
        check: |text| url::Url::parse(text).is_ok(),
        reason: "must be a complete URL",
    },
    Format {
        name: "https-url",
        check: |text| text.parse::<HttpsUrl>().is_ok(),
        reason: "must be a URL that starts with https:// and holds no user name",
    },
    Format {
        name: "postcode",
        check: is_postcode,
        reason: "must be a Dutch postcode such as 1234AB",
    },
    Format {
        name: "language",
        check: |text| matches!(text, "nl" | "en"),
        reason: "must be nl or en",
    },
];

/// What a text in this format must be.
pub fn reason(name: &str) -> &'static str {
    FORMATS
        .iter()
        .find(|format| format.name == name)
        .map_or("must have the format that the document names", |format| {
            format.reason
        })
}

/// The shape is checked, too: jiff also reads dates out of longer texts.
fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

fn is_local_date_time(text: &str) -> bool {
    let plain = text
        .bytes()
        .all(|b| b.is_ascii_digit() || b"-:T.".contains(&b));
    plain && text.contains('T') && text.parse::<jiff::civil::DateTime>().is_ok()
}

fn is_postcode(text: &str) -> bool {
    let (digits, rest) = text.split_at_checked(4).unwrap_or((text, ""));
    let letters = rest.strip_prefix(' ').unwrap_or(rest);
    digits.len() == 4
        && digits.bytes().all(|b| b.is_ascii_digit())
        && !digits.starts_with('0')
        && letters.len() == 2
        && letters.bytes().all(|b| b.is_ascii_alphabetic())
}
