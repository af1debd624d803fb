//! Making, turning over and removing keys.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

use super::master::MasterKey;
use super::model::{KeyError, KeyOverview, KeyPurpose, StoredKey};
use super::queries::{self, NewKeyRow};
use super::rules;
use crate::db::DbConn;
use crate::db::columns::At;
use crate::ids::KeyId;

/// Makes the keys that are missing; run in a write at every start. Processes that start together
/// agree on them.
///
/// Fails when the master key does not open the keys that are there.
pub fn ensure(conn: &mut DbConn, master: &MasterKey, now: Timestamp) -> Result<(), KeyError> {
    queries::lock(conn)?;
    let stored = opened(conn, master, now)?;
    for purpose in KeyPurpose::ALL {
        if !stored.iter().any(|key| key.purpose == *purpose) {
            make(conn, master, *purpose, now)?;
        }
    }
    Ok(())
}

/// Fails when the master key does not open the stored keys, as after a restore of another
/// installation's database.
pub fn check(conn: &mut DbConn, master: &MasterKey, now: Timestamp) -> Result<(), KeyError> {
    opened(conn, master, now).map(drop)
}

fn opened(
    conn: &mut DbConn,
    master: &MasterKey,
    now: Timestamp,
) -> Result<Vec<StoredKey>, KeyError> {
    let stored = queries::list(conn, now)?;
    for key in &stored {
        master.open(key.id, &key.sealed)?;
    }
    Ok(stored)
}

/// The keys that are not removed, by purpose and age.
pub fn list(conn: &mut DbConn, now: Timestamp) -> Result<Vec<KeyOverview>, KeyError> {
    let stored = queries::list(conn, now)?;
    let mut overview = Vec::new();
    for purpose in KeyPurpose::ALL {
        let of_purpose: Vec<StoredKey> = stored
            .iter()
            .filter(|key| key.purpose == *purpose)
            .cloned()
            .collect();
        let in_use = rules::in_use(&of_purpose, now).map(|key| key.id);
        overview.extend(of_purpose.iter().map(|key| KeyOverview {
            id: key.id,
            purpose: *purpose,
            created_at: key.created_at,
            stage: rules::stage(key, in_use, now),
        }));
    }
    Ok(overview)
}

/// Makes a new key of `purpose` and lets the others retire when it comes into use.
///
/// What they made keeps verifying until [`remove`].
pub fn rotate(
    conn: &mut DbConn,
    master: &MasterKey,
    purpose: KeyPurpose,
    now: Timestamp,
) -> Result<KeyId, KeyError> {
    let id = make(conn, master, purpose, now)?;
    queries::retire_others(conn, purpose, id, now + rules::ACTIVATION)?;
    Ok(id)
}

/// Ends a key: what it made counts no longer, in any process, within 60 s.
pub fn remove(conn: &mut DbConn, id: KeyId, now: Timestamp) -> Result<(), KeyError> {
    let stored = queries::list(conn, now)?;
    let key = stored
        .iter()
        .find(|key| key.id == id)
        .ok_or(KeyError::NoSuchKey)?;
    if !stored
        .iter()
        .any(|other| other.purpose == key.purpose && other.id != id)
    {
        return Err(KeyError::LastOfItsPurpose);
    }
    Ok(queries::remove(conn, id, now)?)
}

/// Seals every key with another master key and says how many; the service must be stopped.
pub fn reseal(
    conn: &mut DbConn,
    old: &MasterKey,
    new: &MasterKey,
    now: Timestamp,
) -> Result<usize, KeyError> {
    queries::lock(conn)?;
    let stored = queries::list(conn, now)?;
    for key in &stored {
        let secret = old.open(key.id, &key.sealed)?;
        queries::reseal(conn, key.id, &new.seal(key.id, &secret)?)?;
    }
    Ok(stored.len())
}

fn make(
    conn: &mut DbConn,
    master: &MasterKey,
    purpose: KeyPurpose,
    now: Timestamp,
) -> Result<KeyId, KeyError> {
    let id = KeyId::generate();
    let (secret, public_key) = match purpose {
        KeyPurpose::TokenSigning => {
            let pair = Ed25519KeyPair::generate()?;
            let public = public_pem(pair.public_key().as_ref());
            (pair.to_pkcs8()?.as_ref().to_vec(), Some(public))
        }
        KeyPurpose::Link | KeyPurpose::Callback | KeyPurpose::Sealing => {
            let secret: [u8; 32] = aws_lc_rs::rand::generate(&SystemRandom::new())?.expose();
            (secret.to_vec(), None)
        }
    };
    let row = NewKeyRow {
        id,
        purpose,
        algorithm: purpose.algorithm(),
        public_key,
        sealed: master.seal(id, &secret)?,
        created_at: At(now),
    };
    queries::insert(conn, &row)?;
    Ok(id)
}

/// The start of every Ed25519 `SubjectPublicKeyInfo` (RFC 8410 §4); the key's 32 bytes follow.
const SPKI_PREFIX: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

fn public_pem(public: &[u8]) -> String {
    let body = STANDARD.encode([SPKI_PREFIX.as_slice(), public].concat());
    format!("-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n")
}
