//! A bounded queue between those who ask and the threads that own the connections.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, PoisonError};

use super::DbError;
use super::work::Work;

/// Work in the order in which it was asked.
pub(super) struct Queue {
    state: Mutex<State>,
    arrived: Condvar,
    limit: usize,
}

struct State {
    waiting: VecDeque<Box<dyn Work>>,
    open: bool,
    threads: ThreadUse,
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
                threads: ThreadUse::default(),
            }),
            arrived: Condvar::new(),
            limit,
        }
    }

    /// Adds work at the end, unless the queue is full or closed.
    pub(super) fn push(&self, work: Box<dyn Work>) -> Result<(), DbError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
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
        drop(state);
        self.arrived.notify_one();
        Ok(())
    }

    /// A thread comes to serve the queue.
    pub(super) fn join(&self) {
        self.change(|threads| threads.busy += 1);
    }

    /// A thread that has joined goes.
    pub(super) fn leave(&self) {
        self.change(|threads| threads.busy -= 1);
    }

    fn change(&self, change: impl FnOnce(&mut ThreadUse)) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut state.threads);
    }

    /// Waits for work and moves up to `limit` claimed pieces into `batch`; `false` at the end.
    pub(super) fn take(&self, limit: usize, batch: &mut Vec<Box<dyn Work>>) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
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
            state.threads.busy -= 1;
            state.threads.idle += 1;
            state = self
                .arrived
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
            state.threads.idle -= 1;
            state.threads.busy += 1;
        }
    }

    /// Lets nothing more in; the threads end when what waits is done.
    pub(super) fn close(&self) {
        self.state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .open = false;
        self.arrived.notify_all();
    }

    /// How much is waiting, for the metrics.
    pub(super) fn len(&self) -> usize {
        self.state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .waiting
            .len()
    }

    /// What its threads are doing, for the metrics.
    pub(super) fn threads(&self) -> ThreadUse {
        self.state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .threads
    }
}
