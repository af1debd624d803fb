//! Numbers and times in settings.

use std::time::Duration;

use jiff::SignedDuration;

use super::source::Source;

/// A number within a range.
pub(super) fn number(
    source: &mut Source,
    key: &'static str,
    range: std::ops::RangeInclusive<u32>,
    default: u32,
) -> u32 {
    let parse = |text: &str| {
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| format!("must be a number from {} to {}", range.start(), range.end()))
    };
    source.get(key, parse).unwrap_or(default)
}

/// A number within a range, of things in memory.
pub(super) fn size(
    source: &mut Source,
    key: &'static str,
    range: std::ops::RangeInclusive<u32>,
    default: usize,
) -> usize {
    let default = u32::try_from(default).unwrap_or(*range.end());
    usize::try_from(number(source, key, range, default)).unwrap_or(usize::MAX)
}

/// A time such as `15s` or `200ms`, at most ten minutes.
pub(super) fn span(source: &mut Source, key: &'static str, default_seconds: u64) -> Duration {
    let parse =
        |text: &str| read_span(text).ok_or("must be a time such as 15s or 200ms, at most 10m");
    source
        .get(key, parse)
        .unwrap_or(Duration::from_secs(default_seconds))
}

/// A time of a second or more: actix looks at its clock twice a second, and a shorter time may
/// be over before it begins, or never.
pub(super) fn slow_span(source: &mut Source, key: &'static str, default_seconds: u64) -> Duration {
    let parse = |text: &str| {
        read_span(text)
            .filter(|span| *span >= Duration::from_secs(1))
            .ok_or("must be a time such as 5s, from 1s to 10m")
    };
    source
        .get(key, parse)
        .unwrap_or(Duration::from_secs(default_seconds))
}

fn read_span(text: &str) -> Option<Duration> {
    let span = text.parse::<SignedDuration>().ok()?;
    let span = Duration::try_from(span).ok()?;
    (span <= Duration::from_mins(10)).then_some(span)
}
