//! The public keys of an issuer outside, fetched from its JWKS address and kept.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use koplopers_shared::issuers::SigningAlgorithm;
use tokio::sync::{Mutex, MutexGuard};
use url::Url;

use super::AuthError;
use super::key_set::{InvalidKeySet, KeySet, PublicKey};

/// Fetches are at least this far apart, whoever asks for whatever key (security: 6).
const FETCH_PAUSE: SignedDuration = SignedDuration::from_secs(60);

/// A set older than this is fetched anew, so that a removed key ends (security: 7).
const FRESH: SignedDuration = SignedDuration::from_mins(5);

const TIMEOUT: Duration = Duration::from_secs(5);
const MAX_SET: usize = 256 * 1024;

/// Keys behind an address.
#[derive(Debug)]
pub(super) struct RemoteKeys {
    url: Url,
    http: reqwest::Client,
    /// How long keys at hand serve while the address is out of reach.
    limit: SignedDuration,
    held: RwLock<Held>,
    /// Whoever holds it fetches.
    last_try: Mutex<Option<Timestamp>>,
}

#[derive(Debug, Clone, Default)]
struct Held {
    keys: Arc<KeySet>,
    fetched_at: Option<Timestamp>,
}

/// Why a key set could not be fetched; goes to the log.
#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error("the address is out of reach")]
    Http(#[from] reqwest::Error),
    #[error("the address answered {0}")]
    Status(u16),
    #[error("the answer is too large")]
    TooLarge,
    #[error(transparent)]
    Content(#[from] InvalidKeySet),
}

impl RemoteKeys {
    pub fn new(url: Url, limit: SignedDuration) -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(TIMEOUT)
            // A kept connection would belong to the thread that opened it.
            .pool_max_idle_per_host(0)
            .no_proxy()
            .build()?;
        Ok(Self {
            url,
            http,
            limit,
            held: RwLock::default(),
            last_try: Mutex::new(None),
        })
    }

    /// The key of that name and algorithm; `None` when the issuer has no such key.
    pub async fn find(
        &self,
        kid: Option<&str>,
        alg: SigningAlgorithm,
        now: Timestamp,
    ) -> Result<Option<PublicKey>, AuthError> {
        let held = self.held();
        if !held.is_within(self.limit, now) || !held.keys.knows(kid) {
            self.fetch(self.last_try.lock().await, now).await;
        } else if !held.is_within(FRESH, now)
            && let Ok(last_try) = self.last_try.try_lock()
        {
            self.fetch(last_try, now).await;
        }
        let held = self.held();
        if !held.is_within(self.limit, now) {
            return Err(AuthError::KeysUnreachable);
        }
        Ok(held.keys.find(kid, alg).cloned())
    }

    fn held(&self) -> Held {
        self.held
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Fetches unless that was tried within the last minute. Those who need the answer wait for
    /// the one who does; those who have a key go on with it.
    async fn fetch(&self, mut last_try: MutexGuard<'_, Option<Timestamp>>, now: Timestamp) {
        if last_try.is_some_and(|at| now.duration_since(at) < FETCH_PAUSE) {
            return;
        }
        *last_try = Some(now);
        match self.get().await {
            Ok(keys) => {
                *self.held.write().unwrap_or_else(PoisonError::into_inner) = Held {
                    keys: Arc::new(keys),
                    fetched_at: Some(now),
                };
            }
            Err(error) => {
                let host = self.url.host_str().unwrap_or_default();
                tracing::warn!(host, %error, "the keys of an issuer could not be fetched");
            }
        }
    }

    async fn get(&self) -> Result<KeySet, FetchError> {
        let request = self.http.get(self.url.clone());
        let mut response = request.send().await.map_err(reqwest::Error::without_url)?;
        if response.status() != reqwest::StatusCode::OK {
            return Err(FetchError::Status(response.status().as_u16()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > MAX_SET {
                return Err(FetchError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(KeySet::parse(&body)?)
    }
}

impl Held {
    fn is_within(&self, age: SignedDuration, now: Timestamp) -> bool {
        self.fetched_at
            .is_some_and(|at| now.duration_since(at) < age)
    }
}
