//! From when the daily digest calls something overdue, and when people are chased (S2, K2).

use url::Url;

use super::amounts::number;
use super::source::Source;

/// The most days that can be set: a year.
const MOST: u32 = 365;

/// From when something is overdue, in whole days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DigestLimits {
    /// An intake that was submitted and has no talk yet.
    pub submitted: u32,
    /// An intake that is being assessed.
    pub assessing: u32,
    /// A matched intake to which nothing is on offer.
    pub matched: u32,
}

impl Default for DigestLimits {
    fn default() -> Self {
        Self {
            submitted: 10,
            assessing: 28,
            matched: 14,
        }
    }
}

/// How many days before a last day somebody is reminded of it; none for not at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChaserDays {
    /// The sponsor, of an offer that waits for an answer.
    pub offer: Option<u32>,
    /// The contact person, of an end product that is not there.
    pub end_product: Option<u32>,
}

impl Default for ChaserDays {
    fn default() -> Self {
        Self {
            offer: Some(3),
            end_product: Some(28),
        }
    }
}

pub(super) fn limits(source: &mut Source) -> DigestLimits {
    let usual = DigestLimits::default();
    let mut days = |key, default| number(source, key, 1..=MOST, default);
    DigestLimits {
        submitted: days("KOPLOPERS_DIGEST_SUBMITTED_DAYS", usual.submitted),
        assessing: days("KOPLOPERS_DIGEST_ASSESSING_DAYS", usual.assessing),
        matched: days("KOPLOPERS_DIGEST_MATCHED_DAYS", usual.matched),
    }
}

pub(super) fn chasers(source: &mut Source) -> ChaserDays {
    let usual = ChaserDays::default();
    let mut days = |key, usual: Option<u32>| {
        let days = number(source, key, 0..=MOST, usual.unwrap_or(0));
        (days > 0).then_some(days)
    };
    ChaserDays {
        offer: days("KOPLOPERS_OFFER_CHASER_DAYS", usual.offer),
        end_product: days("KOPLOPERS_END_PRODUCT_CHASER_DAYS", usual.end_product),
    }
}

/// Where the links of the digest lead when there is a front end.
pub(super) fn app_url(source: &mut Source) -> Option<Url> {
    source.get("KOPLOPERS_APP_URL", |text| {
        Url::parse(text)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.query().is_none())
            .ok_or("must be a complete URL without a query")
    })
}
