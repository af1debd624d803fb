//! The outbox: one row per mail, written in the transaction of the change it tells of.
//!
//! | from | what happens | to |
//! | --- | --- | --- |
//! | – | enqueued with the change | queued |
//! | queued | claimed by a worker, for a bounded time | leased |
//! | leased | wanted still; bytes frozen | sending |
//! | leased | no longer wanted | dropped |
//! | leased | the lease ran out, or was given back | queued |
//! | sending | the mail server said 250 | sent |
//! | sending | refused for now | queued |
//! | sending | refused for good | buried |
//! | sending | the connection or the worker died | unknown |
//! | unknown | looked at once more, still wanted | sending |
//! | queued, unknown | by hand, cancelled, superseded … | dropped |

mod enqueue;
mod model;

pub use enqueue::{NewDelivery, drop_waiting, enqueue};
pub use model::{DeliveryState, DroppedReason, OrderKey, Payload, Priority};
