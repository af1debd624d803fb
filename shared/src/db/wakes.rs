//! Wakes the workers after a commit, never before it: a worker that looked too early would find
//! nothing and go back to sleep.

use std::cell::Cell;

use tokio::sync::watch;

thread_local! {
    static ASKED: Cell<bool> = const { Cell::new(false) };
}

/// Asks that the workers look for work once the transaction that runs on this thread has been
/// committed. Call it where work is put into the outbox.
pub fn wake_after_commit() {
    ASKED.set(true);
}

/// Starts a transaction with nothing asked.
pub(super) fn forget() {
    ASKED.set(false);
}

/// Whether the transaction asked.
pub(super) fn asked() -> bool {
    ASKED.get()
}

/// Counts the commits that asked, for whoever waits for the next.
#[derive(Debug, Default)]
pub(super) struct Wakes(watch::Sender<u64>);

impl Wakes {
    pub(super) fn subscribe(&self) -> watch::Receiver<u64> {
        self.0.subscribe()
    }

    pub(super) fn ring(&self) {
        self.0.send_modify(|count| *count = count.wrapping_add(1));
    }
}
