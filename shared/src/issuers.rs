//! The issuers outside this service whose tokens are accepted, as they are configured.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::SignedDuration;
use serde::Deserialize;
use url::Url;

use crate::access::Role;
use crate::text_enum;

text_enum! {
    /// A signature algorithm that an issuer may use (RFC 7518 §3.1, RFC 8037 §3.1).
    ///
    /// There is no word for `none` or for a shared secret, so that no token can ask for one.
    pub enum SigningAlgorithm {
        /// RSA with PKCS #1 v1.5 padding.
        Rs256 => "RS256",
        /// RSA with PSS padding.
        Ps256 => "PS256",
        /// ECDSA on P-256.
        Es256 => "ES256",
        /// Ed25519.
        EdDsa => "EdDSA",
    }
}

/// One accepted issuer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssuerSettings {
    /// The `iss` of its tokens, compared exactly.
    pub issuer: String,
    /// The `aud` of its tokens, compared exactly: what the issuer calls this service.
    pub audience: String,
    /// The algorithms that it signs with.
    pub algorithms: Vec<SigningAlgorithm>,
    /// Where its public keys are: a JSON Web Key Set over https.
    #[serde(default, deserialize_with = "address")]
    pub jwks_url: Option<Url>,
    /// A file with its public keys, as a JSON Web Key Set, instead of `jwks_url`.
    #[serde(default)]
    pub key_file: Option<PathBuf>,
    /// How far its clock may be off, in seconds; at most 60.
    #[serde(default = "default_leeway")]
    pub leeway_seconds: u32,
    /// The longest life of a token that is accepted, in seconds.
    #[serde(default = "default_lifetime")]
    pub max_lifetime_seconds: u32,
    /// How long keys at hand keep serving while `jwks_url` is out of reach, in seconds.
    #[serde(default = "default_keys")]
    pub keys_limit_seconds: u32,
    /// In which claims roles and municipality are.
    #[serde(default)]
    pub claims: ClaimNames,
    /// Its names for our roles.
    #[serde(default)]
    pub roles: BTreeMap<String, Role>,
}

/// The names of the claims that an issuer uses; a dot steps into an object.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClaimNames {
    /// The municipality that the caller is bound to, as a CBS code.
    pub municipality: String,
    /// The caller's roles: a text or a list of texts.
    pub roles: String,
}

impl Default for ClaimNames {
    fn default() -> Self {
        Self {
            municipality: "municipality".into(),
            roles: "roles".into(),
        }
    }
}

fn address<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Url>, D::Error> {
    let text = String::deserialize(deserializer)?;
    // The text itself stays out of the error: it could hold a password.
    let url = text
        .parse()
        .map_err(|_| serde::de::Error::custom("not a URL"))?;
    Ok(Some(url))
}

const fn default_leeway() -> u32 {
    30
}

const fn default_lifetime() -> u32 {
    2 * 60 * 60
}

const fn default_keys() -> u32 {
    60 * 60
}

/// What is wrong with a configured issuer; names keys and never values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidIssuer {
    /// `issuer` or `audience` is blank.
    #[error("issuer and audience must be given")]
    Blank,
    /// `algorithms` is empty.
    #[error("algorithms must name at least one")]
    NoAlgorithm,
    /// Not exactly one of `jwks_url` and `key_file`.
    #[error("give either jwks_url or key_file")]
    Keys,
    /// `jwks_url` is not https; plain http is for a loopback address only.
    #[error("jwks_url must be https, without user and password")]
    Url,
    /// `leeway_seconds` is over 60.
    #[error("leeway_seconds is at most 60")]
    Leeway,
    /// `max_lifetime_seconds` is 0 or over a day.
    #[error("max_lifetime_seconds is from 1 to 86400")]
    Lifetime,
}

impl IssuerSettings {
    /// Refuses settings that would accept too much.
    pub fn check(&self) -> Result<(), InvalidIssuer> {
        if self.issuer.trim().is_empty() || self.audience.trim().is_empty() {
            return Err(InvalidIssuer::Blank);
        }
        if self.algorithms.is_empty() {
            return Err(InvalidIssuer::NoAlgorithm);
        }
        if self.jwks_url.is_some() == self.key_file.is_some() {
            return Err(InvalidIssuer::Keys);
        }
        if self.jwks_url.as_ref().is_some_and(|url| !is_private(url)) {
            return Err(InvalidIssuer::Url);
        }
        if self.leeway_seconds > 60 {
            return Err(InvalidIssuer::Leeway);
        }
        if !(1..=86_400).contains(&self.max_lifetime_seconds) {
            return Err(InvalidIssuer::Lifetime);
        }
        Ok(())
    }

    /// How far its clock may be off.
    #[must_use]
    pub fn leeway(&self) -> SignedDuration {
        SignedDuration::from_secs(self.leeway_seconds.into())
    }

    /// The longest life of a token that is accepted.
    #[must_use]
    pub fn max_lifetime(&self) -> SignedDuration {
        SignedDuration::from_secs(self.max_lifetime_seconds.into())
    }

    /// How long keys at hand keep serving.
    #[must_use]
    pub fn keys_limit(&self) -> SignedDuration {
        SignedDuration::from_secs(self.keys_limit_seconds.into())
    }
}

/// Nobody on the way can swap the keys, and the address itself holds no secret.
fn is_private(url: &Url) -> bool {
    let loopback = match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    };
    let plain = url.username().is_empty() && url.password().is_none();
    plain && (url.scheme() == "https" || (url.scheme() == "http" && loopback))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn settings(change: &str) -> Result<(), InvalidIssuer> {
        let mut table: toml::Table = toml::from_str(
            "issuer = 'https://login.example.nl'\naudience = 'koplopers'\n\
             algorithms = ['RS256']\njwks_url = 'https://login.example.nl/keys'",
        )
        .unwrap();
        table.extend(toml::from_str::<toml::Table>(change).unwrap());
        table.try_into::<IssuerSettings>().unwrap().check()
    }

    #[test]
    fn an_issuer_that_would_accept_too_much_is_refused() {
        assert_eq!(settings(""), Ok(()));
        assert_eq!(settings("jwks_url = 'http://127.0.0.1:9/keys'"), Ok(()));
        for (change, why) in [
            ("audience = ' '", InvalidIssuer::Blank),
            ("algorithms = []", InvalidIssuer::NoAlgorithm),
            ("key_file = '/keys.json'", InvalidIssuer::Keys),
            (
                "jwks_url = 'http://login.example.nl/keys'",
                InvalidIssuer::Url,
            ),
            (
                "jwks_url = 'https://a:b@login.example.nl/'",
                InvalidIssuer::Url,
            ),
            ("leeway_seconds = 61", InvalidIssuer::Leeway),
            ("max_lifetime_seconds = 0", InvalidIssuer::Lifetime),
        ] {
            assert_eq!(settings(change), Err(why), "{change}");
        }
    }

    // security: 2
    #[test]
    fn no_issuer_can_be_configured_for_none_or_a_shared_secret() {
        for bad in ["none", "None", "HS256", "HS512", "RS1"] {
            assert!(bad.parse::<SigningAlgorithm>().is_err(), "{bad}");
        }
    }
}
