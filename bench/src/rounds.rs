//! Measuring in turn, so that what else the machine does meets all of it.

use std::time::{Duration, Instant};

/// What was measured in each round, one figure for each thing in the order given.
///
/// Every thing is measured once per round; the figures are the medians.
pub fn medians<const N: usize>(
    rounds: u16,
    mut measure: [&mut dyn FnMut() -> anyhow::Result<f64>; N],
) -> anyhow::Result<[f64; N]> {
    let mut seen = [const { Vec::new() }; N];
    for _ in 0..rounds {
        for (measure, seen) in measure.iter_mut().zip(&mut seen) {
            seen.push(measure()?);
        }
    }
    Ok(seen.map(median))
}

/// The middle one, or the mean of the two in the middle; 0 of none.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    let middle = figures.len() / 2;
    match (figures.get(middle), figures.len() % 2) {
        (None, _) => 0.0,
        (Some(upper), 1) => *upper,
        (Some(upper), _) => f64::midpoint(*upper, figures[middle - 1]),
    }
}

/// Rows in the smaller of two databases, of which the larger should be as fast.
pub const FEW: u32 = 10_000;

/// Rows in the larger one.
pub const MANY: u32 = 1_000_000;

/// How often `act` can be done in a second, on this thread. `act` says how many it did.
pub fn per_second(
    time: Duration,
    mut act: impl FnMut() -> anyhow::Result<usize>,
) -> anyhow::Result<f64> {
    let start = Instant::now();
    let mut done = 0;
    while start.elapsed() < time {
        let more = act()?;
        if more == 0 {
            break;
        }
        done += more;
    }
    Ok(count(done) / start.elapsed().as_secs_f64())
}

/// A count as a figure.
pub fn count(count: usize) -> f64 {
    // No run counts to 2⁵³.
    #[expect(clippy::cast_precision_loss, reason = "see above")]
    let count = count as f64;
    count
}

/// The rate of two steps that share the same cores and follow each other.
pub fn composite(one: f64, other: f64) -> f64 {
    1.0 / (1.0 / one + 1.0 / other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle() {
        let close = |a: f64, b: f64| (a - b).abs() < 1e-9;
        assert!(close(median(vec![3.0, 1.0, 2.0]), 2.0));
        assert!(close(median(vec![4.0, 1.0, 2.0, 3.0]), 2.5));
        assert!(close(median(Vec::new()), 0.0));
        assert!(close(composite(2.0, 2.0), 1.0));
    }
}
