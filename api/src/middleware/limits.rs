//! How often a caller may call (security: 42, 43).

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use koplopers_shared::settings::HttpSettings;

use crate::problem::{Problem, kinds};

/// The limits of one process.
pub struct Limits {
    clients: Option<DefaultKeyedRateLimiter<String>>,
    addresses: Option<DefaultKeyedRateLimiter<IpAddr>>,
    clock: DefaultClock,
}

impl Limits {
    /// The limits that the settings ask for.
    #[must_use]
    pub fn new(settings: &HttpSettings) -> Self {
        let quota = |per_minute| NonZeroU32::new(per_minute).map(Quota::per_minute);
        Self {
            clients: quota(settings.rate_per_minute).map(RateLimiter::keyed),
            addresses: quota(settings.rate_anonymous_per_minute).map(RateLimiter::keyed),
            clock: DefaultClock::default(),
        }
    }

    /// Counts a request of a known caller.
    pub fn client(&self, caller: &str) -> Result<(), Problem> {
        let Some(limiter) = &self.clients else {
            return Ok(());
        };
        limiter
            .check_key(&caller.to_owned())
            .map_err(|until| self.refuse(until.wait_time_from(self.clock.now())))
    }

    /// Counts a request without a token, or with one that is not good.
    pub fn address(&self, address: IpAddr) -> Result<(), Problem> {
        let Some(limiter) = &self.addresses else {
            return Ok(());
        };
        limiter
            .check_key(&network_of(address))
            .map_err(|until| self.refuse(until.wait_time_from(self.clock.now())))
    }

    /// Forgets callers who have been quiet, so that memory does not grow with their number.
    pub fn tidy(&self) {
        if let Some(limiter) = &self.clients {
            limiter.retain_recent();
        }
        if let Some(limiter) = &self.addresses {
            limiter.retain_recent();
        }
    }

    #[expect(clippy::unused_self, reason = "reads next to its callers")]
    fn refuse(&self, wait: std::time::Duration) -> Problem {
        let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX);
        Problem::unavailable(&kinds::TOO_MANY_REQUESTS, seconds.saturating_add(1))
    }
}

impl std::fmt::Debug for Limits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Limits")
    }
}

/// One household or office has a whole /64 of IPv6 addresses.
fn network_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & !u128::from(u64::MAX)).into()),
    }
}
