//! The same request twice is one write: the first answer is kept with what it wrote.
//!
//! The answer commits in the transaction of the write, so that a crash before the commit leaves
//! the key unused and a crash after it leaves the answer. An answer is kept for 48 hours; only
//! answers of writes that succeeded are kept, so a refused request may be repeated.

mod model;
mod queries;
mod write;

pub use model::{IdempotencyKey, Outcome, StoredResponse, WriteOnceError};
pub use queries::purge;
