//! Asking for consent without a coordinator (N3).

use jiff::SignedDuration;

use super::amounts::number;
use super::source::Source;

const KEY: &str = "KOPLOPERS_CONSENT_AFTER_DAYS";
/// By then every candidate was told.
const MOST: u32 = 28;

pub(super) fn read(source: &mut Source) -> Option<SignedDuration> {
    let is_set = source.text(KEY).is_some();
    let days = number(source, KEY, 0..=MOST, 0);
    is_set.then(|| SignedDuration::from_hours(24 * i64::from(days)))
}
