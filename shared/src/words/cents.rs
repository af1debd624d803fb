//! Amounts of money.

use serde::{Deserialize, Serialize};

/// An amount in whole cents of the euro: never negative, and small enough to survive a JSON
/// number in every language (RFC 8259 §6: at most 2^53 - 1).
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(try_from = "i64", into = "i64")]
pub struct Cents(i64);

/// A number that is no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an amount from 0 to 2^53 - 1 cents")]
pub struct InvalidCents;

impl Cents {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The largest amount.
    pub const MAX: Self = Self((1 << 53) - 1);

    /// An amount of so many cents.
    pub const fn new(cents: i64) -> Result<Self, InvalidCents> {
        if cents >= 0 && cents <= Self::MAX.0 {
            Ok(Self(cents))
        } else {
            Err(InvalidCents)
        }
    }

    /// How many cents.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Both together; `None` when that is more than the largest amount.
    #[must_use]
    pub const fn plus(self, other: Self) -> Option<Self> {
        // Two amounts never overflow 64 bits.
        match Self::new(self.0 + other.0) {
            Ok(sum) => Some(sum),
            Err(InvalidCents) => None,
        }
    }
}

impl TryFrom<i64> for Cents {
    type Error = InvalidCents;

    fn try_from(cents: i64) -> Result<Self, InvalidCents> {
        Self::new(cents)
    }
}

impl From<Cents> for i64 {
    fn from(cents: Cents) -> Self {
        cents.0
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn an_amount_is_not_negative_and_fits_a_json_number() {
        assert_eq!(Cents::new(-1), Err(InvalidCents));
        assert_eq!(Cents::new(9_007_199_254_740_991), Ok(Cents::MAX));
        assert_eq!(Cents::new(9_007_199_254_740_992), Err(InvalidCents));
        assert!(serde_json::from_str::<Cents>("-1").is_err());
        assert_eq!(
            serde_json::to_string(&Cents::new(250).unwrap()).unwrap(),
            "250"
        );
    }

    #[test]
    fn a_sum_that_is_too_large_is_none() {
        // mission: T5
        let cent = Cents::new(1).unwrap();
        assert_eq!(Cents::MAX.plus(Cents::ZERO), Some(Cents::MAX));
        assert_eq!(Cents::MAX.plus(cent), None);
        assert_eq!(Cents::MAX.plus(Cents::MAX), None);
    }
}
