//! How many mails a minute may go, in all and to one domain.
//!
//! Counted by the minute of the clock, in this process alone. A mail over the limit is promised to a later minute, each to
//! the first with room, so that a thousand mails to one domain are composed twice and not a thousand times over.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use crate::transport::Rates;

/// The limits, and what has gone in the present minute.
#[derive(Debug)]
pub(crate) struct Limits {
    rates: Rates,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    minute: i64,
    all: Count,
    domains: HashMap<String, Count>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Count {
    /// Gone in the present minute.
    gone: i64,
    /// Promised to later ones.
    promised: i64,
}

impl Limits {
    pub(crate) fn new(rates: Rates) -> Self {
        Self {
            rates,
            counts: Mutex::default(),
        }
    }

    /// Lets a mail to `domain` go now; otherwise says when to come back.
    pub(crate) fn take(&self, domain: &str, now: Timestamp) -> Result<(), Timestamp> {
        if self.rates == Rates::default() {
            return Ok(());
        }
        let minute = now.as_second().div_euclid(60);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.turn_to(minute, self.rates);
        let counts = &mut *counts;
        let of_domain = counts.domains.entry(domain.to_owned()).or_default();
        let over = [
            (self.rates.domain_per_minute, &mut *of_domain),
            (self.rates.per_minute, &mut counts.all),
        ]
        .into_iter()
        .find_map(|(rate, count)| count.over(i64::from(rate?)));
        if let Some(ahead) = over {
            let later = (minute + ahead) * 60;
            return Err(Timestamp::from_second(later).unwrap_or(now));
        }
        of_domain.gone += 1;
        counts.all.gone += 1;
        Ok(())
    }
}

impl Counts {
    fn turn_to(&mut self, minute: i64, rates: Rates) {
        let passed = minute - self.minute;
        if passed == 0 {
            return;
        }
        self.minute = minute;
        if passed < 0 {
            // The clock was turned back: what was promised is forgotten, and nothing waits for hours.
            self.all = Count::default();
            self.domains.clear();
            return;
        }
        self.all.turn(passed, rates.per_minute);
        for count in self.domains.values_mut() {
            count.turn(passed, rates.domain_per_minute);
        }
        self.domains.retain(|_, count| count.promised > 0);
    }
}

impl Count {
    /// In how many minutes there is room, when there is none now.
    fn over(&mut self, rate: i64) -> Option<i64> {
        if self.gone < rate {
            return None;
        }
        self.promised += 1;
        Some(1 + (self.promised - 1) / rate)
    }

    fn turn(&mut self, minutes: i64, rate: Option<u32>) {
        let kept = minutes.saturating_mul(rate.map_or(0, i64::from));
        self.gone = 0;
        self.promised = (self.promised - kept).max(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap_or_default()
    }

    fn limits(per_minute: Option<u32>, domain_per_minute: Option<u32>) -> Limits {
        Limits::new(Rates {
            per_minute,
            domain_per_minute,
        })
    }

    #[test]
    fn without_limits_everything_goes() {
        let limits = limits(None, None);
        assert!((0..1000).all(|_| limits.take("example.nl", at(0)) == Ok(())));
    }

    #[test]
    fn what_is_over_the_limit_of_a_domain_is_spread_over_later_minutes() {
        let limits = limits(None, Some(2));
        let taken: Vec<_> = (0..7)
            .map(|_| {
                limits
                    .take("example.nl", at(30))
                    .map_err(Timestamp::as_second)
            })
            .collect();
        assert_eq!(
            taken,
            [
                Ok(()),
                Ok(()),
                Err(60),
                Err(60),
                Err(120),
                Err(120),
                Err(180)
            ]
        );
        assert_eq!(
            limits.take("example.org", at(30)),
            Ok(()),
            "another domain has its own"
        );
        // Those who were promised a minute find room in it.
        for minute in [60, 120, 180] {
            assert_eq!(limits.take("example.nl", at(minute)), Ok(()));
            assert_eq!(limits.take("example.nl", at(minute + 59)), Ok(()));
            let full = limits.take("example.nl", at(minute + 59));
            assert!(full.is_err_and(|later| later > at(minute + 59)));
        }
    }

    #[test]
    fn the_limit_for_all_holds_across_domains() {
        let limits = limits(Some(3), Some(2));
        let taken: Vec<_> = ["a.nl", "a.nl", "a.nl", "b.nl", "b.nl"]
            .iter()
            .map(|domain| limits.take(domain, at(0)).map_err(Timestamp::as_second))
            .collect();
        assert_eq!(taken, [Ok(()), Ok(()), Err(60), Ok(()), Err(60)]);
    }

    // security: 89
    #[test]
    fn a_clock_that_jumps_holds_nothing_back() {
        let limits = limits(None, Some(1));
        let day = 24 * 3600;
        for _ in 0..100 {
            let _ = limits.take("example.nl", at(day));
        }
        assert_eq!(limits.take("example.nl", at(0)), Ok(()));
        assert_eq!(limits.take("example.nl", at(0)), Err(at(60)));
        assert_eq!(limits.take("example.nl", at(2 * day)), Ok(()));
        assert_eq!(
            limits.take("example.nl", at(2 * day)),
            Err(at(2 * day + 60))
        );
    }
}
