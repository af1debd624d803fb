//! The id of the request at hand: in its problem body, its log lines and its audit rows.

use koplopers_shared::ids::RequestId;

tokio::task_local! {
    static CURRENT: RequestId;
}

/// The id of the request that this task serves.
#[must_use]
pub fn current() -> Option<RequestId> {
    CURRENT.try_with(|id| *id).ok()
}

/// Runs `work` as the request `id`.
pub async fn within<F: Future>(id: RequestId, work: F) -> F::Output {
    CURRENT.scope(id, work).await
}
