//! How many queries something takes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::Connection as _;
use diesel::connection::InstrumentationEvent;
use koplopers_shared::db::DbConn;

/// What `work` gives, and how many queries it took.
pub fn queries_of<T>(conn: &mut DbConn, work: impl FnOnce(&mut DbConn) -> T) -> (T, usize) {
    let queries = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&queries);
    conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if matches!(event, InstrumentationEvent::StartQuery { .. }) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    });
    let found = work(conn);
    conn.set_instrumentation(None::<fn(InstrumentationEvent<'_>)>);
    (found, queries.load(Ordering::Relaxed))
}
