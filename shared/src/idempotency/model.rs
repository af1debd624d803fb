//! The key, the answer kept under it, and what may come of a write with a key.

use std::error::Error;

use aws_lc_rs::digest::{SHA256, digest};
use jiff::{SignedDuration, Timestamp};

use crate::db::DbError;

/// How long an answer is kept (security: 53 asks for a day).
pub(super) const KEPT: SignedDuration = SignedDuration::from_hours(48);

/// What makes two requests the same: who asks, for what, with which key, and which body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The client or person, so that one caller's key means nothing to another.
    pub caller: String,
    /// The operation with its path parameters, such as `submit_intake 0190…`.
    pub operation: String,
    /// The value of the header.
    pub key: String,
    /// The hash of the body.
    pub body_hash: [u8; 32],
    /// When the request came in.
    pub at: Timestamp,
}

impl IdempotencyKey {
    /// Hashes `body` as it came in.
    #[must_use]
    pub fn new(
        caller: impl Into<String>,
        operation: impl Into<String>,
        key: impl Into<String>,
        body: &[u8],
        at: Timestamp,
    ) -> Self {
        Self {
            caller: caller.into(),
            operation: operation.into(),
            key: key.into(),
            body_hash: sha256(body),
            at,
        }
    }

    /// The number that PostgreSQL's advisory lock goes by. Two keys with one number would only
    /// make one of two simultaneous requests wait for its next try.
    pub(super) fn lock_number(&self) -> i64 {
        let text = format!("{}\n{}\n{}", self.caller, self.operation, self.key);
        sha256(text.as_bytes())
            .first_chunk()
            .map_or(0, |bytes| i64::from_be_bytes(*bytes))
    }

    /// Answers given before this instant have expired.
    pub(super) fn expiry(&self) -> Timestamp {
        self.at - KEPT
    }
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, bytes).as_ref());
    hash
}

/// An answer as it goes out, and as it goes out again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredResponse {
    /// The HTTP status.
    pub status: u16,
    /// Header names and values, in their order: `Location`, `ETag`.
    pub headers: Vec<(String, String)>,
    /// The body of the first answer.
    pub body: String,
    /// The body of later answers and of the database, when the first shows a secret once.
    pub replay_body: Option<String>,
}

/// An answer, and whether it was given before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The write has happened now.
    Fresh(StoredResponse),
    /// The write happened at an earlier request.
    Replayed(StoredResponse),
}

/// Why a write with a key gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum WriteOnceError<E: Error + 'static> {
    /// The key was used for another body.
    #[error("the idempotency key belongs to another body")]
    BodyDiffers,
    /// The first request with this key has not ended yet.
    #[error("a request with this idempotency key is still running")]
    StillRunning,
    /// The action itself refused or failed.
    #[error("the action gave no answer")]
    Action(#[source] E),
}

impl<E: Error + From<DbError> + 'static> From<DbError> for WriteOnceError<E> {
    fn from(error: DbError) -> Self {
        Self::Action(E::from(error))
    }
}
