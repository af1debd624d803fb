//! A bounded queue between those who ask and the threads that own the connections.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread};

use super::DbError;
use super::work::Work;

/// Work in the order in which it was asked.
///
/// The thread that went to sleep last is woken first: with little to do few connections are in
/// use, whose statements are prepared and whose pages are at hand.
pub(super) struct Queue {
    state: Mutex<State>,
    limit: usize,
}

struct State {
    waiting: VecDeque<Box<dyn Work>>,
    open: bool,
    /// The threads that serve this queue.
    serving: usize,
    /// Those of them that wait for work, the last to do so at the end.
    asleep: Vec<Thread>,
}

/// The threads that serve one queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ThreadUse {
    /// Those at work, or stuck in it.
    pub busy: usize,
    /// Those that wait for work.
    pub idle: usize,
}

impl Queue {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            state: Mutex::new(State {
                waiting: VecDeque::new(),
                open: true,
                serving: 0,
                asleep: Vec::new(),
            }),
            limit,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds work at the end, unless the queue is full or closed.
    pub(super) fn push(&self, work: Box<dyn Work>) -> Result<(), DbError> {
        let mut state = self.state();
        if !state.open {
            return Err(DbError::Unreachable);
        }
        if state.waiting.len() >= self.limit {
            // What was taken back keeps no place.
            state.waiting.retain(|work| work.ticket().is_waiting());
            if state.waiting.len() >= self.limit {
                return Err(DbError::Saturated);
            }
        }
        state.waiting.push_back(work);
        let sleeper = state.asleep.pop();
        drop(state);
        if let Some(sleeper) = sleeper {
            sleeper.unpark();
        }
        Ok(())
    }

    /// A thread comes to serve the queue.
    pub(super) fn join(&self) {
        self.state().serving += 1;
    }

    /// A thread that has joined goes.
    pub(super) fn leave(&self) {
        self.state().serving -= 1;
    }

    /// Waits for work and moves up to `limit` claimed pieces into `batch`; `false` at the end.
    /// For threads that have joined.
    pub(super) fn take(&self, limit: usize, batch: &mut Vec<Box<dyn Work>>) -> bool {
        let mut state = self.state();
        loop {
            while batch.len() < limit {
                let Some(work) = state.waiting.pop_front() else {
                    break;
                };
                if work.claim() {
                    batch.push(work);
                }
            }
            if !batch.is_empty() {
                return true;
            }
            if !state.open {
                return false;
            }
            state.asleep.push(thread::current());
            drop(state);
            thread::park();
            state = self.state();
            // Parking may end without a reason.
            let this = thread::current().id();
            state.asleep.retain(|sleeper| sleeper.id() != this);
        }
    }

    /// Lets nothing more in; the threads end when what waits is done.
    pub(super) fn close(&self) {
        let mut state = self.state();
        state.open = false;
        for sleeper in state.asleep.drain(..) {
            sleeper.unpark();
        }
    }

    /// How much is waiting, for the metrics.
    pub(super) fn len(&self) -> usize {
        self.state().waiting.len()
    }

    /// What its threads are doing, for the metrics.
    pub(super) fn threads(&self) -> ThreadUse {
        let state = self.state();
        let idle = state.asleep.len();
        ThreadUse {
            busy: state.serving.saturating_sub(idle),
            idle,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::sync::{Arc, mpsc};

    use super::*;
    use crate::db::DbConn;
    use crate::db::work::{Ran, Ticket, Way};

    /// Work that is only handed on.
    struct Parcel;

    impl Work for Parcel {
        fn way(&self) -> Way {
            Way::Read
        }

        fn claim(&self) -> bool {
            true
        }

        fn run(&mut self, _: &mut DbConn) -> Ran {
            Ran::Done
        }

        fn answer(self: Box<Self>) {}

        fn fail(self: Box<Self>, _: DbError) {}

        fn ticket(&self) -> Arc<Ticket> {
            Arc::default()
        }
    }

    /// Starts a thread that says its name whenever it got work; returns once it sleeps.
    fn serve(queue: &Arc<Queue>, name: &'static str, said: &mpsc::Sender<&'static str>) {
        let before = queue.threads().idle;
        let (queue_of_thread, said) = (Arc::clone(queue), said.clone());
        thread::spawn(move || {
            queue_of_thread.join();
            let mut batch = Vec::new();
            while queue_of_thread.take(1, &mut batch) {
                batch.clear();
                said.send(name).unwrap();
            }
            queue_of_thread.leave();
        });
        until(queue, before + 1);
    }

    fn until(queue: &Queue, idle: usize) {
        while queue.threads().idle != idle {
            thread::yield_now();
        }
    }

    #[test]
    fn the_thread_that_went_to_sleep_last_is_woken_first() {
        let queue = Arc::new(Queue::new(8));
        let (say, said) = mpsc::channel();
        serve(&queue, "first", &say);
        serve(&queue, "second", &say);
        for _ in 0..20 {
            queue.push(Box::new(Parcel)).unwrap();
            assert_eq!(said.recv().unwrap(), "second");
            until(&queue, 2);
        }
        queue.close();
        drop(say);
        assert_eq!(said.recv().ok(), None);
    }
}
