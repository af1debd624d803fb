//! The master key, which seals every other secret in the database.

use std::fmt;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, LessSafeKey, UnboundKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

use super::model::KeyError;
use super::ring::{open_with, seal_with};
use crate::ids::KeyId;

/// 256 bits that seal the keys in the database; shared by every process of an installation.
///
/// Its bytes are handed to the cryptographic library and kept nowhere else; its `Debug` form
/// hides it.
#[derive(Clone)]
pub struct MasterKey(Arc<LessSafeKey>);

/// A master key that must not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WeakMasterKey {
    /// Not 32 bytes in base64 or hexadecimal.
    #[error("must be 32 random bytes in base64 or hexadecimal")]
    Form,
    /// Words, a repetition or a series instead of random bytes.
    #[error("is not random: make one with `openssl rand -base64 32`")]
    NotRandom,
    /// The key of the examples, known to everybody.
    #[error("is the published key of the examples: make one with `openssl rand -base64 32`")]
    Example,
}

/// Why a master key file gives no master key.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyFileError {
    /// The file cannot be read or made.
    #[error("the master key file cannot be read or made")]
    Io(#[from] std::io::Error),
    /// The file holds a key that must not be used.
    #[error("the master key in its file {0}")]
    Weak(#[from] WeakMasterKey),
    /// No random numbers.
    #[error("no random numbers")]
    Random,
}

/// The key of the tests and examples, random enough for every other check.
pub(super) const EXAMPLE: &str = "6q72I0v0lBUqLXPyMzcLFbCbuP20D6vdz8QSryC9n8o=";

impl MasterKey {
    /// Reads a key of 32 bytes in base64 (either alphabet) or hexadecimal.
    ///
    /// Refuses what 32 random bytes are not, with a chance of less than one in a billion of
    /// refusing a good key (`security: 18`).
    pub fn parse(text: &str) -> Result<Self, WeakMasterKey> {
        let text = text.trim();
        if text == EXAMPLE {
            return Err(WeakMasterKey::Example);
        }
        let bytes = decode(text).ok_or(WeakMasterKey::Form)?;
        if is_series(&bytes) || is_text(&bytes) || is_one_case(text) {
            return Err(WeakMasterKey::NotRandom);
        }
        let key = UnboundKey::new(&AES_256_GCM, &bytes).map_err(|_| WeakMasterKey::Form)?;
        Ok(Self(Arc::new(LessSafeKey::new(key))))
    }

    /// A new random key in base64, for [`MasterKey::parse`].
    pub fn generate() -> Result<String, KeyError> {
        let bytes: [u8; 32] =
            aws_lc_rs::rand::generate(&aws_lc_rs::rand::SystemRandom::new())?.expose();
        Ok(STANDARD.encode(bytes))
    }

    /// Reads the key in the file at `path`, which is made with a new key when it is absent.
    ///
    /// The file is readable by its owner only. Two processes that start at once end up with the
    /// same key: only one of them can make the file, whole, under its name.
    pub fn read_or_create(path: &Path) -> Result<Self, MasterKeyFileError> {
        match std::fs::read_to_string(path) {
            Ok(text) => return Ok(Self::parse(&text)?),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
        let text = Self::generate().map_err(|_| MasterKeyFileError::Random)?;
        let draft = path.with_extension(format!("{}.new", KeyId::generate()));
        let linked = write_private(&draft, &text).and_then(|()| std::fs::hard_link(&draft, path));
        std::fs::remove_file(&draft)?;
        match linked {
            Ok(()) => Ok(Self::parse(&text)?),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                Ok(Self::parse(&std::fs::read_to_string(path)?)?)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Seals the secret of the key `id`; it opens only under that id.
    pub(super) fn seal(&self, id: KeyId, secret: &[u8]) -> Result<Vec<u8>, KeyError> {
        seal_with(&self.0, id.0.as_bytes(), secret)
    }

    /// Opens the secret of the key `id`.
    pub(super) fn open(&self, id: KeyId, sealed: &[u8]) -> Result<Vec<u8>, KeyError> {
        open_with(&self.0, id.0.as_bytes(), sealed).map_err(|_| KeyError::WrongMasterKey)
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(hidden)")
    }
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()
}

fn decode(text: &str) -> Option<[u8; 32]> {
    if text.len() == 64 {
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let digit = |c: u8| char::from(c).to_digit(16);
            let (high, low) = (digit(*pair.first()?)?, digit(*pair.last()?)?);
            *byte = u8::try_from(high * 16 + low).ok()?;
        }
        return Some(bytes);
    }
    [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD]
        .iter()
        .find_map(|engine| engine.decode(text).ok())
        .and_then(|bytes| bytes.try_into().ok())
}

/// Few different bytes, or every byte a fixed step from the one before.
fn is_series(bytes: &[u8; 32]) -> bool {
    let mut different = bytes.to_vec();
    different.sort_unstable();
    different.dedup();
    let mut steps = bytes
        .windows(2)
        .filter_map(|pair| Some(pair.last()?.wrapping_sub(*pair.first()?)));
    let first = steps.next();
    different.len() <= 18 || steps.all(|step| Some(step) == first)
}

/// Words that were encoded instead of random bytes: all ASCII, or all but a few at one end.
fn is_text(bytes: &[u8; 32]) -> bool {
    bytes.iter().filter(|byte| byte.is_ascii()).count() >= 31
}

/// Words that happen to be valid base64 or hexadecimal: capitals and small letters both occur in
/// the base64 form of random bytes, digits and letters both in the hexadecimal one.
fn is_one_case(text: &str) -> bool {
    let has = |test: fn(&char) -> bool| text.chars().any(|c| test(&c));
    if text.len() == 64 {
        !has(char::is_ascii_digit) || !has(char::is_ascii_alphabetic)
    } else {
        !has(char::is_ascii_uppercase) || !has(char::is_ascii_lowercase)
    }
}
