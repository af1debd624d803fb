//! Answers that take as long whatever was found: where the words of an answer tell nothing of who is
//! known here, its time must not either (`security: 80`).

use std::time::Duration;

/// How long such an answer takes at least; far more than the work behind it.
const AT_LEAST: Duration = Duration::from_millis(100);

/// Does the work, and gives its answer no sooner than a tenth of a second later.
///
/// The work itself waits for nothing: it is durable as soon as ever.
pub async fn steady<T>(work: impl Future<Output = T>) -> T {
    let (answer, ()) = tokio::join!(work, tokio::time::sleep(AT_LEAST));
    answer
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn an_answer_that_is_ready_at_once_is_kept_for_a_while() {
        assert_eq!(async { 1 }.now_or_never(), Some(1));
        assert_eq!(steady(async { 1 }).now_or_never(), None);
        assert_eq!(steady(async { 1 }).await, 1);
    }
}
