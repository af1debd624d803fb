//! An accepted issuer: its keys, what its tokens must say, and how its words map to ours.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use koplopers_shared::access::{PermitSet, Role};
use koplopers_shared::ids::{KeyId, PersonId};
use koplopers_shared::issuers::{ClaimNames, InvalidIssuer, IssuerSettings, SigningAlgorithm};
use koplopers_shared::keys::KeyRing;
use koplopers_shared::words::MunicipalityCode;
use serde_json::{Map, Value};

use super::claims::{self, Claims, Expected};
use super::issue::{self, MAX_LIFETIME};
use super::jws::Jws;
use super::key_set::{InvalidKeySet, KeySet, PublicKey};
use super::remote_keys::RemoteKeys;
use super::resolve::{Bearer, Profile};
use super::{AuthError, Login, Refused};

/// Why a configured issuer cannot be used; stops the start.
#[derive(Debug, thiserror::Error)]
pub enum IssuerError {
    /// A setting of an issuer is wrong.
    #[error("an issuer's settings cannot be used: {0}")]
    Settings(#[from] InvalidIssuer),
    /// The key file cannot be read.
    #[error("an issuer's key_file cannot be read")]
    KeyFile(#[from] std::io::Error),
    /// The key file holds no keys.
    #[error("an issuer's key_file is no use")]
    Keys(#[from] InvalidKeySet),
    /// No client for its address could be made.
    #[error("an issuer's keys cannot be fetched")]
    Http(#[from] reqwest::Error),
    /// Two issuers have one name, or one has that of this service.
    #[error("two issuers have the same name")]
    Twice,
}

pub(super) struct Issuer {
    expected: Expected,
    algorithms: Vec<SigningAlgorithm>,
    source: Source,
}

enum Source {
    /// This service.
    Embedded,
    File(KeySet, Words),
    Remote(RemoteKeys, Words),
}

/// How an outside issuer says what we call role and municipality.
struct Words {
    claims: ClaimNames,
    roles: BTreeMap<String, Role>,
}

/// The clocks of our own processes should agree better than those of strangers.
const OWN_LEEWAY: SignedDuration = SignedDuration::from_secs(30);

impl Issuer {
    pub fn embedded(name: &str) -> Self {
        Self {
            expected: Expected {
                issuer: name.to_owned(),
                audience: name.to_owned(),
                leeway: OWN_LEEWAY,
                max_lifetime: MAX_LIFETIME,
                access_token_type: true,
            },
            algorithms: vec![SigningAlgorithm::EdDsa],
            source: Source::Embedded,
        }
    }

    pub fn outside(settings: &IssuerSettings) -> Result<Self, IssuerError> {
        settings.check()?;
        let words = Words {
            claims: settings.claims.clone(),
            roles: settings.roles.clone(),
        };
        let source = match (&settings.jwks_url, &settings.key_file) {
            (Some(url), _) => {
                Source::Remote(RemoteKeys::new(url.clone(), settings.keys_limit())?, words)
            }
            (None, Some(path)) => Source::File(KeySet::parse(&std::fs::read(path)?)?, words),
            (None, None) => return Err(InvalidIssuer::Keys.into()),
        };
        Ok(Self {
            expected: Expected {
                issuer: settings.issuer.clone(),
                audience: settings.audience.clone(),
                leeway: settings.leeway(),
                max_lifetime: settings.max_lifetime(),
                access_token_type: false,
            },
            algorithms: settings.algorithms.clone(),
            source,
        })
    }

    pub fn name(&self) -> &str {
        &self.expected.issuer
    }

    /// Checks the signature with the key that `kid` names, by an algorithm that both the
    /// issuer's settings and the key allow (security: 2, 3).
    pub async fn check_signature(
        &self,
        token: &Jws<'_>,
        ring: &KeyRing,
        now: Timestamp,
    ) -> Result<(), AuthError> {
        let alg = token.header.alg;
        let kid = token.header.kid.as_deref();
        claims::right_type(token.header.typ.as_deref(), &self.expected)?;
        if !self.algorithms.contains(&alg) {
            return Err(AuthError::Refused);
        }
        let key = match &self.source {
            Source::Embedded => own_key(ring, kid),
            Source::File(keys, _) => keys.find(kid, alg).cloned(),
            Source::Remote(keys, _) => keys.find(kid, alg, now).await?,
        };
        let good =
            key.is_some_and(|key| key.verifies(alg, token.signed.as_bytes(), &token.signature));
        if good {
            Ok(())
        } else {
            Err(AuthError::Refused)
        }
    }

    pub fn check_claims(&self, token: &Jws<'_>, now: Timestamp) -> Result<Claims, Refused> {
        claims::check(&token.payload, &self.expected, now)
    }

    /// What the claims say about the caller, in our words.
    pub fn profile(&self, claims: Claims) -> Result<Profile, Refused> {
        match &self.source {
            Source::Embedded => own_profile(claims),
            Source::File(_, words) | Source::Remote(_, words) => words.profile(claims),
        }
    }
}

fn own_key(ring: &KeyRing, kid: Option<&str>) -> Option<PublicKey> {
    let id: KeyId = kid?.parse().ok()?;
    // A UUID has several spellings; a token has the one we wrote.
    if kid != Some(id.to_string().as_str()) {
        return None;
    }
    ring.token_key(id)
        .map(|key| PublicKey::Ed25519(key.to_vec()))
}

fn own_profile(claims: Claims) -> Result<Profile, Refused> {
    let permits = PermitSet::parse(claims.scope.as_deref().ok_or(Refused)?);
    let municipality = municipality(claims.all.get("municipality"))?;
    let bearer = match (claims.client_id, claims.subject.split_once(':')) {
        (Some(client_id), None) if client_id == claims.subject => Bearer::Client { client_id },
        (None, Some((issue::PERSON, id))) => {
            let person: PersonId = id.parse().map_err(|_| Refused)?;
            Bearer::Person { person }
        }
        (None, Some((issue::ROLE, role))) => {
            let role: Role = role.parse().map_err(|_| Refused)?;
            if role.needs_municipality() != municipality.is_some() {
                return Err(Refused);
            }
            Bearer::Role {
                subject: claims.subject.clone(),
            }
        }
        (_, _) => return Err(Refused),
    };
    Ok(Profile {
        bearer,
        permits,
        municipality,
    })
}

impl Words {
    fn profile(&self, claims: Claims) -> Result<Profile, Refused> {
        let roles = self.roles(named(&claims.all, &self.claims.roles));
        let municipality = municipality(named(&claims.all, &self.claims.municipality))?;
        // Whoever is not bound sees everything, so the issuer must say so by an institute's role.
        let institute = roles.iter().any(|role| !role.needs_municipality());
        if municipality.is_none() && !institute {
            return Err(Refused);
        }
        let scoped = PermitSet::parse(claims.scope.as_deref().unwrap_or_default());
        let permits = roles
            .iter()
            .filter(|role| role.needs_municipality() == municipality.is_some())
            .fold(scoped, |permits, role| permits.or(role.permits()));
        let bearer = match claims.client_id {
            Some(client_id) if client_id == claims.subject => Bearer::Machine {
                subject: format!("{}#{client_id}", claims.issuer),
            },
            Some(_) | None => Bearer::Login(Login {
                issuer: claims.issuer,
                subject: claims.subject,
            }),
        };
        Ok(Profile {
            bearer,
            permits,
            municipality,
        })
    }

    fn roles(&self, claim: Option<&Value>) -> Vec<Role> {
        let words: Vec<&str> = match claim {
            Some(Value::String(word)) => vec![word],
            Some(Value::Array(words)) => words.iter().filter_map(Value::as_str).collect(),
            Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => {
                Vec::new()
            }
        };
        words
            .iter()
            .filter_map(|word| self.roles.get(*word).copied())
            .collect()
    }
}

/// The claim of that name, or, where the name has dots, of that path.
fn named<'c>(claims: &'c Map<String, Value>, name: &str) -> Option<&'c Value> {
    claims.get(name).or_else(|| {
        let mut steps = name.split('.');
        let first = claims.get(steps.next()?)?;
        steps.try_fold(first, |value, step| value.get(step))
    })
}

/// A municipality is absent or one code. Empty, null, `*` and a list are never "all"
/// (security: 16).
fn municipality(claim: Option<&Value>) -> Result<Option<MunicipalityCode>, Refused> {
    match claim {
        None => Ok(None),
        Some(Value::String(code)) => code.parse().map(Some).map_err(|_| Refused),
        Some(
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_),
        ) => Err(Refused),
    }
}
