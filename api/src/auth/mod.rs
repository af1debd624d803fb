//! Who is asking: from a bearer token to an [`Actor`], and from there to a permission.
//!
//! A token is taken apart strictly (`jws`), its issuer looked up, its signature checked with a
//! key of that issuer (`key_set`), then its claims (`claims`), and at last who that is here
//! (`resolve`): clients may be disabled, people erased, municipalities unknown. A good token is
//! believed for a minute (`cache`).
//!
//! Every requirement on tokens is checked here and nowhere else (security: 1-17); the library for
//! tokens would leave half of them to its callers.

mod bearer;
mod cache;
mod claims;
mod extract;
mod issue;
mod issuer;
mod jws;
mod key_set;
mod remote_keys;
mod resolve;

use std::sync::{Arc, Weak};
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use koplopers_shared::access::Actor;
use koplopers_shared::audit;
use koplopers_shared::clock::Clock;
use koplopers_shared::db::{Db, DbError};
use koplopers_shared::keys::{self, KeyError, KeyRing};
use koplopers_shared::settings::{Settings, SettingsError};

pub use extract::{Authenticated, Authorized, identify};
pub use issue::{
    InvalidSubject, TOKEN_LIFETIME, TokenSubject, issue, subject_of_person, subject_of_role,
};
pub use issuer::IssuerError;

use cache::Cache;
use issuer::Issuer;

/// The credentials are not good. There is nothing more to say: every cause gets one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refused;

/// Why a caller could not be found out.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// The credentials are not good.
    #[error("the credentials are not good")]
    Refused,
    /// The issuer's keys cannot be had.
    #[error("the issuer's keys are out of reach")]
    KeysUnreachable,
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

impl From<Refused> for AuthError {
    fn from(Refused: Refused) -> Self {
        Self::Refused
    }
}

/// Who a token stands for.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The actor, not yet tied to a request.
    pub actor: Actor,
    /// The login of a human at an issuer outside.
    pub login: Option<Login>,
    /// By what the caller's requests are counted.
    limit_key: String,
}

impl Caller {
    fn new(actor: Actor, login: Option<Login>) -> Self {
        let limit_key = actor.who.id();
        Self {
            actor,
            login,
            limit_key,
        }
    }
}

/// A login at an issuer outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// The issuer.
    pub issuer: String,
    /// Who that is at the issuer.
    pub subject: String,
}

/// Finds out who is asking; cheap to clone.
#[derive(Clone)]
pub struct Auth(Arc<Inner>);

struct Inner {
    db: Db,
    keys: KeyRing,
    audit: audit::Queue,
    /// What our own tokens say in `iss` and `aud`.
    name: Arc<str>,
    issuers: Vec<Issuer>,
    cache: Cache,
    zone: TimeZone,
}

/// Why a process cannot find out who is asking; stops the start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The master key cannot be had.
    #[error("the master key cannot be had")]
    MasterKey(#[from] SettingsError),
    /// The keys cannot be made or opened.
    #[error("the keys cannot be used")]
    Keys(#[from] KeyError),
    /// An issuer outside cannot be used.
    #[error("an issuer cannot be used")]
    Issuer(#[from] IssuerError),
}

/// How often a process reads the keys again; each has a new one within 60 s.
const RELOAD: Duration = Duration::from_secs(30);

impl Auth {
    /// Makes the keys that are missing, opens them, and keeps them fresh as long as the process
    /// lives. Run it once the migrations are in place.
    pub async fn start(db: &Db, clock: &Clock, settings: &Settings) -> Result<Self, StartError> {
        let master = settings.master_key()?;
        let now = clock.now();
        let keys = db
            .write(move |conn| {
                keys::actions::ensure(conn, &master, now)?;
                KeyRing::load(conn, &master, now)
            })
            .await?;
        let auth = Self::new(db.clone(), keys, audit::Queue::start(db.clone()), settings)?;
        tokio::spawn(keep_fresh(Arc::downgrade(&auth.0), clock.clone()));
        Ok(auth)
    }

    fn new(
        db: Db,
        keys: KeyRing,
        audit: audit::Queue,
        settings: &Settings,
    ) -> Result<Self, IssuerError> {
        let name: Arc<str> = settings
            .http
            .public_url
            .as_str()
            .trim_end_matches('/')
            .into();
        let mut issuers = vec![Issuer::embedded(&name)];
        for outside in &settings.issuers {
            let issuer = Issuer::outside(outside)?;
            if issuers.iter().any(|other| other.name() == issuer.name()) {
                return Err(IssuerError::Twice);
            }
            issuers.push(issuer);
        }
        Ok(Self(Arc::new(Inner {
            db,
            keys,
            audit,
            name,
            issuers,
            cache: Cache::default(),
            zone: settings.time_zone.clone(),
        })))
    }

    /// What the embedded issuer calls itself.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.0.name
    }

    /// The keys of this process.
    #[must_use]
    pub fn keys(&self) -> &KeyRing {
        &self.0.keys
    }

    /// The queue for personal reads and refusals.
    #[must_use]
    pub fn audit(&self) -> &audit::Queue {
        &self.0.audit
    }

    /// The caller behind a token, when it was found good within the last minute.
    fn remembered(&self, token: &str, now: Timestamp) -> Option<Arc<Caller>> {
        self.0.cache.get(&cache::hash(token), now)
    }

    /// The caller behind a token.
    pub async fn caller(&self, token: &str, now: Timestamp) -> Result<Arc<Caller>, AuthError> {
        let hash = cache::hash(token);
        if let Some(caller) = self.0.cache.get(&hash, now) {
            return Ok(caller);
        }
        let token = jws::Jws::parse(token)?;
        let named = claims::named_issuer(&token.payload)?;
        let issuer = self.0.issuers.iter().find(|issuer| issuer.name() == named);
        let issuer = issuer.ok_or(AuthError::Refused)?;
        issuer.check_signature(&token, &self.0.keys, now).await?;
        let claims = issuer.check_claims(&token, now)?;
        let expires_at = claims.expires_at;
        let profile = issuer.profile(claims)?;
        let today = now.to_zoned(self.0.zone.clone()).date();
        let caller = self
            .0
            .db
            .read(move |conn| resolve::caller(conn, &profile, today))
            .await?;
        let caller = Arc::new(caller);
        self.0.cache.put(hash, Arc::clone(&caller), expires_at, now);
        Ok(caller)
    }
}

async fn keep_fresh(auth: Weak<Inner>, clock: Clock) {
    loop {
        tokio::time::sleep(RELOAD).await;
        let Some(auth) = auth.upgrade() else {
            return;
        };
        let (keys, now) = (auth.keys.clone(), clock.now());
        let reloaded = auth.db.read(move |conn| keys.reload(conn, now)).await;
        if let Err(error) = reloaded {
            tracing::warn!(%error, "the keys could not be read again");
        }
    }
}

impl std::fmt::Debug for Auth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Auth")
            .field("issuers", &self.0.issuers.len())
            .finish_non_exhaustive()
    }
}
