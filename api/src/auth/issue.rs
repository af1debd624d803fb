//! Tokens of the embedded issuer (RFC 9068).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use koplopers_shared::access::{PermitSet, Role};
use koplopers_shared::clients::Client;
use koplopers_shared::ids::{PersonId, RequestId};
use koplopers_shared::keys::KeyRing;
use koplopers_shared::words::MunicipalityCode;
use serde::Serialize;

/// How long a client's token lives.
pub const TOKEN_LIFETIME: SignedDuration = SignedDuration::from_mins(15);

/// No token of ours lives longer: those of the demo.
pub(super) const MAX_LIFETIME: SignedDuration = SignedDuration::from_hours(12);

/// What the subject of a person's token begins with, before a colon. No client id has a colon.
pub(super) const PERSON: &str = "person";
/// The same, for a token of nobody in particular.
pub(super) const ROLE: &str = "role";

/// Whom a token is for and what it allows.
#[derive(Debug, Clone)]
pub struct TokenSubject {
    subject: String,
    client_id: Option<String>,
    permits: PermitSet,
    municipality: Option<MunicipalityCode>,
}

impl TokenSubject {
    /// A client, with at most the permissions asked for.
    #[must_use]
    pub fn client(client: &Client, asked: PermitSet) -> Self {
        Self {
            subject: client.client_id.to_string(),
            client_id: Some(client.client_id.to_string()),
            permits: client.role.permits().and(asked),
            municipality: client.municipality,
        }
    }

    /// What the token allows.
    #[must_use]
    pub const fn permits(&self) -> PermitSet {
        self.permits
    }
}

/// The role needs a municipality and none was named, or the other way round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSubject {
    /// The role is a municipality's.
    #[error("the role municipality needs --municipality")]
    MunicipalityNeeded,
    /// The role is the institute's.
    #[error("only the role municipality takes --municipality")]
    MunicipalityNotAllowed,
}

/// Nobody in particular, in a role: for demo and development.
pub fn subject_of_role(
    role: Role,
    municipality: Option<MunicipalityCode>,
) -> Result<TokenSubject, InvalidSubject> {
    bound(format!("{ROLE}:{role}"), role, municipality)
}

/// A person, in a role.
pub fn subject_of_person(
    person: PersonId,
    role: Role,
    municipality: Option<MunicipalityCode>,
) -> Result<TokenSubject, InvalidSubject> {
    bound(format!("{PERSON}:{person}"), role, municipality)
}

fn bound(
    subject: String,
    role: Role,
    municipality: Option<MunicipalityCode>,
) -> Result<TokenSubject, InvalidSubject> {
    match (role.needs_municipality(), municipality) {
        (true, None) => Err(InvalidSubject::MunicipalityNeeded),
        (false, Some(_)) => Err(InvalidSubject::MunicipalityNotAllowed),
        (true, Some(_)) | (false, None) => Ok(TokenSubject {
            subject,
            client_id: None,
            permits: role.permits(),
            municipality,
        }),
    }
}

#[derive(Serialize)]
struct Header<'a> {
    alg: &'static str,
    typ: &'static str,
    kid: &'a str,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: &'a str,
    exp: i64,
    iat: i64,
    jti: String,
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    municipality: Option<MunicipalityCode>,
}

/// A signed token that starts at `now`; `lifetime` is cut to twelve hours.
///
/// `issuer` is what the service calls itself: its public address.
pub fn issue(
    keys: &KeyRing,
    issuer: &str,
    subject: &TokenSubject,
    now: Timestamp,
    lifetime: SignedDuration,
) -> Result<String, serde_json::Error> {
    let signer = keys.token_signer();
    let issuer = issuer.trim_end_matches('/');
    let header = Header {
        alg: "EdDSA",
        typ: "at+jwt",
        kid: &signer.id().to_string(),
    };
    let claims = Claims {
        iss: issuer,
        aud: issuer,
        sub: &subject.subject,
        exp: (now + lifetime.min(MAX_LIFETIME)).as_second(),
        iat: now.as_second(),
        jti: RequestId::generate().to_string(),
        scope: subject.permits.to_scope(),
        client_id: subject.client_id.as_deref(),
        municipality: subject.municipality,
    };
    let content = format!("{}.{}", encode(&header)?, encode(&claims)?);
    let signature = URL_SAFE_NO_PAD.encode(signer.sign(content.as_bytes()));
    Ok(format!("{content}.{signature}"))
}

fn encode<T: Serialize>(part: &T) -> Result<String, serde_json::Error> {
    Ok(URL_SAFE_NO_PAD.encode(serde_json::to_vec(part)?))
}
