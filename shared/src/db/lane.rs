//! Threads that each own a connection and run one piece of work at a time.

use std::time::Duration;

use super::open::{Purpose, open};
use super::queue::Queue;
use super::transaction::{begin, commit, is_sound, judge_commit, roll_back};
use super::wakes::{self, Wakes};
use super::work::{Ran, Way, Work};
use super::{DatabaseUrl, DbConn, DbError};

/// How often a piece of work may start again after a collision or a lost connection.
const ATTEMPTS: usize = 4;

/// The connection of one thread: opened when needed, thrown away when in doubt.
pub(super) struct Slot {
    pub(super) url: DatabaseUrl,
    pub(super) purpose: Purpose,
    pub(super) statement_timeout: Duration,
    conn: Option<DbConn>,
}

impl Slot {
    pub(super) fn new(url: DatabaseUrl, purpose: Purpose, statement_timeout: Duration) -> Self {
        Self {
            url,
            purpose,
            statement_timeout,
            conn: None,
        }
    }

    /// The connection, and whether it has just been opened.
    pub(super) fn get(&mut self) -> Result<(&mut DbConn, bool), DbError> {
        let fresh = self.conn.is_none();
        if fresh {
            match open(&self.url, self.purpose, self.statement_timeout) {
                Ok(conn) => self.conn = Some(conn),
                Err(error) => {
                    tracing::warn!(%error, "no connection to the database");
                    return Err(DbError::Unreachable);
                }
            }
        }
        match &mut self.conn {
            Some(conn) => Ok((conn, fresh)),
            None => Err(DbError::Unreachable),
        }
    }

    pub(super) fn discard(&mut self) {
        self.conn = None;
    }
}

/// Why a thread ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// The queue is closed and empty.
    Closed,
    /// Its asker stopped waiting for it, and another thread has taken its place.
    GivenUp,
}

/// Runs reads and writes from `queue`, each by itself.
pub(super) fn work_loop(queue: &Queue, mut slot: Slot, wakes: &Wakes) -> Ended {
    let mut batch = Vec::with_capacity(1);
    while queue.take(1, &mut batch) {
        for work in batch.drain(..) {
            let ticket = work.ticket();
            match work.way() {
                Way::Read => read(work, &mut slot),
                Way::Write => {
                    if write(work, &mut slot) {
                        wakes.ring();
                    }
                }
            }
            if !ticket.finish() {
                return Ended::GivenUp;
            }
        }
    }
    Ended::Closed
}

/// Runs one read. Each statement sees what is committed when it starts.
fn read(mut work: Box<dyn Work>, slot: &mut Slot) {
    for _ in 0..ATTEMPTS {
        let (conn, fresh) = match slot.get() {
            Ok(got) => got,
            Err(error) => return work.fail(error),
        };
        match work.run(conn) {
            Ran::Done | Ran::Refused | Ran::Raced => {
                if !is_sound(conn, 0) {
                    slot.discard();
                }
                return work.answer();
            }
            Ran::Collided => {}
            Ran::Lost if !fresh => slot.discard(),
            Ran::Lost | Ran::Broken => {
                slot.discard();
                return work.answer();
            }
        }
    }
    work.answer();
}

/// Runs one write in a transaction of its own; whether it was committed and asked to wake the
/// workers.
pub(super) fn write(mut work: Box<dyn Work>, slot: &mut Slot) -> bool {
    for number in 0..ATTEMPTS {
        let (conn, fresh) = match slot.get() {
            Ok(got) => got,
            Err(error) => {
                work.fail(error);
                return false;
            }
        };
        match attempt(work.as_mut(), conn) {
            Attempt::Committed => {
                let asked = wakes::asked();
                work.answer();
                return asked;
            }
            // Run again, the closure sees what was there first and says so in its own words.
            Attempt::Raced if number == 0 => {}
            Attempt::RolledBack | Attempt::Raced => {
                work.answer();
                return false;
            }
            Attempt::Collided => {
                if !is_sound(conn, 0) {
                    slot.discard();
                }
            }
            Attempt::Lost if !fresh => slot.discard(),
            Attempt::Lost => {
                slot.discard();
                work.fail(DbError::Unreachable);
                return false;
            }
            Attempt::Broken => {
                slot.discard();
                work.answer();
                return false;
            }
            Attempt::Failed(error) => {
                slot.discard();
                work.fail(error);
                return false;
            }
        }
    }
    work.fail(DbError::Saturated);
    false
}

enum Attempt {
    Committed,
    RolledBack,
    Raced,
    Collided,
    /// The connection went before the commit was sent.
    Lost,
    Broken,
    Failed(DbError),
}

fn attempt(work: &mut dyn Work, conn: &mut DbConn) -> Attempt {
    match begin(conn) {
        Ok(()) => {}
        Err(DbError::Unreachable) => return Attempt::Lost,
        Err(error) => return Attempt::Failed(error),
    }
    wakes::forget();
    match work.run(conn) {
        Ran::Done => {}
        ran @ (Ran::Refused | Ran::Raced) => {
            return match roll_back(conn) {
                // SQLite has one writer at a time: there nothing was in between.
                Ok(()) if is_sound(conn, 0) => match (ran, conn) {
                    (Ran::Raced, DbConn::Postgres(_)) => Attempt::Raced,
                    (_, _) => Attempt::RolledBack,
                },
                Ok(()) | Err(_) => Attempt::Broken,
            };
        }
        Ran::Collided => {
            return match roll_back(conn) {
                Ok(()) => Attempt::Collided,
                Err(_) => Attempt::Lost,
            };
        }
        Ran::Lost => return Attempt::Lost,
        Ran::Broken => return Attempt::Broken,
    }
    if !is_sound(conn, 1) {
        return Attempt::Failed(DbError::Query(diesel::result::Error::RollbackTransaction));
    }
    match commit(conn) {
        Ok(()) if is_sound(conn, 0) => Attempt::Committed,
        Ok(()) => Attempt::Failed(DbError::Query(
            diesel::result::Error::BrokenTransactionManager,
        )),
        Err(error) => match judge_commit(conn, error) {
            error if error.is_collision() => Attempt::Collided,
            error => Attempt::Failed(error),
        },
    }
}
