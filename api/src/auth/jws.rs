//! A compact JWS (RFC 7515), taken apart strictly and before anything of it is believed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use koplopers_shared::issuers::SigningAlgorithm;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::Refused;

/// Longer tokens are not looked at.
const MAX_TOKEN: usize = 16 * 1024;

/// A token whose signature has not been checked.
#[derive(Debug)]
pub(super) struct Jws<'t> {
    pub header: Header,
    pub payload: Vec<u8>,
    pub signature: Vec<u8>,
    /// What the signature is over.
    pub signed: &'t str,
}

/// The parts of a header that mean something here. `jwk`, `jku`, `x5u` and `x5c` are among the
/// rest: they are neither read nor fetched (security: 4).
#[derive(Debug, Deserialize)]
pub(super) struct Header {
    /// Chooses among the algorithms that the issuer's key allows, and nothing else.
    pub alg: SigningAlgorithm,
    pub kid: Option<String>,
    pub typ: Option<String>,
    #[serde(default)]
    crit: Present,
    #[serde(default)]
    b64: Present,
}

/// Whether a member is there, whatever its value.
#[derive(Debug, Default)]
struct Present(bool);

impl<'de> Deserialize<'de> for Present {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self(true))
    }
}

impl<'t> Jws<'t> {
    /// Takes a token apart.
    pub fn parse(token: &'t str) -> Result<Self, Refused> {
        if token.len() > MAX_TOKEN {
            return Err(Refused);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(Refused)?;
        let (header, payload) = signed.split_once('.').ok_or(Refused)?;
        let header: Header = object(&decode(header)?)?;
        // An extension that we do not know must be understood, and we know none (security: 14).
        if header.crit.0 || header.b64.0 {
            return Err(Refused);
        }
        Ok(Self {
            header,
            payload: decode(payload)?,
            signature: decode(signature)?,
            signed,
        })
    }
}

fn decode(part: &str) -> Result<Vec<u8>, Refused> {
    // Also refuses a further dot, padding, white space and loose bits at the end.
    URL_SAFE_NO_PAD.decode(part).map_err(|_| Refused)
}

/// Reads a JSON object, with no known member twice.
pub(super) fn object<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refused> {
    // serde also reads a struct from an array.
    if bytes.first() != Some(&b'{') {
        return Err(Refused);
    }
    serde_json::from_slice(bytes).map_err(|_| Refused)
}
