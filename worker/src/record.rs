//! Recording what became of attempts, many in one transaction.
//!
//! The first is written at once; those that end while it is being written make the next batch, so
//! that batches grow with the load and nothing waits for a timer.

use std::sync::Arc;
use std::time::Duration;

use koplopers_shared::deliveries::{Completion, Recorded};
use koplopers_shared::flows::finish_mails;
use koplopers_shared::metrics::DeliveryMetrics;
use tokio::sync::mpsc;

use crate::runner::Shared;

/// How many completions one transaction holds at most.
const BATCH: usize = 64;

/// How long to wait before a failed batch is written again.
const AGAIN: Duration = Duration::from_millis(500);

/// Records what comes until every sender is gone.
///
/// A batch that fails is kept: the mails in it were sent, and only its success keeps them from
/// being sent again once their leases have run out.
pub(crate) async fn record_all(
    shared: Arc<Shared>,
    mut completions: mpsc::UnboundedReceiver<Completion>,
) {
    let mut batch = Vec::with_capacity(BATCH);
    while completions.recv_many(&mut batch, BATCH).await > 0 {
        let completed: Arc<[Completion]> = batch.drain(..).collect();
        while !record(&shared, &completed).await {
            tokio::time::sleep(AGAIN).await;
        }
    }
}

/// Records a batch; whether it is stored.
pub(crate) async fn record(shared: &Shared, completed: &Arc<[Completion]>) -> bool {
    let (worker, now) = (shared.id, shared.clock.now());
    let batch = Arc::clone(completed);
    let recorded = shared
        .db
        .write(move |conn| finish_mails(conn, worker, &batch, now))
        .await;
    let recorded = match recorded {
        Ok(recorded) => recorded,
        Err(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                attempts = completed.len(),
                "what became of sent mails could not be recorded yet"
            );
            return false;
        }
    };
    for (done, completion) in recorded.iter().zip(completed.iter()) {
        log(done, completion);
        count(&shared.metrics, done, completion);
        shared.release(completion.lease);
    }
    true
}

fn count(metrics: &DeliveryMetrics, recorded: &Recorded, completion: &Completion) {
    let took = completion.ended_at.duration_since(completion.started_at);
    metrics.attempted(&completion.attempt, took.as_secs_f64());
    if let Recorded::Done { state, .. } = recorded {
        metrics.reached(*state);
    }
}

// security: 76 - ids, codes and phases; neither addresses nor the server's words.
fn log(recorded: &Recorded, completion: &Completion) {
    let attempt = &completion.attempt;
    match recorded {
        Recorded::Done {
            delivery, state, ..
        } => tracing::info!(
            delivery = %delivery,
            outcome = attempt.outcome.as_str(),
            state = state.as_str(),
            phase = attempt.phase,
            smtp_code = attempt.code,
            "delivery attempted"
        ),
        Recorded::Stale { delivery } => tracing::warn!(
            delivery = %delivery,
            outcome = attempt.outcome.as_str(),
            "delivery attempted, but another worker has taken it over"
        ),
    }
}
