//! One piece of work on its way through the executor, and the promise to answer it.

use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::sync::oneshot;

use super::{DbConn, DbError, transaction};

/// How a run of a closure ended; its result waits inside the work until it is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ran {
    /// It returned a value.
    Done,
    /// A rule or a constraint refused; the connection is sound.
    Refused,
    /// A unique key refused what the closure had found to be free, as happens when another
    /// transaction commits in between; the connection is sound.
    Raced,
    /// Two transactions stood in each other's way; run it again.
    Collided,
    /// The connection went away.
    Lost,
    /// The connection may have come to harm.
    Broken,
}

/// Whether work may change anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Read,
    Write,
}

/// Work whose types are hidden, so that a queue can hold it.
pub(super) trait Work: Send {
    /// Whether it runs in a transaction.
    fn way(&self) -> Way;
    /// Claims the work; `false` when nobody waits for it any more.
    fn claim(&self) -> bool;
    /// Runs the closure, again if need be, and keeps its result.
    fn run(&mut self, conn: &mut DbConn) -> Ran;
    /// Gives the kept result to who asked.
    fn answer(self: Box<Self>);
    /// Gives `error` to who asked, whatever was kept.
    fn fail(self: Box<Self>, error: DbError);
    /// What decides between the thread and the asker.
    fn ticket(&self) -> Arc<Ticket>;
}

const WAITING: u8 = 0;
const CLAIMED: u8 = 1;
const FINISHED: u8 = 2;
const WITHDRAWN: u8 = 3;
const ABANDONED: u8 = 4;

/// Settles who comes first: the thread that runs the work, or the asker whose patience ends.
#[derive(Debug, Default)]
pub(super) struct Ticket(AtomicU8);

impl Ticket {
    fn turn(&self, from: u8, to: u8) -> bool {
        self.0
            .compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
    }

    /// Whether a thread may still take the work.
    pub(super) fn is_waiting(&self) -> bool {
        self.0.load(Ordering::Acquire) == WAITING
    }

    /// The asker takes the work back; `false` when a thread runs it already.
    pub(super) fn withdraw(&self) -> bool {
        self.turn(WAITING, WITHDRAWN)
    }

    /// The asker gives up on a thread that runs the work; `false` when it is done after all.
    pub(super) fn abandon(&self) -> bool {
        self.turn(CLAIMED, ABANDONED)
    }

    /// The thread is done; `false` when it was given up, and another has taken its place.
    pub(super) fn finish(&self) -> bool {
        self.turn(CLAIMED, FINISHED)
    }
}

/// A closure with its asker.
pub(super) struct Task<T, E, F> {
    closure: F,
    way: Way,
    kept: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
    ticket: Arc<Ticket>,
}

impl<T, E, F> Task<T, E, F> {
    pub(super) fn new(
        closure: F,
        way: Way,
        reply: oneshot::Sender<Result<T, E>>,
        ticket: Arc<Ticket>,
    ) -> Self {
        Self {
            closure,
            way,
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
    fn way(&self) -> Way {
        self.way
    }

    fn claim(&self) -> bool {
        self.ticket.turn(WAITING, CLAIMED) && !self.reply.is_closed()
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

    fn ticket(&self) -> Arc<Ticket> {
        Arc::clone(&self.ticket)
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
            let ran = judge(&error);
            (Err(error), ran)
        }
        Err(_panic) => {
            transaction::abandon(conn);
            (Err(E::from(DbError::Panicked)), Ran::Broken)
        }
    }
}

fn judge(error: &(dyn Error + 'static)) -> Ran {
    match DbError::in_chain(error) {
        Some(DbError::Unreachable) => Ran::Lost,
        Some(cause) if cause.is_collision() => Ran::Collided,
        Some(cause) if cause.is_unique_violation() => Ran::Raced,
        Some(cause) if cause.breaks_connection() => Ran::Broken,
        // An error that hides its DbError still shows what that stems from: assume the worst.
        None if stems_from_diesel(error) => Ran::Broken,
        Some(_) | None => Ran::Refused,
    }
}

fn stems_from_diesel(error: &(dyn Error + 'static)) -> bool {
    error.is::<diesel::result::Error>() || error.source().is_some_and(stems_from_diesel)
}
