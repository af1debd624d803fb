//! The claims of a token whose signature is good.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::Refused;
use super::jws;

/// What an issuer's tokens must say.
#[derive(Debug, Clone)]
pub(super) struct Expected {
    pub issuer: String,
    pub audience: String,
    pub leeway: SignedDuration,
    pub max_lifetime: SignedDuration,
    /// Only `at+jwt` (RFC 9068) will do; other issuers may leave `typ` out or say `JWT`.
    pub access_token_type: bool,
}

/// The claims that every token has, checked.
#[derive(Debug, Clone)]
pub(super) struct Claims {
    pub issuer: String,
    pub subject: String,
    pub expires_at: Timestamp,
    pub client_id: Option<String>,
    pub scope: Option<String>,
    /// Every claim, for those whose names are configured.
    pub all: Map<String, Value>,
}

/// The longest `sub`, in bytes; `OpenID` Connect allows 255.
const MAX_SUBJECT: usize = 255;

#[derive(Deserialize)]
struct Raw {
    iss: String,
    aud: Audience,
    sub: String,
    // Whole seconds: a text, null, an object, a fraction and 1e19 are all refused (security: 10).
    exp: i64,
    iat: i64,
    #[serde(default, deserialize_with = "given")]
    nbf: Option<i64>,
    client_id: Option<String>,
    azp: Option<String>,
    scope: Option<String>,
}

/// A member that may be absent but not null.
fn given<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    i64::deserialize(deserializer).map(Some)
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    /// A token for us and for somebody else could be replayed by the other.
    Only([String; 1]),
}

/// The issuer that a payload names: where to look for the key, not yet believed.
pub(super) fn named_issuer(payload: &[u8]) -> Result<String, Refused> {
    #[derive(Deserialize)]
    struct Issuer {
        iss: String,
    }
    jws::object::<Issuer>(payload).map(|claims| claims.iss)
}

/// Whether `typ` will do. It is a media type, so case and `application/` do not matter.
pub(super) fn right_type(typ: Option<&str>, expected: &Expected) -> Result<(), Refused> {
    let typ = typ.map(str::to_ascii_lowercase);
    let typ = typ
        .as_deref()
        .map(|typ| typ.strip_prefix("application/").unwrap_or(typ));
    match typ {
        Some("at+jwt") => Ok(()),
        Some("jwt") | None if !expected.access_token_type => Ok(()),
        Some(_) | None => Err(Refused),
    }
}

/// Checks what jsonwebtoken and its like leave unchecked (security: 9-12), in this one place.
pub(super) fn check(
    payload: &[u8],
    expected: &Expected,
    now: Timestamp,
) -> Result<Claims, Refused> {
    let raw: Raw = jws::object(payload)?;
    let audience = match &raw.aud {
        Audience::One(one) | Audience::Only([one]) => one,
    };
    if raw.iss != expected.issuer || *audience != expected.audience {
        return Err(Refused);
    }
    if raw.sub.is_empty() || raw.sub.len() > MAX_SUBJECT || raw.sub.chars().any(char::is_control) {
        return Err(Refused);
    }
    let instant = |seconds: i64| Timestamp::from_second(seconds).map_err(|_| Refused);
    let (expires_at, issued_at) = (instant(raw.exp)?, instant(raw.iat)?);
    let leeway = expected.leeway;
    let later = |at: Timestamp| at.checked_add(leeway).map_err(|_| Refused);
    let in_time = later(expires_at)? > now && issued_at <= later(now)?;
    let begun = match raw.nbf {
        Some(nbf) => instant(nbf)? <= later(now)?,
        None => true,
    };
    let life = expires_at.duration_since(issued_at);
    let sensible = life > SignedDuration::ZERO && life <= expected.max_lifetime;
    if !(in_time && begun && sensible) {
        return Err(Refused);
    }
    Ok(Claims {
        issuer: raw.iss,
        subject: raw.sub,
        expires_at,
        client_id: raw.client_id.or(raw.azp),
        scope: raw.scope,
        all: jws::object(payload)?,
    })
}
