//! The one thread that writes the embedded database: groups waiting writes into one commit.
//!
//! One durable commit costs as much for 64 writes as for one. The price is that they share a
//! transaction, and three things may not happen to one because of another:
//!
//! - *answered, not stored*: nobody is answered before COMMIT has returned, refusals included,
//!   because a refusal may rest on a neighbour's write;
//! - *stored by half*: each write has a savepoint, and after a panic or any failure that is not
//!   a constraint the whole transaction goes with its connection. After a panic the savepoint
//!   is still open and "COMMIT" would only release it; after `SQLITE_FULL` the transaction is
//!   already gone and the next statements would commit on their own;
//! - *dragged down*: the neighbours then run again, each alone.

use super::DbError;
use super::lane::{Slot, write};
use super::queue::Queue;
use super::transaction::{begin, begin_savepoint, commit, is_sound, roll_back};
use super::wakes::{self, Wakes};
use super::work::{Ran, Work};

/// The most writes in one commit.
const GROUP: usize = 64;

/// Runs writes from `queue` until it closes.
pub(super) fn group_loop(queue: &Queue, mut slot: Slot, wakes: &Wakes) {
    let mut batch: Vec<Box<dyn Work>> = Vec::with_capacity(GROUP);
    while queue.take(GROUP, &mut batch) {
        // Alone there is no need for a savepoint.
        let outcome = if batch.len() == 1 {
            Outcome::Again { culprit: None }
        } else {
            run_group(&mut batch, &mut slot)
        };
        match outcome {
            Outcome::Committed { wake } => {
                for work in batch.drain(..) {
                    work.answer();
                }
                if wake {
                    wakes.ring();
                }
            }
            Outcome::Impossible(refuse) => {
                for work in batch.drain(..) {
                    work.fail(refuse());
                }
            }
            Outcome::Again { culprit } => {
                for (place, work) in batch.drain(..).enumerate() {
                    if culprit == Some(place) {
                        work.answer();
                    } else if write(work, &mut slot) {
                        wakes.ring();
                    }
                }
            }
        }
    }
}

enum Outcome {
    /// All of it is durable; the kept results may be told.
    Committed { wake: bool },
    /// There is no connection or no lock, for none of them.
    Impossible(fn() -> DbError),
    /// Nothing is stored. The culprit keeps the error it ran into; the others run alone.
    Again { culprit: Option<usize> },
}

fn run_group(batch: &mut [Box<dyn Work>], slot: &mut Slot) -> Outcome {
    let Ok((conn, _)) = slot.get() else {
        return Outcome::Impossible(|| DbError::Unreachable);
    };
    if let Err(error) = begin(conn) {
        slot.discard();
        // Another process holds the lock: one wait is enough for all.
        return if matches!(error, DbError::Saturated) {
            Outcome::Impossible(|| DbError::Saturated)
        } else {
            Outcome::Again { culprit: None }
        };
    }
    wakes::forget();
    for (place, work) in batch.iter_mut().enumerate() {
        let ended = match begin_savepoint(conn) {
            Ok(()) => match work.run(conn) {
                Ran::Done if is_sound(conn, 2) => commit(conn),
                Ran::Refused | Ran::Raced if is_sound(conn, 2) => roll_back(conn),
                // It left a transaction open or closed ours: alone it is found out.
                Ran::Done | Ran::Refused | Ran::Raced => Err(DbError::Panicked),
                Ran::Broken | Ran::Lost | Ran::Collided => {
                    slot.discard();
                    return Outcome::Again {
                        culprit: Some(place),
                    };
                }
            },
            Err(error) => Err(error),
        };
        if ended.is_err() {
            slot.discard();
            return Outcome::Again { culprit: None };
        }
    }
    match commit(conn) {
        Ok(()) if is_sound(conn, 0) => Outcome::Committed {
            wake: wakes::asked(),
        },
        // A failed COMMIT stored nothing: the journal's frames count only when it succeeds.
        Ok(()) | Err(_) => {
            slot.discard();
            Outcome::Again { culprit: None }
        }
    }
}
