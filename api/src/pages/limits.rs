//! How often a page may be asked for, by network address and by link (`security: 43`).
//!
//! Each process counts for itself. That no link is answered with a flood of mails holds across
//! processes by the key of the delivery.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use koplopers_shared::words::EmailAddress;

/// A town hall full of invitees may share one address.
const PAGES_PER_ADDRESS: NonZeroU32 = NonZeroU32::new(120).unwrap();
const PAGES_PER_LINK: NonZeroU32 = NonZeroU32::new(30).unwrap();
const ASKS_PER_ADDRESS: NonZeroU32 = NonZeroU32::new(20).unwrap();
const ASKS_PER_LINK: NonZeroU32 = NonZeroU32::new(5).unwrap();
const ASKS_PER_MAILBOX: NonZeroU32 = NonZeroU32::new(5).unwrap();
/// Nominations without a token; somebody who knows many front-runners still gets through.
const NOMINATIONS_PER_ADDRESS: NonZeroU32 = NonZeroU32::new(30).unwrap();
const NOMINATIONS_PER_MAILBOX: NonZeroU32 = NonZeroU32::new(10).unwrap();

/// After so many checks, keys that have been quiet are let go.
const TIDY_EVERY: u32 = 4096;

/// Too often; try again after this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooOften {
    pub(super) wait: Duration,
}

/// The counters. Links and mailboxes are kept as hashes: no token and no address stays behind.
#[derive(Debug)]
pub(super) struct Limits {
    pages_by_address: DefaultKeyedRateLimiter<IpAddr>,
    pages_by_link: DefaultKeyedRateLimiter<u64>,
    asks_by_address: DefaultKeyedRateLimiter<IpAddr>,
    asks_by_link: DefaultKeyedRateLimiter<u64>,
    asks_by_mailbox: DefaultKeyedRateLimiter<u64>,
    nominations_by_address: DefaultKeyedRateLimiter<IpAddr>,
    nominations_by_mailbox: DefaultKeyedRateLimiter<u64>,
    checks: AtomicU32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            pages_by_address: RateLimiter::keyed(Quota::per_minute(PAGES_PER_ADDRESS)),
            pages_by_link: RateLimiter::keyed(Quota::per_minute(PAGES_PER_LINK)),
            asks_by_address: RateLimiter::keyed(Quota::per_hour(ASKS_PER_ADDRESS)),
            asks_by_link: RateLimiter::keyed(Quota::per_hour(ASKS_PER_LINK)),
            asks_by_mailbox: RateLimiter::keyed(Quota::per_hour(ASKS_PER_MAILBOX)),
            nominations_by_address: RateLimiter::keyed(Quota::per_hour(NOMINATIONS_PER_ADDRESS)),
            nominations_by_mailbox: RateLimiter::keyed(Quota::per_hour(NOMINATIONS_PER_MAILBOX)),
            checks: AtomicU32::new(0),
        }
    }
}

impl Limits {
    /// Counts a visit to the page of a link.
    pub(super) fn visit(&self, address: Option<IpAddr>, token: &str) -> Result<(), TooOften> {
        self.open_visit(address)?;
        check(&self.pages_by_link, &link_key(token))
    }

    /// Counts a visit to a page that needs no link.
    pub(super) fn open_visit(&self, address: Option<IpAddr>) -> Result<(), TooOften> {
        if self.checks.fetch_add(1, Ordering::Relaxed) % TIDY_EVERY == TIDY_EVERY - 1 {
            self.tidy();
        }
        match address {
            Some(address) => check(&self.pages_by_address, &network(address)),
            None => Ok(()),
        }
    }

    /// Counts a nomination without a token.
    pub(super) fn nominate(&self, address: Option<IpAddr>) -> Result<(), TooOften> {
        match address {
            Some(address) => check(&self.nominations_by_address, &network(address)),
            None => Ok(()),
        }
    }

    /// Counts a nomination whose nominator has this mailbox. As with [`Self::ask_for`], a refusal
    /// is not shown.
    pub(super) fn nominate_as(&self, mailbox: &EmailAddress) -> Result<(), TooOften> {
        check(&self.nominations_by_mailbox, &hashed(&mailbox.key()))
    }

    /// Counts a request for a fresh link.
    pub(super) fn ask(&self, address: Option<IpAddr>, token: &str) -> Result<(), TooOften> {
        if let Some(address) = address {
            check(&self.asks_by_address, &network(address))?;
        }
        check(&self.asks_by_link, &link_key(token))
    }

    /// Counts a request that names this mailbox. A refusal is not shown to the visitor: it would
    /// tell that somebody else asked.
    pub(super) fn ask_for(&self, mailbox: &EmailAddress) -> Result<(), TooOften> {
        check(&self.asks_by_mailbox, &hashed(&mailbox.key()))
    }

    fn tidy(&self) {
        self.pages_by_address.retain_recent();
        self.pages_by_link.retain_recent();
        self.asks_by_address.retain_recent();
        self.asks_by_link.retain_recent();
        self.asks_by_mailbox.retain_recent();
        self.nominations_by_address.retain_recent();
        self.nominations_by_mailbox.retain_recent();
    }
}

fn check<K: Clone + Eq + std::hash::Hash>(
    limiter: &DefaultKeyedRateLimiter<K>,
    key: &K,
) -> Result<(), TooOften> {
    limiter.check_key(key).map_err(|refusal| TooOften {
        wait: refusal.wait_time_from(DefaultClock::default().now()),
    })
}

/// An IPv6 visitor owns a whole /64.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => IpAddr::V4(v4),
            None => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        },
    }
}

/// The part of a token that names its link, so that guesses at the rest share one counter.
fn link_key(token: &str) -> u64 {
    hashed(token.get(..24).unwrap_or(token))
}

fn hashed(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    // security: 43
    #[test]
    fn one_address_is_limited_and_another_is_not() {
        let limits = Limits::default();
        let refused = (0..1000)
            .map(|n| format!("{n:024}"))
            .filter(|token| limits.visit(Some(address("192.0.2.1")), token).is_err())
            .count();
        assert!(refused > 800, "{refused}");
        assert_eq!(limits.visit(Some(address("192.0.2.2")), "other"), Ok(()));
    }

    // security: 43
    #[test]
    fn one_link_is_limited_from_whatever_address_and_with_whatever_end() {
        let limits = Limits::default();
        let named = "n".repeat(24);
        let refused = (0..200)
            .filter(|n| {
                let from = address(&format!("198.51.100.{n}"));
                limits.visit(Some(from), &format!("{named}{n}")).is_err()
            })
            .count();
        assert!(refused > 100, "{refused}");
        assert_eq!(limits.visit(Some(address("192.0.2.2")), "other"), Ok(()));
    }

    // security: 80
    #[test]
    fn two_spellings_of_a_mailbox_are_one() {
        let limits = Limits::default();
        let refused = (0..20)
            .map(|n| EmailAddress::parse(&format!("Kim+{n}@example.nl")).unwrap())
            .filter(|mailbox| limits.ask_for(mailbox).is_err())
            .count();
        assert!(refused >= 10, "{refused}");
    }

    #[test]
    fn a_visitor_with_many_ipv6_addresses_is_one_visitor() {
        assert_eq!(
            network(address("2001:db8:1:2:3::4")),
            network(address("2001:db8:1:2:ffff::9"))
        );
        assert_eq!(
            network(address("::ffff:192.0.2.1")),
            network(address("192.0.2.1"))
        );
    }
}
