//! JSON Web Key Sets (RFC 7517) and signatures by their keys.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
    RsaPublicKeyComponents, UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use koplopers_shared::issuers::SigningAlgorithm;
use serde::Deserialize;

/// The public keys of one issuer.
#[derive(Debug, Clone, Default)]
pub(super) struct KeySet(Vec<Named>);

#[derive(Debug, Clone)]
struct Named {
    kid: Option<String>,
    /// The one algorithm that the set ties the key to.
    alg: Option<SigningAlgorithm>,
    key: PublicKey,
}

/// A public key.
#[derive(Debug, Clone)]
pub(super) enum PublicKey {
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    /// An uncompressed point on P-256.
    P256(Vec<u8>),
    Ed25519(Vec<u8>),
}

/// Not a key set.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("not a JSON Web Key Set with a usable key")]
pub struct InvalidKeySet;

#[derive(Deserialize)]
struct Set {
    keys: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl KeySet {
    /// The signing keys in a set; keys of other kinds are left out, as RFC 7517 §5 asks.
    pub fn parse(json: &[u8]) -> Result<Self, InvalidKeySet> {
        let set: Set = serde_json::from_slice(json).map_err(|_| InvalidKeySet)?;
        let keys: Vec<Named> = set.keys.into_iter().filter_map(read).collect();
        if keys.is_empty() {
            return Err(InvalidKeySet);
        }
        Ok(Self(keys))
    }

    /// The key that `kid` names. Without a `kid` there must be one key only.
    pub fn find(&self, kid: Option<&str>, alg: SigningAlgorithm) -> Option<&PublicKey> {
        let named = match (kid, self.0.as_slice()) {
            (Some(kid), keys) => keys
                .iter()
                .find(|key| key.kid.as_deref() == Some(kid) && key.fits(alg)),
            (None, [only]) => Some(only).filter(|key| key.fits(alg)),
            (None, _) => None,
        };
        named.map(|named| &named.key)
    }

    /// Whether a key has this name.
    pub fn knows(&self, kid: Option<&str>) -> bool {
        kid.is_none() || self.0.iter().any(|key| key.kid.as_deref() == kid)
    }
}

impl Named {
    fn fits(&self, alg: SigningAlgorithm) -> bool {
        self.alg.is_none_or(|own| own == alg) && self.key.fits(alg)
    }
}

impl PublicKey {
    const fn fits(&self, alg: SigningAlgorithm) -> bool {
        matches!(
            (self, alg),
            (
                Self::Rsa { .. },
                SigningAlgorithm::Rs256 | SigningAlgorithm::Ps256
            ) | (Self::P256(_), SigningAlgorithm::Es256)
                | (Self::Ed25519(_), SigningAlgorithm::EdDsa)
        )
    }

    /// Whether `signature` is this key's over `message`.
    pub fn verifies(&self, alg: SigningAlgorithm, message: &[u8], signature: &[u8]) -> bool {
        match (self, alg) {
            (Self::Rsa { n, e }, SigningAlgorithm::Rs256) => RsaPublicKeyComponents { n, e }
                .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
                .is_ok(),
            (Self::Rsa { n, e }, SigningAlgorithm::Ps256) => RsaPublicKeyComponents { n, e }
                .verify(&RSA_PSS_2048_8192_SHA256, message, signature)
                .is_ok(),
            (Self::P256(point), SigningAlgorithm::Es256) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
                    .verify(message, signature)
                    .is_ok()
            }
            (Self::Ed25519(point), SigningAlgorithm::EdDsa) => {
                UnparsedPublicKey::new(&ED25519, point)
                    .verify(message, signature)
                    .is_ok()
            }
            (Self::Rsa { .. } | Self::P256(_) | Self::Ed25519(_), _) => false,
        }
    }
}

fn read(value: serde_json::Value) -> Option<Named> {
    let jwk: Jwk = serde_json::from_value(value).ok()?;
    if jwk.usage.as_deref().is_some_and(|usage| usage != "sig") {
        return None;
    }
    let bytes = |part: &Option<String>| URL_SAFE_NO_PAD.decode(part.as_deref()?).ok();
    let key = match (jwk.kty.as_str(), jwk.crv.as_deref()) {
        ("RSA", _) => PublicKey::Rsa {
            n: bytes(&jwk.n)?,
            e: bytes(&jwk.e)?,
        },
        ("EC", Some("P-256")) => {
            let point = [vec![4], bytes(&jwk.x)?, bytes(&jwk.y)?].concat();
            PublicKey::P256(Some(point).filter(|point| point.len() == 65)?)
        }
        ("OKP", Some("Ed25519")) => {
            PublicKey::Ed25519(bytes(&jwk.x).filter(|point| point.len() == 32)?)
        }
        (_, _) => return None,
    };
    let alg = match jwk.alg {
        // A key for another algorithm is not for us.
        Some(alg) => Some(alg.parse().ok()?),
        None => None,
    };
    Some(Named {
        kid: jwk.kid,
        alg,
        key,
    })
}
