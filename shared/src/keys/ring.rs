//! The keys of this process, opened.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use jiff::Timestamp;

use super::master::MasterKey;
use super::model::{KeyError, KeyPurpose, StoredKey};
use super::{queries, rules};
use crate::db::DbConn;
use crate::ids::KeyId;

/// The opened keys; cheap to clone, and every clone sees a reload.
#[derive(Clone)]
pub struct KeyRing {
    master: MasterKey,
    keys: Arc<RwLock<Arc<Keys>>>,
}

struct Keys {
    token_signer: TokenSigner,
    verifiers: HashMap<KeyId, [u8; 32]>,
    link: (KeyId, hmac::Key),
    links: HashMap<KeyId, hmac::Key>,
    sealing: KeyId,
    sealers: HashMap<KeyId, LessSafeKey>,
}

/// Signs access tokens with one Ed25519 key.
#[derive(Clone)]
pub struct TokenSigner {
    id: KeyId,
    pair: Arc<Ed25519KeyPair>,
}

impl TokenSigner {
    /// The key's id, the `kid` of the token.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// The signature over `message`.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(message).as_ref().to_vec()
    }
}

impl KeyRing {
    /// Opens the stored keys; [`super::actions::ensure`] has made them.
    pub fn load(conn: &mut DbConn, master: &MasterKey, now: Timestamp) -> Result<Self, KeyError> {
        let keys = Keys::load(conn, master, now)?;
        Ok(Self {
            master: master.clone(),
            keys: Arc::new(RwLock::new(Arc::new(keys))),
        })
    }

    /// Reads the stored keys again: new ones start to verify, removed ones end.
    ///
    /// On failure the keys at hand stay.
    pub fn reload(&self, conn: &mut DbConn, now: Timestamp) -> Result<(), KeyError> {
        let keys = Arc::new(Keys::load(conn, &self.master, now)?);
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }

    fn keys(&self) -> Arc<Keys> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The key that signs new access tokens.
    #[must_use]
    pub fn token_signer(&self) -> TokenSigner {
        self.keys().token_signer.clone()
    }

    /// The public half of a token key that still verifies.
    #[must_use]
    pub fn token_key(&self, id: KeyId) -> Option<[u8; 32]> {
        self.keys().verifiers.get(&id).copied()
    }

    /// The public halves of all token keys that still verify, in order of age.
    #[must_use]
    pub fn token_keys(&self) -> Vec<(KeyId, [u8; 32])> {
        let keys = self.keys();
        let mut all: Vec<_> = keys.verifiers.iter().map(|(id, key)| (*id, *key)).collect();
        all.sort_unstable();
        all
    }

    /// The MAC over a link's contents, and the key that made it.
    #[must_use]
    pub fn sign_link(&self, contents: &[u8]) -> (KeyId, [u8; 32]) {
        let keys = self.keys();
        let (id, key) = &keys.link;
        let mut mac = [0; 32];
        for (to, from) in mac.iter_mut().zip(hmac::sign(key, contents).as_ref()) {
            *to = *from;
        }
        (*id, mac)
    }

    /// Whether `mac` is what the key `id` makes of `contents`; false for a removed or unknown key.
    ///
    /// Takes the same time wherever the two differ (`security: 61`).
    #[must_use]
    pub fn verify_link(&self, id: KeyId, contents: &[u8], mac: &[u8]) -> bool {
        self.keys()
            .links
            .get(&id)
            .is_some_and(|key| hmac::verify(key, contents, mac).is_ok())
    }

    /// The MAC over what a return address names, cut to 80 bits: it is guessed online or not at
    /// all, and a local part holds 64 characters.
    #[must_use]
    pub fn sign_return_path(&self, contents: &[u8]) -> [u8; 10] {
        let (_, mac) = self.sign_link(contents);
        let mut short = [0; 10];
        short.copy_from_slice(&mac[..10]);
        short
    }

    /// Whether any link key in use makes `mac` of `contents`; a bounce may come long after.
    #[must_use]
    pub fn verify_return_path(&self, contents: &[u8], mac: &[u8; 10]) -> bool {
        self.keys().links.values().any(|key| {
            let full = hmac::sign(key, contents);
            verify_slices_are_equal(&full.as_ref()[..10], mac).is_ok()
        })
    }

    /// Seals bytes for storage; the id of the key travels with them.
    pub fn seal(&self, plain: &[u8]) -> Result<Vec<u8>, KeyError> {
        let keys = self.keys();
        let id = keys.sealing;
        let key = keys
            .sealers
            .get(&id)
            .ok_or(KeyError::Missing(KeyPurpose::Sealing))?;
        let mut sealed = id.0.as_bytes().to_vec();
        sealed.extend(seal_with(key, id.0.as_bytes(), plain)?);
        Ok(sealed)
    }

    /// Opens what [`KeyRing::seal`] sealed.
    pub fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, KeyError> {
        let (id, sealed) = sealed
            .split_first_chunk::<16>()
            .ok_or(KeyError::CannotOpen)?;
        let keys = self.keys();
        let key = keys
            .sealers
            .get(&KeyId(uuid::Uuid::from_bytes(*id)))
            .ok_or(KeyError::CannotOpen)?;
        open_with(key, id, sealed)
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyRing(hidden)")
    }
}

impl fmt::Debug for TokenSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenSigner({})", self.id)
    }
}

impl Keys {
    fn load(conn: &mut DbConn, master: &MasterKey, now: Timestamp) -> Result<Self, KeyError> {
        let stored = queries::list(conn, now)?;
        let of = |purpose: KeyPurpose| -> Vec<StoredKey> {
            let of_purpose = stored.iter().filter(|key| key.purpose == purpose);
            of_purpose.cloned().collect()
        };
        let in_use = |purpose: KeyPurpose| {
            rules::in_use(&of(purpose), now)
                .map(|key| key.id)
                .ok_or(KeyError::Missing(purpose))
        };
        let mut pairs = HashMap::new();
        for key in of(KeyPurpose::TokenSigning) {
            let pair = Ed25519KeyPair::from_pkcs8(&master.open(key.id, &key.sealed)?)
                .map_err(|_| KeyError::Corrupt(key.id))?;
            pairs.insert(key.id, Arc::new(pair));
        }
        let mut verifiers = HashMap::new();
        for (id, pair) in &pairs {
            let public = pair.public_key().as_ref().try_into();
            verifiers.insert(*id, public.map_err(|_| KeyError::Corrupt(*id))?);
        }
        let mut links = HashMap::new();
        for key in of(KeyPurpose::Link) {
            let secret = master.open(key.id, &key.sealed)?;
            links.insert(key.id, hmac::Key::new(hmac::HMAC_SHA256, &secret));
        }
        let mut sealers = HashMap::new();
        for key in of(KeyPurpose::Sealing) {
            let secret = master.open(key.id, &key.sealed)?;
            let unbound =
                UnboundKey::new(&AES_256_GCM, &secret).map_err(|_| KeyError::Corrupt(key.id))?;
            sealers.insert(key.id, LessSafeKey::new(unbound));
        }
        let signing = in_use(KeyPurpose::TokenSigning)?;
        let link = in_use(KeyPurpose::Link)?;
        Ok(Self {
            token_signer: TokenSigner {
                id: signing,
                pair: pairs.remove(&signing).ok_or(KeyError::Corrupt(signing))?,
            },
            verifiers,
            link: (
                link,
                links.get(&link).cloned().ok_or(KeyError::Corrupt(link))?,
            ),
            links,
            sealing: in_use(KeyPurpose::Sealing)?,
            sealers,
        })
    }
}

/// The nonce, then the sealed bytes with their tag. The nonce is random: at 2^32 seals by one key
/// two would meet with a chance of 2^-33 (NIST SP 800-38D §8.3), far beyond the mails of one.
pub(super) fn seal_with(
    key: &LessSafeKey,
    about: &[u8],
    plain: &[u8],
) -> Result<Vec<u8>, KeyError> {
    let nonce: [u8; NONCE_LEN] =
        aws_lc_rs::rand::generate(&aws_lc_rs::rand::SystemRandom::new())?.expose();
    let mut body = plain.to_vec();
    key.seal_in_place_append_tag(
        Nonce::assume_unique_for_key(nonce),
        Aad::from(about),
        &mut body,
    )?;
    Ok([nonce.as_slice(), &body].concat())
}

/// The reverse of [`seal_with`], for the same `about`.
pub(super) fn open_with(
    key: &LessSafeKey,
    about: &[u8],
    sealed: &[u8],
) -> Result<Vec<u8>, KeyError> {
    let (nonce, body) = sealed
        .split_first_chunk::<NONCE_LEN>()
        .ok_or(KeyError::CannotOpen)?;
    let mut body = body.to_vec();
    let plain = key
        .open_in_place(
            Nonce::assume_unique_for_key(*nonce),
            Aad::from(about),
            &mut body,
        )
        .map_err(|_| KeyError::CannotOpen)?
        .len();
    body.truncate(plain);
    Ok(body)
}
