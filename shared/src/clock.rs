//! The only reader of the system clock.

use jiff::Timestamp;
#[cfg(any(test, feature = "testing"))]
use std::sync::{Arc, Mutex};

/// Tells the time. Read it once per request or job and pass `now` on.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The machine's clock, cut to microseconds so that a stored instant compares equal.
    #[default]
    System,
    /// A clock that a test turns.
    #[cfg(any(test, feature = "testing"))]
    Manual(Arc<Mutex<Timestamp>>),
}

impl Clock {
    /// A clock that stands at `now` until it is turned.
    #[cfg(any(test, feature = "testing"))]
    #[must_use]
    pub fn manual(now: Timestamp) -> Self {
        Self::Manual(Arc::new(Mutex::new(now)))
    }

    /// The current instant, in whole microseconds.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => read_system_clock(),
            #[cfg(any(test, feature = "testing"))]
            Self::Manual(time) => *time
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner),
        }
    }

    /// Turns a manual clock to `now`; the machine's clock is left alone.
    #[cfg(any(test, feature = "testing"))]
    pub fn turn_to(&self, now: Timestamp) {
        if let Self::Manual(time) = self {
            *time
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner) = now;
        }
    }

    /// Turns a manual clock by `span`, forwards or backwards.
    #[cfg(any(test, feature = "testing"))]
    pub fn turn_by(&self, span: jiff::SignedDuration) {
        self.turn_to(self.now() + span);
    }
}

#[expect(clippy::disallowed_methods, reason = "the only reader of the clock")]
fn read_system_clock() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
}

/// An instant together with the calendar day it falls on where the institute is, for rules on
/// both deadlines (`…On`, which last until the day ends there) and instants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocalNow {
    /// The instant.
    pub at: Timestamp,
    /// The day it falls on, in `KOPLOPERS_TIME_ZONE`.
    pub today: jiff::civil::Date,
}

impl LocalNow {
    /// `at`, on the calendar of `zone`.
    #[must_use]
    pub fn new(at: Timestamp, zone: &jiff::tz::TimeZone) -> Self {
        Self {
            at,
            today: zone.to_datetime(at).date(),
        }
    }
}
