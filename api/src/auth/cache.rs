//! Tokens that were found good lately.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use aws_lc_rs::digest::{SHA256, digest};
use jiff::{SignedDuration, Timestamp};

use super::Caller;

/// How long a token is believed without a new look: what was ended since, ends within it
/// (security: 17).
const BELIEVED: SignedDuration = SignedDuration::from_secs(60);

const SHARDS: usize = 16;
const PER_SHARD: usize = 1_000;

/// Good tokens by the hash of all their bytes: of two tokens with one signature, only one is
/// what the issuer signed.
#[derive(Debug, Default)]
pub(super) struct Cache([RwLock<HashMap<Hash, Entry>>; SHARDS]);

pub(super) type Hash = [u8; 32];

#[derive(Debug)]
struct Entry {
    caller: Arc<Caller>,
    until: Timestamp,
    since: Timestamp,
}

/// The hash of a token.
pub(super) fn hash(token: &str) -> Hash {
    let mut hash = [0; 32];
    let digest = digest(&SHA256, token.as_bytes());
    for (to, from) in hash.iter_mut().zip(digest.as_ref()) {
        *to = *from;
    }
    hash
}

impl Cache {
    fn shard(&self, hash: &Hash) -> &RwLock<HashMap<Hash, Entry>> {
        let [first, ..] = hash;
        &self.0[usize::from(*first) % SHARDS]
    }

    /// The caller behind a token that was good within the last minute and has not ended.
    pub fn get(&self, hash: &Hash, now: Timestamp) -> Option<Arc<Caller>> {
        let shard = self.shard(hash).read();
        let shard = shard.unwrap_or_else(PoisonError::into_inner);
        let entry = shard.get(hash)?;
        // A clock that went back must not keep an entry alive.
        (entry.since <= now && now < entry.until).then(|| Arc::clone(&entry.caller))
    }

    /// Remembers a good token that ends at `expires_at`.
    pub fn put(&self, hash: Hash, caller: Arc<Caller>, expires_at: Timestamp, now: Timestamp) {
        let until = expires_at.min(now + BELIEVED);
        let shard = self.shard(&hash).write();
        let mut shard = shard.unwrap_or_else(PoisonError::into_inner);
        if shard.len() >= PER_SHARD {
            shard.retain(|_, entry| now < entry.until);
        }
        if shard.len() >= PER_SHARD {
            shard.clear();
        }
        let since = now;
        shard.insert(
            hash,
            Entry {
                caller,
                until,
                since,
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use koplopers_shared::access::{Actor, PermitSet, Scope, Who};

    use super::*;

    fn caller() -> Arc<Caller> {
        let who = Who::Login {
            subject: "s".into(),
        };
        let actor = Actor::new(who, Scope::Institute, PermitSet::ALL);
        Arc::new(Caller::new(actor, None))
    }

    #[test]
    fn the_cache_stays_bounded_and_forgets_after_a_minute() {
        let now = Timestamp::UNIX_EPOCH;
        let cache = Cache::default();
        let long = now + SignedDuration::from_hours(1);
        for n in 0..40_000 {
            cache.put(hash(&n.to_string()), caller(), long, now);
        }
        let held: usize = cache
            .0
            .iter()
            .map(|shard| shard.read().unwrap_or_else(PoisonError::into_inner).len())
            .sum();
        assert!(held <= SHARDS * PER_SHARD, "{held}");
        let last = hash("39999");
        assert!(cache.get(&last, now).is_some());
        assert!(cache.get(&last, now + BELIEVED).is_none());
        assert!(
            cache
                .get(&last, now - SignedDuration::from_secs(1))
                .is_none()
        );
    }
}
