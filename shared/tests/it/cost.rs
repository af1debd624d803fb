//! Which queries something takes.

use std::sync::{Arc, Mutex};

use diesel::Connection as _;
use diesel::connection::InstrumentationEvent;
use koplopers_shared::db::DbConn;

/// What `work` gives, and the queries it took, without their values.
pub fn statements_of<T>(
    conn: &mut DbConn,
    work: impl FnOnce(&mut DbConn) -> T,
) -> (T, Vec<String>) {
    let statements: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = Arc::clone(&statements);
    conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            let text = query.to_string();
            let (sql, _values) = text.split_once(" -- binds: ").unwrap_or((&text, ""));
            seen.lock().unwrap().push(sql.to_owned());
        }
    });
    let found = work(conn);
    conn.set_instrumentation(None::<fn(InstrumentationEvent<'_>)>);
    let statements = statements.lock().unwrap().clone();
    (found, statements)
}

/// What `work` gives, and how many queries it took.
pub fn queries_of<T>(conn: &mut DbConn, work: impl FnOnce(&mut DbConn) -> T) -> (T, usize) {
    let (found, statements) = statements_of(conn, work);
    (found, statements.len())
}
