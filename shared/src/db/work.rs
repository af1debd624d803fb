//! One piece of work on its way through the executor, and the promise to answer it.

use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::sync::oneshot;

use super::{DbConn, DbError};

/// How a run of a closure ended; its result waits inside the work until it is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ran {
    /// It returned a value.
    Done,
    /// A rule or a constraint refused; the connection is sound.
    Refused,
    /// Two transactions stood in each other's way; run it again.
    Collided,
    /// The connection went away.
    Lost,
    /// The connection may have come to harm.
    Broken,
}

/// Work whose types are hidden, so that a queue can hold it.
pub(super) trait Work: Send {
    /// Claims the work; `false` when nobody waits for it any more.
    fn claim(&self) -> bool;
    /// Runs the closure, again if need be, and keeps its result.
    fn run(&mut self, conn: &mut DbConn) -> Ran;
    /// Gives the kept result to who asked.
    fn answer(self: Box<Self>);
    /// Gives `error` to who asked, whatever was kept.
    fn fail(self: Box<Self>, error: DbError);
}

const WAITING: u8 = 0;
const CLAIMED: u8 = 1;
const WITHDRAWN: u8 = 2;

/// Who comes first: the thread that runs the work, or the asker who has waited too long.
#[derive(Debug, Default)]
pub(super) struct Ticket(AtomicU8);

impl Ticket {
    fn settle(&self, as_what: u8) -> bool {
        self.0
            .compare_exchange(WAITING, as_what, Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
    }

    /// Takes the work back; `false` when a thread runs it already.
    pub(super) fn withdraw(&self) -> bool {
        self.settle(WITHDRAWN)
    }
}

/// A closure with its asker.
pub(super) struct Task<T, E, F> {
    closure: F,
    kept: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
    ticket: Arc<Ticket>,
}

impl<T, E, F> Task<T, E, F> {
    pub(super) fn new(
        closure: F,
        reply: oneshot::Sender<Result<T, E>>,
        ticket: Arc<Ticket>,
    ) -> Self {
        Self {
            closure,
            kept: None,
            reply,
            ticket,
        }
    }
}

impl<T, E, F> Work for Task<T, E, F>
where
    T: Send,
    E: Error + From<DbError> + Send + 'static,
    F: Fn(&mut DbConn) -> Result<T, E> + Send,
{
    fn claim(&self) -> bool {
        self.ticket.settle(CLAIMED) && !self.reply.is_closed()
    }

    fn run(&mut self, conn: &mut DbConn) -> Ran {
        let (result, ran) = run_caught(&self.closure, conn);
        self.kept = Some(result);
        ran
    }

    fn answer(self: Box<Self>) {
        let result = self
            .kept
            .unwrap_or_else(|| Err(E::from(DbError::Unreachable)));
        // Who asked may have left: its request was cut off.
        let _ = self.reply.send(result);
    }

    fn fail(self: Box<Self>, error: DbError) {
        let _ = self.reply.send(Err(E::from(error)));
    }
}

/// Runs `closure` so that a panic is an error, and judges what it did to the connection.
pub(super) fn run_caught<T, E, F>(closure: &F, conn: &mut DbConn) -> (Result<T, E>, Ran)
where
    E: Error + From<DbError> + 'static,
    F: Fn(&mut DbConn) -> Result<T, E>,
{
    // Unwind safe: after a panic the connection is thrown away, and the closure is only called.
    match catch_unwind(AssertUnwindSafe(|| closure(conn))) {
        Ok(Ok(value)) => (Ok(value), Ran::Done),
        Ok(Err(error)) => {
            let ran = match DbError::in_chain(&error) {
                Some(DbError::Unreachable) => Ran::Lost,
                Some(cause) if cause.is_collision() => Ran::Collided,
                Some(cause) if cause.breaks_connection() => Ran::Broken,
                _ => Ran::Refused,
            };
            (Err(error), ran)
        }
        Err(_panic) => (Err(E::from(DbError::Panicked)), Ran::Broken),
    }
}
